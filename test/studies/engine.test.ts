// Questions to the labels on the real engine with a tiny model: held to the tuning's own estimate, cancelled, and behind clicks.
import { beforeAll, describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { everyKinds, type PromptKindsOn, type StudyProgress } from "../../src/domain/label-study.ts";
import type { StudiedLabels } from "../../src/protocol/study-api.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine, tinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { tinyModel, tinySource } from "../support/tiny-model.ts";

let tiny: TinyEngine;
beforeAll(async () => {
  tiny = await loadedEngine(tinyModel());
});

const studied = (
  classes: number,
  perClass: number,
  ...more: Parameters<typeof tuneParams> extends [number, number, ...infer R] ? R : never
): StudiedLabels => {
  const { name: _name, parent: _parent, resume: _resume, ...params } = tuneParams(classes, perClass, ...more);
  return params;
};
const visual: PromptKindsOn = { visual: true, instance: false, text: false };
const instance: PromptKindsOn = { visual: false, instance: true, text: false };

describe("the comparison of prompts", () => {
  test("answers what a tuning with those prompts estimates of itself, and frozen features as beside it", async () => {
    const params = studied(2, 6, { instance: { tokens: 2, hidden: 4 }, epochs: 2 });
    const found: StudyProgress[] = [];
    const table = await tiny.engine.ablation(
      { ...params, kinds: [{ visual: false, instance: false, text: false }, visual, instance] },
      { onProgress: (progress) => found.push(progress) },
    );
    if (table.kind === "none") throw new Error(table.reason);
    const { estimate } = await tiny.engine.tune(tuneParams(2, 6, { epochs: 2 }));
    if (estimate.kind === "none") throw new Error(estimate.reason);
    expect(table.rows.map(({ kinds }) => kinds)).toEqual([
      { visual: false, instance: false, text: false },
      visual,
      instance,
    ]);
    const [none, ofVisual, ofInstance] = table.rows;
    expect(none?.balancedAccuracy.mean).toBeCloseTo(estimate.frozen.balancedAccuracy, 12);
    expect(none).toMatchObject({ difference: null, trained: 0 });
    expect(ofVisual?.balancedAccuracy.mean).toBeCloseTo(estimate.tuned.balancedAccuracy, 12);
    const gap = estimate.tuned.balancedAccuracy - estimate.frozen.balancedAccuracy;
    expect(ofVisual?.difference?.mean).toBeCloseTo(gap, 12);
    expect(ofInstance?.trained).not.toBe(ofVisual?.trained);
    expect(table).toMatchObject({ units: estimate.units, answered: estimate.tuned.total, folds: estimate.folds });
    const done = found.map((progress) => progress.done);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBe(1);
  });

  test("and a tuning wait for nobody: the second is refused while the first runs, and not after it was cancelled", async () => {
    const stop = new AbortController();
    const params = studied(2, 6, { epochs: 200 });
    const first = tiny.engine.ablation({ ...params, kinds: [visual] }, { signal: stop.signal });
    await expect(tiny.engine.tune(tuneParams(2, 6))).rejects.toThrow(/running already/);
    stop.abort();
    await expect(first).rejects.toThrow(/abort/i);
    await expect(tiny.engine.tune(tuneParams(2, 2, { epochs: 1 }))).resolves.toMatchObject({ ended: "complete" });
  });

  test("gives nothing but a reason where nothing can be held out", async () => {
    const table = await tiny.engine.ablation({ ...studied(2, 1), kinds: everyKinds });
    expect(table).toMatchObject({ kind: "none", reason: expect.stringMatching(/in a second place/) });
  });
});

describe("the curve over labels", () => {
  test("of textures rises to all right, twice the same, and of tunings beside frozen features has the same sizes", async () => {
    const params = { ...studied(2, 8, { epochs: 1 }), tunedDraws: 1 };
    const curve = await tiny.engine.labelCurve(params);
    if (curve.kind === "none") throw new Error(curve.reason);
    expect(curve.frozen.points.map((point) => point.labelsAClass)).toEqual([1, 2, 4]);
    expect(curve.frozen.points.at(-1)?.mean).toBeGreaterThan(0.9);
    expect(curve.frozen.seeds).toHaveLength(20);
    expect(curve.tuned?.points.map((point) => point.labelsAClass)).toEqual([1, 2, 4]);
    expect(curve.tuned?.seeds).toEqual([1]);
    expect(curve).toMatchObject({ unit: "island", units: 16, answered: 16 });
    const again = await tiny.engine.labelCurve({ ...params, tunedDraws: 0 });
    expect(again).toEqual({ ...curve, tuned: null });
  });

  test("lets a click that came meanwhile answer before its next fit, and ends when cancelled", async () => {
    // As a worker does: whatever has arrived is heard before each piece of work.
    const order: string[] = [];
    const own = tinyEngine(tinyModel(), undefined, undefined, undefined, {
      pause: () => new Promise((resolve) => setTimeout(resolve, 0)),
    });
    await own.engine.load({ source: tinySource, prefer: "auto" });
    const params = studied(2, 8);
    const scorer = { kind: "preview", classes: params.classes, examples: params.examples } as const;
    const patch = patchAt(placeOf(0, 0));
    await own.engine.classify({ patch, scorer });
    const stop = new AbortController();
    let clicked: Promise<unknown> | null = null;
    const curve = own.engine.labelCurve(
      { ...params, tunedDraws: 0 },
      {
        signal: stop.signal,
        onProgress: ({ what, done }) => {
          order.push(what);
          if (what === "frozen" && done > 0.5 && !clicked) {
            clicked = own.engine.classify({ patch, scorer }).then(() => {
              order.push("click");
              stop.abort();
            });
          }
        },
      },
    );
    await expect(curve).rejects.toThrow(/abort/i);
    await present(clicked, "a click");
    // At most one piece of work, that of one size and one fold, was made between the click and its answer.
    const from = order.indexOf("frozen");
    expect(order.length - from).toBeLessThan(0.6 * 20 * 5 * 3);
    expect(order.at(-1)).not.toBe("reading");
    await own.engine.release();
  });
});
