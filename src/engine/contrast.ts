// A loss that needs no labels: two views of one patch should have features alike, and unlike those of all other patches (InfoNCE as in
// SimCLR, Chen et al. 2020, without a projector). Knows rows of features; no network and no pixels.
import { assert } from "../base/fault.ts";

/**
 * `features` [2n, F] row-major, row i and row i+n two views of one patch; they are centred with `centre` [F] and scaled to length 1.
 * `loss`: the mean over rows of -log softmax(cosines / temperature) at the other view, a row left out of its own softmax. `pull` [2n, F]:
 * its derivative with respect to `features`. Float64 inside.
 */
export function contrast(
  features: Float32Array,
  centre: Float32Array,
  temperature: number,
): Readonly<{ loss: number; pull: Float32Array }> {
  const width = centre.length;
  const rows = features.length / width;
  assert(Number.isInteger(rows) && rows >= 4 && rows % 2 === 0, "two views of two patches at least");
  const unit = new Float64Array(rows * width);
  const lengths = new Float64Array(rows);
  for (let i = 0; i < rows; i++) {
    let square = 0;
    for (let f = 0; f < width; f++) {
      const value = features[i * width + f]! - centre[f]!;
      unit[i * width + f] = value;
      square += value * value;
    }
    const length = Math.sqrt(square + 1e-12);
    lengths[i] = length;
    for (let f = 0; f < width; f++) unit[i * width + f]! /= length;
  }
  // [2n, 2n]: the derivative with respect to the cosines over the temperature.
  const slopes = new Float64Array(rows * rows);
  let loss = 0;
  for (let i = 0; i < rows; i++) {
    const other = (i + rows / 2) % rows;
    const scores = new Float64Array(rows);
    let most = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < rows; j++) {
      if (j === i) continue;
      scores[j] = dot(unit, i * width, unit, j * width, width) / temperature;
      most = Math.max(most, scores[j]!);
    }
    let sum = 0;
    for (let j = 0; j < rows; j++) if (j !== i) sum += Math.exp(scores[j]! - most);
    loss += (most + Math.log(sum) - scores[other]!) / rows;
    for (let j = 0; j < rows; j++) {
      if (j === i) continue;
      slopes[i * rows + j] = (Math.exp(scores[j]! - most) / sum - (j === other ? 1 : 0)) / rows;
    }
  }
  const pull = new Float32Array(features.length);
  const toUnit = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    toUnit.fill(0);
    for (let j = 0; j < rows; j++) {
      const slope = (slopes[i * rows + j]! + slopes[j * rows + i]!) / temperature;
      if (slope !== 0) for (let f = 0; f < width; f++) toUnit[f]! += slope * unit[j * width + f]!;
    }
    // Along the feature itself nothing changes: only its direction counts.
    const along = dot(toUnit, 0, unit, i * width, width);
    for (let f = 0; f < width; f++) pull[i * width + f] = (toUnit[f]! - along * unit[i * width + f]!) / lengths[i]!;
  }
  return { loss, pull };
}

function dot(a: Float64Array, from: number, b: Float64Array, at: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += a[from + i]! * b[at + i]!;
  return sum;
}
