// Connects a chart of figures to the page; colours follow the theme. What it shows stands in a table beside it, for those who see no chart.
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import { createFigureChart, type FigureAxes, type FigureData, type FigureSeries } from "../plot/figure-chart.ts";

/** `tone`: a variable of the palette, or a colour. */
export type PlottedSeries = Omit<FigureSeries, "color"> & Readonly<{ tone: string }>;

type Props = Readonly<{
  x: FigureData["x"];
  series: readonly PlottedSeries[];
  axes: FigureAxes;
  label: string;
  testId: string;
}>;

export function FigurePlot({ x, series, axes, label, testId }: Props) {
  const element = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    if (!element.current) return;
    const style = getComputedStyle(document.documentElement);
    const color = (tone: string): string => (tone.startsWith("--") ? style.getPropertyValue(tone).trim() : tone);
    const coloured = series.map(({ tone, ...one }) => ({ ...one, color: color(tone) }));
    const colors = { line: color("--pt-accent"), axis: color("--pt-mute"), grid: color("--pt-line") };
    element.current.dataset.scheme = scheme;
    const chart = createFigureChart(element.current, { x, series: coloured }, axes, colors);
    return () => chart.destroy();
  }, [x, series, axes, scheme]);
  return <div ref={element} className="pt-plot" role="img" aria-label={label} data-testid={testId} />;
}
