import { describe, expect, test } from "vitest";
import { chooseVariant, fewestToChoose, planInner } from "../../src/engine/heads/choose.ts";
import {
  type FewLabelTask,
  frozenMethodNames,
  frozenVariants,
  mostCandidates,
  type Variant,
} from "../../src/engine/heads/frozen-methods.ts";
import { cacheScores, neighbourScores, remember } from "../../src/engine/heads/nearest.ts";
import { fitTemperature, temperatureRange, withTemperature } from "../../src/engine/heads/temperature.ts";
import { createRandom, normal, uniform } from "../../src/math/random.ts";

const random = createRandom(21);
const classes = 3;

function taskOf(perClass: number): FewLabelTask {
  const targets = Array.from({ length: classes * perClass }, (_, i) => i % classes);
  const features = Float32Array.from({ length: targets.length * 8 }, (_, i) => {
    return normal(random) + (i % 8 === targets[Math.floor(i / 8)] ? 2 : 0);
  });
  const colours = new Float32Array(targets.length * 25);
  return {
    rows: { features, width: 8, colours },
    targets,
    units: targets.map((_, i) => i),
    classes,
    centre: null,
    spread: null,
  };
}

/** Looks at the first columns themselves: right with the confidence given. */
const oracle = (name: string, confidence: number): Variant => ({
  name,
  fit: () => (asked) =>
    Float64Array.from({ length: (asked.features.length / asked.width) * classes }, (_, i) => {
      const row = asked.features.subarray(
        Math.floor(i / classes) * asked.width,
        (Math.floor(i / classes) + 1) * asked.width,
      );
      const first = [...row.subarray(0, classes)];
      const isBest = first.indexOf(Math.max(...first)) === i % classes;
      return isBest ? confidence : (1 - confidence) / (classes - 1);
    }),
});
const shrug: Variant = {
  name: "shrug",
  fit: () => (asked) => new Float64Array((asked.features.length / asked.width) * classes).fill(1 / classes),
};

describe("a choice among variants", () => {
  const task = taskOf(12);
  const plan = planInner(task, 1);

  test(`is not made below ${fewestToChoose} labels in any class`, () => {
    const few = taskOf(fewestToChoose - 1);
    const choice = chooseVariant([shrug, oracle("oracle", 0.9)], classes, planInner(few, 1));
    expect(choice).toMatchObject({ index: 0, temperature: 1, kind: "constants" });
    expect(planInner(taskOf(fewestToChoose), 1).kind).toBe("folds");
  });

  test("leaves the default only for one that is better by more than one standard error", () => {
    expect(chooseVariant([shrug, oracle("oracle", 0.9)], classes, plan)).toMatchObject({ index: 1, kind: "better" });
    // The same answers: no difference at all, however the second is called.
    expect(chooseVariant([oracle("a", 0.9), oracle("b", 0.9)], classes, plan)).toMatchObject({
      index: 0,
      kind: "default",
    });
  });

  test("does not reward being less shy: the same answers at another confidence are no better", () => {
    expect(chooseVariant([oracle("shy", 0.6), oracle("bold", 0.99)], classes, plan).index).toBe(0);
  });

  test("offers no method more candidates than another may have", () => {
    for (const name of frozenMethodNames) expect(frozenVariants[name].length).toBeLessThanOrEqual(mostCandidates);
    expect(() =>
      chooseVariant(
        Array.from({ length: 7 }, () => shrug),
        classes,
        plan,
      ),
    ).toThrow("7 candidates");
  });
});

describe("a temperature", () => {
  const truth = Array.from({ length: 3000 }, (_, i) => i % classes);

  test("finds back what scores were spoiled with, and never changes an answer", () => {
    // Truth drawn from the scores themselves: they are calibrated, so any spoiling must be undone.
    const scores = new Float64Array(truth.length * classes);
    const drawn = truth.map((_, i) => {
      const row = [normal(random), normal(random), normal(random)].map(Math.exp);
      const total = row.reduce((a, b) => a + b, 0);
      row.forEach((v, c) => {
        scores[i * classes + c] = v / total;
      });
      const at = uniform(random) * total;
      const [first = 0, second = 0] = row;
      return at < first ? 0 : at < first + second ? 1 : 2;
    });
    for (const spoiled of [0.5, 1, 2]) {
      const fitted = fitTemperature(drawn, withTemperature(scores, classes, spoiled), classes);
      expect(Math.abs(Math.log(fitted * spoiled))).toBeLessThan(0.1);
    }
  });

  test("stays within its range where every held-out answer was right", () => {
    const few = [0, 1, 2, 0, 1, 2];
    const right = Float64Array.from(few.flatMap((t) => [0, 1, 2].map((c) => (c === t ? 0.8 : 0.1))));
    const fitted = fitTemperature(few, right, classes);
    expect(fitted).toBeGreaterThan(temperatureRange.low);
    expect(fitted).toBeLessThan(1);
  });
});

describe("a key/value cache", () => {
  const features = Float32Array.of(1, 0, 0.9, 0.1, 0, 1);

  test("is the formula of Tip-Adapter, averaged within a class", () => {
    const centre = new Float32Array(2);
    const memory = remember({ features, width: 2, targets: [0, 0, 1], classes: 2 }, centre);
    const asked = Float32Array.of(1, 1);
    const cosine = (x: number, y: number): number => (x + y) / Math.hypot(x, y) / Math.SQRT2;
    const affinity = (x: number, y: number): number => Math.exp(-5.5 * (1 - cosine(x, y)));
    const first = (affinity(1, 0) + affinity(0.9, 0.1)) / 2;
    const second = affinity(0, 1);
    const [a, b] = cacheScores(memory, asked, 5.5);
    expect(a).toBeCloseTo(first / (first + second), 6);
    expect(b).toBeCloseTo(second / (first + second), 6);
  });

  test("stands any sharpness, and a class without labels is never answered", () => {
    const memory = remember({ features, width: 2, targets: [0, 0, 1], classes: 3 });
    const scores = cacheScores(memory, Float32Array.of(0.2, 0.9), 5000);
    expect([...scores].every(Number.isFinite)).toBe(true);
    expect(scores[2]).toBe(0);
    expect(scores[1]).toBeCloseTo(1, 9);
  });

  test("breaks the ties of neighbours: of one vote each the nearer wins", () => {
    const memory = remember(
      { features: Float32Array.of(1, 0, 0, 1), width: 2, targets: [0, 1], classes: 2 },
      new Float32Array(2),
    );
    const [a = 0, b = 0] = neighbourScores(memory, Float32Array.of(0.4, 0.9), 2, 5.5);
    expect(b).toBeGreaterThan(a);
    expect(a + b).toBeCloseTo(1, 12);
  });
});
