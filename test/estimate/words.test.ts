import { describe, expect, test } from "vitest";
import type { Estimate, HeldOutFigure } from "../../src/domain/estimate.ts";
import {
  countsSentence,
  estimateWords,
  meaningSentence,
  secondPlace,
  wholePercent,
} from "../../src/domain/estimate-words.ts";
import { effectiveNumber, wilsonInterval } from "../../src/math/intervals.ts";
import { classesNamed, classNamed } from "../support/labels.ts";

const figureOf = (correct: number, total: number, sizes: readonly number[]): HeldOutFigure => ({
  balancedAccuracy: correct / total,
  interval: null,
  correct,
  total,
  wilson: wilsonInterval(correct / total, effectiveNumber(sizes)),
  effectiveNumber: effectiveNumber(sizes),
});

const estimate: Extract<Estimate, { kind: "figure" }> = {
  kind: "figure",
  unit: "island",
  units: 4,
  folds: 4,
  tuned: figureOf(16, 18, [5, 5, 4, 4]),
  frozen: figureOf(14, 18, [5, 5, 4, 4]),
  majority: 0.5,
  recalls: [
    { classId: classNamed("Tumour"), correct: 8, total: 10, units: 2 },
    { classId: classNamed("Stroma"), correct: 8, total: 8, units: 2 },
  ],
  classIds: [classNamed("Tumour"), classNamed("Stroma"), classNamed("Fat")],
  confusion: [
    [8, 2, 0],
    [0, 8, 0],
    [0, 0, 0],
  ],
  origins: { free: 18 },
  withoutFigure: [classNamed("Fat")],
};
const classes = classesNamed("Tumour", "Stroma", "Fat");
const words = (more: Partial<typeof estimate> = {}) => estimateWords({ ...estimate, ...more }, classes);

describe("the estimate in words", () => {
  test("states the counts, the places and Wilson's interval on the effective number", () => {
    expect(words().counts).toBe("16 of 18 held-out patches in 4 places correct: 89 % (56-98)");
  });

  test("says what it is, and that the saved set itself has not been tested", () => {
    expect(words().meaning).toBe(
      "Tuning this way on places like those you labelled. The saved set was trained on all of them and has not itself been tested.",
    );
    expect(meaningSentence("slide")).toMatch(/^Tuning this way on slides like those you labelled\. The saved set/);
  });

  test("puts the frozen features and the commonest class beside it", () => {
    expect(words().frozen).toBe(
      "Frozen features on the same folds: balanced accuracy 78 %; 14 of 18 correct: 78 % (45-94)",
    );
    expect(words().majority).toBe("Always answering Tumour: balanced accuracy 50 %; 10 of 18 correct: 56 %");
  });

  test("gives the interval of the balanced accuracy only where there is one", () => {
    expect(words().headline).toBe("Balanced accuracy 89 %");
    const tuned = { ...estimate.tuned, interval: { low: 0.714, high: 1 } };
    expect(words({ tuned }).headline).toBe("Balanced accuracy 89 % (71-100)");
  });

  test("speaks of one place, one patch, slides and cases as they are", () => {
    const one = figureOf(1, 1, [1]);
    expect(countsSentence(one, 1, "island")).toMatch(/^1 of 1 held-out patch in 1 place correct: 100 % \(/);
    expect(countsSentence(one, 1, "slide")).toContain("in 1 slide ");
    expect(countsSentence(one, 3, "case")).toContain("in 3 cases ");
  });

  test("says which classes have no figure and what would give them one", () => {
    expect(words().withoutFigure).toEqual(["Label Fat in a second place to get an estimate."]);
    expect(words({ unit: "slide" }).withoutFigure).toEqual(["Label Fat on a second slide to get an estimate."]);
    expect(secondPlace(["Fat", "Mucus", "Bone"], "case")).toBe(
      "Label Fat, Mucus and Bone each in a second case to get an estimate.",
    );
  });

  test("mentions how labels came to be when not all were placed freely", () => {
    expect(words().origins).toBeNull();
    expect(words({ origins: { free: 10, accepted: 6, suggested: 2 } }).origins).toBe(
      "Of the held-out labels, 10 placed freely, 2 placed where the app suggested and 6 accepted answers of the app.",
    );
  });

  test("without a figure is the reason and nothing else", () => {
    const none: Estimate = {
      kind: "none",
      reason: "Label Fat in a second place to get an estimate.",
      withoutFigure: [],
    };
    const { headline, ...rest } = estimateWords(none, classes);
    expect(headline).toBe(none.reason);
    expect(
      Object.values(rest)
        .flat()
        .every((v) => v === null),
    ).toBe(true);
  });

  test("rounds to whole percent, but never up to all nor down to none", () => {
    expect([0, 0.001, 0.885, 0.994, 299 / 300, 1].map(wholePercent)).toEqual([0, 1, 89, 99, 99, 100]);
  });
});
