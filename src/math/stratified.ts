// Accuracy and areas of a map from a random sample drawn within each predicted class (Olofsson et al. 2014, Remote Sensing of
// Environment 148, 42-57, equations 1 to 11), with the correction for drawing without replacement. Knows no map and no slide.

import { type Bounds, wilsonInterval, z95 } from "./intervals.ts";

/**
 * `value` with the half width of its 95 % interval by the paper's normal approximation, both as shares; null half width where a stratum
 * has fewer than two. `bounds`: 95 % too, and what samples are shown with. The normal interval of 30 right of 30 has no width at all;
 * this one is Wilson's at the effective number of the design (after Korn & Graubard 1998, Survey Methodology 24, 193-201), whose
 * variance is taken at shares drawn towards a half, (found + 1) / (n + 2), so that a stratum without an error still counts as unsure.
 */
export type Share = Readonly<{ value: number; halfWidth: number | null; bounds: Bounds }>;

/** Row h: patches the map calls h (`size` of them), of which a sample was looked at: `found[k]` were k. */
export type Stratum = Readonly<{ size: number; found: readonly number[] }>;

export type MapAccuracy = Readonly<{
  /** Share of all patches that are called right. */
  overall: Share;
  /** Of each class: the share of what is called so that is so. null: none was looked at. */
  precision: readonly (Share | null)[];
  /** Of each class: its share of all patches, corrected by what was found. */
  area: readonly Share[];
}>;

/**
 * `strata[h].found` has one count for each class; strata of size 0 are skipped. Throws nothing; a stratum that is not empty and of
 * which nothing was looked at makes overall and areas unknown (null).
 */
export function mapAccuracy(strata: readonly Stratum[]): MapAccuracy | null {
  const total = strata.reduce((sum, { size }) => sum + size, 0);
  if (total === 0 || strata.some(({ size, found }) => size > 0 && seen(found) === 0)) return null;
  const shares = strata.map(({ size }) => size / total);
  /** sum_h W_h p_h and its variance: sum_h W_h^2 (1 - n/N) p (1 - p) / (n - 1). */
  const combined = (countOf: (stratum: Stratum, h: number) => number): Share => {
    let value = 0;
    let variance: number | null = 0;
    let [smooth, spread] = [0, 0];
    strata.forEach((stratum, h) => {
      if (stratum.size === 0) return;
      const n = seen(stratum.found);
      const p = countOf(stratum, h) / n;
      const w = shares[h] ?? 0;
      value += w * p;
      const own = varianceOf(p, n, stratum.size);
      variance = variance === null || own === null ? null : variance + w * w * own;
      const q = (countOf(stratum, h) + 1) / (n + 2);
      smooth += w * q;
      spread += (w * w * q * (1 - q)) / drawnNumber(n, stratum.size);
    });
    // Shares of strata add up to 1 but for the last bit.
    value = Math.min(1, value);
    const bounds = spread > 0 ? wilsonInterval(value, (smooth * (1 - smooth)) / spread) : { low: value, high: value };
    return { value, halfWidth: variance === null ? null : z95 * Math.sqrt(variance), bounds };
  };
  return {
    overall: combined(({ found }, h) => found[h] ?? 0),
    precision: strata.map(({ size, found }, h) => {
      const n = seen(found);
      if (size === 0 || n === 0) return null;
      const value = (found[h] ?? 0) / n;
      const variance = varianceOf(value, n, size);
      const halfWidth = variance === null ? null : z95 * Math.sqrt(variance);
      const number = drawnNumber(n, size);
      const bounds = number < Number.POSITIVE_INFINITY ? wilsonInterval(value, number) : { low: value, high: value };
      return { value, halfWidth, bounds };
    }),
    area: strata.map((_, k) => combined(({ found }) => found[k] ?? 0)),
  };
}

const seen = (found: readonly number[]): number => found.reduce((a, b) => a + b, 0);

/** null where one sample tells nothing of the spread; 0 where all were looked at. */
function varianceOf(p: number, n: number, size: number): number | null {
  if (n >= size) return 0;
  return n < 2 ? null : ((1 - n / size) * p * (1 - p)) / (n - 1);
}

/** What `n` drawn without replacement from `size` are worth, drawn with replacement; infinite where all were looked at. */
const drawnNumber = (n: number, size: number): number =>
  n >= size ? Number.POSITIVE_INFINITY : (n * (size - 1)) / (size - n);

/**
 * How many to draw from each stratum: `least` of each (or all there are), the rest in proportion to size. The sum is `wanted`, more
 * where `least` asks for more, less where there are not so many.
 */
export function allocate(sizes: readonly number[], wanted: number, least: number): readonly number[] {
  const counts = sizes.map((size) => Math.min(size, least));
  const free = (): number => wanted - counts.reduce((a, b) => a + b, 0);
  const total = sizes.reduce((a, b) => a + b, 0);
  while (free() > 0) {
    // The stratum that is furthest below its share of what is wanted.
    let next = -1;
    let lack = Number.NEGATIVE_INFINITY;
    sizes.forEach((size, h) => {
      const own = counts[h] ?? 0;
      const missing = (wanted * size) / total - own;
      if (own < size && missing > lack) [next, lack] = [h, missing];
    });
    if (next === -1) break;
    counts[next] = (counts[next] ?? 0) + 1;
  }
  return counts;
}
