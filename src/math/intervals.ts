// How far a figure can be trusted: Wilson's interval, the effective number of clustered answers, the cluster bootstrap.
// Knows no labels; says nothing where there is nothing to say.
import { assert } from "../base/fault.ts";
import type { Random } from "./random.ts";
import { integer } from "./random.ts";

export type Bounds = Readonly<{ low: number; high: number }>;

/** 97.5 % point of the standard normal distribution. */
export const z95 = 1.959963984540054;

/**
 * Wilson's score interval without continuity correction (Wilson 1927, eq. 4; scipy `proportion_ci(method="wilson")`), always within
 * [0, 1]. `share` is the share right, `number` how many independent trials it stands on (need not be whole, must be above 0).
 */
export function wilsonInterval(share: number, number: number, z: number = z95): Bounds {
  assert(share >= 0 && share <= 1 && number > 0, `Wilson's interval of ${share} of ${number}`);
  const z2 = z * z;
  const middle = (share + z2 / (2 * number)) / (1 + z2 / number);
  const half = (z * Math.sqrt((share * (1 - share)) / number + z2 / (4 * number * number))) / (1 + z2 / number);
  // Exact ends at 0 and 1, which rounding would otherwise miss by an ulp either way.
  return { low: share === 0 ? 0 : Math.max(0, middle - half), high: share === 1 ? 1 : Math.min(1, middle + half) };
}

/** Correlation of the answers within one unit that intervals reckon with. */
export const withinUnitCorrelation = 0.3;

/**
 * How many independent answers n answers in clusters are worth: n / (1 + (m - 1) * 0.3), m = sum(size^2) / n (Kish's design effect
 * with unequal clusters). Sizes of 1 give n. `sizes` must hold something.
 */
export function effectiveNumber(sizes: readonly number[], correlation: number = withinUnitCorrelation): number {
  const n = sizes.reduce((a, s) => a + s, 0);
  assert(n > 0, "an effective number needs answers");
  const m = sizes.reduce((a, s) => a + s * s, 0) / n;
  return n / (1 + (m - 1) * correlation);
}

/**
 * Resamples that all agree (30 right of 30) leave a percentile interval without width: a certainty that no sample gives. Then, at either
 * end of what is possible, Wilson's interval for that share of `number` independent trials; otherwise `bounds` as they are.
 */
export function withoutCertainty(bounds: Bounds, number: number): Bounds {
  return bounds.low === bounds.high && (bounds.low === 0 || bounds.low === 1)
    ? wilsonInterval(bounds.low, number)
    : bounds;
}

/** Percentile by linear interpolation between order statistics (numpy's default). `share` in [0, 1]; NaN of nothing. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  return Math.min(high, low + (high - low) * (at - below));
}

export type BootstrapOptions = Readonly<{ random: Random; resamples?: number; level?: number }>;

/**
 * Percentile bootstrap that draws whole units with replacement (Field & Welsh 2007). `statistic` gets the drawn units' indices and
 * answers null where the figure is not defined for them (a class is missing): such a draw is repeated. Null when fewer than one
 * draw in ten is defined, since then what is left is no sample of anything.
 */
export function clusterBootstrap(
  units: number,
  statistic: (drawn: Uint32Array) => number | null,
  { random, resamples = 2000, level = 0.95 }: BootstrapOptions,
): Bounds | null {
  assert(units > 0, "a bootstrap needs units");
  const drawn = new Uint32Array(units);
  const values: number[] = [];
  for (let attempt = 0; values.length < resamples; attempt++) {
    if (attempt >= 10 * resamples) return null;
    for (let i = 0; i < units; i++) drawn[i] = integer(random, units);
    const value = statistic(drawn);
    if (value !== null) values.push(value);
  }
  return { low: percentile(values, (1 - level) / 2), high: percentile(values, (1 + level) / 2) };
}

/** Mean, standard deviation (ddof 0) and percentile interval of a statistic over resamples of its cases. */
export type BootstrapSummary = Bounds & Readonly<{ mean: number; deviation: number; resamples: number }>;

/**
 * GPFM's way of reporting one test set (mean and standard deviation over 1000 bootstraps), with the percentile interval beside it.
 * Null as for {@link clusterBootstrap}.
 */
export function bootstrapSummary(
  units: number,
  statistic: (drawn: Uint32Array) => number | null,
  { random, resamples = 1000, level = 0.95 }: BootstrapOptions,
): BootstrapSummary | null {
  const values: number[] = [];
  const keep = (drawn: Uint32Array): number | null => {
    const value = statistic(drawn);
    if (value !== null) values.push(value);
    return value;
  };
  const bounds = clusterBootstrap(units, keep, { random, resamples, level });
  if (!bounds) return null;
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { ...bounds, mean, deviation: Math.sqrt(variance), resamples: values.length };
}
