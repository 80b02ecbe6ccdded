// Backbones of one's own through their commands: import, keeping, switching, and that nothing of the person's work is lost by it.
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { ImportFacts } from "../../src/domain/model-import.ts";
import { emptyMemoryModels } from "../../src/platform/node/memory-models.ts";
import type { LocalFile } from "../../src/protocol/call.ts";
import type { GivenFile } from "../../src/protocol/engine-api.ts";
import { classifyAt } from "../../src/state/actions/clicks.ts";
import { loadEngine } from "../../src/state/actions/engine.ts";
import {
  cancelImport,
  importModel,
  recoverModel,
  reloadModel,
  removeModel,
  startModel,
  useEmbeddedModel,
  useModel,
} from "../../src/state/actions/models.ts";
import { activatePromptSet, importPromptSet } from "../../src/state/actions/prompt-sets.ts";
import { changeSettings, startTuning } from "../../src/state/actions/tuning.ts";
import {
  activeSetHere,
  allSets,
  blocksTune,
  examples,
  labelAt,
  labelRegion,
  setOffer,
  tuningSettings,
} from "../../src/state/selectors.ts";
import { engineStatus, fileDigest, setFile, setFileId } from "../support/fake-apis.ts";
import { summary } from "../support/sample-project.ts";
import { createLabelledWorld, createStateWorld, type StateWorld } from "../support/state-world.ts";

const facts: ImportFacts = {
  name: "Mine",
  preset: "kaiko-vits16",
  mpp: 0.25,
  normalisation: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
  licence: { id: "MIT", text: "", source: "our lab" },
  imagePixels: 448,
  heads: 6,
  readout: "cls",
};

function file(path: string, size = 100): GivenFile {
  const bytes = new Uint8Array(size);
  const local: LocalFile = {
    name: path,
    size,
    lastModified: 1,
    slice: (start, end) => ({ arrayBuffer: async () => bytes.slice(start, end).buffer }),
  };
  return { path, file: local };
}

const bring = (world: StateWorld, path = "mine.onnx", change: ImportFacts = {}) =>
  world.do(importModel, { files: [file(path)], facts: { ...facts, ...change } });
const session = (world: StateWorld) => world.state().session;
const loaded = (world: StateWorld): string => {
  const { engine } = session(world);
  return engine.kind === "ready" ? engine.status.model.name : engine.kind;
};
const own = (world: StateWorld): readonly string[] =>
  session(world).ownModels.map(({ model, kept }) => `${model.name} ${kept}`);
const onlyId = (world: StateWorld): string => session(world).ownModels[0]?.model.id ?? "none";

/** A visit on the same browser. */
async function visit(world: StateWorld, embedded = false): Promise<StateWorld> {
  const again = await world.reload();
  await again.do(startModel, { embedded });
  await again.settle();
  return again;
}

describe("a backbone of one's own", () => {
  test("is used at once, kept with what was answered, and there again after a reload without asking", async () => {
    const world = await createLabelledWorld(1);
    await bring(world);
    expect(loaded(world)).toBe("Mine");
    expect(session(world).modelImport.kind).toBe("loaded");
    await world.settle();
    expect(own(world)).toEqual(["Mine yes"]);
    const again = await visit(world);
    expect(loaded(again)).toBe("Mine");
    expect(again.engine.loads.at(-1)).toMatchObject({ kind: "files", facts, files: [{ path: "mine.onnx" }] });
    expect(session(again).ownModels[0]?.model).toMatchObject({
      licence: facts.licence,
      weightsDigest: fileDigest("mine.onnx"),
      bytes: 100,
    });
  });

  test("given twice with the same answers is one backbone, with other answers another", async () => {
    const world = await createStateWorld();
    await bring(world);
    await bring(world, "mine.onnx", { name: "Mine, renamed" });
    await world.settle();
    expect(own(world)).toEqual(["Mine, renamed yes"]);
    await bring(world, "mine.onnx", { name: "Mine at 20x", mpp: 0.5 });
    await world.settle();
    expect(own(world)).toEqual(["Mine, renamed yes", "Mine at 20x yes"]);
  });

  test("that cannot be loaded is said to its form, and what was loaded before is loaded again", async () => {
    const world = await createLabelledWorld(1);
    await bring(world);
    await bring(world, "bad.onnx", { name: "Bad" });
    expect(session(world).modelImport).toMatchObject({
      kind: "failed",
      fault: { message: "bad.onnx is no backbone." },
    });
    expect(loaded(world)).toBe("Mine");
    expect(session(world).notices.filter(({ tone }) => tone === "error")).toEqual([]);
    expect(own(world)).toHaveLength(1);
  });

  test("can be given up while it loads; what was loaded before comes back", async () => {
    const world = await createLabelledWorld(1);
    const open = world.engine.holdLoads();
    const loading = bring(world);
    await world.settle();
    expect(loaded(world)).toBe("loading");
    await world.do(cancelImport);
    expect(await loading).toBe(false);
    expect(loaded(world)).toBe("test");
    expect(session(world).modelImport).toEqual({ kind: "none" });
    open();
    await world.settle();
    expect(loaded(world)).toBe("test");
    expect(own(world)).toEqual([]);
  });

  test("for which there is no room is used, and said to be needed again next time", async () => {
    const world = await createStateWorld({ room: 50 });
    await bring(world);
    await world.settle();
    expect(loaded(world)).toBe("Mine");
    expect(own(world)).toEqual(["Mine no"]);
    expect(world.said()).toContain("must be given again next time");
    await world.do(reloadModel);
    expect(loaded(world)).toBe("Mine");
    const again = await visit(world);
    expect(loaded(again)).toBe("test");
    expect(own(again)).toEqual([]);
  });

  test("is not brought, changed or removed during a tuning", async () => {
    const world = await createLabelledWorld(2);
    await bring(world);
    await world.settle();
    const tuning = world.do(startTuning, {});
    await world.settle();
    for (const refused of [
      bring(world, "other.onnx"),
      world.do(useEmbeddedModel),
      world.do(removeModel, { id: onlyId(world) }),
    ]) {
      expect(await refused).toBe(false);
      expect(world.said()).toContain("A tuning is running");
    }
    world.engine.finish();
    await tuning;
    expect(await world.do(useEmbeddedModel)).toBe(true);
  });
});

describe("switching backbones", () => {
  test("the choice is remembered, back to the embedded one too", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    await world.do(useEmbeddedModel);
    expect(loaded(world)).toBe("test");
    const again = await visit(world);
    expect(loaded(again)).toBe("test");
    await again.do(useModel, { id: onlyId(again) });
    expect(loaded(again)).toBe("Mine");
    expect(loaded(await visit(again))).toBe("Mine");
  });

  test("the embedded one can be asked for whatever is remembered, which stays remembered", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    const out = await visit(world, true);
    expect(loaded(out)).toBe("test");
    expect(own(out)).toEqual(["Mine yes"]);
    expect(loaded(await visit(out))).toBe("Mine");
  });

  test("a removed one is gone with its files; where it was in use, the embedded one is loaded", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    await world.do(removeModel, { id: onlyId(world) });
    expect(loaded(world)).toBe("test");
    expect(own(world)).toEqual([]);
    expect(world.models.entries.size).toBe(0);
  });

  test("a kept one that cannot be loaded any more is said, and the embedded one is loaded, also next time", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    const entry = world.models.entries.get(onlyId(world));
    world.models.entries.set(onlyId(world), { record: entry?.record, files: [file("bad.onnx")] });
    const again = await visit(world);
    expect(loaded(again)).toBe("test");
    expect(again.said()).toBe("Mine could not be loaded, so the embedded backbone is used. bad.onnx is no backbone.");
    expect(own(again)).toEqual(["Mine yes"]);
    expect((await visit(again)).engine.loads.map(({ kind }) => kind)).not.toContain("files");
  });

  test("one that twice took the tab with it is not loaded by itself a third time", async () => {
    const models = emptyMemoryModels();
    const first = await createStateWorld({ models });
    await bring(first);
    await first.settle();
    // Each visit begins to load it and ends without a word.
    for (const unfinished of [1, 2]) {
      const visited = await createStateWorld({ models, load: false });
      visited.engine.holdLoads();
      void visited.do(startModel, { embedded: false });
      await visited.settle();
      expect(models.chosen.unfinished).toBe(unfinished);
    }
    const third = await createStateWorld({ models, load: false });
    await third.do(startModel, { embedded: false });
    expect(loaded(third)).toBe("test");
    expect(third.said()).toContain("begun twice and never finished");
    await third.do(useModel, { id: onlyId(third) });
    expect(loaded(third)).toBe("Mine");
    expect(models.chosen.unfinished).toBe(0);
  });

  test("an entry that cannot be read is said and left alone", async () => {
    const models = emptyMemoryModels();
    models.entries.set("odd", { record: { format: "pathotune-backbone/9" }, files: [] });
    const world = await createStateWorld({ models });
    await world.do(startModel, { embedded: false });
    expect(world.said()).toContain("A kept backbone cannot be read");
    expect(models.entries.has("odd")).toBe(true);
    expect(loaded(world)).toBe("test");
  });

  test("files that give other weights than before are said, and their sets are not offered", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    const entry = world.models.entries.get(onlyId(world));
    world.models.entries.set(onlyId(world), { record: entry?.record, files: [file("changed.onnx")] });
    const again = await visit(world);
    expect(again.said()).toContain("counted otherwise than when it was kept");
    expect(
      setOffer(
        again.state(),
        summary(setFileId("old"), { backbone: { name: "Mine", weightsDigest: fileDigest("mine.onnx") } }),
      ),
    ).toContain("another backbone");
  });
});

describe("while a backbone's files are being fetched or removed", () => {
  /** Calls of one method of the place where backbones are kept wait until they are let go. */
  function hold(world: StateWorld, method: "files" | "remove" | "choose", which = (_: unknown): boolean => true) {
    const { models } = world.context;
    const call = models[method] as (given: unknown) => Promise<unknown>;
    let open = (): void => {};
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    Object.assign(models, {
      [method]: async (given: unknown) => {
        if (which(given)) await opened;
        return call(given);
      },
    });
    return open;
  }

  test("the one before does not answer under its name, and no tuning of it can start", async () => {
    const world = await createLabelledWorld(2);
    await bring(world);
    await world.settle();
    await world.do(useEmbeddedModel);
    const open = hold(world, "files");
    const using = world.do(useModel, { id: onlyId(world) });
    await world.settle();
    expect(loaded(world)).toBe("loading");
    expect(blocksTune(world.state())).toBe("The model is still loading.");
    open();
    expect(await using).toBe(true);
    expect(loaded(world)).toBe("Mine");
  });

  test("a removed one does not answer any more", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    const open = hold(world, "remove");
    const removing = world.do(removeModel, { id: onlyId(world) });
    expect(loaded(world)).toBe("loading");
    await world.settle();
    expect(loaded(world)).toBe("test");
    expect(own(world)).toEqual([]);
    open();
    await removing;
    expect(world.models.entries.size).toBe(0);
  });

  test("one removed right after it was loaded does not come back into the list", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    await world.do(useEmbeddedModel);
    const id = onlyId(world);
    world.models.entries.set(id, { record: world.models.entries.get(id)?.record, files: [file("changed.onnx")] });
    const open = hold(world, "choose", (chosen) => JSON.stringify(chosen) === JSON.stringify({ id, unfinished: 0 }));
    const using = world.do(useModel, { id });
    await world.settle();
    expect(loaded(world)).toBe("Mine");
    await world.do(removeModel, { id });
    open();
    await using;
    expect(own(world)).toEqual([]);
  });
});

describe("removing a backbone", () => {
  test("takes the files of an earlier visit along, also where it could not be kept this time", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    Object.assign(world.context.models, { put: () => Promise.reject(new Fault("storage", "The disk is full.")) });
    await bring(world);
    await world.settle();
    expect(own(world)).toEqual(["Mine no"]);
    expect(world.models.entries.size).toBe(1);
    await world.do(removeModel, { id: onlyId(world) });
    expect(world.models.entries.size).toBe(0);
  });

  test("that fails is said, and it stays listed", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    Object.assign(world.context.models, { remove: () => Promise.reject(new Fault("storage", "The disk is away.")) });
    await world.do(removeModel, { id: onlyId(world) });
    expect(world.said()).toBe("The disk is away.");
    expect(own(world)).toEqual(["Mine yes"]);
    expect(loaded(world)).toBe("test");
  });
});

describe("the engine's death", () => {
  test("in use: the same backbone is loaded again", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    world.engine.restart();
    await world.do(recoverModel, { fault: new Fault("worker-died", "It stopped.") });
    expect(loaded(world)).toBe("Mine");
  });

  test("during a tuning: it goes on with the same backbone, and its set belongs to it", async () => {
    const world = await createLabelledWorld(2);
    await bring(world);
    await world.settle();
    const tuning = world.do(startTuning, {});
    await world.settle();
    const fault = new Fault("worker-died", "It stopped.");
    const recovering = world.do(recoverModel, { fault });
    expect(loaded(world)).toBe("loading");
    world.engine.fail(fault);
    await recovering;
    await world.settle();
    world.engine.finish();
    await tuning;
    expect(session(world).tuning?.state).toBe("finished");
    expect(loaded(world)).toBe("Mine");
    // Once at first, once after the death: nobody replaced the engine a second time.
    expect(world.engine.loads.filter(({ kind }) => kind === "files")).toHaveLength(2);
  });

  test("while one's own is loading: the embedded one, and why", async () => {
    const world = await createStateWorld();
    await bring(world);
    await world.settle();
    await world.do(useEmbeddedModel);
    world.engine.holdLoads();
    void world.do(useModel, { id: onlyId(world) });
    await world.settle();
    await world.do(recoverModel, { fault: new Fault("out-of-memory", "It ran out of memory.") });
    expect(loaded(world)).toBe("test");
    expect(world.said()).toContain("Mine could not be loaded, so the embedded backbone is used. It ran out of memory.");
    await world.settle();
    expect(loaded(world)).toBe("test");
  });
});

describe("what belongs to the person", () => {
  test("labels stay where they are; their outlines and what is trained on follow the loaded backbone", async () => {
    const world = await createLabelledWorld(1);
    const [label] = world.state().project.project.labels.values();
    if (!label) throw new Error("no label");
    expect(labelRegion(world.state(), label)).toEqual(label.region);
    // 448 px at 0.25 um/px on a slide of 0.5 um/px are 224 slide pixels, 300 px at 1 um/px are 600.
    await bring(world);
    expect(labelRegion(world.state(), label)).toEqual(label.region);
    await bring(world, "mine.onnx", { imagePixels: 300, mpp: 1 });
    expect(labelRegion(world.state(), label)).toEqual({ x: 200, y: 700, width: 600, height: 600 });
    expect(examples(world.state())[0]?.patch.spec).toMatchObject({ pixels: 300, mpp: 1 });
    expect(labelAt(world.state(), { x: 750, y: 1000 })?.id).toBe(label.id);
    expect(world.state().project.project.labels.get(label.id)).toEqual(label);
  });

  test("prompt sets of another backbone stay listed, are not offered, and answer again when it is back", async () => {
    const world = await createLabelledWorld(1, { shipped: ["shipped"] });
    await world.do(importPromptSet, { name: "tuned.safetensors", bytes: setFile("tuned") });
    await world.do(classifyAt, { at: { x: 3000, y: 3000 } });
    await bring(world);
    await world.settle();
    expect(world.state().project.project.activeSet).toBe(setFileId("tuned"));
    expect(activeSetHere(world.state())).toBeNull();
    expect(allSets(world.state()).map((set) => setOffer(world.state(), set))).toEqual([
      '"tuned" was made for another backbone (test).',
    ]);
    expect(session(world).notices.at(-1)?.text).toBe(
      "“tuned” was made for test and rests while Mine is loaded. Your labels are as they were.",
    );
    expect(session(world).click).toMatchObject({ prediction: { by: { kind: "frozen-preview" } } });
    expect(await world.do(activatePromptSet, { id: setFileId("tuned") })).toBe(false);
    await world.do(useEmbeddedModel);
    await world.settle();
    expect(activeSetHere(world.state())?.id).toBe(setFileId("tuned"));
    expect(allSets(world.state()).map((set) => set.metadata.name)).toEqual(["tuned", "shipped"]);
    world.context.session.setState({ notices: [] });
    await world.do(useModel, { id: onlyId(world) });
    expect(world.said()).toContain("“tuned” was made for test and rests while Mine is loaded");
    await world.do(useEmbeddedModel);
    await world.settle();
    expect(session(world).click).toMatchObject({ prediction: { by: { kind: "prompt-set", id: setFileId("tuned") } } });
  });

  test("a set that rests is said also where a load failed before the other backbone was there", async () => {
    const world = await createLabelledWorld(1);
    await world.do(importPromptSet, { name: "tuned.safetensors", bytes: setFile("tuned") });
    const load = (path: string) =>
      world.do(loadEngine, { source: { kind: "files", files: [file(path)], facts }, prefer: "auto" });
    await load("bad.onnx");
    expect(loaded(world)).toBe("failed");
    await load("mine.onnx");
    expect(world.said()).toContain("“tuned” was made for test and rests while Mine is loaded");
  });

  test("a set of the same weights under other answers says which answer differs", async () => {
    const world = await createLabelledWorld(1);
    await bring(world, "mine.onnx", { mpp: 0.5, imagePixels: 224 });
    const backbone = { name: "Mine", weightsDigest: fileDigest("mine.onnx") };
    const { computation } = engineStatus;
    const set = summary(setFileId("of mine"), { name: "of mine", backbone: { ...backbone, computation } });
    expect(setOffer(world.state(), set)).toBe(true);
    const meant = { ...backbone, computation: { ...computation, readout: "mean" as const } };
    expect(setOffer(world.state(), summary(setFileId("of mine"), { name: "of mine", backbone: meant }))).toBe(
      '"of mine" cannot be used with this backbone: it was made with read-out: mean, and the backbone computes with cls.',
    );
    expect(setOffer(world.state(), summary(setFileId("of mine"), { name: "of mine", backbone }))).toContain(
      "does not say how its backbone computes",
    );
    await bring(world, "mine.onnx", { mpp: 0.25, imagePixels: 224 });
    expect(setOffer(world.state(), set)).toBe(
      '"of mine" was made with patches of 0.5 µm/px; the backbone is used with 0.25.',
    );
    const plain = { mean: [0, 0, 0], std: [1, 1, 1] } as const;
    await bring(world, "mine.onnx", { mpp: 0.5, imagePixels: 224, normalisation: plain });
    expect(setOffer(world.state(), set)).toContain("another normalisation");
  });

  test("what was found in the slide with one backbone is forgotten with the next", async () => {
    const world = await createStateWorld();
    await world.open("1");
    world.context.session.setState({
      indexing: {
        slideId: [...session(world).openSlides.keys()][0] ?? ("" as never),
        done: 1,
        total: 1,
        complete: true,
      },
    });
    await bring(world);
    expect(session(world).indexing).toBeNull();
  });
});

describe("a backbone too large to be tuned here", () => {
  test("in all blocks: fewer are offered, also where the person had chosen more", async () => {
    const world = await createLabelledWorld(2);
    await world.do(changeSettings, { change: { blocks: 12 } });
    await bring(world, "large.onnx");
    expect(tuningSettings(world.state())).toMatchObject({ blocks: 2, tokensPerBlock: 10 });
    expect(tuningSettings(world.state())).toBe(tuningSettings(world.state()));
    expect(blocksTune(world.state())).toBeNull();
    await world.do(useEmbeddedModel);
    expect(tuningSettings(world.state())?.blocks).toBe(12);
  });

  test("in any: tuning says why, and the preview answers", async () => {
    const world = await createLabelledWorld(2);
    await bring(world, "huge.onnx");
    expect(blocksTune(world.state())).toBe("This backbone cannot be tuned here. It does not fit this device's memory.");
    await world.do(classifyAt, { at: { x: 3000, y: 3000 } });
    expect(session(world).click).toMatchObject({ prediction: { by: { kind: "frozen-preview", labels: 4 } } });
  });
});
