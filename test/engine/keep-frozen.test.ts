// The frozen baseline as a set: it answers as the regression does, is judged as a tuning is, and goes out and in as a file.
import { beforeAll, describe, expect, test } from "vitest";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { sha256, tinyModel } from "../support/tiny-model.ts";

let tiny: TinyEngine;
beforeAll(async () => {
  tiny = await loadedEngine(tinyModel());
});

describe("the frozen baseline as a set", () => {
  test("has no prompts, a logistic head, and the estimate of its own answers on the tuning's folds", async () => {
    const { bytes, summary } = await tiny.engine.keepFrozen(tuneParams(2, 6, { views: 2 }));
    const { metadata, headWeight } = parsePromptSet(bytes);
    expect(metadata).toMatchObject({
      method: { kind: "none", blocks: 0 },
      head: { kind: "logistic" },
      answer: { views: 2, frozen: null },
      estimate: { kind: "figure", unit: "island", folds: 5 },
    });
    expect(headWeight.length).toBeGreaterThan(0);
    expect(summary.metadata).toEqual(metadata);
    const { estimate } = metadata;
    if (estimate?.kind !== "figure") throw new Error("no figure");
    // Textures of three colours: the regression is right throughout, by itself and as the chosen baseline.
    expect(estimate.tuned.balancedAccuracy).toBe(1);
    expect(estimate.difference?.mean).toBeCloseTo(0, 12);
    expect(estimate.calibration?.reliability.kind).toBe("too-few");
  });

  test("answers clicks at once, the same bytes for the same labels, and again from its file", async () => {
    const params = tuneParams(2, 4);
    const { bytes, summary } = await tiny.engine.keepFrozen(params);
    const again = await tiny.engine.keepFrozen({ ...params, labels: params.labels.toReversed() });
    expect(sha256(again.bytes)).toBe(sha256(bytes));
    const scorer = { kind: "prompt-set", id: summary.id } as const;
    const first = await tiny.engine.classify({ patch: patchAt(placeOf(1, 0)), scorer });
    if (first.kind !== "scored") throw new Error("no scores");
    expect(first.scores.toSorted((a, b) => b.score - a.score)[0]?.name).toBe("Blobs");
    await tiny.engine.removePromptSet({ id: summary.id });
    await tiny.engine.addPromptSet({ bytes });
    expect(await tiny.engine.classify({ patch: patchAt(placeOf(1, 0)), scorer })).toEqual(first);
  });

  test("of labels in one place each has no figure, and says why", async () => {
    const { summary } = await tiny.engine.keepFrozen(tuneParams(2, 1));
    expect(summary.metadata.estimate).toMatchObject({ kind: "none", reason: expect.stringMatching(/second place/) });
  });
});
