// Clicks: tissue or not, preview, prompt sets and their swapping, similar places, and refusals with their reasons.
import { beforeAll, describe, expect, test } from "vitest";
import type { PromptSetMetadata } from "../../src/domain/prompt-set.ts";
import { parsePromptSet, serializePromptSet } from "../../src/domain/prompt-set-file.ts";
import { createEngine } from "../../src/engine/service.ts";
import { createNodeRuntimes, stashInMemory } from "../../src/platform/node/ort-runtime.ts";
import type { TuneResult } from "../../src/protocol/engine-api.ts";
import { patchAt, placeOf, slideId, textureSlide } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine, tinyEngine } from "../support/tiny-engine.ts";
import { classesOf, tuneParams } from "../support/tiny-labels.ts";
import { folderFetch, tinyModel, tinySource } from "../support/tiny-model.ts";

let tiny: TinyEngine;
let tuned: TuneResult;
beforeAll(async () => {
  tiny = await loadedEngine(tinyModel());
  tuned = await tiny.engine.tune(tuneParams(3, 3));
});
const preview = (classes: number, perClass: number) =>
  ({ kind: "preview", classes: classesOf(classes), examples: tuneParams(classes, perClass).examples }) as const;

describe("a click", () => {
  test("on glass is answered no tissue, without running the model", async () => {
    const answer = await tiny.engine.classify({
      patch: patchAt({ x: -500, y: 0, width: 32, height: 32 }),
      scorer: { kind: "prompt-set", id: tuned.summary.id },
    });
    expect(answer).toEqual({ kind: "no-tissue", tissue: 0.01 });
  });

  test("with labels in two classes is scored by the frozen preview, and right on new places", async () => {
    for (const kind of [0, 1, 2]) {
      const answer = await tiny.engine.classify({ patch: patchAt(placeOf(kind, 40)), scorer: preview(3, 4) });
      expect(answer).toMatchObject({ kind: "scored", by: { kind: "frozen-preview", labels: 12 } });
      if (answer.kind !== "scored") continue;
      expect(answer.scores.toSorted((a, b) => b.score - a.score)[0]?.classId).toBe(`c${kind}`);
    }
  });

  test("with labels in one class only gets no score but the reason", async () => {
    const answer = await tiny.engine.classify({ patch: patchAt(placeOf(0, 41)), scorer: preview(1, 4) });
    expect(answer).toMatchObject({ kind: "unscored", why: expect.stringContaining("two classes") });
  });

  test("at the same place twice reads its pixels once", async () => {
    const patch = patchAt(placeOf(1, 43));
    await tiny.engine.classify({ patch, scorer: preview(3, 4) });
    const reads = tiny.slide.reads;
    await tiny.engine.classify({ patch, scorer: preview(3, 4) });
    expect(tiny.slide.reads).toBe(reads);
  });

  test("that is newer cancels the older one", async () => {
    const older = tiny.engine.classify({ patch: patchAt(placeOf(0, 44)), scorer: { kind: "similar" } });
    const newer = tiny.engine.classify({ patch: patchAt(placeOf(0, 45)), scorer: { kind: "similar" } });
    await expect(older).rejects.toMatchObject({ name: "AbortError" });
    await expect(newer).resolves.toMatchObject({ kind: "unscored" });
  });

  test("with a patch cut for another model is refused", async () => {
    const patch = patchAt(placeOf(0, 1));
    const other = { ...patch, spec: { ...patch.spec, mpp: 1 as never } };
    await expect(tiny.engine.classify({ patch: other, scorer: { kind: "similar" } })).rejects.toThrow(
      /0\.4 to 0\.6 um\/px/,
    );
  });

  test("on another field that the backbone bears is answered by labels of that field, and never by a set of another", async () => {
    const wider = (patch: ReturnType<typeof patchAt>) => ({ ...patch, spec: { ...patch.spec, mpp: 0.55 as never } });
    const { examples } = tuneParams(3, 4);
    const scorer = {
      kind: "preview" as const,
      classes: classesOf(3),
      examples: examples.map((e) => ({ ...e, patch: wider(e.patch) })),
    };
    const patch = wider(patchAt(placeOf(0, 40)));
    expect(await tiny.engine.classify({ patch, scorer })).toMatchObject({ kind: "scored" });
    const set = { kind: "prompt-set", id: tuned.summary.id } as const;
    await expect(tiny.engine.classify({ patch, scorer: set })).rejects.toThrow(/made with patches of 0\.5 um\/px/);
  });

  test("after a tuning on another field is bound to it", async () => {
    const params = tuneParams(2, 2);
    const examples = params.examples.map((e) => ({
      ...e,
      patch: { ...e.patch, spec: { ...e.patch.spec, mpp: 0.55 as never } },
    }));
    const { summary } = await tiny.engine.tune({ ...params, examples });
    expect(summary.metadata.preprocessing.mpp).toBe(0.55);
    const mixed = [...params.examples.slice(0, 1), ...examples.slice(1)];
    await expect(tiny.engine.tune({ ...params, examples: mixed })).rejects.toThrow(/2 field sizes/);
  });

  test("during a tuning is answered before the tuning ends", async () => {
    const order: string[] = [];
    const tuning = tiny.engine.tune(tuneParams(3, 4), { onProgress: () => undefined }).then(() => order.push("tuned"));
    await tiny.engine.classify({
      patch: patchAt(placeOf(2, 46)),
      scorer: { kind: "prompt-set", id: tuned.summary.id },
    });
    order.push("clicked");
    await tuning;
    expect(order).toEqual(["clicked", "tuned"]);
  });
});

test("similar places are of the same texture, most similar first, and never the place itself", async () => {
  expect(await tiny.engine.indexSlide({ slideId, max: 30 })).toEqual({ places: 30 });
  const place = placeOf(1, 52);
  const answer = await tiny.engine.classify({ patch: patchAt(place), scorer: { kind: "similar" } });
  expect(answer.kind).toBe("unscored");
  if (answer.kind !== "unscored") return;
  expect(answer.similar.length).toBeGreaterThan(3);
  expect(answer.similar.slice(0, 3).map(({ region }) => region.y)).toEqual([1000, 1000, 1000]);
  expect(answer.similar.map(({ region }) => region.x)).not.toContain(place.x);
  const similarity = answer.similar.map((s) => s.similarity);
  expect(similarity).toEqual(similarity.toSorted((a, b) => b - a));
});

test("an index made before the um/px was corrected is made anew, though it has as many places", async () => {
  const slide = textureSlide();
  let width = 32;
  const slides = {
    patch: slide.patch,
    tissueGrid: async ({ max }: { max: number }) =>
      Array.from({ length: max }, (_, i) => ({ ...placeOf(i % 3, 50 + i), width, height: width })),
  };
  const engine = createEngine({
    runtimes: createNodeRuntimes(),
    stash: stashInMemory,
    slides,
    fetchBytes: folderFetch(tinyModel()).fetchBytes,
    now: () => performance.now(),
    appVersion: "0.1.0",
  });
  await engine.load({ source: tinySource, prefer: "wasm" });
  await engine.indexSlide({ slideId, max: 6 });
  width = 64;
  await engine.indexSlide({ slideId, max: 6 });
  const answer = await engine.classify({ patch: patchAt(placeOf(1, 1)), scorer: { kind: "similar" } });
  expect(answer.kind === "unscored" && answer.similar.map(({ region }) => region.width)).toEqual([
    64, 64, 64, 64, 64, 64,
  ]);
  await engine.release();
});

describe("swapping prompt sets", () => {
  test("that differ in tokens and classes compiles nothing, another first block compiles once", async () => {
    const { engine } = tiny;
    const more = await engine.tune(tuneParams(2, 2, { tokensPerBlock: 7 }));
    const deeper = await engine.tune(tuneParams(2, 2, { blocks: 3, tokensPerBlock: 2 }));
    const fresh = await loadedEngine(tinyModel());
    const sets = [tuned, more, deeper];
    const ids = [];
    for (const { bytes } of sets) ids.push((await fresh.engine.addPromptSet({ bytes })).id);
    const patch = patchAt(placeOf(0, 60));
    const [a, b, c] = ids as [never, never, never];
    expect((await fresh.engine.warm({ id: a })).compiled).toBe(true);
    const classify = async (id: never) => fresh.engine.classify({ patch, scorer: { kind: "prompt-set", id } });
    const first = await classify(a);
    const compiled = fresh.engine.compiled();
    expect((await fresh.engine.warm({ id: b })).compiled).toBe(false);
    const second = await classify(b);
    expect(fresh.engine.compiled()).toBe(compiled);
    const asked = fresh.asked.length;
    expect((await fresh.engine.warm({ id: c })).compiled).toBe(true);
    await classify(c);
    const all = fresh.engine.compiled();
    for (const id of [a, b, c, a]) await classify(id);
    expect(fresh.engine.compiled()).toBe(all);
    expect(fresh.asked.length).toBe(asked);
    expect(first).not.toEqual(second);
    expect(await classify(a)).toEqual(first);
    if (first.kind !== "scored" || second.kind !== "scored") throw new Error("both are scored");
    expect([first.scores.length, second.scores.length]).toEqual([3, 2]);
  });

  test("to another that the click has read ahead runs nothing", async () => {
    let runs = 0;
    const counted = tinyEngine(tinyModel(), (runtime) => ({
      ...runtime,
      compile: async (...args) => {
        const program = await runtime.compile(...args);
        return {
          ...program,
          run: async (feeds) => {
            const outputs = await program.run(feeds);
            runs++;
            return outputs;
          },
        };
      },
    }));
    const { engine } = counted;
    await engine.load({ source: tinySource, prefer: "wasm" });
    const other = await tiny.engine.tune(tuneParams(2, 2, { tokensPerBlock: 3 }));
    const [a, b] = [await engine.addPromptSet(tuned), await engine.addPromptSet(other)];
    await engine.warm({ id: a.id });
    const patch = patchAt(placeOf(1, 61));
    const before = runs;
    await engine.classify({ patch, scorer: { kind: "prompt-set", id: a.id } });
    // The backbone, the asked set, and the other one when nobody waits.
    await expect.poll(() => runs).toBe(before + 3);
    // The answer is kept a moment after the run that made it.
    await new Promise((resolve) => setImmediate(resolve));
    const swapped = await engine.classify({ patch, scorer: { kind: "prompt-set", id: b.id } });
    expect(runs).toBe(before + 3);
    expect(swapped).toMatchObject({ kind: "scored", by: { id: b.id } });
  });

  test("to one that was removed is refused", async () => {
    const { engine } = tiny;
    const { summary } = await engine.tune(tuneParams(2, 2, { seed: 9 }));
    await engine.removePromptSet({ id: summary.id });
    const asked = engine.classify({ patch: patchAt(placeOf(0, 1)), scorer: { kind: "prompt-set", id: summary.id } });
    await expect(asked).rejects.toMatchObject({ kind: "bad-prompt-set" });
  });
});

describe("a prompt set", () => {
  const changed = (change: (metadata: { preprocessing: object; method: object }) => void): Uint8Array => {
    const set = parsePromptSet(tuned.bytes);
    const metadata = structuredClone(set.metadata) as never;
    change(metadata);
    return serializePromptSet(metadata as PromptSetMetadata, set);
  };

  test("for another backbone is refused, naming both", async () => {
    const other = await loadedEngine(tinyModel({ seed: 2 }));
    await expect(other.engine.addPromptSet({ bytes: tuned.bytes })).rejects.toMatchObject({
      kind: "bad-prompt-set",
      message: expect.stringMatching(/another backbone \("Tiny test ViT", weights [0-9a-f]{12}\)/),
    });
  });

  test("for another preprocessing is refused, naming each difference", async () => {
    const bytes = changed((m) => {
      Object.assign(m.preprocessing, { mpp: 1, filter: "box" });
    });
    await expect(tiny.engine.addPromptSet({ bytes })).rejects.toThrow(/um\/px 1, .*0\.5.*filter box/s);
  });

  test("that enters blocks the backbone does not have is refused", async () => {
    const bytes = changed((m) => {
      Object.assign(m.method, { firstBlock: 5 });
    });
    await expect(tiny.engine.addPromptSet({ bytes })).rejects.toThrow(/blocks 5 to 6, and the backbone has 3/);
  });

  test("that is damaged is refused and changes nothing", async () => {
    await expect(tiny.engine.addPromptSet({ bytes: tuned.bytes.slice(0, -3) })).rejects.toMatchObject({
      kind: "bad-prompt-set",
    });
    const scorer = { kind: "prompt-set", id: tuned.summary.id } as const;
    await expect(tiny.engine.classify({ patch: patchAt(placeOf(0, 2)), scorer })).resolves.toMatchObject({
      kind: "scored",
    });
  });

  test("shipped with the model is loaded with it; one that does not fit is reported, not hidden", async () => {
    const shipped = await loadedEngine(tinyModel({ promptSets: [tuned.bytes, new Uint8Array([1, 2, 3])] }));
    const { engine } = shipped;
    const status = await engine.load({ source: tinySource, prefer: "auto" });
    expect(status.shipped?.map((set) => set.id)).toEqual([tuned.summary.id]);
    expect(status.shippedRefused).toHaveLength(1);
  });
});

test("similar places are found while the slide is still being indexed, and an index cut off goes on where it was", async () => {
  const fresh = await loadedEngine(tinyModel());
  const controller = new AbortController();
  const place = placeOf(1, 41);
  let found = 0;
  const indexing = fresh.engine.indexSlide(
    { slideId: slideId, max: 40 },
    {
      signal: controller.signal,
      onProgress: ({ done, total }) => {
        if (done < total) controller.abort();
      },
    },
  );
  await expect(indexing).rejects.toMatchObject({ name: "AbortError" });
  const answer = await fresh.engine.classify({ patch: patchAt(place), scorer: { kind: "similar" } });
  if (answer.kind === "unscored") found = answer.similar.length;
  expect(found).toBeGreaterThan(0);
  const seen: number[] = [];
  await fresh.engine.indexSlide({ slideId: slideId, max: 40 }, { onProgress: ({ done }) => seen.push(done) });
  expect(seen[0]).toBeGreaterThan(16);
});
