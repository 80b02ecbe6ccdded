// The live loss curve. Knows points and colours; no run, no store.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

export type LossSeries = readonly Readonly<{ epoch: number; loss: number }>[];

export type LossChart = Readonly<{
  /** `epochs`: where the curve will end, so that the axis does not jump. */
  update(points: LossSeries, epochs: number): void;
  destroy(): void;
}>;

export type ChartColors = Readonly<{ line: string; axis: string; grid: string }>;

const height = 88;

/** The whole curve with a little air; a flat one must not look like noise. */
function rangeAround(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const air = Math.max((high - low) * 0.12, Math.abs(high) * 0.02, 0.01);
  return [Math.max(0, low - air), high + air];
}

export function createLossChart(element: HTMLElement, colors: ChartColors): LossChart {
  let epochs = 1;
  const axis = {
    stroke: colors.axis,
    font: "11px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
    ticks: { show: false },
  } as const;
  const chart = new uPlot(
    {
      width: Math.max(element.clientWidth, 120),
      height,
      padding: [6, 8, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => [0, Math.max(epochs, 1)] },
        y: { range: (_chart, low, high) => rangeAround(low, high) },
      },
      axes: [
        { ...axis, size: 18, gap: 2, grid: { show: false }, incrs: [1, 2, 5, 10, 20, 50, 100], space: 36 },
        { ...axis, size: 30, gap: 4, grid: { stroke: colors.grid, width: 1 }, space: 28 },
      ],
      series: [{}, { stroke: colors.line, width: 2, points: { show: true, size: 4, fill: colors.line } }],
    },
    [[], []],
    element,
  );
  const observer = new ResizeObserver(() => {
    if (element.clientWidth > 0) chart.setSize({ width: element.clientWidth, height });
  });
  observer.observe(element);
  return {
    update(points, total) {
      epochs = total;
      chart.setData([points.map((p) => p.epoch), points.map((p) => p.loss)]);
    },
    destroy() {
      observer.disconnect();
      chart.destroy();
    },
  };
}
