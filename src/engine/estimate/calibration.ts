// Reliability and ROC of held-out scores, where there are labels and places enough. Knows answers and islands; no model and no screen.
import { present } from "../../base/fault.ts";
import {
  type Calibration,
  fewestForReliability,
  fewestForRoc,
  isEnough,
  type ReliabilityBin,
  type Roc,
} from "../../domain/calibration.ts";
import type { Label } from "../../domain/label.ts";
import type { HeldOutAnswer } from "../../domain/tuning-checkpoint.ts";
import { clusterBootstrap, wilsonInterval } from "../../math/intervals.ts";
import { argmaxOfRow, aurocOfClass, expectedCalibrationError } from "../../math/metrics.ts";
import { randomFor } from "../../math/random.ts";
import { fewestUnitsForInterval } from "./figure.ts";
import type { FoldPlan } from "./folds.ts";
import { islandsOf } from "./islands.ts";

/** Of 50 labels ten each: fewer would say nothing, more bins of few nothing either. */
const bins = 5;
/** Points of a ROC curve: one in 40 of the others. */
const rocSteps = 40;

type Scored = Readonly<{
  truth: readonly number[];
  /** [labels, classes]. */
  scores: Float64Array;
  islands: readonly number[];
  units: readonly number[];
  classes: number;
}>;

/** `labels` are the plan's. null where an answer has no scores, as in runs older than them. */
export function calibrationOf(
  plan: Extract<FoldPlan, { kind: "folds" }>,
  labels: readonly Pick<Label, "classId" | "slideId" | "region" | "group">[],
  answers: readonly HeldOutAnswer[],
  seed: number,
): Calibration | null {
  const classes = plan.labelled.length;
  if (answers.length === 0 || answers.some(({ scores }) => scores?.length !== classes)) return null;
  const ordered = [...answers].sort((a, b) => a.label - b.label);
  const islandOf = islandsOf(labels);
  const scored: Scored = {
    truth: ordered.map(({ label }) => plan.labelled.indexOf(present(labels[label], "a held-out label").classId)),
    scores: Float64Array.from(ordered.flatMap(({ scores = [] }) => scores)),
    islands: ordered.map(({ label }) => present(islandOf[label], "a label's island")),
    units: ordered.map(({ label }) => present(plan.unitOf[label], "a label's unit")),
    classes,
  };
  return {
    reliability: reliabilityOf(scored),
    roc: plan.classIds.map((classId) => rocOf(scored, plan.labelled.indexOf(classId), classId, seed)),
  };
}

const distinct = (values: readonly number[]): number => new Set(values).size;

function reliabilityOf({ truth, scores, islands, classes }: Scored): Calibration["reliability"] {
  const [labels, places] = [truth.length, distinct(islands)];
  if (!isEnough(labels, places, fewestForReliability)) return { kind: "too-few", labels, islands: places };
  const rows = truth
    .map((t, i) => {
      const answered = argmaxOfRow(scores, i, classes);
      return { score: scores[i * classes + answered]!, right: answered === t ? 1 : 0 };
    })
    .sort((a, b) => a.score - b.score);
  const made: ReliabilityBin[] = [];
  for (let from = 0; from < rows.length; ) {
    let to = Math.max(from + 1, Math.round(((made.length + 1) * rows.length) / bins));
    // Equal scores are never divided: which of them is first says nothing.
    while (to < rows.length && rows[to]!.score === rows[to - 1]!.score) to++;
    const own = rows.slice(from, to);
    const right = own.reduce((sum, row) => sum + row.right, 0);
    made.push({
      from: own[0]!.score,
      to: own.at(-1)!.score,
      score: own.reduce((sum, row) => sum + row.score, 0) / own.length,
      labels: own.length,
      right,
      wilson: wilsonInterval(right / own.length, own.length),
    });
    from = to;
  }
  return { kind: "bins", bins: made, expectedError: expectedCalibrationError(truth, scores, classes) };
}

function rocOf(scored: Scored, of: number, classId: Roc["classId"], seed: number): Roc {
  const { truth, scores, islands, units, classes } = scored;
  const inClass = islands.filter((_, i) => truth[i] === of);
  const outside = islands.filter((_, i) => truth[i] !== of);
  const [labels, others] = [inClass.length, outside.length];
  const [own, rest] = [distinct(inClass), distinct(outside)];
  if (!isEnough(labels, own, fewestForRoc) || !isEnough(others, rest, fewestForRoc)) {
    return { kind: "too-few", classId, labels, islands: own, others, otherIslands: rest };
  }
  const interval = distinct(units) < fewestUnitsForInterval ? null : areaInterval(scored, of, seed);
  const area = present(aurocOfClass(truth, scores, classes, of), "an area");
  const truePositives = curveOf(
    truth.map((t, i) => ({ score: scores[i * classes + of]!, positive: t === of })),
    labels,
    others,
  );
  return { kind: "curve", classId, labels, others, area, interval, truePositives };
}

/** Best share of the class found at no more than each share of the others; equal scores come together, as no threshold parts them. */
function curveOf(
  rows: readonly Readonly<{ score: number; positive: boolean }>[],
  positives: number,
  negatives: number,
): readonly number[] {
  const order = rows.toSorted((a, b) => b.score - a.score);
  const found = new Array<number>(rocSteps + 1).fill(0);
  let [truePositive, falsePositive] = [0, 0];
  for (let from = 0; from < order.length; ) {
    let to = from;
    for (; to < order.length && order[to]!.score === order[from]!.score; to++) {
      if (order[to]!.positive) truePositive++;
      else falsePositive++;
    }
    from = to;
    const at = Math.ceil((falsePositive / negatives) * rocSteps - 1e-9);
    found[at] = Math.max(found[at] ?? 0, truePositive / positives);
  }
  for (let i = 1; i < found.length; i++) found[i] = Math.max(found[i]!, found[i - 1]!);
  return found;
}

function areaInterval({ truth, scores, units, classes }: Scored, of: number, seed: number) {
  const members = new Map<number, number[]>();
  units.forEach((unit, i) => {
    members.set(unit, [...(members.get(unit) ?? []), i]);
  });
  const lists = [...members.values()];
  const statistic = (drawn: Uint32Array): number | null => {
    const rows = [...drawn].flatMap((unit) => lists[unit] ?? []);
    const column = Float64Array.from(rows, (i) => scores[i * classes + of]!);
    return aurocOfClass(
      rows.map((i) => (truth[i] === of ? 0 : 1)),
      column,
      1,
      0,
    );
  };
  return clusterBootstrap(lists.length, statistic, { random: randomFor(seed, `roc ${of}`), resamples: 1000 });
}
