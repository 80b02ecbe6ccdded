// Everything that is reported of one method's answers on one test set. Knows truths and scores; no method and no names of classes.
import {
  accuracy,
  argmaxOfRow,
  balancedAccuracy,
  brierScore,
  type Confusion,
  confusionMatrix,
  expectedCalibrationError,
  logLoss,
  macroAuroc,
  macroF1,
  quadraticKappa,
} from "../../math/metrics.ts";

export const metricNames = [
  "balanced_accuracy",
  "accuracy",
  "macro_f1",
  "auroc",
  "quadratic_kappa",
  "ece",
  "brier",
  "log_loss",
] as const;
export type MetricName = (typeof metricNames)[number];

export type Reported = Readonly<{ metrics: Readonly<Record<MetricName, number>>; confusion: Confusion }>;

/** Index of the largest score of each row; the first of equals. */
export function answersOf(scores: ArrayLike<number>, classes: number): readonly number[] {
  return Array.from({ length: scores.length / classes }, (_, row) => argmaxOfRow(scores, row, classes));
}

/** `scores` is [rows, classes] row-major, each row summing to 1. */
export function reportOn(truth: readonly number[], scores: Float64Array, classes: number): Reported {
  const confusion = confusionMatrix(truth, answersOf(scores, classes), classes);
  return {
    confusion,
    metrics: {
      balanced_accuracy: balancedAccuracy(confusion),
      accuracy: accuracy(confusion),
      macro_f1: macroF1(confusion),
      auroc: macroAuroc(truth, scores, classes),
      quadratic_kappa: quadraticKappa(confusion),
      ece: expectedCalibrationError(truth, scores, classes),
      brier: brierScore(truth, scores, classes),
      log_loss: logLoss(truth, scores, classes),
    },
  };
}
