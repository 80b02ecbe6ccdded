// Multinomial L2-regularised logistic regression on centred, L2-normalised features: the frozen baseline. Knows no model.
import { addScaled, dot, softmaxRows } from "../../math/linear-algebra.ts";
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
 */
export function fitLogistic(examples: HeadExamples, options: LogisticOptions = logisticDefaults): LogisticHead {
  const { features, width, targets, classes } = examples;
  const counts = countsOf(examples);
  const present = Array.from(counts.keys()).filter((c) => counts[c]! > 0);
  const centre = centreOf(examples);
  const unit = centredUnitRows(features, centre);
  const rows = targets.length;
  const columns = present.length;
  const slot = new Map(present.map((c, i) => [c, i]));
  const target = Array.from({ length: rows }, (_, i) => slot.get(targets[i]!)!);
  const weightOf = Float64Array.from(target, (t) =>
    options.classWeight === "balanced" ? rows / (columns * counts[present[t]!]!) : 1,
  );
  // Dividing by c * total keeps the gradient's size, and so the tolerance, independent of both (as scikit-learn does).
  const total = weightOf.reduce((a, w) => a + w, 0);
  const penalty = (columns === 2 ? 2 : 1) / (options.c * total);
  const biasAt = columns * width;
  const row = (table: Float64Array, i: number): Float64Array => table.subarray(i * width, (i + 1) * width);
  const scores = new Float64Array(rows * columns);
  const exampleRows = Array.from({ length: rows }, (_, i) => row(unit, i));

  const objective = (x: Float64Array, gradient: Float64Array): number => {
    const classRows = present.map((_, c) => row(x, c));
    const gradientRows = present.map((_, c) => row(gradient, c));
    exampleRows.forEach((example, i) => {
      for (let c = 0; c < columns; c++) scores[i * columns + c] = dot(classRows[c]!, example) + x[biasAt + c]!;
    });
    softmaxRows(scores, columns);
    const weights = x.subarray(0, biasAt);
    let value = 0.5 * penalty * dot(weights, weights);
    gradient.fill(0);
    addScaled(gradient.subarray(0, biasAt), penalty, weights);
    for (let i = 0; i < rows; i++) {
      const share = weightOf[i]! / total;
      value -= share * Math.log(Math.max(scores[i * columns + target[i]!]!, Number.MIN_VALUE));
      for (let c = 0; c < columns; c++) {
        const residual = share * (scores[i * columns + c]! - (c === target[i] ? 1 : 0));
        addScaled(gradientRows[c]!, residual, exampleRows[i]!);
        gradient[biasAt + c]! += residual;
      }
    }
    return value;
  };

  const { x } = minimise(objective, new Float64Array(biasAt + columns), { tolerance: 1e-8, maxIterations: 1000 });
  const weight = new Float64Array(classes * width);
  const bias = new Float64Array(classes).fill(Number.NEGATIVE_INFINITY);
  present.forEach((c, i) => {
    weight.set(row(x, i), c * width);
    bias[c] = x[biasAt + i]!;
  });
  return { centre, weight, bias };
}

/** Softmax scores [rows, classes], row-major. `features` is [rows, width]. */
export function logisticScores(head: LogisticHead, features: Float32Array): Float64Array {
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
