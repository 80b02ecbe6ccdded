// The curve over labels a class: verdict, chart, table. Draws only.
import { useMemo } from "react";
import type { Interval } from "../domain/estimate.ts";
import type { LabelCurve, LearningCurve } from "../domain/label-study.ts";
import { curveMethodWords, shareWords, verdictRule, verdictWords } from "../domain/label-study-words.ts";
import type { FigureAxes } from "../plot/figure-chart.ts";
import { say } from "../words/say.ts";
import { FigurePlot, type PlottedSeries } from "./figure-plot.tsx";

type Curve = Extract<LabelCurve, { kind: "curve" }>;

export function CurveResult({ curve }: Readonly<{ curve: Curve }>) {
  const { frozen, tuned } = curve;
  const plotted = useMemo(() => plotOf(curve), [curve]);
  return (
    <div className="pt-stack" data-testid="curve-result">
      <strong data-testid="curve-verdict">{verdictWords(curve, tuned ?? frozen)}</strong>
      {tuned && (
        <span className="pt-small pt-mute">
          {say("Frozen features: {verdict}", { verdict: lowered(verdictWords(curve, frozen)) })}
        </span>
      )}
      <FigurePlot
        {...plotted}
        label={say("Balanced accuracy over labels a class; the table says the same")}
        testId="curve-plot"
      />
      <table className="pt-figures">
        <thead>
          <tr>
            <th scope="col">{say("Labels a class")}</th>
            <th scope="col">{say("Frozen features")}</th>
            {tuned && <th scope="col">{say("Tuned")}</th>}
          </tr>
        </thead>
        <tbody>
          {frozen.points.map(({ labelsAClass, mean, interval }) => (
            <tr key={labelsAClass}>
              <th scope="row">{labelsAClass}</th>
              <td>{shareWords(mean, interval)}</td>
              {tuned && <td>{pointWords(tuned, labelsAClass)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      <p className="pt-hint">{curveMethodWords(curve)}</p>
      <p className="pt-hint">{verdictRule()}</p>
    </div>
  );
}

const lowered = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1);

function pointWords(curve: LearningCurve, labelsAClass: number): string {
  const point = curve.points.find((one) => one.labelsAClass === labelsAClass);
  return point ? shareWords(point.mean, point.interval) : "–";
}

function plotOf({ frozen, tuned, classIds }: Curve) {
  const places = frozen.points.map((_, i) => i);
  const seriesOf = (curve: LearningCurve, tone: string, dash?: readonly number[]): PlottedSeries => ({
    values: curve.points.map(({ mean }) => mean),
    intervals: curve.points.map(({ interval }): Interval | null => interval),
    tone,
    points: true,
    ...(dash ? { dash } : {}),
  });
  const all = [...frozen.points, ...(tuned?.points ?? [])];
  const lowest = Math.min(1 / classIds.length, ...all.map(({ mean, interval }) => interval?.low ?? mean));
  const axes: FigureAxes = {
    x: [-0.2, Math.max(0.8, places.length - 0.8)],
    y: [Math.floor(lowest * 10) / 10, 1],
    ticks: frozen.points.map(({ labelsAClass }, at) => ({ at, label: String(labelsAClass) })),
    xLabel: say("Labels a class"),
    yLabel: say("Balanced accuracy"),
    yWords: (value) => `${Math.round(100 * value)} %`,
  };
  const series = [seriesOf(frozen, "--pt-mute", [5, 4]), ...(tuned ? [seriesOf(tuned, "--pt-accent")] : [])];
  return { x: places, series, axes };
}
