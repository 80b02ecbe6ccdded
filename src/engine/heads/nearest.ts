// Two answers that keep the labelled patches themselves: k nearest neighbours, and a key/value cache. Knows features and classes; no model.
import { assert } from "../../base/fault.ts";
import { dot, softmaxRows } from "../../math/linear-algebra.ts";
import type { HeadExamples } from "./examples.ts";
import { centredUnitRows, centreOf, countsOf, rowsOf } from "./examples.ts";

/** Keys are the centred unit rows of the labelled patches. */
export type Memory = Readonly<{
  centre: Float32Array;
  keys: Float64Array;
  width: number;
  targets: ArrayLike<number>;
  classes: number;
  counts: Uint32Array;
}>;

/** `centre`: another one than the labels' own, [width]. */
export function remember(examples: HeadExamples, centre: Float32Array = centreOf(examples)): Memory {
  const { features, width, targets, classes } = examples;
  return { centre, keys: centredUnitRows(features, centre), width, targets, classes, counts: countsOf(examples) };
}

/** Cosine of every asked row with every key, [rows, keys]. */
function cosines({ keys, width, centre, targets }: Memory, features: Float32Array): Float64Array {
  const asked = centredUnitRows(features, centre);
  const rows = rowsOf(features, width);
  const out = new Float64Array(rows * targets.length);
  for (let i = 0; i < rows; i++) {
    const row = asked.subarray(i * width, (i + 1) * width);
    for (let key = 0; key < targets.length; key++) {
      out[i * targets.length + key] = dot(row, keys.subarray(key * width, (key + 1) * width));
    }
  }
  return out;
}

/**
 * Share of the k nearest (by cosine) in each class, [rows, classes]: scikit-learn's `KNeighborsClassifier(metric="cosine")`. Of equally
 * near keys the earlier one counts. `k` beyond the number of keys is all of them.
 */
export function neighbourVotes(memory: Memory, features: Float32Array, k: number): Float64Array {
  const { targets, classes, width } = memory;
  const near = cosines(memory, features);
  const rows = rowsOf(features, width);
  const keys = targets.length;
  const count = Math.min(k, keys);
  const votes = new Float64Array(rows * classes);
  const order = new Uint32Array(keys);
  for (let i = 0; i < rows; i++) {
    const row = near.subarray(i * keys, (i + 1) * keys);
    for (let key = 0; key < keys; key++) order[key] = key;
    order.sort((a, b) => row[b]! - row[a]! || a - b);
    for (const key of order.subarray(0, count)) votes[i * classes + targets[key]!]! += 1 / count;
  }
  return votes;
}

/**
 * Votes with one further vote that is shared out by the cache: no class is impossible because none of k neighbours has it, and of
 * equally many votes the nearer ones win.
 */
export function neighbourScores(memory: Memory, features: Float32Array, k: number, sharpness: number): Float64Array {
  const votes = neighbourVotes(memory, features, k);
  const count = Math.min(k, memory.targets.length);
  const prior = cacheScores(memory, features, sharpness);
  return votes.map((vote, i) => (count * vote + prior[i]!) / (count + 1));
}

/**
 * A key/value cache (Tip-Adapter, Zhang et al. 2022, eq. 4, without a text branch): affinity exp(-sharpness * (1 - cosine)) to every
 * key, averaged within each class so that more labels of one are no reason for it, normalised to sum 1. A class without labels gets 0.
 */
export function cacheScores(memory: Memory, features: Float32Array, sharpness: number): Float64Array {
  assert(sharpness > 0, "a cache has a sharpness");
  const { targets, classes, width, counts } = memory;
  const near = cosines(memory, features);
  const rows = rowsOf(features, width);
  const keys = targets.length;
  // In logarithms: with a high sharpness every affinity may be below what a float64 holds.
  const logits = new Float64Array(rows * classes).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < rows; i++) {
    let largest = Number.NEGATIVE_INFINITY;
    for (let key = 0; key < keys; key++) largest = Math.max(largest, near[i * keys + key]!);
    const sums = new Float64Array(classes);
    for (let key = 0; key < keys; key++) {
      sums[targets[key]!]! += Math.exp(sharpness * (near[i * keys + key]! - largest)) / counts[targets[key]!]!;
    }
    for (let c = 0; c < classes; c++) logits[i * classes + c] = Math.log(sums[c]!);
  }
  softmaxRows(logits, classes);
  return logits;
}
