// Class centroids on centred, L2-normalised features (SimpleShot, Wang et al. 2019): the instant head, and every tuned head's start.
// Knows no model; the cosine head it gives is the one a prompt set stores.
import { addScaled, dot, norm, normalise, softmaxRows } from "../../math/linear-algebra.ts";
import type { HeadExamples } from "./examples.ts";
import { centredUnitRows, centreOf, countsOf, rowsOf } from "./examples.ts";

/**
 * logits = temperature * cosine(feature - centre, weight[class]). `centre` is [width], `weight` [classes, width] row-major; its rows'
 * length does not matter. A row of zeros is a class without examples: it is never answered.
 */
export type CosineHead = Readonly<{ centre: Float32Array; weight: Float32Array; temperature: number }>;

/** Centroids of the centred unit features, scaled to length 1. `centre`: another one than the labels' own, [width]. */
export function fitCentroids(
  examples: HeadExamples,
  temperature: number,
  centre: Float32Array = centreOf(examples),
): CosineHead {
  const { features, width, targets, classes } = examples;
  const counts = countsOf(examples);
  const unit = centredUnitRows(features, centre);
  const weight = new Float64Array(classes * width);
  const rowOf = (table: Float64Array, i: number): Float64Array => table.subarray(i * width, (i + 1) * width);
  for (let i = 0; i < targets.length; i++) {
    addScaled(rowOf(weight, targets[i]!), 1 / counts[targets[i]!]!, rowOf(unit, i));
  }
  for (let c = 0; c < classes; c++) normalise(rowOf(weight, c));
  return { centre, weight: Float32Array.from(weight), temperature };
}

/** Softmax scores [rows, classes], row-major; each row sums to 1. `features` is [rows, width]. */
export function cosineScores(head: CosineHead, features: Float32Array): Float64Array {
  const width = head.centre.length;
  const classes = rowsOf(head.weight, width);
  const unit = centredUnitRows(features, head.centre);
  const rows = rowsOf(features, width);
  const scores = new Float64Array(rows * classes);
  for (let c = 0; c < classes; c++) {
    const weight = head.weight.subarray(c * width, (c + 1) * width);
    const length = norm(weight);
    for (let i = 0; i < rows; i++) {
      const cosine = dot(unit.subarray(i * width, (i + 1) * width), weight) / length;
      scores[i * classes + c] = length > 0 ? head.temperature * cosine : Number.NEGATIVE_INFINITY;
    }
  }
  softmaxRows(scores, classes);
  return scores;
}
