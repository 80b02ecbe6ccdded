// Features measured in units of how much they differ between the views of one patch: directions that say how a patch lies count little.
// Knows rows of features and views; no classes and no labels.
import { assert } from "../../base/fault.ts";
import { choleskyOf, solveLower, type Vector } from "../../math/linear-algebra.ts";
import { rowsOf } from "./examples.ts";
import { patchCount, type ViewTable } from "./view-table.ts";

/** `covariance` [width, width], symmetric: of the features of one patch over its views, pooled over patches. */
export type ViewSpread = Readonly<{ covariance: Float64Array; width: number }>;

/**
 * The sum over patches of (view - the patch's mean)(view - the patch's mean)^T, over patches * (views - 1). `of`: the patches it is
 * made of; no class of theirs is needed. Null where nothing can be said: no patch, or one view only.
 */
export function viewSpread(table: ViewTable, of: readonly number[]): ViewSpread | null {
  const { values, views, width } = table;
  const patches = patchCount(table);
  if (of.length === 0 || views < 2) return null;
  const samples = of.length * views;
  // [width, samples]: what is multiplied below lies side by side.
  const rests = new Float64Array(width * samples);
  of.forEach((patch, i) => {
    assert(patch >= 0 && patch < patches, `patch ${patch} of ${patches}`);
    for (let j = 0; j < width; j++) {
      const at = patch * views * width + j;
      let mean = 0;
      for (let view = 0; view < views; view++) mean += values[at + view * width]! / views;
      for (let view = 0; view < views; view++)
        rests[j * samples + i * views + view] = values[at + view * width]! - mean;
    }
  });
  const covariance = new Float64Array(width * width);
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let s = 0; s < samples; s++) sum += rests[i * samples + s]! * rests[j * samples + s]!;
      covariance[i * width + j] = covariance[j * width + i] = sum / (of.length * (views - 1));
    }
  }
  return { covariance, width };
}

/** `factor` [width, width], lower triangular: the inverse of it whitens. */
export type Whitening = Readonly<{ factor: Vector; width: number }>;

/** The ridge that is used where nothing is chosen. */
export const usualShrinkage = 0.1;

/**
 * Within-class covariance normalisation (Hatch & Stolcke 2006, "Generalized linear kernels for one-versus-all classification"), the class
 * being one patch and its members the views. With R the spread and m the mean of its eigenvalues (its trace over its width), L is the
 * Cholesky factor of R + shrinkage * m * I, a ridge in the manner of Ledoit & Wolf (2004). Of all whitenings the symmetric one
 * (R + shrinkage * m * I)^-1/2 differs from L^-1 by a rotation only, which changes no length, no angle and so no answer of a head here;
 * this one needs no eigenvectors. Views that never differ say nothing: rows then stay as they are.
 */
export function fitWhitening({ covariance, width }: ViewSpread, shrinkage: number): Whitening {
  let trace = 0;
  for (let i = 0; i < width; i++) trace += covariance[i * width + i]!;
  const ridge = (shrinkage * trace) / width || 1;
  const shrunk = covariance.slice();
  for (let i = 0; i < width; i++) shrunk[i * width + i]! += ridge;
  return { factor: choleskyOf(shrunk, width), width };
}

/** Rows [rows, width]: L^-1 (row - centre) each. `centre` [width] is a row as it is before whitening. */
export function whiten({ factor, width }: Whitening, features: Float32Array, centre: Float32Array): Float32Array {
  assert(centre.length === width, `a centre of ${centre.length} for features of ${width}`);
  const rows = rowsOf(features, width);
  const out = new Float32Array(features.length);
  const row = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < width; j++) row[j] = features[i * width + j]! - centre[j]!;
    solveLower(factor, row);
    out.set(row, i * width);
  }
  return out;
}
