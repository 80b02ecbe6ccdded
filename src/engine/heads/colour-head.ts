// Logistic regression on a few plain columns of different units (colour statistics). Knows columns and classes; no pixels, no backbone.
import { softmaxRows } from "../../math/linear-algebra.ts";
import { minimiseLogistic } from "./logistic.ts";

/**
 * Columns are brought to mean 0 and standard deviation 1 over the labelled rows (a constant one to 0), then scikit-learn's
 * `LogisticRegression(C=c, class_weight="balanced")`. Returns scores [rows, classes] of other rows; a class without labels gets 0.
 */
export function fitColours(
  columns: Float32Array,
  targets: readonly number[],
  classes: number,
  c: number,
): (asked: Float32Array) => Float64Array {
  const rows = targets.length;
  const width = columns.length / rows;
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  for (let i = 0; i < columns.length; i++) mean[i % width]! += columns[i]! / rows;
  for (let i = 0; i < columns.length; i++) deviation[i % width]! += (columns[i]! - mean[i % width]!) ** 2 / rows;
  for (let j = 0; j < width; j++) deviation[j] = Math.sqrt(deviation[j]!);
  const standardised = (table: Float32Array): Float64Array =>
    Float64Array.from(table, (value, i) => {
      const spread = deviation[i % width]!;
      return spread > 1e-7 ? (value - mean[i % width]!) / spread : 0;
    });
  const { weight, bias } = minimiseLogistic(standardised(columns), width, targets, classes, {
    c,
    classWeight: "balanced",
  });
  return (asked) => {
    const table = standardised(asked);
    const scores = new Float64Array((table.length / width) * classes);
    for (let i = 0; i < scores.length; i++) {
      const [row, k] = [Math.floor(i / classes), i % classes];
      let logit = bias[k]!;
      for (let j = 0; j < width; j++) logit += table[row * width + j]! * weight[k * width + j]!;
      scores[i] = logit;
    }
    softmaxRows(scores, classes);
    return scores;
  };
}
