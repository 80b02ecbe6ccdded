// Multinomial L2-regularised logistic regression on centred, L2-normalised features: the frozen baseline. Knows no model.
import { addScaled, dot, softmaxRows, spanOfRows, type Vector } from "../../math/linear-algebra.ts";
import type { Objective } from "../../math/minimise.ts";
import { minimise } from "../../math/minimise.ts";
import type { HeadExamples } from "./examples.ts";
import { centredUnitRows, centreOf, countsOf, rowsOf } from "./examples.ts";

/** `centre` [width]; `weight` [classes, width]; `bias` [classes] (-Infinity: a class without examples, never answered). */
export type LogisticHead = Readonly<{ centre: Float32Array; weight: Float64Array; bias: Float64Array }>;

export type LogisticOptions = Readonly<{
  /** Inverse strength of the L2 penalty, as scikit-learn's C. */
  c: number;
  /** "balanced": every class weighs the same in the loss, whatever its number of examples (scikit-learn's formula). */
  classWeight: "none" | "balanced";
}>;

export const logisticDefaults: LogisticOptions = { c: 10, classWeight: "balanced" };

/**
 * Minimises c * sum(w_i * -log softmax(W x_i + b)[y_i]) + penalty(W), biases free, by L-BFGS from zeros: scikit-learn's
 * `LogisticRegression(C=c, class_weight=...)` on the same centred unit rows. The penalty is 1/2 |W|^2; with exactly two classes
 * scikit-learn penalises the one vector w = W_1 - W_0 by 1/2 |w|^2, which in our two opposite rows is |W|^2.
 *
 * With far fewer rows than features it is solved in the rows' own span: the best W has no part outside it (the penalty alone would see
 * that part), so the answer is the same and a dozen labels cost a dozen numbers a row.
 */
export function fitLogistic(
  examples: HeadExamples,
  options: LogisticOptions = logisticDefaults,
  centre: Float32Array = centreOf(examples),
): LogisticHead {
  const { features, width, targets, classes } = examples;
  countsOf(examples);
  return { centre, ...minimiseLogistic(centredUnitRows(features, centre), width, targets, classes, options) };
}

/** The regression itself, on rows [rows, width] as they are. Answers `weight` [classes, width] and `bias` [classes]. */
export function minimiseLogistic(
  unit: Float64Array,
  width: number,
  targets: ArrayLike<number>,
  classes: number,
  options: LogisticOptions,
): Pick<LogisticHead, "weight" | "bias"> {
  const rows = targets.length;
  const counts = new Uint32Array(classes);
  for (let i = 0; i < rows; i++) counts[targets[i]!]! += 1;
  const present = Array.from(counts.keys()).filter((c) => counts[c]! > 0);
  const slot = new Map(present.map((c, i) => [c, i]));
  const target = Array.from({ length: rows }, (_, i) => slot.get(targets[i]!)!);
  const weights = Float64Array.from(target, (t) =>
    options.classWeight === "balanced" ? rows / (present.length * counts[present[t]!]!) : 1,
  );
  const span = 2 * rows <= width ? spanOfRows(unit, width) : null;
  const table = span ? { values: span.coordinates, width: span.rank } : { values: unit, width };
  const { x } = minimise(
    objectiveOf(table.values, table.width, target, weights, present.length, options.c),
    new Float64Array(present.length * (table.width + 1)),
    { tolerance: 1e-8, maxIterations: 1000 },
  );
  const weight = new Float64Array(classes * width);
  const bias = new Float64Array(classes).fill(Number.NEGATIVE_INFINITY);
  present.forEach((c, i) => {
    const found = x.subarray(i * table.width, (i + 1) * table.width);
    const out = weight.subarray(c * width, (c + 1) * width);
    if (span) for (const [k, direction] of span.basis.entries()) addScaled(out, found[k]!, direction);
    else out.set(found);
    bias[c] = x[present.length * table.width + i]!;
  });
  return { weight, bias };
}

/** x holds the weights [columns, width], then the biases [columns]. */
function objectiveOf(
  table: Float64Array,
  width: number,
  target: readonly number[],
  sampleWeights: Float64Array,
  columns: number,
  c: number,
): Objective {
  // Dividing by c * total keeps the gradient's size, and so the tolerance, independent of both (as scikit-learn does).
  const total = sampleWeights.reduce((a, w) => a + w, 0);
  const penalty = (columns === 2 ? 2 : 1) / (c * total);
  const biasAt = columns * width;
  const rowsIn = (values: Float64Array, count: number): readonly Float64Array[] =>
    Array.from({ length: count }, (_, i) => values.subarray(i * width, (i + 1) * width));
  const examples = rowsIn(table, target.length);
  const scores = new Float64Array(target.length * columns);
  return (x, gradient) => {
    const classRows = rowsIn(x, columns);
    const gradientRows = rowsIn(gradient, columns);
    examples.forEach((example, i) => {
      for (let k = 0; k < columns; k++) scores[i * columns + k] = dot(classRows[k]!, example) + x[biasAt + k]!;
    });
    softmaxRows(scores, columns);
    const weights = x.subarray(0, biasAt);
    let value = 0.5 * penalty * dot(weights, weights);
    gradient.fill(0);
    addScaled(gradient.subarray(0, biasAt), penalty, weights);
    examples.forEach((example, i) => {
      const share = sampleWeights[i]! / total;
      value -= share * Math.log(Math.max(scores[i * columns + target[i]!]!, Number.MIN_VALUE));
      for (let k = 0; k < columns; k++) {
        const residual = share * (scores[i * columns + k]! - (k === target[i] ? 1 : 0));
        addScaled(gradientRows[k]!, residual, example);
        gradient[biasAt + k]! += residual;
      }
    });
    return value;
  };
}

/** Softmax scores [rows, classes], row-major. `features` is [rows, width]. */
export function logisticScores(
  head: Readonly<{ centre: Float32Array; weight: Vector; bias: Vector }>,
  features: Float32Array,
): Float64Array {
  const width = head.centre.length;
  const classes = head.bias.length;
  const rows = rowsOf(features, width);
  const unit = centredUnitRows(features, head.centre);
  const scores = new Float64Array(rows * classes);
  for (let i = 0; i < rows; i++) {
    const x = unit.subarray(i * width, (i + 1) * width);
    for (let c = 0; c < classes; c++) {
      scores[i * classes + c] = dot(head.weight.subarray(c * width, (c + 1) * width), x) + head.bias[c]!;
    }
  }
  softmaxRows(scores, classes);
  return scores;
}
