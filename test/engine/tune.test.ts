// Tuning on the real runtime with a tiny model: it learns, it can be stopped, it ends well when it diverges, it repeats exactly.
import { beforeAll, describe, expect, test } from "vitest";
import type { ClassId, LabelId, SlideId } from "../../src/base/brand.ts";
import { present } from "../../src/base/fault.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { advance, type TuningEvent, type TuningRun } from "../../src/domain/run.ts";
import type { Program, TensorValue } from "../../src/engine/runtime.ts";
import { canonicalTensors } from "../../src/engine/weights-digest.ts";
import { patchAt, placeOf, slideId } from "../support/texture-slide.ts";
import { loadedEngine, type TinyEngine, tinyEngine } from "../support/tiny-engine.ts";
import { classesOf, tuneParams } from "../support/tiny-labels.ts";
import { sha256, tinyArchitecture, tinyModel, tinySource } from "../support/tiny-model.ts";

const folder = tinyModel();
let tiny: TinyEngine;
beforeAll(async () => {
  tiny = await loadedEngine(folder);
});

describe("tuning", () => {
  test("learns 8 patches by heart", async () => {
    const params = tuneParams(2, 4, { epochs: 40, learningRate: 1e-2, labelSmoothing: 0 });
    const { summary } = await tiny.engine.tune(params);
    for (const label of params.labels) {
      const scorer = { kind: "prompt-set", id: summary.id } as const;
      const answer = await tiny.engine.classify({ patch: patchAt(label.region), scorer });
      expect(answer.kind).toBe("scored");
      if (answer.kind !== "scored") continue;
      const best = answer.scores.toSorted((a, b) => b.score - a.score)[0];
      expect(best?.classId).toBe(label.classId);
      expect(answer.scores.reduce((sum, s) => sum + s.score, 0)).toBeCloseTo(1, 9);
    }
  });

  test("reports progress that only grows, a falling loss, and the states of a run", async () => {
    const params = tuneParams(3, 4, { epochs: 6 });
    const events: TuningEvent[] = [];
    const { estimate, heldOut, ended } = await tiny.engine.tune(params, { onProgress: (event) => events.push(event) });
    const done = events.flatMap((e) => (e.type === "progress" ? [e.progress.done] : []));
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBeCloseTo(1, 6);
    const losses = events.flatMap((e) => (e.type === "loss" && e.point.fold === 0 ? [e.point.loss] : []));
    expect(losses).toHaveLength(6);
    expect(losses.at(-1)).toBeLessThan(losses[0] ?? 0);
    const start: TuningRun = { state: "preparing", id: params.runId, settings: params.settings };
    expect(events.reduce(advance, start).state).toBe("finished");
    expect(ended).toBe("complete");
    expect(estimate).toMatchObject({ kind: "figure", unit: "island", folds: 5 });
    if (estimate.kind === "figure") expect(estimate.tuned.total).toBe(12);
    // Each cell of the table is as many labels as are told one by one.
    const cells = estimate.kind === "figure" ? estimate.confusion : [];
    const told = (estimate.kind === "figure" ? estimate.classIds : []).map((truth, _, ids) =>
      ids.map((tuned) => heldOut.filter((one) => one.truth === truth && one.tuned === tuned).length),
    );
    expect(told).toEqual(cells);
  });

  test("gives the same bytes for the same labels and seed, in whatever order they were made, and others for another seed", async () => {
    const params = tuneParams(2, 3);
    const first = await tiny.engine.tune(params);
    const shuffled = { ...params, labels: params.labels.toReversed(), examples: params.examples.toReversed() };
    const again = await tiny.engine.tune(shuffled);
    expect(sha256(again.bytes)).toBe(sha256(first.bytes));
    const other = await tiny.engine.tune(tuneParams(2, 3, { seed: 2 }));
    expect(sha256(other.bytes)).not.toBe(sha256(first.bytes));
  });

  test("writes a file that holds its estimate and what it is bound to, and that another engine accepts", async () => {
    const { bytes, estimate, summary } = await tiny.engine.tune(tuneParams(2, 3));
    const set = parsePromptSet(bytes);
    expect(set.id).toBe(summary.id);
    expect(set.metadata.estimate).toEqual(estimate);
    expect(set.metadata.labels).toMatchObject({ count: 6, perClass: [3, 3], origins: { free: 6 } });
    expect(set.metadata.method).toMatchObject({ firstBlock: 1, blocks: 2, tokensPerBlock: 3 });
    const computation = { heads: 3, tokens: 17, readout: "cls", layerNormEps: 1e-6, activation: "gelu" };
    expect(set.metadata.backbone.computation).toMatchObject(computation);
    const other = await loadedEngine(tinyModel({ precision: "F32" }));
    await expect(other.engine.addPromptSet({ bytes })).resolves.toMatchObject({ id: summary.id });
  });

  test("on one drawn slide makes a set for that slide only, and says it is synthetic", async () => {
    const drawn = await tiny.engine.tune(tuneParams(2, 2, {}, { syntheticSlides: [slideId] }));
    expect(drawn.summary.metadata).toMatchObject({ onlyOn: slideId, synthetic: true });
    const elsewhere = patchAt(placeOf(0, 30), "6".repeat(64) as SlideId);
    const scorer = { kind: "prompt-set", id: drawn.summary.id } as const;
    const answer = await tiny.engine.classify({ patch: elsewhere, scorer });
    expect(answer).toMatchObject({ kind: "unscored", why: expect.stringContaining("drawings") });
  });

  test("never changes the backbone: the bytes every graph runs on hash the same before and after, and none is fetched again", async () => {
    const hashes = new Map<string, Set<string>>();
    let compiled = 0;
    const bases: Program[] = [];
    const { engine, asked } = tinyEngine(folder, (runtime) => ({
      ...runtime,
      compile(graph, weights, options) {
        compiled++;
        const read = async (key: string): Promise<Float32Array> => {
          const values = await weights.read(key);
          const seen = hashes.get(key) ?? new Set();
          hashes.set(key, seen.add(sha256(new Uint8Array(values.slice().buffer))));
          return values;
        };
        const program = runtime.compile(graph, { read }, options);
        if (options.name.startsWith("base")) void program.then((base) => bases.push(base));
        return program;
      },
    }));
    await engine.load({ source: tinySource, prefer: "auto" });
    const files = asked.length;
    // What the runtime made of these bytes is in its own memory: its answers must not move by a bit either.
    const ask = async (): Promise<string> => {
      const pixels = { dims: [1, 3, 32, 32], data: Float32Array.from({ length: 3072 }, (_, i) => Math.sin(i)) };
      const { values } = await present(bases[0], "the base program").run({ pixels });
      return sha256(new Uint8Array(present(values.features, "features").data.buffer));
    };
    const before = await ask();
    await engine.tune(tuneParams(2, 2));
    expect(await ask()).toBe(before);
    expect([...hashes.values()].map((seen) => seen.size).filter((size) => size !== 1)).toEqual([]);
    expect(hashes.size).toBe(canonicalTensors(tinyArchitecture).length);
    expect(compiled).toBeGreaterThan(3);
    expect(asked.length).toBe(files);
  });
});

describe("a tuning that is stopped", () => {
  test("by cancelling is thrown away, and the next one runs", async () => {
    const controller = new AbortController();
    const cancelled = tiny.engine.tune(tuneParams(2, 4), {
      signal: controller.signal,
      onProgress: (event) => {
        if (event.type === "progress" && event.progress.phase === "folds") controller.abort();
      },
    });
    await expect(cancelled).rejects.toMatchObject({ name: "AbortError" });
    await expect(tiny.engine.tune(tuneParams(2, 2))).resolves.toMatchObject({ ended: "complete" });
  });

  test("early in the final training keeps what it has and claims no estimate", async () => {
    const params = tuneParams(2, 4, { epochs: 20 });
    const losses: number[] = [];
    const { ended, estimate, summary } = await tiny.engine.tune(params, {
      onProgress: (event) => {
        if (event.type !== "loss" || event.point.fold !== 0) return;
        losses.push(event.point.loss);
        if (event.point.epoch === 3) void tiny.engine.finishEarly({ runId: params.runId });
      },
    });
    expect(ended).toBe("early");
    expect(losses).toHaveLength(3);
    expect(summary.metadata.settings?.epochs).toBeLessThan(6);
    expect(estimate).toMatchObject({ kind: "none", reason: expect.stringContaining("Finished early") });
  });

  test("early during the folds still trains a set on all labels", async () => {
    const params = tuneParams(2, 4, { epochs: 5 });
    let finals = 0;
    const { ended, estimate, summary } = await tiny.engine.tune(params, {
      onProgress: (event) => {
        if (event.type === "progress" && event.progress.phase === "folds") {
          void tiny.engine.finishEarly({ runId: params.runId });
        }
        if (event.type === "progress" && event.progress.phase === "final") finals++;
      },
    });
    expect(ended).toBe("early");
    expect(estimate.kind).toBe("none");
    expect(finals).toBeGreaterThan(0);
    expect(summary.metadata.labels.count).toBe(8);
  });

  test("by a loss that is not a number ends in the last good state", async () => {
    // From the 29th step on every number is NaN: after 5 folds of 5 steps the final training breaks in its 4th epoch.
    let steps = 0;
    const good: Float32Array[] = [];
    const { engine } = tinyEngine(folder, (runtime) => ({
      ...runtime,
      async compile(graph, weights, options) {
        const program = await runtime.compile(graph, weights, options);
        if (!options.name.startsWith("train")) return program;
        return {
          ...program,
          async run(feeds) {
            const outputs = await program.run(feeds);
            if (++steps >= 29) for (const value of Object.values(outputs.values)) value.data.fill(Number.NaN);
            else good.push((outputs.values.thetaNext as TensorValue).data);
            return outputs;
          },
        };
      },
    }));
    await engine.load({ source: tinySource, prefer: "auto" });
    const { ended, bytes, estimate, summary } = await engine.tune(tuneParams(2, 3, { epochs: 5 }));
    expect(ended).toBe("diverged");
    const set = parsePromptSet(bytes);
    expect([...set.prompts, ...set.headWeight, ...set.headBias]).toEqual([...(good.at(-1) as Float32Array)]);
    expect(summary.metadata.settings?.epochs).toBe(3);
    expect(estimate).toMatchObject({ kind: "none", reason: expect.stringContaining("diverged") });
  });
});

describe("a tuning that cannot start", () => {
  test("names what is missing", async () => {
    const one = tuneParams(1, 4);
    await expect(tiny.engine.tune({ ...one, classes: classesOf(2) })).rejects.toMatchObject({ kind: "too-few-labels" });
    const broken = tuneParams(2, 2, { blocks: 9, epochs: 0 });
    await expect(tiny.engine.tune({ ...broken, examples: broken.examples.slice(1) })).rejects.toThrow(
      /settings\.epochs must be a whole number from 1 .*; settings\.blocks is 9, and the backbone has 3; label l\d has no patch/,
    );
  });

  test("because two classes are labelled on the very same places says so before any training", async () => {
    const params = tuneParams(2, 2);
    const labels = params.labels.map((label) => ({ ...label, region: placeOf(0, 0) }));
    const examples = params.examples.map((example) => ({ ...example, patch: patchAt(placeOf(0, 0)) }));
    const losses: TuningEvent[] = [];
    const onProgress = (event: TuningEvent) => event.type === "loss" && losses.push(event);
    await expect(tiny.engine.tune({ ...params, labels, examples }, { onProgress })).rejects.toMatchObject({
      kind: "too-few-labels",
      message: expect.stringContaining("Stripes and Blobs lie on the same places"),
    });
    expect(losses).toEqual([]);
  });

  test("says that one is running already", async () => {
    const controller = new AbortController();
    const first = tiny.engine.tune(tuneParams(2, 3), { signal: controller.signal });
    await expect(tiny.engine.tune(tuneParams(2, 3))).rejects.toThrow(/running already/);
    controller.abort();
    await expect(first).rejects.toMatchObject({ name: "AbortError" });
  });
});

test("a class labelled in one place only gets no figure, and the reason says what to do", async () => {
  const params = tuneParams(2, 3);
  const labels = params.labels.map((label) => (label.classId === "c1" ? { ...label, group: "one stroke" } : label));
  const { estimate } = await tiny.engine.tune({ ...params, labels });
  expect(estimate).toMatchObject({ kind: "none", reason: expect.stringContaining("second place") });
});

test("a reason that names many classes of long names is kept whole in the file", async () => {
  const one = tuneParams(1, 1);
  const classes = Array.from({ length: 8 }, (_, i) => ({
    ...present(classesOf(1)[0], "a class"),
    id: `c${i}` as ClassId,
    name: `${i} `.padEnd(150, "x"),
  }));
  const labels = classes.map(({ id }, i) => ({
    ...present(one.labels[0], "a label"),
    id: `l${i}` as LabelId,
    classId: id,
    group: `g${i}`,
    region: placeOf(i % 4, i),
  }));
  const examples = labels.map(({ id, classId, region }) => ({ labelId: id, classId, patch: patchAt(region) }));
  const settings = { ...one.settings, epochs: 1 };
  const { estimate, bytes } = await tiny.engine.tune({ ...one, settings, classes, labels, examples });
  expect(estimate.kind === "none" && estimate.reason.length).toBeGreaterThan(1000);
  expect(parsePromptSet(bytes).metadata.estimate).toEqual(estimate);
});
