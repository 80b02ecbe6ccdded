// Reference values of scikit-learn, SciPy and NumPy (test/fixtures/statistics/make.py), as typed data.
import { readFileSync } from "node:fs";

type Fixture = Readonly<{
  metrics: readonly Readonly<{
    classes: number;
    truth: readonly number[];
    answered: readonly number[];
    scores: readonly number[];
    confusion: readonly (readonly number[])[];
    recalls: Readonly<Record<string, number>>;
    accuracy: number;
    balancedAccuracy: number;
    macroF1: number;
    logLoss: number;
    ece15: number;
    ece10: number;
  }>[];
  wilson: readonly Readonly<{ correct: number; total: number; low: number; high: number }>[];
  percentile: Readonly<{ values: readonly number[]; shares: readonly number[]; expected: readonly number[] }>;
  bootstrapOfMean: Readonly<{ values: readonly number[]; low: number; high: number }>;
  logistic: readonly Readonly<{
    classes: number;
    width: number;
    classWeight: "none" | "balanced";
    targets: readonly number[];
    features: readonly number[];
    test: readonly number[];
    centre: readonly number[];
    scores: readonly number[];
    coefficients: readonly number[];
    intercepts: readonly number[];
    centroidScores: readonly number[];
  }>[];
}>;

export const statistics: Fixture = JSON.parse(
  readFileSync(new URL("../fixtures/statistics/statistics.json", import.meta.url), "utf8"),
);

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) throw new Error(`${a.length} values against ${b.length}`);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
