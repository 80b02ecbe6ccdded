// Whether an estimate's own figures agree: a set that came by mail must not claim 95 % over counts that say 50 %. Knows no file.
import { wilsonInterval } from "../math/intervals.ts";
import { type Calibration, fewestForReliability, fewestForRoc } from "./calibration.ts";
import type { Estimate, HeldOutFigure } from "./estimate.ts";

type Figure = Extract<Estimate, { kind: "figure" }>;

/** Figures are computed in float64 and written in full: what differs by more was changed. */
const tolerance = 1e-9;
const fewestUnitsForInterval = 10;
const near = (a: number, b: number): boolean => Math.abs(a - b) <= tolerance;
const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Everything that contradicts something else, in words; empty where the estimate is sound. */
export function contradictions(estimate: Figure): readonly string[] {
  const { recalls, classIds, confusion, withoutFigure, tuned, frozen, units } = estimate;
  const found: string[] = [];
  const must = (holds: boolean, what: string): void => {
    if (!holds) found.push(what);
  };
  const figured = recalls.map((r) => r.classId);
  must(recalls.length >= 2, "fewer than two classes have a figure");
  must(new Set(classIds).size === classIds.length, "a class is listed twice");
  must(
    [...figured, ...withoutFigure].toSorted().join("\n") === [...classIds].toSorted().join("\n"),
    "the classes with and without a figure are not the classes listed",
  );
  must(units >= 2 && estimate.folds >= 2 && estimate.folds <= units, "there are fewer than two places, or more folds");
  for (const [i, row] of confusion.entries()) {
    const recall = recalls.find((r) => r.classId === classIds[i]);
    must(sum(row) === (recall?.total ?? 0), `row ${i} of the confusion is not the number of labels of its class`);
    must((row[i] ?? 0) === (recall?.correct ?? 0), `the diagonal of row ${i} of the confusion is not what was right`);
  }
  must(
    recalls.every((r) => r.total > 0 && r.units >= 2 && r.units <= units),
    "a class with a figure is in fewer than two places",
  );
  must(tuned.correct === sum(recalls.map((r) => r.correct)), "what was right is not the sum over the classes");
  must(tuned.total === sum(recalls.map((r) => r.total)), "the number of labels is not the sum over the classes");
  must(tuned.total === frozen.total, "tuned and frozen were not asked about the same labels");
  must(tuned.total === sum(Object.values(estimate.origins)), "the origins do not add up to the labels");
  must(
    near(tuned.balancedAccuracy, sum(recalls.map((r) => r.correct / r.total)) / recalls.length),
    "the balanced accuracy is not the mean of the recalls",
  );
  must(near(estimate.majority, 1 / recalls.length), "the majority's balanced accuracy is not one over the classes");
  for (const [name, figure] of Object.entries({ tuned, frozen })) {
    for (const what of wrongIn(figure, units)) found.push(`${name}: ${what}`);
  }
  const { difference } = estimate;
  if (difference) {
    must(
      near(difference.mean, tuned.balancedAccuracy - frozen.balancedAccuracy),
      "the difference is not that of the two balanced accuracies",
    );
    must(!difference.interval || difference.interval.low <= difference.interval.high, "an interval is upside down");
    must(!difference.interval || units >= fewestUnitsForInterval, "an interval over fewer than ten places");
  }
  if (estimate.calibration) found.push(...wrongCalibration(estimate, estimate.calibration));
  return found;
}

/** What is shown as a chance must rest on the very labels that are counted, and on enough of them. */
function wrongCalibration({ tuned, recalls }: Figure, { reliability, roc }: Calibration): readonly string[] {
  const found: string[] = [];
  if (reliability.kind === "bins") {
    const labels = sum(reliability.bins.map((bin) => bin.labels));
    const right = sum(reliability.bins.map((bin) => bin.right));
    if (labels !== tuned.total || right !== tuned.correct)
      found.push("the reliability is of other answers than the counts");
    if (labels < fewestForReliability) found.push("a reliability of fewer labels than it needs");
    if (reliability.bins.some((bin) => bin.right > bin.labels)) found.push("more was right than asked in a bin");
  }
  for (const one of roc) {
    const recall = recalls.find(({ classId }) => classId === one.classId);
    if (recall?.total !== one.labels || tuned.total - one.labels !== one.others) {
      found.push("a ROC curve is of other labels than the counts");
    }
    if (one.kind === "curve" && Math.min(one.labels, one.others) < fewestForRoc) {
      found.push("a ROC curve of fewer labels than it needs");
    }
  }
  return found;
}

function wrongIn(figure: HeldOutFigure, units: number): readonly string[] {
  const { correct, total, wilson, effectiveNumber, interval } = figure;
  if (total < 1 || correct > total) return ["more was right than asked"];
  const found: string[] = [];
  const expected = effectiveNumber > 0 ? wilsonInterval(correct / total, effectiveNumber) : null;
  // Kish: at least one answer's worth, at most all answers'.
  if (effectiveNumber < 1 - tolerance || effectiveNumber > total + tolerance)
    found.push("the effective number is not between one and all");
  else if (!expected || !near(expected.low, wilson.low) || !near(expected.high, wilson.high)) {
    found.push("the interval is not Wilson's of the counts");
  }
  if (interval && units < fewestUnitsForInterval) found.push("an interval over fewer than ten places");
  if (interval && interval.low > interval.high) found.push("an interval is upside down");
  return found;
}
