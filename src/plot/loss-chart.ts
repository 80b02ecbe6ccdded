// The live loss curve. Knows points and colours; no run, no store.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** `fold` 0 is the final training, drawn strongly; the folds of the estimate are thin lines behind it. */
export type LossSeries = readonly Readonly<{ fold: number; epoch: number; loss: number }>[];

export type LossChart = Readonly<{
  /** `epochs`: where the curve will end, so that the axis does not jump. */
  update(points: LossSeries, epochs: number): void;
  destroy(): void;
}>;

export type ChartColors = Readonly<{ line: string; axis: string; grid: string }>;

/** Folds of an estimate are at most five (engine/estimate/folds.ts); more are not drawn. */
const mostFolds = 5;

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
        { ...axis, size: 42, gap: 4, grid: { stroke: colors.grid, width: 1 }, space: 28 },
      ],
      series: [
        {},
        ...Array.from({ length: mostFolds }, () => ({ stroke: colors.axis, width: 1, points: { show: false } })),
        { stroke: colors.line, width: 2, points: { show: true, size: 4, fill: colors.line } },
      ],
    },
    [[], ...Array.from({ length: mostFolds + 1 }, () => [])],
    element,
  );
  const observer = new ResizeObserver(() => {
    if (element.clientWidth > 0) chart.setSize({ width: element.clientWidth, height });
  });
  observer.observe(element);
  return {
    update(points, total) {
      epochs = total;
      const axis = [...new Set(points.map((p) => p.epoch))].sort((a, b) => a - b);
      const curve = (fold: number): (number | null)[] =>
        axis.map((epoch) => points.find((p) => p.fold === fold && p.epoch === epoch)?.loss ?? null);
      chart.setData([axis, ...Array.from({ length: mostFolds }, (_, f) => curve(f + 1)), curve(0)]);
    },
    destroy() {
      observer.disconnect();
      chart.destroy();
    },
  };
}
