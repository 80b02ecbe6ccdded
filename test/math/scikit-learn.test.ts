import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { answersOf, reportOn } from "../../src/engine/evaluation/scores.ts";
import { fitColours } from "../../src/engine/heads/colour-head.ts";
import { frozenVariants } from "../../src/engine/heads/frozen-methods.ts";
import { neighbourVotes, remember } from "../../src/engine/heads/nearest.ts";
import { fitWhitening, viewSpread, whiten } from "../../src/engine/heads/view-whitening.ts";
import { aurocOfClass, macroAuroc, quadraticKappa } from "../../src/math/metrics.ts";
import { retrievalTopK } from "../../src/math/retrieval.ts";
import { largestDifference } from "../support/statistics-fixture.ts";

type Fixture = Readonly<{
  made: string;
  metrics: readonly Readonly<{
    classes: number;
    truth: readonly number[];
    scores: readonly number[];
    confusion: readonly (readonly number[])[];
    balancedAccuracy: number;
    macroF1: number;
    auroc: number;
    kappa: number;
    brier: number;
    logLoss: number;
  }>[];
  neighbours: readonly Readonly<{
    classes: number;
    width: number;
    k: number;
    features: readonly number[];
    targets: readonly number[];
    test: readonly number[];
    top: Readonly<Record<string, number>>;
    knn: readonly number[];
  }>[];
  colours: readonly Readonly<{
    classes: number;
    width: number;
    c: number;
    features: readonly number[];
    targets: readonly number[];
    test: readonly number[];
    scores: readonly number[];
  }>[];
  whitening: readonly Readonly<{
    classes: number;
    width: number;
    views: number;
    shrinkage: number;
    c: number;
    unlabelled: readonly number[];
    covariance: readonly number[];
    symmetric: readonly number[];
    cholesky: readonly number[];
    centre: readonly number[];
    features: readonly number[];
    targets: readonly number[];
    test: readonly number[];
    scores: readonly number[];
  }>[];
}>;

const fixture: Fixture = JSON.parse(readFileSync(new URL("../fixtures/metrics/metrics.json", import.meta.url), "utf8"));

describe.each(fixture.metrics.map((c) => [c.classes, c] as const))("what is reported of %i classes", (classes, c) => {
  const { metrics, confusion } = reportOn(c.truth, Float64Array.from(c.scores), classes);

  test("equals scikit-learn's to 1e-9", () => {
    expect(confusion).toEqual(c.confusion);
    const pairs = [
      [metrics.balanced_accuracy, c.balancedAccuracy],
      [metrics.macro_f1, c.macroF1],
      [metrics.auroc, c.auroc],
      [metrics.quadratic_kappa, c.kappa],
      [metrics.brier, c.brier],
      [metrics.log_loss, c.logLoss],
    ] as const;
    for (const [ours, theirs] of pairs) expect(Math.abs(ours - theirs)).toBeLessThan(1e-9);
  });

  test("does not depend on the order of the cases", () => {
    const order = c.truth.map((_, i) => i).reverse();
    const scores = Float64Array.from(order.flatMap((i) => c.scores.slice(i * classes, (i + 1) * classes)));
    const turned = reportOn(
      order.map((i) => c.truth[i] ?? 0),
      scores,
      classes,
    ).metrics;
    for (const [name, value] of Object.entries(metrics)) {
      expect(Math.abs(value - turned[name as keyof typeof turned])).toBeLessThan(1e-12);
    }
  });
});

test("a class that did not occur has no area, and does not spoil the mean of the others", () => {
  const scores = [0.6, 0.3, 0.1, 0.2, 0.7, 0.1, 0.5, 0.4, 0.1];
  expect(aurocOfClass([0, 1, 0], scores, 3, 2)).toBeNull();
  expect(macroAuroc([0, 1, 0], scores, 3)).toBe(1);
  expect(macroAuroc([0, 0], [1, 0, 1, 0], 2)).toBeNaN();
});

test("a kappa of one class alone is no number, of perfect answers 1, of reversed ones -1", () => {
  expect(
    quadraticKappa([
      [5, 0],
      [0, 0],
    ]),
  ).toBeNaN();
  expect(
    quadraticKappa([
      [2, 0, 0],
      [0, 2, 0],
      [0, 0, 2],
    ]),
  ).toBe(1);
  expect(
    quadraticKappa([
      [0, 3],
      [3, 0],
    ]),
  ).toBe(-1);
});

describe.each(fixture.neighbours.map((c) => [c.classes, c] as const))("neighbours of %i classes", (classes, c) => {
  const features = Float32Array.from(c.features);

  test("vote as scikit-learn's KNeighborsClassifier on centred unit rows", () => {
    const memory = remember({ features, width: c.width, targets: c.targets, classes });
    expect(largestDifference(neighbourVotes(memory, Float32Array.from(c.test), c.k), c.knn)).toBeLessThan(1e-12);
  });

  test("are found as by scikit-learn's NearestNeighbors: the share that has its own class among the nearest 1, 3 and 5", () => {
    const top = retrievalTopK(features, c.width, c.targets, null, [1, 3, 5]);
    expect(largestDifference(top, [c.top["1"] ?? 0, c.top["3"] ?? 0, c.top["5"] ?? 0])).toBeLessThan(1e-12);
  });
});

test("kin are no neighbours: where every other of the class is of the same group, nothing is found", () => {
  const features = Float32Array.of(1, 0, 1, 0.01, 0, 1, 0.01, 1);
  expect(retrievalTopK(features, 2, [0, 0, 1, 1], null, [1])).toEqual([1]);
  expect(retrievalTopK(features, 2, [0, 0, 1, 1], [7, 7, 8, 8], [1])).toEqual([0]);
});

describe.each(fixture.colours.map((c) => [c.classes, c] as const))("colours of %i classes", (classes, c) => {
  test("are judged as by scikit-learn's StandardScaler and class-balanced LogisticRegression", () => {
    const score = fitColours(Float32Array.from(c.features), c.targets, classes, c.c);
    const scores = score(Float32Array.from(c.test));
    expect(largestDifference(scores, c.scores)).toBeLessThan(1e-6);
    expect(answersOf(scores, classes)).toEqual(answersOf(c.scores, classes));
  });
});

describe.each(fixture.whitening.map((c) => [c.width, c] as const))(
  "%i features whitened by the views' spread",
  (width, c) => {
    const { views, classes, targets } = c;
    const patches = c.unlabelled.length / (views * width);
    const table = { values: Float32Array.from(c.unlabelled), views, width };
    const spread = present(
      viewSpread(
        table,
        Array.from({ length: patches }, (_, i) => i),
      ),
      "a spread",
    );
    const whitening = fitWhitening(spread, c.shrinkage);
    const rowsOf = (values: readonly number[]) => ({
      features: Float32Array.from(values),
      width,
      colours: new Float32Array(0),
    });

    test("have NumPy's pooled covariance and Cholesky factor", () => {
      expect(largestDifference(spread.covariance, c.covariance)).toBeLessThan(1e-9);
      expect(largestDifference(whitening.factor, c.cholesky)).toBeLessThan(1e-9);
    });

    test("keep every length and angle that the symmetric matrix of NumPy's eigenvectors gives", () => {
      const centre = Float32Array.from(c.centre);
      const ours = whiten(whitening, Float32Array.from(c.test), centre);
      const theirs = Array.from({ length: c.test.length }, (_, at) => {
        const row = at - (at % width);
        return c.centre.reduce(
          (sum, middle, j) =>
            sum +
            (present(c.test[row + j], "a feature") - middle) * present(c.symmetric[j * width + (at % width)], "M"),
          0,
        );
      });
      const products = (rows: ArrayLike<number>): readonly number[] =>
        Array.from({ length: (rows.length / width) ** 2 }, (_, at) => {
          const [a, b] = [Math.floor(at / (rows.length / width)), at % (rows.length / width)];
          return Array.from(
            { length: width },
            (_, j) => (rows[a * width + j] ?? 0) * (rows[b * width + j] ?? 0),
          ).reduce((x, y) => x + y);
        });
      const expected = products(theirs);
      const scale = Math.max(...expected.map(Math.abs));
      expect(largestDifference(products(ours), expected) / scale).toBeLessThan(1e-6);
    });

    test("are answered for as by scikit-learn's class-balanced LogisticRegression on the symmetric ones", () => {
      const units = targets.map((_, i) => i);
      const task = { rows: rowsOf(c.features), targets, units, classes, centre: Float32Array.from(c.centre), spread };
      const variant = present(frozenVariants.whitened[0], "the default");
      expect(variant.name).toBe(`whitened shrinkage=${c.shrinkage} C=${c.c}`);
      const scores = variant.fit(task)(rowsOf(c.test));
      expect(largestDifference(scores, c.scores)).toBeLessThan(1e-6);
      expect(answersOf(scores, classes)).toEqual(answersOf(c.scores, classes));
    });
  },
);
