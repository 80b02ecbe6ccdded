// What every few-label head is fitted on, and the centring all of them share. Knows no model and no classes' names.
import { assert } from "../../base/fault.ts";

/** `features` is [rows, width] row-major; `targets[i]` is the class index of row i, 0..classes-1. */
export type HeadExamples = Readonly<{
  features: Float32Array;
  width: number;
  targets: ArrayLike<number>;
  classes: number;
}>;

/** Rows of a table of features; asserts that the table is whole. */
export function rowsOf(features: Float32Array, width: number): number {
  assert(width > 0 && features.length % width === 0, `${features.length} features are no rows of ${width}`);
  return features.length / width;
}
