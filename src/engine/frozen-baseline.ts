// The frozen-feature answer every tuning is compared with, on the same folds. Which head it uses is chosen by folds inside the
// training part alone. Knows features and heads; no prompts.
import type { ClassId } from "../base/brand.ts";
import type { TissueClass } from "../domain/label.ts";
import { argmaxOfRow, balancedAccuracy, confusionMatrix } from "../math/metrics.ts";
import { type FoldLabel, type FoldOptions, planFolds } from "./estimate/folds.ts";
import { cosineScores, fitCentroids } from "./heads/centroid.ts";
import { fitLogistic, logisticScores } from "./heads/logistic.ts";

/** Unprompted features [F] of each label, in the order of the labels. */
export type FrozenExamples = Readonly<{
  labels: readonly FoldLabel[];
  features: readonly Float32Array[];
  classes: readonly TissueClass[];
}>;

type Head = "centroid" | "logistic";

/** Class answered for each of `asked`, fitted on `training` (both indices into the labels). */
export function frozenAnswers(
  examples: FrozenExamples,
  training: readonly number[],
  asked: readonly number[],
  options: Pick<FoldOptions, "cases" | "seed">,
  temperature: number,
): readonly ClassId[] {
  const head = chooseHead(examples, training, options, temperature);
  return answersOf(head, examples, training, asked, temperature).map((c) => examples.classes[c]!.id);
}

/** The head with the higher balanced accuracy over inner folds; centroids where none can be made, or on a draw. */
function chooseHead(
  examples: FrozenExamples,
  training: readonly number[],
  options: Pick<FoldOptions, "cases" | "seed">,
  temperature: number,
): Head {
  const { labels, classes } = examples;
  const plan = planFolds(labels, { classes, ...options, within: training });
  if (plan.kind === "none") return "centroid";
  const truth: number[] = [];
  const answers: Record<Head, number[]> = { centroid: [], logistic: [] };
  for (const fold of plan.folds) {
    truth.push(...fold.heldOut.map((i) => classIndex(examples, i)));
    for (const head of ["centroid", "logistic"] as const) {
      answers[head].push(...answersOf(head, examples, fold.training, fold.heldOut, temperature));
    }
  }
  const score = (head: Head): number => balancedAccuracy(confusionMatrix(truth, answers[head], classes.length));
  return score("logistic") > score("centroid") ? "logistic" : "centroid";
}

const classIndex = (examples: FrozenExamples, label: number): number =>
  examples.classes.findIndex((c) => c.id === examples.labels[label]!.classId);

function answersOf(
  head: Head,
  examples: FrozenExamples,
  training: readonly number[],
  asked: readonly number[],
  temperature: number,
): readonly number[] {
  const table = (rows: readonly number[]): Float32Array => {
    const width = examples.features[0]!.length;
    const out = new Float32Array(rows.length * width);
    rows.forEach((label, row) => {
      out.set(examples.features[label]!, row * width);
    });
    return out;
  };
  const fitted = {
    features: table(training),
    width: examples.features[0]!.length,
    targets: training.map((i) => classIndex(examples, i)),
    classes: examples.classes.length,
  };
  const scores =
    head === "centroid"
      ? cosineScores(fitCentroids(fitted, temperature), table(asked))
      : logisticScores(fitLogistic(fitted), table(asked));
  return argmaxRows(scores, examples.classes.length);
}

/** Index of the largest of each row of `columns` values; the first on a draw. */
export function argmaxRows(scores: Float64Array, columns: number): readonly number[] {
  return Array.from({ length: scores.length / columns }, (_, row) => argmaxOfRow(scores, row, columns));
}
