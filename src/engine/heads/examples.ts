// What every few-label head is fitted on, and the centring all of them share. Knows no model and no classes' names.
import { assert, Fault } from "../../base/fault.ts";
import { addScaled, norm, normalise } from "../../math/linear-algebra.ts";

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

/** Examples of each class. Asserts that every target is a class and every row has a target. */
export function countsOf({ features, width, targets, classes }: HeadExamples): Uint32Array {
  const rows = rowsOf(features, width);
  assert(rows > 0 && targets.length === rows, `${targets.length} targets for ${rows} rows`);
  const counts = new Uint32Array(classes);
  for (let i = 0; i < rows; i++) {
    const target = targets[i]!;
    assert(Number.isInteger(target) && target >= 0 && target < classes, `target ${target} of ${classes} classes`);
    counts[target]! += 1;
  }
  return counts;
}

/**
 * The mean of the class means, [width]. With equally many examples a class it is the mean of all, as in SimpleShot; with twenty of
 * one and two of another it does not sit on top of the larger class, whose directions would be noise.
 */
export function centreOf(examples: HeadExamples): Float32Array {
  const { features, width, targets, classes } = examples;
  const counts = countsOf(examples);
  const present = counts.filter((n) => n > 0).length;
  const centre = new Float64Array(width);
  for (let i = 0; i < targets.length; i++) {
    addScaled(centre, 1 / (counts[targets[i]!]! * present), features.subarray(i * width, (i + 1) * width));
  }
  assert(classes > 0, "a head needs classes");
  return Float32Array.from(centre);
}

/**
 * Rows minus the centre, each scaled to length 1 (zeros where a row is the centre), in float64. Fault `runtime` where a feature is
 * no number: every class would look alike, and an answer would be made of nothing.
 */
export function centredUnitRows(features: Float32Array, centre: Float32Array): Float64Array {
  const width = centre.length;
  const rows = rowsOf(features, width);
  const out = new Float64Array(features.length);
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * width, (i + 1) * width);
    for (let j = 0; j < width; j++) row[j] = features[i * width + j]! - centre[j]!;
    if (!Number.isFinite(norm(row))) {
      throw new Fault(
        "runtime",
        "The model answered with values that are no numbers. Reload the page; if it happens again, use the processor instead of the GPU.",
      );
    }
    normalise(row);
  }
  return out;
}

/** [width]: the mean of rows nobody labelled. */
export function centreOfRows({ features, width }: Pick<HeadExamples, "features" | "width">): Float32Array {
  const rows = rowsOf(features, width);
  const sum = new Float64Array(width);
  for (let i = 0; i < features.length; i++) sum[i % width]! += features[i]! / rows;
  return Float32Array.from(sum);
}

/** Rows of a table [rows, width]. */
export function pickRows(table: Float32Array, width: number, of: readonly number[]): Float32Array {
  const out = new Float32Array(of.length * width);
  of.forEach((row, i) => {
    out.set(table.subarray(row * width, (row + 1) * width), i * width);
  });
  return out;
}
