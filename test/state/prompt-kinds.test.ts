// Kinds of prompts and prompt files of others through their commands. The fakes keep the contracts; no text encoder is loaded.
import { unzipSync } from "fflate";
import { describe, expect, test } from "vitest";
import type { TextSettings } from "../../src/domain/prompt-kinds.ts";
import { parsePromptSet, promptSetIdOf, serializePromptSet } from "../../src/domain/prompt-set-file.ts";
import { declarePromptSet, exportPromptSet, importPromptSet } from "../../src/state/actions/prompt-sets.ts";
import { changePromptKinds, changeSettings, startTuning } from "../../src/state/actions/tuning.ts";
import { scorer, tuningSettings } from "../../src/state/selectors.ts";
import { setFile, setFileId } from "../support/fake-apis.ts";
import { settings, summary, weightsDigest } from "../support/sample-project.ts";
import { createLabelledWorld, createStateWorld } from "../support/state-world.ts";

const text: TextSettings = {
  task: "grading",
  organ: "",
  stain: "h&e",
  projectionSeed: 1,
  tokens: { template: "{stain} stain", control: "none" },
  head: null,
};
const instance = { tokens: 2, hidden: 16 };

describe("kinds of prompts", () => {
  test("are switched on and off one by one, and some kind always stays", async () => {
    const world = await createStateWorld();
    const now = () => tuningSettings(world.state());
    expect(await world.do(changePromptKinds, { visual: false })).toBe(false);
    expect(world.said()).toBe("Switch on another kind of prompts first.");
    await world.do(changePromptKinds, { instance });
    expect(now()).toMatchObject({ tokensPerBlock: settings.tokensPerBlock, instance });
    await world.do(changePromptKinds, { visual: false });
    expect(now()).toMatchObject({ tokensPerBlock: 0, instance });
    await world.do(changePromptKinds, { text });
    await world.do(changePromptKinds, { instance: null });
    expect(now()).toMatchObject({ tokensPerBlock: 0, text });
    expect(now()).not.toHaveProperty("instance");
    // The last other kind goes: task visual prompts come back.
    await world.do(changePromptKinds, { text: null });
    expect(now()).toEqual(settings);
    await world.do(changeSettings, { change: { tokensPerBlock: 7 } });
    await world.do(changePromptKinds, { instance });
    expect(now()).toMatchObject({ tokensPerBlock: 7 });
  });

  test("made of text reach the engine with the vectors of their texts", async () => {
    const world = await createLabelledWorld(2);
    await world.do(changePromptKinds, { text });
    const done = world.do(startTuning, {});
    await world.settle();
    expect(world.engine.lastTuning()?.text).toMatchObject({ encoder: "library", width: 3 });
    expect([...(world.engine.lastTuning()?.text?.vectors.keys() ?? [])]).toEqual(["h&e stain"]);
    world.engine.finish();
    expect(await done).toBe(true);
  });

  test("whose text cannot be made, or is not at hand, fail in words before the engine is asked", async () => {
    const world = await createLabelledWorld(2);
    const withTemplate = (template: string): TextSettings => ({ ...text, tokens: { template, control: "none" } });
    await world.do(changePromptKinds, { text: withTemplate("{organ}") });
    expect(await world.do(startTuning, {})).toBe(false);
    expect(world.said()).toMatch(/the template names \{organ\}, which is empty/);
    await world.do(changePromptKinds, { text: withTemplate("Not In It") });
    expect(await world.do(startTuning, {})).toBe(false);
    expect(world.said()).toBe('"Not In It" is not in the library.');
    expect(world.engine.lastTuning()).toBeNull();
    world.context.texts.choose({ kind: "hub", id: "some/encoder" });
    const done = world.do(startTuning, {});
    await world.settle();
    expect(world.engine.lastTuning()?.text?.encoder).toBe("chosen");
    world.engine.finish();
    expect(await done).toBe(true);
  });
});

describe("a prompt file of others", () => {
  test("is kept, listed and used once it is declared", async () => {
    const world = await createStateWorld();
    await world.open("1");
    const bytes = setFile("theirs");
    expect(await world.do(declarePromptSet, { name: "theirs.pth", bytes, weightsDigest })).toBe(true);
    expect(world.said()).toMatch(/is declared, not verified: nothing in the file says/);
    expect(world.state().project.project.promptSets.has(setFileId("theirs"))).toBe(true);
    expect(world.written).toContain(`bytes ${setFileId("theirs")}`);
  });

  test("without a head is asked together with the labels it answers by", async () => {
    const world = await createLabelledWorld(2);
    await world.do(importPromptSet, { name: "set", bytes: setFile("set") });
    const id = setFileId("set");
    expect(scorer(world.state())).toEqual({ kind: "prompt-set", id });
    const listed = world.state().project.project.promptSets.get(id)!;
    const headless = { ...listed, metadata: { ...listed.metadata, head: { kind: "none" as const }, classes: [] } };
    const events = [{ type: "prompt-set/put" as const, summary: headless }];
    world.context.project.dispatch({ title: "headless", undoable: false, events });
    const by = scorer(world.state());
    expect(by).toMatchObject({ kind: "prompt-set", id, labelled: { classes: [{ name: "A" }, { name: "B" }] } });
  });

  test("is saved as its own file or for numpy", async () => {
    const world = await createStateWorld();
    await world.open("1");
    const { metadata } = summary(setFileId("set"));
    const method = { kind: "task-visual-deep", firstBlock: 11, blocks: 1, tokensPerBlock: 2 } as const;
    const one = (n: number): Float32Array => new Float32Array(n).fill(1);
    const file = serializePromptSet(
      { ...metadata, method },
      { prompts: one(2 * 192), headWeight: one(metadata.classes.length * 192), headCentre: one(192) },
    );
    await world.do(importPromptSet, { name: "set", bytes: file });
    const id = promptSetIdOf(file);
    await world.do(exportPromptSet, { id });
    await world.do(exportPromptSet, { id, format: "npz" });
    const names = [...world.saved.keys()];
    expect(names.map((name) => name.split(".").at(-1))).toEqual(["safetensors", "npz"]);
    expect(parsePromptSet(world.saved.get(names[0]!)!).metadata.method).toEqual(method);
    expect(Object.keys(unzipSync(world.saved.get(names[1]!)!))).toContain("prompts.visual.npy");
  });
});
