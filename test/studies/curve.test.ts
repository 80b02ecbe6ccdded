// The curve over labels a class and its verdict, on labels whose difficulty is known because they are drawn from normal distributions.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import type { Label } from "../../src/domain/label.ts";
import { everyKinds, isNoKind, verdictOf } from "../../src/domain/label-study.ts";
import { planFolds } from "../../src/engine/estimate/folds.ts";
import {
  frozenDraws,
  type Learner,
  learnCurve,
  lessonsOf,
  planCurve,
  type Turn,
} from "../../src/engine/studies/curve.ts";
import { frozenLearner } from "../../src/engine/studies/learners.ts";
import { normal, randomFor } from "../../src/math/random.ts";
import { allClasses, labelAt, places } from "../support/labels.ts";

const turn: Turn = async (work) => work();
const options = { classes: allClasses.slice(0, 2), cases: {}, seed: 1 };

/** `count` places, ten patch widths apart, one label each, alternating between two classes. */
const scattered = (count: number): readonly Label[] =>
  Array.from({ length: count }, (_, i) => labelAt(10 * i, 0, i % 2 ? "Stroma" : "Tumour"));

/**
 * Features of `width` numbers: the first is -shift or +shift by class, all have noise of deviation 1. The best any answer can be right is
 * Phi(shift); with few labels in many dimensions a regression is far below it, and rises.
 */
function featuresOf(labels: readonly Label[], width: number, shift: number, seed: number): readonly Float32Array[] {
  const random = randomFor(seed, "simulated");
  return labels.map(({ classId }) =>
    Float32Array.from({ length: width }, (_, i) => {
      const centre = i === 0 ? (classId === "Tumour" ? -shift : shift) : 0;
      return centre + normal(random);
    }),
  );
}

async function curveOf(labels: readonly Label[], width: number, shift: number, seed = 1, draws = 10) {
  const plan = await planCurve(labels, options, turn);
  if (plan.kind === "none") throw new Error(plan.reason);
  const targets = labels.map(({ classId }) => options.classes.findIndex((c) => c.id === classId));
  const learn = frozenLearner(featuresOf(labels, width, shift, seed), targets, 2, turn);
  return learnCurve(plan, draws, learn, turn, () => {});
}

describe("the draws of a curve", () => {
  test("answer every label once a draw, and never learn from the unit or the guard of what is answered", async () => {
    // Places of three overlapping labels; two of them touch, so that each guards the other.
    const labels = [...places(["Tumour", "Stroma", "Tumour", "Stroma", "Tumour", "Stroma", "Tumour", "Stroma"], 3)];
    labels.push(labelAt(1.6, 0, "Stroma", { id: "near" }));
    const plan = await planCurve(labels, options, turn);
    if (plan.kind === "none") throw new Error(plan.reason);
    expect(plan.draws).toHaveLength(frozenDraws);
    const seen = new Map<string, number>();
    const learn: Learner = async (support, asked, seed) => {
      const held = new Set(asked.map((i) => plan.unitOf[i]));
      expect(support.some((i) => held.has(plan.unitOf[i]))).toBe(false);
      const { x } = present(labels.at(-1), "near").region;
      const first = asked.some((i) => plan.unitOf[i] === plan.unitOf[0]);
      // The label one patch width beside the first place.
      if (first) expect(support.some((i) => labels[i]?.region.x === x)).toBe(false);
      const counts = [0, 1].map((c) => support.filter((i) => plan.classIndex[i] === c).length);
      expect(counts[0]).toBe(counts[1]);
      seen.set(`${seed}/${counts[0]}`, (seen.get(`${seed}/${counts[0]}`) ?? 0) + asked.length);
      return asked.map(() => 0);
    };
    let lessons = 0;
    const curve = await learnCurve(plan, 3, learn, turn, () => lessons++);
    expect(lessons).toBe(lessonsOf(plan, 3));
    expect(new Set(seen.values())).toEqual(new Set([labels.length]));
    expect(curve.points.map((point) => point.labelsAClass)).toEqual(plan.sizes);
    // One class is always answered: half of two classes' recall, whatever the labels.
    expect(curve.points.map((point) => point.mean)).toEqual(plan.sizes.map(() => 0.5));
  });

  test("of more labels hold those of fewer, spread over places first", async () => {
    const labels = places(["Tumour", "Stroma", "Tumour", "Stroma", "Tumour", "Stroma", "Tumour", "Stroma"], 4);
    const plan = await planCurve(labels, options, turn);
    if (plan.kind === "none") throw new Error(plan.reason);
    const bySize = new Map<string, Set<number>>();
    const learn: Learner = async (support, asked, seed) => {
      const smaller = [...bySize.entries()].filter(([key]) => key.startsWith(`${seed} ${asked.join()} `));
      for (const [, had] of smaller) for (const i of had) expect(support).toContain(i);
      bySize.set(`${seed} ${asked.join()} ${support.length}`, new Set(support));
      if (support.length === 4) expect(new Set(support.map((i) => plan.unitOf[i])).size).toBe(4);
      return asked.map(() => 0);
    };
    await learnCurve(plan, 2, learn, turn, () => {});
    expect(plan.sizes).toEqual([1, 2, 4, 8]);
  });

  test("are those of the estimate's own folds, and where there is no estimate there is no curve, with its reason", async () => {
    const labels = scattered(12);
    const plan = await planCurve(labels, options, turn);
    const folds = planFolds(labels, options);
    if (plan.kind === "none" || folds.kind === "none") throw new Error("no folds");
    expect(plan.draws[0]?.folds).toEqual(folds.folds);
    const one = places(["Tumour", "Stroma", "Stroma"]);
    expect(await planCurve(one, options, turn)).toEqual({
      kind: "none",
      reason: "Label Tumour in a second place to get an estimate.",
      withoutFigure: ["Tumour"],
    });
  });
});

describe("the verdict", () => {
  test("is that more labels would help where the classes are far from learned: many numbers, much noise", async () => {
    // Phi(2) = .977 could be reached; 32 labels a class in 192 dimensions are far below.
    const curve = await curveOf(scattered(100), 192, 2);
    const means = curve.points.map(({ mean }) => mean);
    expect(means.at(-1)).toBeGreaterThan(present(means[0], "a point") + 0.1);
    expect(means.at(-1)).toBeLessThan(0.977);
    expect(verdictOf(curve)).toBe("more-help");
  });

  test("is that more would not help much where the classes lie apart and are learned at once", async () => {
    // Phi(6) = 1 - 1e-9 in 4 dimensions.
    const curve = await curveOf(scattered(80), 4, 6);
    expect(curve.points.at(-1)?.mean).toBeGreaterThan(0.99);
    expect(verdictOf(curve)).toBe("more-help-little");
  });

  test("is never that more would help where nothing can be learned at all", async () => {
    // No difference between the classes: half right, however many labels.
    const verdicts: string[] = [];
    for (const seed of [1, 2, 3]) verdicts.push(verdictOf(await curveOf(scattered(60), 8, 0, seed)));
    expect(verdicts).not.toContain("more-help");
  });

  test("is that it cannot be told where the labels are few, whatever the curve does", async () => {
    const few = await curveOf(scattered(8), 192, 2);
    expect(few.points.every((point) => point.interval === null)).toBe(true);
    expect(verdictOf(few)).toBe("cannot-tell");
    // Twelve places have an interval, and it is wide.
    const twelve = await curveOf(scattered(12), 192, 1);
    const { low, high } = present(twelve.lastGain?.interval, "an interval");
    expect(high - low).toBeGreaterThan(0.1);
    expect(verdictOf(twelve)).toBe("cannot-tell");
  });

  test("keeps to its rule at the edges", () => {
    const gain = (low: number, high: number) => ({ lastGain: { from: 4, to: 8, mean: 0, interval: { low, high } } });
    expect(verdictOf(gain(0.001, 0.0299))).toBe("more-help-little");
    expect(verdictOf(gain(-0.2, 0.0299))).toBe("more-help-little");
    expect(verdictOf(gain(0.001, 0.03))).toBe("more-help");
    expect(verdictOf(gain(0, 0.03))).toBe("cannot-tell");
    expect(verdictOf({ lastGain: null })).toBe("cannot-tell");
  });
});

describe("the interval of the last gain", () => {
  test("holds the true gain of doubling the labels in most of the simulated label sets", async () => {
    // Another place each, 40 places in 16 dimensions; the true gain is the mean over all the sets.
    const gains = [];
    for (let seed = 1; seed <= 20; seed++)
      gains.push(present((await curveOf(scattered(40), 16, 1, seed, 5)).lastGain, "a gain"));
    const truth = gains.reduce((sum, gain) => sum + gain.mean, 0) / gains.length;
    const covered = gains.filter(({ interval }) => interval && interval.low <= truth && truth <= interval.high);
    // 95 % of 20 are 19; 16 or fewer would come by chance three times in a thousand.
    expect(covered.length).toBeGreaterThan(16);
  });
});

test("there are eight ways to switch three kinds of prompts on, and one of them is none", () => {
  expect(new Set(everyKinds.map((kinds) => JSON.stringify(kinds))).size).toBe(8);
  expect(everyKinds.filter(isNoKind)).toEqual([{ visual: false, instance: false, text: false }]);
});
