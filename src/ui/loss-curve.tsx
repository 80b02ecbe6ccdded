// Connects the loss chart to a run; colours follow the theme.
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { LossPoint } from "../domain/run.ts";
import { createLossChart, type LossChart } from "../plot/loss-chart.ts";
import { fixed, say } from "../words/say.ts";

export function LossCurve({ points, epochs }: Readonly<{ points: readonly LossPoint[]; epochs: number }>) {
  const element = useRef<HTMLDivElement>(null);
  const chart = useRef<LossChart | null>(null);
  const latest = useRef({ points, epochs });
  const scheme = useComputedColorScheme("light");
  useEffect(() => {
    if (!element.current) return;
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => style.getPropertyValue(name).trim();
    const made = createLossChart(element.current, {
      line: color("--pt-accent"),
      axis: color("--pt-mute"),
      grid: color("--pt-line"),
    });
    made.update(latest.current.points, latest.current.epochs);
    chart.current = made;
    element.current.dataset.scheme = scheme;
    return () => {
      made.destroy();
      chart.current = null;
    };
  }, [scheme]);
  useEffect(() => {
    latest.current = { points, epochs };
    chart.current?.update(points, epochs);
  }, [points, epochs]);
  const last = points.at(-1);
  const label = last
    ? say("Training loss {loss} after epoch {epoch}", { loss: fixed(last.loss, 3), epoch: last.epoch })
    : say("Training loss, no point yet");
  return <div ref={element} className="pt-loss" role="img" aria-label={label} data-testid="loss-curve" />;
}
