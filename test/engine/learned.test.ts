// From a slide's tissue to prompts without labels, and from those and a few labels to a set that answers: on the small backbone.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ClassId, LabelId, RunId, SlideId } from "../../src/base/brand.ts";
import { present } from "../../src/base/fault.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { fitWhitenedRows, whitenedBy, whitenedHead, whitenedScores } from "../../src/engine/heads/whitened.ts";
import type { Engine } from "../../src/engine/service.ts";
import type { LearnParams, LearnResult } from "../../src/protocol/learn-api.ts";
import { patchAt, placeOf, slideId } from "../support/texture-slide.ts";
import { loadedEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { tinyModel } from "../support/tiny-model.ts";

const asked: LearnParams = {
  runId: "learning" as RunId,
  name: "Learned",
  slides: [slideId],
  avoid: tuneParams(3, 8).labels,
  syntheticSlides: [],
  seed: 1,
};

describe("prompts learned from a slide", () => {
  let engine: Engine;
  let learned: LearnResult;
  const told: number[] = [];
  beforeAll(async () => {
    ({ engine } = await loadedEngine(tinyModel()));
    learned = await engine.learn(asked, { onProgress: ({ done, total }) => told.push(done / total) });
  });
  afterAll(() => engine.release());

  test("are a set without a head that says how many places of which slides they are of", () => {
    expect(learned.places).toHaveLength(330);
    expect(told.at(-1)).toBe(1);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
    const { metadata, frozen, headWhitening } = parsePromptSet(learned.bytes);
    expect(metadata.learned).toMatchObject({ patches: 330, slides: [slideId], seed: 1 });
    expect(metadata.head.kind).toBe("none");
    expect(headWhitening.length).toBe(present(frozen, "plain features").whitening.length);
    expect(JSON.stringify(metadata)).not.toContain('"region"');
  });

  test("and a few labels give a set that tells textures apart, beside its held-out estimate", async () => {
    const params = tuneParams(
      3,
      8,
      { views: 2, frozen: "choose" },
      { learned: { id: learned.summary.id, places: learned.places } },
    );
    const made = await engine.tune(params);
    const set = parsePromptSet(made.bytes);
    expect(set.metadata).toMatchObject({
      parent: learned.summary.id,
      head: { kind: "whitened" },
      learned: { patches: 330 },
    });
    expect(made.estimate).toMatchObject({ kind: "figure" });
    expect(made.heldOut).toHaveLength(24);
    if (made.estimate.kind === "figure") expect(made.estimate.tuned.balancedAccuracy).toBeGreaterThan(0.8);
    const scored = await engine.classify({
      patch: patchAt(placeOf(1, 30)),
      scorer: { kind: "prompt-set", id: made.summary.id },
    });
    const scores = scored.kind === "scored" ? scored.scores.toSorted((a, b) => b.score - a.score) : [];
    expect(scores[0]?.classId).toBe("c1");
    expect((await engine.tune(params)).bytes).toEqual(made.bytes);
  });

  test("what a click answers is the head of the file on the features the file names", async () => {
    const params = tuneParams(
      2,
      8,
      { views: 2, frozen: "none" },
      { learned: { id: learned.summary.id, places: learned.places } },
    );
    const { bytes, summary } = await engine.tune(params);
    const { metadata } = parsePromptSet(bytes);
    const { prompts } = parsePromptSet(learned.bytes);
    const { firstBlock, tokensPerBlock } = metadata.method;
    const under = { firstBlock, tokensPerBlock, values: prompts, losses: [] };
    const meansOf = async (patches: readonly ReturnType<typeof patchAt>[]): Promise<Float32Array> => {
      const { features } = await engine.embed({ patches, views: 2, prompts: under });
      const width = features.length / patches.length / 2;
      return Float32Array.from({ length: patches.length * width }, (_, i) => {
        const at = Math.floor(i / width) * 2 * width + (i % width);
        return (present(features[at], "a feature") + present(features[at + width], "a feature")) / 2;
      });
    };
    const { headCentre: centre, headWhitening: whitening } = parsePromptSet(learned.bytes);
    const features = await meansOf(params.examples.map(({ patch }) => patch));
    const targets = params.examples.map(({ classId }) => Number(classId.slice(1)));
    const by = { centre, whitening };
    const rows = { features: whitenedBy(by, features), width: centre.length, targets, classes: 2 };
    const head = whitenedHead(fitWhitenedRows(rows), by);
    const place = patchAt(placeOf(0, 40));
    const expected = whitenedScores(head, await meansOf([place]));
    const scored = await engine.classify({ patch: place, scorer: { kind: "prompt-set", id: summary.id } });
    const scores = scored.kind === "scored" ? scored.scores : [];
    expect(scores.find(({ classId }) => classId === "c0")?.score).toBeCloseTo(present(expected[0], "a score"), 4);
  });

  test("labels on places that were learned from are trained on and never held out", async () => {
    const params = tuneParams(3, 8, { views: 1, frozen: "constant" });
    const near = params.labels.slice(0, 3).map((label, i) => {
      const { region } = present(learned.places[i], "a place");
      return {
        ...label,
        id: `near${i}` as LabelId,
        classId: `c${Math.round(region.y / 1000)}` as ClassId,
        region,
        group: `n${i}`,
      };
    });
    const more = {
      ...params,
      labels: [...params.labels, ...near],
      examples: [
        ...params.examples,
        ...near.map((label) => ({ labelId: label.id, patch: patchAt(label.region), classId: label.classId })),
      ],
    };
    const known = await engine.tune({ ...more, learned: { id: learned.summary.id, places: learned.places } });
    expect(known.heldOut.map(({ labelId }) => labelId).filter((id) => id.startsWith("near"))).toEqual([]);
    expect(known.heldOut).toHaveLength(24);
    expect(known.summary.metadata.labels.count).toBe(27);
    for (const words of [known.choice.words, known.summary.metadata.answer?.words]) {
      expect(words).toContain("3 labels lie where the prompts were learned");
    }
    // A class with labels there alone has no figure, and may still be answered wrongly.
    const third = more.labels.map((label) =>
      label.classId === "c2" && !label.id.startsWith("near") ? { ...label, classId: "c0" as ClassId } : label,
    );
    const lone = {
      ...more,
      labels: third.map((label) => (label.id.startsWith("near") ? { ...label, classId: "c2" as ClassId } : label)),
    };
    const without = await engine.tune({ ...lone, learned: { id: learned.summary.id, places: learned.places } });
    expect(without.estimate).toMatchObject({ kind: "figure", withoutFigure: ["c2"], classIds: ["c0", "c1", "c2"] });
    // Places not known here, or of other slides alone: no label of the slide is held out.
    const elsewhere = learned.places.map((place) => ({ ...place, slideId: "7".repeat(64) as SlideId }));
    expect(
      (await engine.tune({ ...more, learned: { id: learned.summary.id, places: elsewhere } })).estimate,
    ).toMatchObject({ kind: "none" });
    const unknown = await engine.tune({ ...more, learned: { id: learned.summary.id, places: null } });
    expect(unknown.estimate).toMatchObject({ kind: "none", reason: expect.stringContaining("27 of 27 labels lie") });
  });

  test("what cannot be is refused with the way on, and a cancelled learning ends", async () => {
    const params = tuneParams(2, 4);
    await expect(
      engine.tune({ ...params, learned: { id: "0".repeat(64) as never, places: [] } }),
    ).rejects.toMatchObject({
      kind: "bad-prompt-set",
    });
    const tuned = await engine.tune(params);
    await expect(engine.tune({ ...params, learned: { id: tuned.summary.id, places: [] } })).rejects.toMatchObject({
      kind: "bad-prompt-set",
      message: expect.stringContaining("without labels"),
    });
    await expect(engine.learn({ ...asked, slides: [] })).rejects.toMatchObject({
      message: expect.stringContaining("0 places"),
    });
    const stop = new AbortController();
    const running = engine.learn(asked, { signal: stop.signal, onProgress: () => stop.abort() });
    await expect(running).rejects.toMatchObject({ name: "AbortError" });
    expect((await engine.learnForecast({})).seconds).toBeGreaterThan(0);
  });
});
