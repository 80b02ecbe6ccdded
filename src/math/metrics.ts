// How good answers are: confusion, recalls, balanced accuracy, F1, log-loss, calibration. Knows no classes' names and no units.
import { assert } from "../base/fault.ts";

/** confusion[i][j]: how many of class i were answered as class j. */
export type Confusion = readonly (readonly number[])[];

/** `truth` and `answered` are class indices 0..classes-1. */
export function confusionMatrix(truth: ArrayLike<number>, answered: ArrayLike<number>, classes: number): Confusion {
  assert(truth.length === answered.length, `${truth.length} truths for ${answered.length} answers`);
  const table = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < truth.length; i++) {
    const [t, a] = [truth[i]!, answered[i]!];
    assert(t >= 0 && t < classes && a >= 0 && a < classes, `class ${t} answered ${a} of ${classes}`);
    table[t]![a]! += 1;
  }
  return table;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const columnSum = (confusion: Confusion, j: number): number => sum(confusion.map((row) => row[j]!));
const mean = (values: readonly number[]): number => sum(values) / values.length;

/** Share of each class answered rightly; null for a class nothing was asked of. */
export function recalls(confusion: Confusion): readonly (number | null)[] {
  return confusion.map((row, i) => {
    const total = sum(row);
    return total === 0 ? null : row[i]! / total;
  });
}

/** Mean recall over the classes that occur (scikit-learn's `balanced_accuracy_score`). NaN when nothing was asked. */
export function balancedAccuracy(confusion: Confusion): number {
  return mean(recalls(confusion).filter((r) => r !== null));
}

/** Share of answers that are right. NaN when nothing was asked. */
export function accuracy(confusion: Confusion): number {
  return sum(confusion.map((row, i) => row[i]!)) / sum(confusion.map(sum));
}

/** Mean F1 over the classes that occur or were answered (scikit-learn's `f1_score(average="macro", zero_division=0)`). */
export function macroF1(confusion: Confusion): number {
  const scores = confusion.flatMap((row, i) => {
    const both = sum(row) + columnSum(confusion, i);
    return both === 0 ? [] : [(2 * row[i]!) / both];
  });
  return mean(scores);
}

/** Index of the largest score of row `row`; of equals the first, as numpy's argmax. */
export function argmaxOfRow(scores: ArrayLike<number>, row: number, classes: number): number {
  let best = 0;
  for (let j = 1; j < classes; j++) if (scores[row * classes + j]! > scores[row * classes + best]!) best = j;
  return best;
}

/**
 * Mean negative natural logarithm of the true class's score; scores are clipped to [eps, 1-eps], eps = 2^-52
 * (scikit-learn's `log_loss` for float64). `scores` is [rows, classes] row-major, each row summing to 1.
 */
export function logLoss(truth: ArrayLike<number>, scores: ArrayLike<number>, classes: number): number {
  assert(scores.length === truth.length * classes, `${scores.length} scores for ${truth.length} truths`);
  const eps = 2 ** -52;
  let total = 0;
  for (let i = 0; i < truth.length; i++) {
    total -= Math.log(Math.min(Math.max(scores[i * classes + truth[i]!]!, eps), 1 - eps));
  }
  return total / truth.length;
}

/**
 * Expected calibration error over `bins` bins (low, high] of equal width of the largest score (Guo et al. 2017, eq. 3).
 * `scores` is [rows, classes] row-major.
 */
export function expectedCalibrationError(
  truth: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
  bins = 15,
): number {
  assert(scores.length === truth.length * classes, `${scores.length} scores for ${truth.length} truths`);
  const gap = new Float64Array(bins);
  for (let i = 0; i < truth.length; i++) {
    const answered = argmaxOfRow(scores, i, classes);
    const confidence = scores[i * classes + answered]!;
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
    gap[bin]! += (answered === truth[i] ? 1 : 0) - confidence;
  }
  return gap.reduce((a, g) => a + Math.abs(g), 0) / truth.length;
}

/**
 * Mean over classes of the squared distance between scores and truth, summed over classes, halved for two classes only: Brier's score as
 * scikit-learn's `brier_score_loss(scale_by_half="auto")` gives it. 0 is perfect. `scores` is [rows, classes] row-major.
 */
export function brierScore(truth: ArrayLike<number>, scores: ArrayLike<number>, classes: number): number {
  assert(scores.length === truth.length * classes, `${scores.length} scores for ${truth.length} truths`);
  let total = 0;
  for (let i = 0; i < truth.length; i++) {
    for (let j = 0; j < classes; j++) total += (scores[i * classes + j]! - (j === truth[i] ? 1 : 0)) ** 2;
  }
  return total / truth.length / (classes === 2 ? 2 : 1);
}

/**
 * Cohen's kappa with quadratic weights (scikit-learn's `cohen_kappa_score(weights="quadratic")`): the classes' order is taken as a scale.
 * NaN where one class alone was asked and answered.
 */
export function quadraticKappa(confusion: Confusion): number {
  const rows = confusion.map(sum);
  const columns = confusion.map((_, j) => columnSum(confusion, j));
  const all = sum(rows);
  let seen = 0;
  let byChance = 0;
  confusion.forEach((row, i) => {
    row.forEach((count, j) => {
      seen += (i - j) ** 2 * count;
      byChance += ((i - j) ** 2 * rows[i]! * columns[j]!) / all;
    });
  });
  return 1 - seen / byChance;
}

/**
 * Area under the ROC curve of one score column for one class against all others: the chance that a case of the class scores above
 * another, ties counting half (Mann and Whitney). Null where the class, or everything else, did not occur.
 */
export function aurocOfClass(
  truth: ArrayLike<number>,
  scores: ArrayLike<number>,
  classes: number,
  of: number,
): number | null {
  const order = Array.from({ length: truth.length }, (_, i) => i);
  const scoreOf = (i: number): number => scores[i * classes + of]!;
  order.sort((a, b) => scoreOf(a) - scoreOf(b));
  let rankSum = 0;
  let positives = 0;
  for (let from = 0; from < order.length; ) {
    let to = from;
    while (to < order.length && scoreOf(order[to]!) === scoreOf(order[from]!)) to += 1;
    const rank = (from + 1 + to) / 2;
    for (let at = from; at < to; at++) {
      if (truth[order[at]!] !== of) continue;
      rankSum += rank;
      positives += 1;
    }
    from = to;
  }
  const negatives = truth.length - positives;
  if (positives === 0 || negatives === 0) return null;
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives);
}

/**
 * Mean of the one-against-the-rest areas over the classes that have one (scikit-learn's `roc_auc_score(multi_class="ovr",
 * average="macro")` where all classes occur). NaN where none has.
 */
export function macroAuroc(truth: ArrayLike<number>, scores: ArrayLike<number>, classes: number): number {
  assert(scores.length === truth.length * classes, `${scores.length} scores for ${truth.length} truths`);
  const areas = Array.from({ length: classes }, (_, of) => aurocOfClass(truth, scores, classes, of));
  return mean(areas.filter((area) => area !== null));
}
