// How much of a tuned answer is frozen features': decided by held-out labels, a constant below four a class, and gone on with to the bytes.
import { beforeAll, describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import type { TuningCheckpoint } from "../../src/domain/tuning-checkpoint.ts";
import { chooseShare, constantShare } from "../../src/engine/heads/choose-share.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { sha256, tinyModel } from "../support/tiny-model.ts";

describe("of held-out scores the choice", () => {
  const truth = Array.from({ length: 40 }, (_, i) => i % 2);
  const units = truth.map((_, i) => i);
  /** Right with this score, apart from every n-th. */
  const scoring = (right: number, wrongEvery: number): Float64Array =>
    Float64Array.from(
      truth.flatMap((c, i) => {
        const own = i % wrongEvery === 0 ? 1 - right : right;
        return c === 0 ? [own, 1 - own] : [1 - own, own];
      }),
    );

  test("is frozen features only where prompts are as good", () => {
    const held = { truth, units, own: scoring(0.8, 5), frozen: scoring(0.8, 5) };
    expect(chooseShare(held, 2)).toMatchObject({ share: 1, kind: "default" });
  });

  test("is frozen features only where prompts are worse", () => {
    const held = { truth, units, own: scoring(0.8, 3), frozen: scoring(0.8, 9) };
    expect(chooseShare(held, 2)).toMatchObject({ share: 1, kind: "default" });
  });

  test("gives prompts a share where they are better by more than a standard error", () => {
    const held = { truth, units, own: scoring(0.9, 39), frozen: scoring(0.6, 3) };
    const chosen = chooseShare(held, 2);
    expect(chosen.kind).toBe("better");
    expect(chosen.share).toBeLessThan(1);
  });

  test("fits temperatures on both sides alike: the same scores get the same", () => {
    const { temperatures } = chooseShare({ truth, units, own: scoring(0.99, 4), frozen: scoring(0.99, 4) }, 2);
    expect(temperatures.own).toBe(temperatures.frozen);
    expect(temperatures.own).toBeGreaterThan(1);
  });
});

describe("a tuning that lets the labels choose", () => {
  let tiny: TinyEngine;
  beforeAll(async () => {
    tiny = await loadedEngine(tinyModel());
  });

  test("below four labels in a class takes constants and says so in the set, with the frozen part beside the prompts", async () => {
    const { bytes, choice } = await tiny.engine.tune(tuneParams(2, 3, { frozen: "choose", views: 2, epochs: 1 }));
    expect(choice).toMatchObject({ share: constantShare, kind: "constants" });
    const set = parsePromptSet(bytes);
    expect(set.metadata.answer).toMatchObject({ views: 2, temperature: 1, frozen: { share: constantShare } });
    expect(set.metadata.answer?.words).toMatch(/fewer than 4 labels/);
    expect(set.frozen?.weight).toHaveLength(set.headWeight.length);
  });

  test("keeps frozen features where prompts learn nothing: a set without prompts, the other beside it only if asked", async () => {
    // A rate of zero: the prompts stay where they start, and cannot win.
    const params = tuneParams(2, 4, { frozen: "choose", epochs: 1, learningRate: 0 });
    const { summary, choice, passedOver, estimate } = await tiny.engine.tune(params);
    expect(choice).toMatchObject({ share: 1, kind: "default" });
    expect(summary.metadata.method).toEqual({ kind: "none", firstBlock: 3, blocks: 0, tokensPerBlock: 0 });
    expect(passedOver).toBeNull();
    expect(estimate.kind).toBe("figure");
    const scorer = { kind: "prompt-set", id: summary.id } as const;
    expect(await tiny.engine.classify({ patch: patchAt(placeOf(1, 40)), scorer })).toMatchObject({ kind: "scored" });
    const both = await tiny.engine.tune({ ...params, trainAnyway: true, estimate: false });
    expect(both.estimate.kind).toBe("none");
    expect(present(both.passedOver, "the set with prompts").summary.metadata.method).toMatchObject({
      tokensPerBlock: 3,
    });
  });

  test("goes on from a training that only chooses to the same bytes", async () => {
    const params = tuneParams(2, 6, { frozen: "choose", batch: 4, epochs: 2 });
    const checkpoints: TuningCheckpoint[] = [];
    const whole = await tiny.engine.tune(params, {
      onProgress: (event) => {
        if (event.type === "checkpoint") checkpoints.push(structuredClone(event.checkpoint));
      },
    });
    const last = present(
      checkpoints.findLast(
        ({ inner, fold, innerAnswers }) => fold !== null && inner !== null && innerAnswers.length > 0,
      ),
      "a checkpoint of a training that chooses",
    );
    const again = await tiny.engine.tune({ ...params, resume: last });
    expect(sha256(again.bytes)).toBe(sha256(whole.bytes));
    const other = { ...last, innerAnswers: last.innerAnswers.slice(1) };
    await expect(tiny.engine.tune({ ...params, resume: other })).rejects.toThrow(/held-out answers are not those/);
  });

  test("does not centre by unlabelled patches while it makes an estimate: folds do not know which they were", async () => {
    const centre = new Float32Array(48);
    await expect(tiny.engine.tune(tuneParams(2, 2, {}, { centre }))).rejects.toThrow(/without an estimate/);
  });
});
