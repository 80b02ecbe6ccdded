import { describe, expect, test } from "vitest";
import type { ClassId } from "../../src/base/brand.ts";
import type { Estimate } from "../../src/domain/estimate.ts";
import type { Label, LabelOrigin } from "../../src/domain/label.ts";
import type { HeldOutAnswer } from "../../src/domain/tuning-checkpoint.ts";
import { estimateFrom } from "../../src/engine/estimate/figure.ts";
import type { FoldPlan } from "../../src/engine/estimate/folds.ts";
import { planFolds } from "../../src/engine/estimate/folds.ts";
import { cosineScores, fitCentroids } from "../../src/engine/heads/centroid.ts";
import { argmaxOfRow } from "../../src/math/metrics.ts";
import { createRandom, normal, shuffled } from "../../src/math/random.ts";
import { allClasses, classNamed, labelAt, places } from "../support/labels.ts";

const plan = (labels: readonly Label[], seed = 1): FoldPlan =>
  planFolds(labels, { classes: allClasses, cases: {}, seed });

type Figure = Extract<Estimate, { kind: "figure" }>;
function figure(estimate: Estimate): Figure {
  if (estimate.kind === "none") throw new Error(estimate.reason);
  return estimate;
}

/** Answers every held-out label: truly, but for the labels (indices) in `wrong`. */
function answer(
  found: FoldPlan,
  labels: readonly Label[],
  wrong: Readonly<Record<number, string>>,
  frozenWrong: Readonly<Record<number, string>> = {},
): readonly HeldOutAnswer[] {
  if (found.kind === "none") return [];
  return found.folds.flatMap((fold) =>
    fold.heldOut.map((label): HeldOutAnswer => {
      const truth = labels[label]!.classId;
      const say = (by: Readonly<Record<number, string>>): ClassId => {
        const name = by[label];
        return name === undefined ? truth : classNamed(name);
      };
      return { label, tuned: say(wrong), frozen: say(frozenWrong) };
    }),
  );
}

/** Places of the given sizes, classes in turn. */
const sized = (...sizes: readonly (readonly [string, number])[]): readonly Label[] =>
  sizes.flatMap(([name, n], i) => Array.from({ length: n }, (_, k) => labelAt(10 * i + 0.1 * k, 0, name)));

describe("the held-out figure", () => {
  const labels = sized(["Tumour", 5], ["Tumour", 4], ["Stroma", 5], ["Stroma", 4]);
  const found = plan(labels);

  test("counts what is right, averages recalls, and gives Wilson's interval on the effective number", () => {
    const estimate = figure(estimateFrom(found, labels, answer(found, labels, { 0: "Stroma", 1: "Stroma" }), 1));
    expect(estimate).toMatchObject({ unit: "island", units: 4, folds: 4, majority: 0.5 });
    expect(estimate.tuned).toMatchObject({ correct: 16, total: 18, interval: null });
    expect(estimate.tuned.balancedAccuracy).toBeCloseTo((7 / 9 + 1) / 2, 12);
    // n / (1 + (m - 1) * 0.3) with m = (25 + 16 + 25 + 16) / 18
    const n = 18 / (1 + (82 / 18 - 1) * 0.3);
    expect(estimate.tuned.effectiveNumber).toBeCloseTo(n, 12);
    // Wilson's ends are the roots of (p - x)^2 = z^2 x (1 - x) / n.
    for (const x of [estimate.tuned.wilson.low, estimate.tuned.wilson.high]) {
      expect((16 / 18 - x) ** 2).toBeCloseTo((1.959963984540054 ** 2 * x * (1 - x)) / n, 12);
    }
    expect(estimate.recalls).toEqual([
      { classId: "Tumour", correct: 7, total: 9, units: 2 },
      { classId: "Stroma", correct: 9, total: 9, units: 2 },
    ]);
    expect(estimate.confusion).toEqual([
      [7, 2],
      [0, 9],
    ]);
  });

  test("judges the frozen features on the same folds", () => {
    const answers = answer(found, labels, {}, { 0: "Stroma", 9: "Tumour", 10: "Tumour" });
    const estimate = figure(estimateFrom(found, labels, answers, 1));
    expect(estimate.tuned).toMatchObject({ correct: 18, balancedAccuracy: 1 });
    expect(estimate.frozen).toMatchObject({ correct: 15, total: 18 });
    expect(estimate.frozen.balancedAccuracy).toBeCloseTo((8 / 9 + 7 / 9) / 2, 12);
  });

  test("shows answers of a class without a figure as wrong, in a column of its own", () => {
    const more = [...labels, labelAt(90, 0, "Fat")];
    const wider = plan(more);
    const estimate = figure(estimateFrom(wider, more, answer(wider, more, { 9: "Fat" }), 1));
    expect(estimate).toMatchObject({ classIds: ["Tumour", "Stroma", "Fat"], withoutFigure: ["Fat"], majority: 0.5 });
    expect(estimate.confusion).toEqual([
      [9, 0, 0],
      [0, 8, 1],
      [0, 0, 0],
    ]);
    expect(estimate.tuned.balancedAccuracy).toBeCloseTo((1 + 8 / 9) / 2, 12);
    expect(estimate.recalls).toHaveLength(2);
  });

  test("states how the held-out labels came to be", () => {
    const origins: readonly LabelOrigin[] = ["free", "free", "accepted"];
    const mixed = labels.map((label, i) => ({ ...label, origin: origins[i % 3]! }));
    expect(figure(estimateFrom(found, mixed, answer(found, mixed, {}), 1)).origins).toEqual({ free: 12, accepted: 6 });
  });

  test("is none with the plan's reason where there are no folds", () => {
    const few = places(["Tumour", "Stroma"]);
    expect(estimateFrom(plan(few), few, [], 1)).toEqual(plan(few));
  });

  test("refuses answers that leave out a held-out label or answer one twice", () => {
    const answers = answer(found, labels, {});
    expect(() => estimateFrom(found, labels, answers.slice(1), 1)).toThrow(/exactly once/);
    expect(() => estimateFrom(found, labels, [...answers.slice(1), answers[1]!], 1)).toThrow(/exactly once/);
  });

  test("says the same whatever the order of the answers", () => {
    const answers = answer(found, labels, { 3: "Stroma", 11: "Tumour" });
    const mixed = shuffled(createRandom(2), answers);
    expect(estimateFrom(found, labels, mixed, 1)).toEqual(estimateFrom(found, labels, answers, 1));
  });
});

describe("the bootstrap interval", () => {
  const alternate = (n: number) =>
    places(
      Array.from({ length: n }, (_, i) => ["Tumour", "Stroma"][i % 2]!),
      2,
    );
  const estimate = (n: number, seed: number) => {
    const labels = alternate(n);
    const found = plan(labels);
    return figure(estimateFrom(found, labels, answer(found, labels, { 0: "Stroma", 1: "Stroma", 6: "Tumour" }), seed));
  };

  test("is given from ten places on and not before", () => {
    expect(estimate(9, 1).tuned.interval).toBeNull();
    expect(estimate(10, 1).tuned.interval).not.toBeNull();
  });

  test("holds the figure, is drawn from the seed alone, and claims no certainty where everything is right", () => {
    const { tuned, frozen } = estimate(20, 1);
    expect(tuned.interval!.low).toBeLessThan(tuned.balancedAccuracy);
    expect(tuned.interval!.high).toBeGreaterThan(tuned.balancedAccuracy);
    expect(estimate(20, 1)).toEqual(estimate(20, 1));
    // All right: Wilson's lower end n / (n + z^2), of 20 places with two labels each, which are worth 40 / (1 + (2 - 1) * 0.3).
    const n = 40 / 1.3;
    expect(frozen.interval).toEqual({ low: expect.closeTo(n / (n + 1.959963984540054 ** 2), 9), high: 1 });
  });

  test("is as wide as resampling whole places makes it: labels of one place repeated add no certainty", () => {
    const width = (perPlace: number): number => {
      const labels = places(
        Array.from({ length: 16 }, (_, i) => ["Tumour", "Stroma"][i % 2]!),
        perPlace,
      );
      // The first four places are answered wrongly, all their labels alike.
      const wrong = [...labels.keys()].filter((i) => i < 4 * perPlace);
      const say = (i: number): string => (labels[i]!.classId === "Tumour" ? "Stroma" : "Tumour");
      const found = plan(labels);
      const { interval } = figure(
        estimateFrom(found, labels, answer(found, labels, Object.fromEntries(wrong.map((i) => [i, say(i)]))), 1),
      ).tuned;
      return interval!.high - interval!.low;
    };
    expect(width(5)).toBeCloseTo(width(1), 12);
  });
});

describe("leaks", () => {
  /** Features that name the island and nothing else: what a scanner artefact or a neighbour's tissue would be. */
  function islandFeatures(perPlace: number, count: number, seed: number) {
    const random = createRandom(seed);
    const width = 64;
    const classes = shuffled(
      random,
      Array.from({ length: count }, (_, i) => ["Tumour", "Stroma"][i % 2]!),
    );
    const features = new Float32Array(count * perPlace * width);
    for (let i = 0; i < count; i++) {
      const island = Array.from({ length: width }, () => normal(random));
      for (let k = 0; k < perPlace; k++) {
        features.set(
          island.map((v) => v + 0.01 * normal(random)),
          (i * perPlace + k) * width,
        );
      }
    }
    return { labels: places(classes, perPlace), features, width };
  }

  function balanced(seed: number, split: "units" | "labels"): number {
    const { labels, features, width } = islandFeatures(4, 12, seed);
    const found = plan(labels, seed);
    if (found.kind === "none") throw new Error(found.reason);
    const all = shuffled(createRandom(seed), [...labels.keys()]);
    const folds =
      split === "units"
        ? found.folds
        : found.folds.map((_, f) => ({
            heldOut: all.filter((_, i) => i % found.folds.length === f),
            training: all.filter((_, i) => i % found.folds.length !== f),
            guarded: [],
          }));
    const target = (i: number): number => (labels[i]!.classId === "Tumour" ? 0 : 1);
    const rows = (indices: readonly number[]): Float32Array =>
      Float32Array.from(indices.flatMap((i) => [...features.subarray(i * width, (i + 1) * width)]));
    const answers = folds.flatMap((fold) => {
      const head = fitCentroids(
        { features: rows(fold.training), width, targets: fold.training.map(target), classes: 2 },
        10,
      );
      const scores = cosineScores(head, rows(fold.heldOut));
      return fold.heldOut.map((label, i): HeldOutAnswer => {
        const said = classNamed(argmaxOfRow(scores, i, 2) === 0 ? "Tumour" : "Stroma");
        return { label, tuned: said, frozen: said };
      });
    });
    return figure(estimateFrom({ ...found, folds }, labels, answers, seed)).tuned.balancedAccuracy;
  }

  const seeds = Array.from({ length: 40 }, (_, i) => i + 1);
  const mean = (split: "units" | "labels"): number =>
    seeds.reduce((a, seed) => a + balanced(seed, split), 0) / seeds.length;

  test("features that only name the island give no more than chance", () => {
    // Two classes: chance is 0.5. Holding out what was seen leaves slightly fewer of its class to learn from, so a little below.
    const figureOf = mean("units");
    expect(figureOf).toBeLessThan(0.53);
    expect(figureOf).toBeGreaterThan(0.3);
  });

  test("and would give a near perfect figure if labels were split at random, so that the test above means something", () => {
    expect(mean("labels")).toBeGreaterThan(0.9);
  });
});
