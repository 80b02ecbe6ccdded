// How like the labels a patch is: the distance of its frozen features to the nearest labelled patch, held against how far the labels
// themselves lie from their nearest. Knows no classes and no screen.
// Rule: a patch is unlike the labels where it is further from all of them than any of them is from its nearest other. Of patches drawn as
// the labels were, about one in (labels + 1) is called so too: the largest of n + 1 distances is as often its as any other's.
import { Fault } from "../base/fault.ts";
import type { Familiarity } from "../protocol/trust-api.ts";

/** Fewer say nothing of what is usual. */
export const fewestForFamiliarity = 10;

/** @param labelled [labels, F] row-major @param features [F] of the patch */
export function familiarityOf(labelled: Float32Array, features: Float32Array): Familiarity {
  const width = features.length;
  if (width === 0 || labelled.length % width !== 0)
    throw new Fault("invalid", "Features of labels and patch differ in length.");
  const count = labelled.length / width;
  if (count < fewestForFamiliarity) return { kind: "too-few", labels: count };
  const row = (i: number): Float32Array => labelled.subarray(i * width, (i + 1) * width);
  let distance = Number.POSITIVE_INFINITY;
  const nearest = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < count; i++) {
    distance = Math.min(distance, between(row(i), features));
    for (let j = i + 1; j < count; j++) {
      const apart = between(row(i), row(j));
      nearest[i] = Math.min(nearest[i] ?? apart, apart);
      nearest[j] = Math.min(nearest[j] ?? apart, apart);
    }
  }
  return { kind: "known", labels: count, distance, limit: nearest.reduce((most, value) => Math.max(most, value), 0) };
}

function between(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return Math.sqrt(sum);
}
