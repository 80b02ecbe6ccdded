// How like the labels a patch is: the rule on plain numbers, its rate on draws from one population, and on the real engine.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { PromptSetId } from "../../src/base/brand.ts";
import { familiarityOf } from "../../src/engine/familiarity.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine } from "../support/tiny-engine.ts";
import { labelsOf, tuneParams } from "../support/tiny-labels.ts";
import { tinyModel } from "../support/tiny-model.ts";

describe("the rule", () => {
  // Ten labels on a line, one apart: each lies 1 from its nearest.
  const line = Float32Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? i / 2 : 0));

  test("holds the distance to the nearest label against the largest between a label and its nearest other", () => {
    expect(familiarityOf(line, Float32Array.of(4.5, 0))).toEqual({
      kind: "known",
      labels: 10,
      distance: 0.5,
      limit: 1,
    });
    expect(familiarityOf(line, Float32Array.of(4, 3))).toEqual({ kind: "known", labels: 10, distance: 3, limit: 1 });
  });

  test("says nothing from fewer than ten labels", () => {
    expect(familiarityOf(line.subarray(0, 18), Float32Array.of(0, 9))).toEqual({ kind: "too-few", labels: 9 });
  });

  test("marks about one in n + 1 patches drawn as the labels were, and nearly all from elsewhere", () => {
    const random = createRandom(7);
    const draw = (count: number, shift = 0): Float32Array =>
      Float32Array.from({ length: count * 8 }, () => normal(random) + shift);
    const unlike = (shift: number): number => {
      let marked = 0;
      for (let i = 0; i < 2000; i++) {
        const result = familiarityOf(draw(19), draw(1, shift));
        if (result.kind === "known" && result.distance > result.limit) marked++;
      }
      return marked / 2000;
    };
    // 1 / 20, the standard deviation of a count of 2000 is 0.005.
    expect(Math.abs(unlike(0) - 0.05)).toBeLessThan(0.02);
    expect(unlike(3)).toBeGreaterThan(0.95);
  });
});

describe("on the real engine", () => {
  let tiny: TinyEngine;
  beforeAll(async () => {
    tiny = await loadedEngine(tinyModel());
  }, 120_000);
  afterAll(() => tiny.engine.release?.());

  test("a labelled patch is at distance 0 from the labels", async () => {
    const { examples } = tuneParams(2, 6);
    const result = await tiny.engine.familiarity({ patch: examples[3]!.patch, examples });
    expect(result).toMatchObject({ kind: "known", labels: 12, distance: 0 });
  });

  test("labels that only test are answered as clicks are, each with the place it lies in", async () => {
    const { summary } = await tiny.engine.tune(tuneParams(2, 4));
    const labels = labelsOf(2, 3);
    const patches = labels.map(({ region }) => patchAt(region));
    const seen: number[] = [];
    const { unit, answers } = await tiny.engine.testLabels(
      { set: summary.id, labels, patches, cases: {} },
      { onProgress: ({ done }) => seen.push(done) },
    );
    expect(unit).toBe("island");
    expect(new Set(answers.map((a) => a.unit)).size).toBe(6);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6]);
    for (const [i, { labelId, truth, answer }] of answers.entries()) {
      expect([labelId, truth]).toEqual([labels[i]!.id, labels[i]!.classId]);
      const click = await tiny.engine.classify({ patch: patches[i]!, scorer: { kind: "prompt-set", id: summary.id } });
      const best = click.kind === "scored" ? click.scores.toSorted((a, b) => b.score - a.score)[0] : undefined;
      expect(answer?.id).toBe(best?.classId);
    }
  }, 120_000);

  test("a set that is not there and labels without patches are refused", async () => {
    const ask = (patches: number) =>
      tiny.engine.testLabels({
        set: "nothing" as PromptSetId,
        labels: labelsOf(2, 1),
        patches: [patchAt(placeOf(0, 0)), patchAt(placeOf(1, 0))].slice(0, patches),
        cases: {},
      });
    await expect(ask(2)).rejects.toMatchObject({ kind: "bad-prompt-set" });
    await expect(ask(1)).rejects.toMatchObject({ kind: "invalid" });
  });
});
