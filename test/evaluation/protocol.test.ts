import { describe, expect, test } from "vitest";
import { dealUnits } from "../../src/engine/estimate/unit-folds.ts";
import { crossedInterval, crossedOf } from "../../src/engine/evaluation/crossed-bootstrap.ts";
import { divide, drawSupport, drawUnevenly, limited, mostShots, seedsOf } from "../../src/engine/evaluation/draws.ts";
import { choosable, frozenDraw, type ProtocolPart, spreadWithout } from "../../src/engine/evaluation/few-shot-draw.ts";
import { parseResults, serializeResults, statisticsOf } from "../../src/engine/evaluation/results-file.ts";
import { mostCandidates } from "../../src/engine/heads/frozen-methods.ts";
import { bootstrapSummary } from "../../src/math/intervals.ts";
import { createRandom, normal, randomFor } from "../../src/math/random.ts";

/** `perClass` patches of each class, `size` in a group. */
const patchesOf = (classes: number, perClass: number, size: number) =>
  Array.from({ length: classes * perClass }, (_, i) => ({
    classIndex: i % classes,
    group: `${i % classes}-${Math.floor(Math.floor(i / classes) / size)}`,
  }));
const count = (patches: readonly { classIndex: number }[], of: readonly number[], c: number): number =>
  of.filter((i) => patches[i]?.classIndex === c).length;

describe("a draw of labels", () => {
  const patches = patchesOf(3, 20, 4);

  test("has k of every class, and depends on its seed alone", () => {
    for (const k of [1, 3, 6]) {
      const drawn = drawSupport(patches, 3, k, 5);
      expect([0, 1, 2].map((c) => count(patches, drawn, c))).toEqual([k, k, k]);
      expect(drawSupport(patches, 3, k, 5)).toEqual(drawn);
      expect(drawSupport(patches, 3, k, 6)).not.toEqual(drawn);
    }
  });

  test("takes a second patch of a group only where every group has given one", () => {
    const groups = drawSupport(patches, 3, 5, 1).map((i) => patches[i]?.group);
    expect(new Set(groups).size).toBe(15);
    const more = drawSupport(patches, 3, 7, 1).map((i) => patches[i]?.group);
    expect(new Set(more).size).toBe(15);
  });

  test("draws every patch sooner or later: nothing is favoured by its name", () => {
    const seen = new Set(seedsOf(0, 60).flatMap((seed) => drawSupport(patches, 3, 2, seed)));
    expect(seen.size).toBe(60);
  });

  test("beyond the class is refused, and above a third of it not asked for", () => {
    expect(mostShots(patches, 3)).toBe(6);
    expect(() => drawSupport(patches, 3, 21, 0)).toThrow("20 patches");
  });
});

describe("a draw of patches without labels", () => {
  const patches = patchesOf(3, 40, 4);

  test("has classes in shares of 1 : 2 : 3, whichever is the first, and depends on its seed alone", () => {
    const shares = (seed: number) => [0, 1, 2].map((c) => count(patches, drawUnevenly(patches, 3, 60, seed), c));
    const seeds = Array.from({ length: 12 }, (_, seed) => seed);
    for (const seed of seeds) expect(shares(seed).toSorted((a, b) => a - b)).toEqual([10, 20, 30]);
    expect(new Set(seeds.map((seed) => shares(seed).indexOf(30))).size).toBe(3);
    expect(drawUnevenly(patches, 3, 60, 4)).toEqual(drawUnevenly(patches, 3, 60, 4));
  });

  test("is never more than there are", () => {
    const drawn = drawUnevenly(patches, 3, 1000, 1);
    expect(new Set(drawn).size).toBe(drawn.length);
    // 20, 40 and 60 of 120 are asked for; of the last class there are 40.
    expect(drawn).toHaveLength(100);
  });
});

describe("a folder without parts", () => {
  test("is divided by whole groups, about half of each class on either side", () => {
    const patches = patchesOf(3, 30, 3);
    for (const seed of [0, 1, 2]) {
      const { pool, test: asked } = divide(patches, 3, seed);
      expect([...pool, ...asked].toSorted((a, b) => a - b)).toEqual(patches.map((_, i) => i));
      const inPool = new Set(pool.map((i) => patches[i]?.group));
      expect(asked.some((i) => inPool.has(patches[i]?.group))).toBe(false);
      for (const c of [0, 1, 2]) expect(count(patches, pool, c)).toBe(15);
    }
  });

  test("keeps a group of several classes on one side, and refuses a class of one group", () => {
    const mixed = [
      { classIndex: 0, group: "m" },
      { classIndex: 1, group: "m" },
      { classIndex: 0, group: "a" },
      { classIndex: 1, group: "b" },
    ];
    const { pool } = divide(mixed, 2, 3);
    expect(pool.includes(0)).toBe(pool.includes(1));
    expect(() => divide(mixed.slice(0, 3), 2, 0)).toThrow("one group");
  });

  test("is refused where a class's groups, being those of other classes too, all fell to one side", () => {
    const groups = [
      [0, "a"],
      [0, "b"],
      [1, "c"],
      [1, "d"],
      [2, "a"],
      [2, "c"],
    ] as const;
    const patches = groups.map(([classIndex, group]) => ({ classIndex, group }));
    const outcomes = seedsOf(0, 16).map((seed) => {
      try {
        const sides = divide(patches, 3, seed);
        for (const side of [sides.pool, sides.test]) for (const c of [0, 1, 2]) expect(count(patches, side, c)).toBe(1);
        return "divided";
      } catch (error) {
        expect(error).toMatchObject({ kind: "invalid" });
        return "refused";
      }
    });
    expect(new Set(outcomes)).toEqual(new Set(["divided", "refused"]));
  });

  test("limits its test patches evenly over the classes, and not below one of each", () => {
    expect(() => limited(patchesOf(3, 5, 1), [0, 1, 2, 3], 3, 2, 0)).toThrow("fewer than the 3 classes");
    const patches = patchesOf(3, 30, 1);
    const kept = limited(
      patches,
      patches.map((_, i) => i),
      3,
      10,
      4,
    );
    expect([0, 1, 2].map((c) => count(patches, kept, c)).toSorted()).toEqual([3, 3, 4]);
  });
});

test("folds inside the labels hold out every testable label once, whole units, every class trained on", () => {
  const units = Array.from({ length: 24 }, (_, i) => Math.floor(i / 2));
  const targets = units.map((unit) => unit % 3);
  const folds = dealUnits({ targets, units }, 1);
  expect(folds.flatMap(({ heldOut }) => heldOut).toSorted((a, b) => a - b)).toEqual(targets.map((_, i) => i));
  for (const { training, heldOut } of folds) {
    const held = new Set(heldOut.map((i) => units[i]));
    expect(training.some((i) => held.has(units[i]))).toBe(false);
    expect(new Set(training.map((i) => targets[i])).size).toBe(3);
  }
  expect(dealUnits({ targets: [0, 0, 1, 1], units: [0, 0, 1, 1] }, 1)).toEqual([]);
});

describe("the crossed bootstrap", () => {
  const truth = [0, 0, 0, 0, 1, 1, 1, 1];
  const units = truth.map((_, i) => i);

  test("of answers that are all right is 1, and of the same method twice exactly 0", () => {
    const right = crossedOf([truth, truth], truth, units, 2);
    const all = crossedInterval(right, null, { random: createRandom(1) });
    expect(all?.low).toBeCloseTo(1, 12);
    expect(all?.high).toBeCloseTo(1, 12);
    const some = crossedOf([truth.map((_, i) => i % 2), truth], truth, units, 2);
    expect(crossedInterval(some, some, { random: createRandom(1) })).toEqual({ low: 0, high: 0 });
  });

  test("is as wide as resampling images alone where all draws answer alike, and wider where they do not", () => {
    const random = createRandom(3);
    const images = 60;
    const truths = Array.from({ length: images }, (_, i) => i % 2);
    const alone = truths.map((_, i) => i);
    const noisy = (share: number) => truths.map((t) => (normal(random) > share ? t : 1 - t));
    const [one] = [noisy(-0.8)];
    const alike = crossedInterval(crossedOf([one, one, one], truths, alone, 2), null, { random: createRandom(9) });
    const single = crossedInterval(crossedOf([one], truths, alone, 2), null, { random: createRandom(9) });
    const width = (bounds: { low: number; high: number } | null): number =>
      bounds ? bounds.high - bounds.low : Number.NaN;
    expect(Math.abs(width(alike) - width(single))).toBeLessThan(0.02);
    const unlike = crossedOf([noisy(-2), noisy(0.5), noisy(-0.8)], truths, alone, 2);
    expect(width(crossedInterval(unlike, null, { random: createRandom(9) }))).toBeGreaterThan(width(alike) + 0.02);
  });

  test("resamples kin together: copies of one image tell no more than it", () => {
    const random = createRandom(4);
    const few = Array.from({ length: 30 }, (_, i) => i % 2);
    const answers = few.map((t) => (normal(random) > -0.5 ? t : 1 - t));
    const copied = <T>(list: readonly T[]): T[] => list.flatMap((item) => [item, item, item]);
    const bounds = (units: readonly number[], t: readonly number[], a: readonly number[]) =>
      crossedInterval(crossedOf([a], t, units, 2), null, { random: createRandom(2) });
    const plain = bounds(
      few.map((_, i) => i),
      few,
      answers,
    );
    const kin = bounds(copied(few.map((_, i) => i)), copied(few), copied(answers));
    expect(kin?.low).toBeCloseTo(plain?.low ?? Number.NaN, 12);
    expect(kin?.high).toBeCloseTo(plain?.high ?? Number.NaN, 12);
  });
});

test("a thousand bootstraps of a mean have its standard error", () => {
  const random = createRandom(8);
  const values = Array.from({ length: 200 }, () => normal(random));
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
  const summary = bootstrapSummary(
    values.length,
    (drawn) => [...drawn].reduce((s, i) => s + (values[i] ?? 0), 0) / drawn.length,
    { random: randomFor(1, "thousand") },
  );
  expect(summary?.resamples).toBe(1000);
  expect(Math.abs((summary?.deviation ?? 0) - deviation / Math.sqrt(200))).toBeLessThan(0.005);
  expect(Math.abs((summary?.mean ?? 9) - mean)).toBeLessThan(0.01);
});

describe("a whole draw", () => {
  const random = createRandom(12);
  const part = (perClass: number): ProtocolPart => {
    const patches = patchesOf(3, perClass, 2);
    const features = Float32Array.from({ length: patches.length * 12 }, (_, i) => {
      const target = patches[Math.floor(i / 12)]?.classIndex ?? 0;
      return normal(random) + (i % 12 === target ? 3 : 0);
    });
    const colours = Float32Array.from({ length: patches.length * 25 }, () => normal(random));
    return { rows: { features, width: 12, colours }, patches };
  };
  const pool = part(30);
  /** Eight views of some patches to draw from: twice as far apart in the last six directions, which say nothing of a class. */
  const unlabelled = (() => {
    const of = drawUnevenly(pool.patches, 3, 40, 0);
    const values = Float32Array.from({ length: of.length * 8 * 12 }, (_, i) => {
      const patch = of[Math.floor(i / (8 * 12))] ?? 0;
      return (pool.rows.features[patch * 12 + (i % 12)] ?? 0) + normal(random) * (i % 12 < 6 ? 0.5 : 1);
    });
    return { of, table: { values, views: 8, width: 12 } };
  })();
  const data = { pool, test: part(20), unlabelled, classes: 3 };

  test("fits every method on the same labels, and noise as colours is no better than chance", () => {
    const { methods, chosen } = frozenDraw(data, 8, 2);
    for (const name of ["centroid", "logreg", "knn", "cache", "frozen_blend", "whitened"] as const) {
      expect(methods[name].metrics.balanced_accuracy).toBeGreaterThan(0.75);
    }
    expect(methods.majority.metrics.balanced_accuracy).toBeCloseTo(1 / 3, 12);
    expect(methods.colour.metrics.balanced_accuracy).toBeLessThan(0.6);
    expect(chosen.method).not.toBe("colour");
  });

  test("learns how views differ from no patch that is labelled in it", () => {
    const { support, methods } = frozenDraw(data, 8, 2);
    expect(unlabelled.of.some((patch) => support.includes(patch))).toBe(true);
    // What the labelled patches look like in other views is turned into nonsense: nothing may depend on it.
    const values = unlabelled.table.values.map((value, i) =>
      support.includes(unlabelled.of[Math.floor(i / (8 * 12))] ?? -1) ? value * (i % 7) : value,
    );
    const changed = { ...data, unlabelled: { ...unlabelled, table: { ...unlabelled.table, values } } };
    expect(frozenDraw(changed, 8, 2).methods.whitened).toEqual(methods.whitened);
    expect(spreadWithout(changed.unlabelled, [])).not.toEqual(spreadWithout(unlabelled, []));
    expect(spreadWithout(unlabelled, unlabelled.of)).toBeNull();
  });

  test("lets the labels choose from as many methods as a method has variants at most", () => {
    expect(choosable).toHaveLength(mostCandidates);
    expect(new Set(choosable)).not.toContain("majority");
  });

  test("gives the same bytes again", () => {
    const [a, b] = [frozenDraw(data, 4, 3), frozenDraw(data, 4, 3)];
    expect(JSON.stringify(a)).toBe(JSON.stringify(b));
  });

  test("below four labels a class chooses nothing from them", () => {
    const { methods, chosen } = frozenDraw(data, 3, 1);
    for (const { words } of Object.values(methods)) expect(words).toContain("constants");
    expect(chosen.words).toContain("constants");
  });
});

describe("a result file", () => {
  /** Knows the documented shape of eva's results.json and nothing of this project. */
  function readEva(text: string) {
    const { metrics } = JSON.parse(text) as {
      metrics: Record<"val" | "test", Record<string, { mean: number; stdev: number; values: number[] }>[]>;
    };
    return metrics;
  }
  const values = [0.5, 0.7, 0.9];
  const file = {
    metrics: { val: [], test: [{ "k4/logreg/balanced_accuracy": statisticsOf(values) }] },
    config: { seeds: [0, 1, 2] },
    details: {},
  };

  test("is read by whoever knows eva's shape: a list of data sets of mean, sample deviation and values", () => {
    const { val, test: stage } = readEva(serializeResults(file));
    expect(val).toEqual([]);
    const figure = stage[0]?.["k4/logreg/balanced_accuracy"];
    expect(figure?.values).toEqual(values);
    expect(figure?.mean).toBeCloseTo(0.7, 12);
    // Python: statistics.stdev([0.5, 0.7, 0.9])
    expect(figure?.stdev).toBeCloseTo(0.2, 12);
    expect(statisticsOf([0.4])).toEqual({ mean: 0.4, stdev: 0, values: [0.4] });
  });

  test("comes back through the parser, and is the same bytes whatever order its keys were given in", () => {
    const text = serializeResults(file);
    expect(parseResults(text, "results.json")).toEqual(file.metrics);
    const { metrics, config, details } = file;
    expect(serializeResults({ details, config, metrics })).toBe(text);
  });

  test.each([
    ["{", "not JSON"],
    ["{}", "metrics"],
    ['{"metrics":{"val":[],"test":[{"a":{"mean":"x","stdev":0,"values":[1]}}]}}', "mean must be"],
    ['{"metrics":{"val":[],"test":[{"a":{"mean":1,"stdev":-1,"values":[]}}]}}', "stdev must be"],
  ])("%j is refused, saying where", (text, words) => {
    expect(() => parseResults(text, "r.json")).toThrow(words);
  });
});
