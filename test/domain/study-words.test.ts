// Words of studies, calibration and class weights: exactly as far as the figures carry.
import { describe, expect, test } from "vitest";
import { asGoodWords } from "../../src/domain/as-good-words.ts";
import { worthWords } from "../../src/domain/calibration-words.ts";
import { classWeights, classWeightWords } from "../../src/domain/class-weights.ts";
import type { Estimate, Interval, Mean } from "../../src/domain/estimate.ts";
import { type Ablation, everyKinds, type LearningCurve } from "../../src/domain/label-study.ts";
import {
  ablationWords,
  differenceWords,
  kindsWords,
  pointsWords,
  verdictWords,
} from "../../src/domain/label-study-words.ts";

const places = { units: 30, unit: "island" } as const;
const curve = (mean: number, interval: Interval | null): LearningCurve => ({
  points: [],
  lastGain: { from: 8, to: 16, mean, interval },
  seeds: [1],
});

describe("the verdict in words", () => {
  test("names the doubling it stands on and its interval", () => {
    expect(verdictWords(places, curve(0.071, { low: 0.02, high: 0.12 }))).toBe(
      "More labels would probably help: from 8 to 16 labels a class balanced accuracy changed by +7 points (+2 to +12).",
    );
    expect(verdictWords(places, curve(0.004, { low: -0.01, high: 0.02 }))).toBe(
      "More labels would probably not help much: from 8 to 16 labels a class balanced accuracy changed by 0 points (-1 to +2), surely by less than 3.",
    );
    expect(verdictWords(places, curve(0.05, { low: -0.06, high: 0.15 }))).toMatch(
      /^Cannot tell yet: from 8 .*-6 to \+15/,
    );
  });

  test("says why nothing can be told from few places or from one label a class", () => {
    expect(verdictWords({ units: 4, unit: "slide" }, curve(0.3, null))).toBe(
      "Cannot tell yet: your labels lie in 4 slides, and below 10 no interval can be given. Label in more of them.",
    );
    expect(verdictWords(places, { points: [], lastGain: null, seeds: [] })).toMatch(
      /^Cannot tell yet: there is one label/,
    );
  });
});

describe("the comparison in words", () => {
  const table = (differences: readonly (Mean | null)[]): Extract<Ablation, { kind: "table" }> => ({
    kind: "table",
    ...places,
    answered: 60,
    folds: 5,
    seed: 1,
    classIds: [],
    withoutFigure: [],
    rows: differences.map((difference, i) => ({
      kinds: everyKinds[i] ?? { visual: false, instance: false, text: false },
      balancedAccuracy: { mean: 0.7, interval: null },
      difference,
      trained: 1,
    })),
  });

  test("says that small differences mean nothing, and how many may be clear by chance", () => {
    const interval = { low: -0.02, high: 0.06 };
    const words = ablationWords(table([null, { mean: 0.02, interval }, { mean: 0.01, interval }]));
    expect(words[0]).toBe("None of these prompts differs clearly from frozen features on your labels.");
    expect(words[1]).toBe(
      "Small differences mean nothing: one counts only where its interval leaves out 0. Of 2 comparisons one in twenty is clear by chance alone.",
    );
    const clear = table([null, { mean: 0.08, interval: { low: 0.01, high: 0.14 } }]);
    expect(ablationWords(clear)).toHaveLength(1);
    expect(clear.rows.map(differenceWords)).toEqual(["–", "+8 (+1 to +14)"]);
    const tie = table([null, { mean: 0, interval: { low: 0, high: 0 } }]);
    expect(tie.rows.map(differenceWords)).toEqual(["–", "0 (no label tells them apart)"]);
  });

  test("tells nothing below ten places", () => {
    const words = ablationWords({ ...table([null, { mean: 0.3, interval: null }]), units: 3 });
    expect(words).toEqual([
      "No interval can be given below 10 places, and your labels lie in 3 places: nothing can be told from these differences.",
    ]);
  });

  test("names the prompts that are on", () => {
    expect(everyKinds.map(kindsWords)).toEqual([
      "Frozen features, no prompts",
      "Visual",
      "Instance",
      "Visual + instance",
      "Textual",
      "Visual + textual",
      "Instance + textual",
      "Visual + instance + textual",
    ]);
    expect([0.004, -0.004, -0.026].map(pointsWords)).toEqual(["0", "0", "-3"]);
  });
});

describe("frozen features are as good", () => {
  const figure = (tuned: number, frozen: number, interval: Interval | null | undefined) =>
    ({
      kind: "figure",
      tuned: { balancedAccuracy: tuned },
      frozen: { balancedAccuracy: frozen },
      ...(interval === undefined ? {} : { difference: { mean: tuned - frozen, interval } }),
    }) as unknown as Estimate;

  test("unless tuning is ahead by its whole paired interval", () => {
    expect(asGoodWords(figure(0.8, 0.7, { low: 0.02, high: 0.18 }))).toBe(null);
    expect(asGoodWords(figure(0.8, 0.76, { low: -0.02, high: 0.1 }))).toBe(
      "Frozen features are as good on the labels of this set: tuning changes balanced accuracy by +4 points (-2 to +10).",
    );
  });

  test("and where no answer tells them apart, no width is shown as if it were certainty", () => {
    expect(asGoodWords(figure(1, 1, { low: 0, high: 0 }))).toBe(
      "Frozen features are as good on the labels of this set: tuning made no held-out answer right or wrong that was not so before.",
    );
  });

  test("without an interval only where tuning is not ahead at all", () => {
    expect(asGoodWords(figure(0.8, 0.7, null))).toBe(null);
    expect(asGoodWords(figure(0.7, 0.7, undefined))).toMatch(/by 0 points\.$/);
    expect(asGoodWords({ kind: "none", reason: "", withoutFigure: [] })).toBe(null);
  });
});

test("classes weigh alike: weights inverse to counts, as scikit-learn's balanced ones, with mean 1 over the labels", () => {
  // sklearn.utils.class_weight.compute_class_weight("balanced", classes=[0, 1], y=[0] * 20 + [1] * 4) = [0.6, 3.0]
  expect(classWeights([20, 4])).toEqual([0.6, 3]);
  expect(
    classWeightWords([
      { name: "Tumour", count: 20 },
      { name: "Fat", count: 4 },
    ]),
  ).toBe(
    "Classes weigh alike, however many labels each has: a label counts inversely to its class, of Tumour 0.6 times, of Fat 3.0 times.",
  );
  expect(
    classWeightWords([
      { name: "A", count: 3 },
      { name: "B", count: 3 },
    ]),
  ).toBe("Classes weigh alike, however many labels each has.");
});

test("a score's worth is that of the held-out answers nearest to it, and nothing while there are too few", () => {
  const bin = (from: number, to: number, right: number) => ({
    from,
    to,
    score: (from + to) / 2,
    labels: 10,
    right,
    wilson: { low: 0.4, high: 0.9 },
  });
  const bins = [bin(0.4, 0.6, 5), bin(0.7, 0.9, 8)];
  const reliability = { kind: "bins", bins, expectedError: 0.1 } as const;
  expect(worthWords({ reliability }, 0.95)).toBe("Held-out answers with such a score: 8 of 10 right (40-90 %).");
  expect(worthWords({ reliability }, 0.5)).toMatch(/5 of 10/);
  expect(worthWords({ reliability: { kind: "too-few", labels: 3, islands: 3 } }, 0.5)).toBe(null);
});
