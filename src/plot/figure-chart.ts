// A small chart of figures: lines, their intervals as bands, points, a line of reference. Knows numbers and colours; no study and no store.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { ChartColors } from "./loss-chart.ts";

export type FigureSeries = Readonly<{
  values: readonly (number | null)[];
  /** Of each value; null where there is none. */
  intervals?: readonly (Readonly<{ low: number; high: number }> | null)[];
  color: string;
  /** Dashed lines differ without colour. */
  dash?: readonly number[];
  points?: boolean;
  /** Points alone. */
  bare?: boolean;
}>;

export type FigureData = Readonly<{
  /** Ascending; the places of every series' values. */
  x: readonly number[];
  series: readonly FigureSeries[];
}>;

export type FigureAxes = Readonly<{
  x: readonly [number, number];
  y: readonly [number, number];
  /** Where the x axis is marked, and how. */
  ticks: readonly Readonly<{ at: number; label: string }>[];
  xLabel: string;
  yLabel: string;
  /** y as the axis says it. */
  yWords: (value: number) => string;
}>;

const height = 150;

export type FigureChart = Readonly<{ destroy(): void }>;

/** Drawn once: another figure is another chart. */
export function createFigureChart(
  element: HTMLElement,
  { x, series }: FigureData,
  axes: FigureAxes,
  colors: ChartColors,
): FigureChart {
  const axis = {
    stroke: colors.axis,
    font: "11px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
    labelFont: "11px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
    labelSize: 16,
    labelGap: 0,
    ticks: { show: false },
    grid: { stroke: colors.grid, width: 1 },
  } as const;
  const columns: (number | null)[][] = [];
  const drawn: uPlot.Series[] = [{}];
  const bands: uPlot.Band[] = [];
  for (const { values, intervals, color, dash, points = false, bare = false } of series) {
    if (intervals) {
      const at = drawn.length;
      columns.push(
        intervals.map((one) => one?.high ?? null),
        intervals.map((one) => one?.low ?? null),
      );
      drawn.push({ width: 0, points: { show: false } }, { width: 0, points: { show: false } });
      bands.push({ series: [at, at + 1], fill: `${color}33` });
    }
    columns.push([...values]);
    drawn.push({
      stroke: color,
      width: bare ? 0 : 2,
      points: { show: points || bare, size: 6, fill: color },
      ...(dash ? { dash: [...dash] } : {}),
    });
  }
  const chart = new uPlot(
    {
      width: Math.max(element.clientWidth, 160),
      height,
      padding: [8, 10, 0, 0],
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: () => [...axes.x] },
        y: { range: () => [...axes.y] },
      },
      axes: [
        {
          ...axis,
          size: 20,
          gap: 3,
          label: axes.xLabel,
          splits: () => axes.ticks.map(({ at }) => at),
          values: () => axes.ticks.map(({ label }) => label),
        },
        {
          ...axis,
          size: 38,
          gap: 4,
          space: 26,
          label: axes.yLabel,
          values: (_chart, splits) => splits.map(axes.yWords),
        },
      ],
      series: drawn,
      bands,
    },
    [[...x], ...columns],
    element,
  );
  const observer = new ResizeObserver(() => {
    if (element.clientWidth > 0) chart.setSize({ width: element.clientWidth, height });
  });
  observer.observe(element);
  return {
    destroy() {
      observer.disconnect();
      chart.destroy();
    },
  };
}
