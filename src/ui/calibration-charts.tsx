// What scores are worth: reliability diagram and ROC curves of held-out labels, each with its table, or why there is none yet. Draws only.
import { useMemo, useState } from "react";
import type { Calibration, Reliability, Roc } from "../domain/calibration.ts";
import { reliabilityWords, rocLines } from "../domain/calibration-words.ts";
import type { TissueClass } from "../domain/label.ts";
import type { FigureAxes } from "../plot/figure-chart.ts";
import { fixed, say } from "../words/say.ts";
import { FigurePlot, type PlottedSeries } from "./figure-plot.tsx";

type Props = Readonly<{ calibration: Calibration; classes: readonly TissueClass[] }>;

export function CalibrationCharts({ calibration, classes }: Props) {
  const [shown, setShown] = useState(false);
  const { reliability, roc } = calibration;
  const curves = roc.filter((one) => one.kind === "curve");
  const nameOf = (id: string): string => classes.find((c) => c.id === id)?.name ?? say("a removed class");
  const anything = reliability.kind === "bins" || curves.length > 0;
  return (
    <div className="pt-stack" data-testid="score-calibration">
      {reliability.kind === "too-few" && <p className="pt-hint">{reliabilityWords(calibration)}</p>}
      {anything && (
        <button type="button" className="pt-link pt-small" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {shown ? say("Hide what scores are worth") : say("What scores are worth")}
        </button>
      )}
      {shown && reliability.kind === "bins" && (
        <>
          <span className="pt-small">{reliabilityWords(calibration)}</span>
          <ReliabilityChart reliability={reliability} />
        </>
      )}
      {shown && curves.length > 0 && <RocChart curves={curves} classes={classes} />}
      {(shown || !anything) &&
        rocLines(roc, nameOf).map((line) => (
          <p key={line} className="pt-hint">
            {line}
          </p>
        ))}
    </div>
  );
}

const shareTicks = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: String(at).replace(/^0(?=\.)/, "") }));
const percent = (share: number): string => `${Math.round(100 * share)} %`;
const diagonal: PlottedSeries = { values: [0, 1], tone: "--pt-mute", dash: [4, 4] };

const reliabilityAxes = (): FigureAxes => ({
  x: [0, 1.02],
  y: [0, 1.02],
  ticks: shareTicks,
  xLabel: say("Score of the answer"),
  yLabel: say("Right"),
  yWords: percent,
});

function ReliabilityChart({ reliability }: Readonly<{ reliability: Extract<Reliability, { kind: "bins" }> }>) {
  const { x, series } = useMemo(() => {
    const { bins } = reliability;
    const own: PlottedSeries = {
      values: [null, ...bins.map(({ right, labels }) => right / labels), null],
      intervals: [null, ...bins.map(({ wilson }) => wilson), null],
      tone: "--pt-accent",
      points: true,
    };
    const ends: PlottedSeries = { ...diagonal, values: [0, ...bins.map(({ score }) => score), 1] };
    return { x: [0, ...bins.map(({ score }) => score), 1], series: [ends, own] };
  }, [reliability]);
  const axes = useMemo(reliabilityAxes, []);
  return (
    <>
      <FigurePlot
        x={x}
        series={series}
        axes={axes}
        label={say("Share of right answers over their score, beside the diagonal; the table says the same")}
        testId="reliability-plot"
      />
      <table className="pt-figures">
        <thead>
          <tr>
            <th scope="col">{say("Score")}</th>
            <th scope="col">{say("Right")}</th>
            <th scope="col">{say("Share")}</th>
          </tr>
        </thead>
        <tbody>
          {reliability.bins.map(({ from, to, right, labels, wilson }) => (
            <tr key={from}>
              <th scope="row">
                {fixed(from, 2)}-{fixed(to, 2)}
              </th>
              <td>{say("{right} of {labels}", { right, labels })}</td>
              <td>
                {percent(right / labels)} ({Math.round(100 * wilson.low)}-{Math.round(100 * wilson.high)})
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const rocAxes = (): FigureAxes => ({
  x: [0, 1],
  y: [0, 1.02],
  ticks: shareTicks,
  xLabel: say("Others taken for it"),
  yLabel: say("Found"),
  yWords: percent,
});

/** Colour is never the only sign: every class has a dash of its own. */
const dashes: readonly (readonly number[])[] = [[], [8, 3], [3, 3], [10, 3, 2, 3], [1, 3]];

type RocProps = Readonly<{ curves: readonly Extract<Roc, { kind: "curve" }>[]; classes: readonly TissueClass[] }>;

function RocChart({ curves, classes }: RocProps) {
  const { x, series } = useMemo(() => {
    const steps = curves[0]?.truePositives.length ?? 2;
    const places = Array.from({ length: steps }, (_, i) => i / (steps - 1));
    const lines = curves.map(({ classId, truePositives }, i): PlottedSeries => {
      const dash = dashes[i % dashes.length] ?? [];
      return {
        values: truePositives,
        tone: classes.find((c) => c.id === classId)?.color ?? "--pt-ink",
        ...(dash.length > 0 ? { dash } : {}),
      };
    });
    return { x: places, series: [{ ...diagonal, values: places }, ...lines] };
  }, [curves, classes]);
  const axes = useMemo(rocAxes, []);
  return (
    <FigurePlot
      x={x}
      series={series}
      axes={axes}
      label={say("Share of a class that is found over the share of others taken for it; the areas stand below")}
      testId="roc-plot"
    />
  );
}
