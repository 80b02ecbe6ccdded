// Reliability and ROC of held-out scores: the numbers they need, the numbers they give (by hand), and that a file cannot make them up.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import type { Calibration } from "../../src/domain/calibration.ts";
import { reliabilityWords, rocLines, rocWords } from "../../src/domain/calibration-words.ts";
import type { Estimate } from "../../src/domain/estimate.ts";
import { rootAt } from "../../src/domain/json-reader.ts";
import type { Label } from "../../src/domain/label.ts";
import { readEstimate } from "../../src/domain/parse-estimate.ts";
import { calibrationOf } from "../../src/engine/estimate/calibration.ts";
import { estimateFrom } from "../../src/engine/estimate/figure.ts";
import { planFolds } from "../../src/engine/estimate/folds.ts";
import { allClasses, labelAt, places } from "../support/labels.ts";

const options = { classes: allClasses.slice(0, 2), cases: {}, seed: 1 };
/** `scores[i]` is Tumour's score of label i. */
function judged(labels: readonly Label[], scores: (i: number) => number) {
  const plan = planFolds(labels, options);
  if (plan.kind === "none") throw new Error(plan.reason);
  const [tumour, stroma] = [present(plan.labelled[0], "Tumour"), present(plan.labelled[1], "Stroma")];
  const answers = labels.map((_, label) => {
    const score = scores(label);
    const tuned = score >= 0.5 ? tumour : stroma;
    return { label, tuned, frozen: tuned, scores: [score, 1 - score] };
  });
  return { plan, answers, calibration: present(calibrationOf(plan, labels, answers, 1), "calibration") };
}
const scattered = (count: number) =>
  Array.from({ length: count }, (_, i) => labelAt(10 * i, 0, i % 2 ? "Stroma" : "Tumour"));
const nameOf = (id: string): string => id;

describe("reliability", () => {
  test("is shown from 50 held-out labels on, not before, and says how many there are", () => {
    const few = judged(scattered(49), () => 0.6).calibration;
    expect(few.reliability).toEqual({ kind: "too-few", labels: 49, islands: 49 });
    expect(reliabilityWords(few)).toBe(
      "Score, not a probability. What a score is worth is shown from 50 held-out labels in 5 places on; there are 49 labels in 49 places.",
    );
    expect(judged(scattered(50), () => 0.6).calibration.reliability.kind).toBe("bins");
  });

  test("needs five places, whatever the labels: four places of 13 overlapping ones are not enough", () => {
    const crowded = judged(places(["Tumour", "Stroma", "Tumour", "Stroma"], 13), () => 0.6).calibration;
    expect(crowded.reliability).toEqual({ kind: "too-few", labels: 52, islands: 4 });
  });

  test("has fifths of the labels by score, and never divides equal scores", () => {
    // Tumour (even i) at .9 in ten of 25, else at .7; Stroma always at .2, that is .8 for Stroma: right throughout.
    const { reliability } = judged(scattered(50), (i) => (i % 2 ? 0.2 : i < 20 ? 0.9 : 0.7)).calibration;
    if (reliability.kind !== "bins") throw new Error("too few");
    expect(reliability.bins.map(({ from, to, labels, right }) => [from, to, labels, right])).toEqual([
      [0.7, 0.7, 15, 15],
      [0.8, 0.8, 25, 25],
      [0.9, 0.9, 10, 10],
    ]);
    // ECE by hand: (15 * .3 + 25 * .2 + 10 * .1) / 50.
    expect(reliability.expectedError).toBeCloseTo(0.21, 12);
    // Wilson of 10 of 10 by scipy.stats.binomtest: low 0.7224672.
    expect(reliability.bins[2]?.wilson.low).toBeCloseTo(0.7224672, 6);
  });
});

describe("a ROC curve", () => {
  test("is shown from 20 labels of the class and 20 others in five places each on, else says what is missing", () => {
    const { roc } = judged(scattered(39), () => 0.6).calibration;
    expect(roc).toMatchObject([
      { kind: "too-few", labels: 20, others: 19 },
      { kind: "too-few", labels: 19, others: 20 },
    ]);
    expect(rocWords(present(roc[0], "Tumour"), nameOf)).toBe(
      "Tumour: no ROC curve below 20 held-out labels in 5 places (its others: 19 labels in 19 places).",
    );
    expect(rocWords(present(roc[1], "Stroma"), nameOf)).toMatch(/\(19 labels in 19 places\)/);
    const crowded = judged(places(["Tumour", "Stroma", "Tumour", "Stroma", "Stroma"], 14), () => 0.6).calibration;
    expect(crowded.roc[0]).toMatchObject({ kind: "too-few", labels: 28, islands: 2 });
    // Said once, not once a class.
    expect(rocLines(roc, nameOf)).toEqual([
      "No ROC curve yet of Tumour, Stroma: that takes 20 held-out labels of a class, and of all others, in 5 places each.",
    ]);
    expect(rocLines(roc.slice(1), nameOf)).toEqual([rocWords(present(roc[1], "Stroma"), nameOf)]);
  });

  test("goes through the shares counted by hand, equal scores together", () => {
    // 20 of each. Tumour: 10 at .9, 10 at .4. Stroma: 5 at .9, 5 at .4, 10 at .1.
    const { roc } = judged(scattered(40), (i) => {
      const nth = Math.floor(i / 2);
      if (i % 2 === 0) return nth < 10 ? 0.9 : 0.4;
      return nth < 5 ? 0.9 : nth < 10 ? 0.4 : 0.1;
    }).calibration;
    const [tumour] = roc;
    if (tumour?.kind !== "curve") throw new Error("too few");
    // (0, 0), (5/20, 10/20), (10/20, 1): before a quarter of the others nothing is found.
    expect(tumour.truePositives[0]).toBe(0);
    expect(tumour.truePositives[9]).toBe(0);
    expect(tumour.truePositives[10]).toBe(0.5);
    expect(tumour.truePositives[19]).toBe(0.5);
    expect(tumour.truePositives[20]).toBe(1);
    // Mann-Whitney: .9 beats 15 and ties 5; .4 beats 10 and ties 5: (17.5 * 10 + 12.5 * 10) / 400.
    expect(tumour.area).toBeCloseTo(0.75, 12);
    expect(tumour.interval?.low).toBeLessThan(0.75);
    expect(tumour.interval?.high).toBeGreaterThan(0.75);
  });
});

describe("calibration in a file", () => {
  const made = (): Readonly<{ estimate: Estimate; calibration: Calibration }> => {
    const labels = scattered(50);
    const { plan, answers, calibration } = judged(labels, (i) => (i % 2 ? 0.2 : 0.7));
    return { estimate: { ...estimateFrom(plan, labels, answers, 1), calibration } as Estimate, calibration };
  };
  const problems = (estimate: unknown): readonly string[] => {
    const at = rootAt(JSON.parse(JSON.stringify(estimate)), "estimate");
    readEstimate(at);
    return at.problems;
  };

  test("comes back as it was written, and an estimate without it is one without it", () => {
    const { estimate } = made();
    const at = rootAt(JSON.parse(JSON.stringify(estimate)), "estimate");
    expect(readEstimate(at)).toEqual(estimate);
    expect(at.problems).toEqual([]);
    const { calibration: _gone, ...older } = estimate as Extract<Estimate, { kind: "figure" }>;
    expect(problems(older)).toEqual([]);
  });

  test("that is of other labels than the counts, or of too few, is refused", () => {
    const { estimate, calibration } = made();
    const { reliability, roc } = calibration;
    if (reliability.kind !== "bins") throw new Error("too few");
    const changed = (next: Partial<Calibration>) => problems({ ...estimate, calibration: { ...calibration, ...next } });
    const [first, ...others] = reliability.bins;
    const more = { ...present(first, "a bin"), labels: 60, right: 60 };
    expect(changed({ reliability: { ...reliability, bins: [more, ...others] } })[0]).toMatch(
      /other answers than the counts/,
    );
    expect(changed({ roc: roc.map((one) => ({ ...one, labels: 3 })) }).join()).toMatch(/other labels than the counts/);
  });

  test("is not made of answers without scores", () => {
    const labels = scattered(50);
    const { plan, answers } = judged(labels, () => 0.6);
    const bare = answers.map(({ scores: _scores, ...answer }) => answer);
    expect(calibrationOf(plan, labels, bare, 1)).toBe(null);
  });
});
