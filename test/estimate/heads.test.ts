import { describe, expect, test } from "vitest";
import { cosineScores, fitCentroids } from "../../src/engine/heads/centroid.ts";
import { fitLogistic, logisticScores } from "../../src/engine/heads/logistic.ts";
import { argmaxOfRow } from "../../src/math/metrics.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { largestDifference, statistics } from "../support/statistics-fixture.ts";

describe.each(statistics.logistic.map((c) => [`${c.classes} classes, weights ${c.classWeight}`, c] as const))(
  "with %s",
  (_, c) => {
    const examples = { ...c, features: Float32Array.from(c.features) };
    const asked = Float32Array.from(c.test);

    test("logistic regression equals scikit-learn's to 1e-4 in coefficients and scores", () => {
      const head = fitLogistic(examples, { c: 10, classWeight: c.classWeight });
      expect(largestDifference(head.centre, c.centre)).toBeLessThan(1e-6);
      expect(largestDifference(logisticScores(head, asked), c.scores)).toBeLessThan(1e-4);
      const rowsOf = (table: ArrayLike<number>, width: number): number[][] =>
        Array.from({ length: c.classes }, (_, i) => Array.from({ length: width }, (_, j) => table[i * width + j]!));
      const ours = rowsOf(head.weight, c.width);
      const bias = [...head.bias];
      if (c.classes === 2) {
        const difference = ours[1]!.map((v, j) => v - ours[0]![j]!);
        expect(largestDifference(difference, c.coefficients)).toBeLessThan(1e-4);
        expect(Math.abs(bias[1]! - bias[0]! - c.intercepts[0]!)).toBeLessThan(1e-4);
      } else {
        expect(largestDifference(ours.flat(), c.coefficients)).toBeLessThan(1e-4);
        expect(largestDifference(bias, c.intercepts)).toBeLessThan(1e-4);
      }
    });

    test("centroid scores equal softmax(10 cosine) written in NumPy, and each row sums to 1", () => {
      const scores = cosineScores(fitCentroids(examples, 10), asked);
      expect(largestDifference(scores, c.centroidScores)).toBeLessThan(1e-5);
      for (let i = 0; i < 8; i++) {
        expect(scores.subarray(i * c.classes, (i + 1) * c.classes).reduce((a, b) => a + b)).toBeCloseTo(1, 12);
      }
    });

    test("the same examples give the same bits", () => {
      expect(fitLogistic(examples)).toEqual(fitLogistic(examples));
      expect(fitCentroids(examples, 10)).toEqual(fitCentroids(examples, 10));
    });
  },
);

describe("heads", () => {
  const random = createRandom(1);
  const width = 8;
  const around = (mean: number, n: number): number[] =>
    Array.from({ length: n * width }, (_, i) => (i % width === 0 ? mean : 0) + 0.1 * normal(random));

  test("a class without examples is never answered, whatever is asked", () => {
    const examples = {
      features: Float32Array.from([...around(1, 3), ...around(-1, 3)]),
      width,
      targets: [0, 0, 0, 2, 2, 2],
      classes: 3,
    };
    const asked = Float32Array.from(Array.from({ length: 40 * width }, () => normal(random)));
    for (const scores of [
      cosineScores(fitCentroids(examples, 10), asked),
      logisticScores(fitLogistic(examples), asked),
    ]) {
      for (let i = 0; i < 40; i++) expect(scores[i * 3 + 1]).toBe(0);
    }
  });

  test("one class alone is answered with certainty and nothing is NaN", () => {
    const examples = { features: Float32Array.from(around(1, 2)), width, targets: [1, 1], classes: 2 };
    const asked = Float32Array.from(around(0, 1));
    expect([...cosineScores(fitCentroids(examples, 10), asked)]).toEqual([0, 1]);
    expect([...logisticScores(fitLogistic(examples), asked)]).toEqual([0, 1]);
  });

  test("examples that are all the same give even scores, not NaN", () => {
    const examples = { features: new Float32Array(4 * width).fill(1), width, targets: [0, 0, 1, 1], classes: 2 };
    expect([...logisticScores(fitLogistic(examples), new Float32Array(width).fill(1))]).toEqual([0.5, 0.5]);
    const scores = cosineScores(fitCentroids(examples, 10), new Float32Array(width).fill(2));
    expect(scores.every(Number.isFinite)).toBe(true);
  });

  test("with twenty examples of one class and two of another, centroids still tell them apart", () => {
    const targets = [...new Array(20).fill(0), 1, 1];
    const examples = { features: Float32Array.from([...around(1, 20), ...around(-1, 2)]), width, targets, classes: 2 };
    const head = fitCentroids(examples, 10);
    const scores = cosineScores(head, Float32Array.from([...around(1, 20), ...around(-1, 20)]));
    for (let i = 0; i < 40; i++) expect(argmaxOfRow(scores, i, 2)).toBe(i < 20 ? 0 : 1);
  });

  test("a feature that is no number is a fault of the runtime, never an even answer", () => {
    const features = Float32Array.from(around(1, 4));
    const examples = { features, width, targets: [0, 0, 1, 1], classes: 2 };
    const head = fitCentroids(examples, 10);
    for (const broken of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const asked = features.slice(0, width).fill(broken, 2, 3);
      expect(() => cosineScores(head, asked)).toThrow(/no numbers/);
      expect(() => logisticScores(fitLogistic(examples), asked)).toThrow(/no numbers/);
    }
  });

  test("a target outside the classes, or features that are no whole rows, are mistakes", () => {
    const features = new Float32Array(2 * width);
    expect(() => fitCentroids({ features, width, targets: [0, 2], classes: 2 }, 10)).toThrow(/target 2/);
    expect(() => fitLogistic({ features, width: 5, targets: [0, 1], classes: 2 })).toThrow(/rows/);
  });
});
