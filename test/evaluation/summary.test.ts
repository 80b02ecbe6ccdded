import { expect, test } from "vitest";
import type { KeptFrozen, KeptMethod, KeptTuned } from "../../src/cli/bench-fewshot/one-draw.ts";
import { summarise } from "../../src/cli/bench-fewshot/summary.ts";
import { reportOn } from "../../src/engine/evaluation/scores.ts";
import { frozenMethodNames } from "../../src/engine/heads/frozen-methods.ts";

const truth = [0, 0, 0, 0, 1, 1, 1, 1];
const test8 = truth.map((classIndex, i) => ({ classIndex, group: `g${i}` }));

/** Wrong on the first `wrong` patches of class 0. */
function answering(wrong: number): KeptMethod {
  const answers = truth.map((t, i) => (i < wrong ? 1 - t : t));
  const scores = Float64Array.from(answers.flatMap((a) => [0, 1].map((c) => (c === a ? 0.9 : 0.1))));
  return { answers, metrics: reportOn(truth, scores, 2).metrics, words: "" };
}

const frozen = (wrong: Readonly<Record<string, number>>, seed: number): KeptFrozen => ({
  k: 4,
  seed,
  support: [],
  methods: Object.fromEntries(
    frozenMethodNames.map((name) => [name, answering(wrong[name] ?? 4)]),
  ) as unknown as KeptFrozen["methods"],
  chosen: { method: "logreg", ...answering(wrong.logreg ?? 4) },
});
const tuned = (wrong: number, raw: number, fellBack: boolean): KeptTuned => ({
  methods: { tuned: answering(wrong), raw: answering(raw) },
  fellBack,
  seconds: 1,
});

test("tuned is held against the frozen method with the highest mean, draw by draw, and against all there is to gain", () => {
  const { figures, datasets } = summarise({
    prefix: "fewshot.m.d",
    on: "here",
    classes: 2,
    test: test8,
    methods: new Set([...frozenMethodNames, "raw", "tuned"]),
    // Balanced accuracies: cache 0.75, 0.5 (mean 0.625) beats logreg 0.5, 0.625; tuned 0.875, 0.75; raw 0.5, 0.5; full 1.
    draws: [
      {
        k: 4,
        frozen: [frozen({ cache: 2, logreg: 4 }, 0), frozen({ cache: 4, logreg: 3 }, 1)],
        tuned: [tuned(1, 4, false), tuned(2, 4, true)],
      },
    ],
    full: { ...answering(0), confusion: [], words: "" },
    seed: 0,
  });
  const value = (name: string) => figures.find((f) => f.name === `fewshot.m.d.${name}`)?.value;
  expect(value("k4.cache")).toBeCloseTo(0.625, 12);
  expect(value("k4.tuned")).toBeCloseTo(0.8125, 12);
  expect(value("k4.delta")).toBeCloseTo(0.1875, 12);
  expect(value("k4.raw_delta")).toBeCloseTo(-0.125, 12);
  expect(value("k4.gain_share")).toBeCloseTo(0.1875 / 0.375, 12);
  expect(value("k4.delta_chosen")).toBeCloseTo(0.8125 - 0.5625, 12);
  expect(value("k4.fallback")).toBe(0.5);
  expect(value("full")).toBe(1);
  expect(value("k4.delta_lo")).toBeLessThan(0.1875);
  expect(value("k4.delta_hi")).toBeGreaterThan(0.1875);
  expect(datasets[0]?.["k4/tuned/balanced_accuracy"]?.values).toEqual([0.875, 0.75]);
});
