// How far a mean over draws can be trusted when every draw is judged on the same test images: both are resampled together. Knows who was
// right where; no method.
import { assert } from "../../base/fault.ts";
import { type Bounds, percentile } from "../../math/intervals.ts";
import { integer, type Random } from "../../math/random.ts";

/** `right[draw][image]`: 1 where the answer was right. `truth` and `unit` of every image; units are resampled whole. */
export type Crossed = Readonly<{
  right: readonly Uint8Array[];
  truth: readonly number[];
  units: readonly number[];
  classes: number;
}>;

/**
 * 95 % percentile interval of the mean over draws of balanced accuracy, resampling draws and (independently) whole units of test images
 * (Owen 2007, the pigeonhole bootstrap: conservative for crossed effects). With `against`, of the paired difference to another method on
 * the same draws and images. A resample without a class that has images is drawn again; null where nearly all are.
 */
export function crossedInterval(
  of: Crossed,
  against: Crossed | null,
  { random, resamples = 2000, level = 0.95 }: Readonly<{ random: Random; resamples?: number; level?: number }>,
): Bounds | null {
  const { right, truth, units, classes } = of;
  const draws = right.length;
  const images = truth.length;
  assert(draws > 0 && images > 0 && units.length === images, "draws and images to resample");
  assert(!against || (against.right.length === draws && against.truth.length === images), "the same draws and images");
  const gains = right.map((row, d) => {
    const other = against?.right[d];
    return Float64Array.from(row, (value, i) => value - (other?.[i] ?? 0));
  });
  const numbers = new Map<number, number>();
  for (const unit of units) if (!numbers.has(unit)) numbers.set(unit, numbers.size);
  const unitOf = Int32Array.from(units, (unit) => numbers.get(unit) ?? 0);
  const classOf = Int32Array.from(truth);
  const tested = [...new Set(truth)];
  const unitWeight = new Float64Array(numbers.size);
  const weight = new Float64Array(images);
  const values: number[] = [];
  for (let attempt = 0; values.length < resamples; attempt++) {
    if (attempt >= 10 * resamples) return null;
    unitWeight.fill(0);
    for (let i = 0; i < numbers.size; i++) unitWeight[integer(random, numbers.size)]! += 1;
    const inClass = new Float64Array(classes);
    for (let i = 0; i < images; i++) inClass[classOf[i]!]! += unitWeight[unitOf[i]!]!;
    if (tested.some((c) => inClass[c] === 0)) continue;
    for (let i = 0; i < images; i++) {
      weight[i] = unitWeight[unitOf[i]!]! / (inClass[classOf[i]!]! * tested.length);
    }
    let total = 0;
    for (let d = 0; d < draws; d++) {
      const row = gains[integer(random, draws)]!;
      for (let i = 0; i < images; i++) total += weight[i]! * row[i]!;
    }
    values.push(total / draws);
  }
  return { low: percentile(values, (1 - level) / 2), high: percentile(values, (1 + level) / 2) };
}

/** Who was right where, from the answers of every draw. */
export function crossedOf(
  answers: readonly (readonly number[])[],
  truth: readonly number[],
  units: readonly number[],
  classes: number,
): Crossed {
  const right = answers.map((row) => Uint8Array.from(row, (answer, i) => (answer === truth[i] ? 1 : 0)));
  return { right, truth, units, classes };
}
