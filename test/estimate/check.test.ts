import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { contradictions } from "../../src/domain/check-estimate.ts";
import type { Estimate } from "../../src/domain/estimate.ts";
import { rootAt } from "../../src/domain/json-reader.ts";
import { readEstimate } from "../../src/domain/parse-estimate.ts";
import { estimateFrom } from "../../src/engine/estimate/figure.ts";
import { planFolds } from "../../src/engine/estimate/folds.ts";
import { choice, createRandom } from "../../src/math/random.ts";
import { allClasses, anyLabels, places } from "../support/labels.ts";

/** An estimate of random answers, as the engine computes it; null without folds. */
function randomEstimate(
  labels: Parameters<typeof planFolds>[0],
  seed: number,
): Extract<Estimate, { kind: "figure" }> | null {
  const plan = planFolds(labels, { classes: allClasses, cases: {}, seed });
  if (plan.kind === "none") return null;
  const random = createRandom(seed);
  const answers = plan.folds.flatMap((fold) =>
    fold.heldOut.map((label) => ({
      label,
      tuned: choice(random, plan.labelled),
      frozen: choice(random, plan.labelled),
    })),
  );
  const estimate = estimateFrom(
    plan,
    labels.map((l) => ({ ...l, origin: "free" as const })),
    answers,
    seed,
  );
  return estimate.kind === "figure" ? estimate : null;
}

const read = (value: unknown) => {
  const at = rootAt(JSON.parse(JSON.stringify(value)), "estimate");
  return { estimate: readEstimate(at), problems: at.problems };
};

describe("an estimate that is read", () => {
  test("is the one that was written, whatever was computed", () => {
    fc.assert(
      fc.property(anyLabels(), fc.integer({ min: 0, max: 1000 }), (labels, seed) => {
        const estimate = randomEstimate(labels, seed);
        if (estimate) expect(read(estimate)).toEqual({ estimate, problems: [] });
      }),
      { seed: 8, numRuns: 60 },
    );
  });

  const sound = randomEstimate(places(["Tumour", "Stroma", "Tumour", "Stroma"]), 1);
  if (!sound) throw new Error("four places give folds");

  test.each<readonly [string, Partial<typeof sound>]>([
    ["claims a balanced accuracy its counts do not give", { tuned: { ...sound.tuned, balancedAccuracy: 0.99 } }],
    ["claims more right answers than its classes", { tuned: { ...sound.tuned, correct: sound.tuned.correct + 1 } }],
    ["claims a narrower interval", { tuned: { ...sound.tuned, wilson: { low: 0.9, high: 0.95 } } }],
    ["claims more certainty than it has answers", { tuned: { ...sound.tuned, effectiveNumber: 1000 } }],
    ["was asked nothing", { tuned: { ...sound.tuned, correct: 0, total: 0 } }],
    ["has no classes with a figure", { recalls: [] }],
    ["bootstraps four places", { frozen: { ...sound.frozen, interval: { low: 0.5, high: 0.6 } } }],
    ["compares with another number of frozen answers", { frozen: { ...sound.frozen, total: sound.frozen.total + 1 } }],
    ["has a confusion of other labels", { confusion: sound.confusion.map((row) => row.map((n) => n + 1)) }],
    ["is of one place", { units: 1 }],
    ["hides a class", { withoutFigure: [allClasses[2]!.id] }],
    ["lowers the bar", { majority: 0.1 }],
    ["has origins of other labels", { origins: { free: 1 } }],
  ])("is refused when it %s", (_, change) => {
    const { problems } = read({ ...sound, ...change });
    expect(problems.length).toBeGreaterThan(0);
    expect(problems[0]).toMatch(/^estimate/);
  });

  test("is sound when nothing was changed", () => expect(contradictions(sound)).toEqual([]));
});
