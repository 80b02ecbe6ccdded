import fc from "fast-check";
import { expect, test } from "vitest";
import {
  clusterBootstrap,
  effectiveNumber,
  percentile,
  wilsonInterval,
  withoutCertainty,
} from "../../src/math/intervals.ts";
import { createRandom } from "../../src/math/random.ts";
import { statistics } from "../support/statistics-fixture.ts";

test.each(statistics.wilson)(
  "Wilson's interval of $correct of $total equals SciPy's",
  ({ correct, total, low, high }) => {
    const interval = wilsonInterval(correct / total, total);
    expect(Math.abs(interval.low - low)).toBeLessThan(1e-12);
    expect(Math.abs(interval.high - high)).toBeLessThan(1e-12);
  },
);

test("Wilson's interval lies within [0, 1], holds the share and widens as the number falls", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0.01, max: 1e6, noNaN: true }),
      (share, number) => {
        const { low, high } = wilsonInterval(share, number);
        const wider = wilsonInterval(share, number / 2);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(high).toBeLessThanOrEqual(1);
        expect(low).toBeLessThanOrEqual(share + 1e-12);
        expect(high).toBeGreaterThanOrEqual(share - 1e-12);
        expect(wider.high - wider.low).toBeGreaterThanOrEqual(high - low - 1e-12);
      },
    ),
    { seed: 1 },
  );
});

test("answers in places of their own count fully, answers of one place for little more than three", () => {
  expect(effectiveNumber([1, 1, 1, 1])).toBe(4);
  // Algebra: one cluster of n gives n / (1 + 0.3 (n-1)), which tends to 1/0.3.
  expect(effectiveNumber([10])).toBeCloseTo(10 / 3.7, 12);
  expect(effectiveNumber([100000])).toBeCloseTo(1 / 0.3, 3);
  // m = (25 + 25 + 16 + 16) / 18
  expect(effectiveNumber([5, 5, 4, 4])).toBeCloseTo(18 / (1 + (82 / 18 - 1) * 0.3), 12);
  expect(effectiveNumber([0, 3, 0])).toBe(effectiveNumber([3]));
});

test("the effective number lies between one and the number, whatever the sizes", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 40 }), (sizes) => {
      const n = sizes.reduce((a, b) => a + b, 0);
      const number = effectiveNumber(sizes);
      expect(number).toBeGreaterThanOrEqual(1 - 1e-12);
      expect(number).toBeLessThanOrEqual(n + 1e-9);
    }),
    { seed: 2 },
  );
});

test("percentiles equal NumPy's", () => {
  const { values, shares, expected } = statistics.percentile;
  for (const [i, share] of shares.entries()) expect(percentile(values, share)).toBeCloseTo(expected[i]!, 12);
});

test("the bootstrap of a mean agrees with SciPy's percentile bootstrap", () => {
  const { values, low, high } = statistics.bootstrapOfMean;
  const mean = (drawn: Uint32Array): number => drawn.reduce((a, i) => a + values[i]!, 0) / drawn.length;
  const interval = clusterBootstrap(values.length, mean, { random: createRandom(4), resamples: 20000 });
  // Both ends are Monte Carlo; 2 % of the width is several of their standard errors.
  expect(Math.abs(interval!.low - low)).toBeLessThan(0.02 * (high - low));
  expect(Math.abs(interval!.high - high)).toBeLessThan(0.02 * (high - low));
});

test("the same seed gives the same bootstrap, another seed another", () => {
  const statistic = (drawn: Uint32Array): number => drawn.reduce((a, i) => a + i * i, 0);
  const of = (seed: number) => clusterBootstrap(12, statistic, { random: createRandom(seed), resamples: 500 });
  expect(of(1)).toEqual(of(1));
  expect(of(1)).not.toEqual(of(2));
});

test("draws where the figure is not defined are repeated; where it hardly ever is, there is no interval", () => {
  const withFirst = (drawn: Uint32Array): number | null => (drawn.includes(0) ? drawn[0]! : null);
  expect(clusterBootstrap(10, withFirst, { random: createRandom(1) })).not.toBeNull();
  expect(clusterBootstrap(10, () => null, { random: createRandom(1), resamples: 50 })).toBeNull();
});

test("resamples that all agree leave no certainty: Wilson's bound where all is right or all wrong", () => {
  // Wilson 1927: with a share of 1 the lower end is n / (n + z^2). SciPy's binomtest(30, 30).proportion_ci(method="wilson") gives 0.886487.
  expect(withoutCertainty({ low: 1, high: 1 }, 30)).toEqual({ low: expect.closeTo(0.886487, 5), high: 1 });
  expect(withoutCertainty({ low: 0, high: 0 }, 30)).toEqual({ low: 0, high: expect.closeTo(0.113513, 5) });
  expect(withoutCertainty({ low: 0.9, high: 1 }, 30)).toEqual({ low: 0.9, high: 1 });
});
