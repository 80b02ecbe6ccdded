// Who answers a click, and when it is asked again; prompt sets and their swap. Over the real stores and a fake engine that keeps
// the contract (it refuses a set it was not given).
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { addClass, removeClass } from "../../src/state/actions/classes.ts";
import { classifyAt, clearClick } from "../../src/state/actions/clicks.ts";
import { engineDied, indexSlide, loadEngine } from "../../src/state/actions/engine.ts";
import { undo } from "../../src/state/actions/history.ts";
import {
  activatePromptSet,
  blinkPromptSets,
  exportPromptSet,
  importPromptSet,
  removePromptSet,
} from "../../src/state/actions/prompt-sets.ts";
import { declareCalibration } from "../../src/state/actions/slides.ts";
import { activeSetHere, allSets, offeredSets, scorer, setOffer } from "../../src/state/selectors.ts";
import { setFile, setFileId } from "../support/fake-apis.ts";
import { slideId, summary } from "../support/sample-project.ts";
import { createLabelledWorld, createStateWorld, type StateWorld } from "../support/state-world.ts";

const click = (world: StateWorld, x = 3000, y = 3000) => world.do(classifyAt, { at: { x, y } });
const load = (world: StateWorld, name: string) =>
  world.do(importPromptSet, { name: `${name}.safetensors`, bytes: setFile(name) });
const clicked = (world: StateWorld) => world.state().session.click;
const by = (world: StateWorld) => {
  const now = clicked(world);
  return now.kind === "answered" && now.prediction.kind === "scored" ? now.prediction.by : null;
};

describe("a click", () => {
  test("shows exactly the patch the model sees and, without classes, no class score", async () => {
    const world = await createStateWorld();
    await world.open("1");
    await click(world);
    expect(clicked(world)).toMatchObject({
      kind: "answered",
      patch: { slideId: slideId(1), region: { x: 2888, y: 2888, width: 224, height: 224 } },
      prediction: { kind: "unscored" },
    });
  });

  test("from one label in each of two classes on is answered by the preview of these labels", async () => {
    const world = await createLabelledWorld(0);
    await click(world);
    await world.labelAt(500, 1000, "A");
    await world.labelAt(1500, 1000, "A");
    await world.settle();
    expect(clicked(world)).toMatchObject({ prediction: { kind: "unscored" } });
    await world.labelAt(500, 5000, "B");
    await world.settle();
    expect(by(world)).toEqual({ kind: "frozen-preview", labels: 3 });
    await world.do(undo);
    await world.settle();
    expect(clicked(world)).toMatchObject({ prediction: { kind: "unscored" } });
  });

  test("a class without labels is not among the preview's", async () => {
    const world = await createLabelledWorld(1);
    await world.do(addClass, { name: "C" });
    const now = scorer(world.state());
    expect(now.kind === "preview" && now.classes.map((c) => c.name)).toEqual(["A", "B"]);
  });

  test("a newer one cancels an older one, whose answer is never shown", async () => {
    const world = await createLabelledWorld(1);
    const open = world.engine.hold();
    const first = click(world, 3000, 3000);
    const second = click(world, 6000, 6000);
    open();
    expect(await Promise.all([first, second])).toEqual([true, true]);
    expect(clicked(world)).toMatchObject({ kind: "answered", patch: { region: { x: 5888, y: 5888 } } });
  });

  test("can be forgotten while it is asked", async () => {
    const world = await createLabelledWorld(1);
    const open = world.engine.hold();
    const asking = click(world);
    await world.do(clearClick);
    open();
    await asking;
    expect(clicked(world)).toEqual({ kind: "none" });
  });

  test("is asked again when um/px changes, about the same place", async () => {
    const world = await createLabelledWorld(1);
    await click(world);
    await world.do(declareCalibration, { id: slideId(1), mppX: 0.25, mppY: 0.25, how: "stated" });
    await world.settle();
    expect(clicked(world)).toMatchObject({ kind: "answered", patch: { region: { x: 2776, y: 2776, width: 448 } } });
  });

  test("does not outlive a change of slide", async () => {
    const world = await createLabelledWorld(1);
    await click(world);
    await world.open("2");
    expect(clicked(world)).toEqual({ kind: "none" });
  });

  test("is asked again once the slide is indexed, while nothing else can answer", async () => {
    const world = await createStateWorld();
    await world.open("1");
    await click(world);
    const asked = world.engine.asked.length;
    await world.do(indexSlide, { id: slideId(1) });
    await world.settle();
    expect(world.state().session.indexing).toMatchObject({ complete: true });
    expect(world.engine.asked.length).toBe(asked + 1);
  });

  test("when the engine dies the click waits, and is answered by its successor with all it needs", async () => {
    const world = await createLabelledWorld(1);
    await load(world, "mine");
    await click(world);
    world.engine.restart();
    engineDied(world.context, new Fault("worker-died", "A background worker stopped."));
    await world.settle();
    expect(clicked(world)).toMatchObject({ kind: "waiting" });
    await world.do(loadEngine, { source: { kind: "folder", manifestUrl: "m" }, prefer: "auto" });
    await world.settle();
    expect(by(world)).toEqual({ kind: "prompt-set", id: setFileId("mine") });
  });
});

describe("prompt sets", () => {
  test("a loaded set is kept, listed, active and answers the click at once; back to frozen is one command, and undone", async () => {
    const world = await createLabelledWorld(1);
    await click(world);
    await load(world, "mine");
    await world.settle();
    expect(by(world)).toEqual({ kind: "prompt-set", id: setFileId("mine") });
    await world.do(activatePromptSet, { id: null });
    await world.settle();
    expect(by(world)).toEqual({ kind: "frozen-preview", labels: 2 });
    await world.do(undo);
    await world.settle();
    expect(by(world)).toEqual({ kind: "prompt-set", id: setFileId("mine") });
    const again = await world.reload();
    await again.open("1");
    await click(again);
    expect(by(again)).toEqual({ kind: "prompt-set", id: setFileId("mine") });
  });

  test("a loaded set's bytes are kept before the event that names them", async () => {
    const world = await createLabelledWorld(1);
    await load(world, "mine");
    await world.context.project.flush();
    expect(world.written.slice(-2)).toEqual([`bytes ${setFileId("mine")}`, "prompt-set/put active-set/put"]);
  });

  test("blinking goes back and forth between the last two", async () => {
    const world = await createLabelledWorld(1);
    expect(await world.do(blinkPromptSets)).toBe(false);
    await load(world, "one");
    await load(world, "two");
    const seen: (string | null)[] = [];
    for (let i = 0; i < 3; i++) {
      await world.do(blinkPromptSets);
      seen.push(activeSetHere(world.state())?.metadata.name ?? null);
    }
    expect(seen).toEqual(["one", "two", "one"]);
  });

  test("of two sets chosen one after the other the later answers, also where the earlier takes longer to get ready", async () => {
    const world = await createLabelledWorld(1);
    await load(world, "slow");
    await load(world, "quick");
    await world.do(activatePromptSet, { id: null });
    const { engine } = world.state().session;
    if (engine.kind !== "ready") throw new Error("no engine");
    world.context.session.setState({ engine: { ...engine, knownSets: [setFileId("quick")] } });
    const slow = world.do(activatePromptSet, { id: setFileId("slow") });
    const quick = world.do(activatePromptSet, { id: setFileId("quick") });
    await Promise.all([slow, quick]);
    await world.settle();
    expect(activeSetHere(world.state())?.metadata.name).toBe("quick");
    expect(world.state().session.previousSet).toBe(null);
  });

  test("a refused file is said with its reason and leaves everything as it was", async () => {
    const world = await createLabelledWorld(1);
    const before = world.state().project.project;
    expect(await load(world, "bad shape")).toBe(false);
    expect(world.said()).toBe("This file cannot be used as a prompt set: bad shape.");
    expect(world.state().project.project).toBe(before);
  });

  test("the same file twice is one entry", async () => {
    const world = await createLabelledWorld(1);
    await load(world, "mine");
    const steps = world.state().project.undo.length;
    await load(world, "mine");
    expect(allSets(world.state())).toHaveLength(1);
    expect(world.state().project.undo.length).toBe(steps);
    expect(world.said()).toContain("already in the list");
  });

  test("a removed set stops answering; undo brings it back with its bytes", async () => {
    const world = await createLabelledWorld(1);
    await click(world);
    await load(world, "mine");
    await world.do(removePromptSet, { id: setFileId("mine") });
    await world.settle();
    expect(world.engine.known.size).toBe(0);
    expect(by(world)).toMatchObject({ kind: "frozen-preview" });
    await world.do(undo);
    await world.settle();
    expect(by(world)).toEqual({ kind: "prompt-set", id: setFileId("mine") });
    await world.do(exportPromptSet, { id: setFileId("mine") });
    expect([...world.saved]).toEqual([["mine.safetensors", setFile("mine")]]);
  });

  test("a set for one slide is not offered on another, and answers again on its own", async () => {
    const world = await createLabelledWorld(1, { onlyOn: { drawing: slideId(1) } });
    await load(world, "drawing");
    expect(activeSetHere(world.state())?.metadata.name).toBe("drawing");
    await world.open("2");
    expect(offeredSets(world.state())).toEqual([]);
    expect(scorer(world.state())).toMatchObject({ kind: "preview" });
    expect(await world.do(activatePromptSet, { id: setFileId("drawing") })).toBe(false);
    expect(world.said()).toContain("only works on the slide it was made for");
    await world.open("1");
    expect(scorer(world.state())).toEqual({ kind: "prompt-set", id: setFileId("drawing") });
  });

  test("a set trained on drawings, of however many slides, is never offered on tissue", async () => {
    const world = await createLabelledWorld(1);
    const drawn = summary(setFileId("drawn"), { name: "drawn", synthetic: true });
    expect(setOffer(world.state(), drawn)).toBe('"drawn" was trained on drawings: it gives no scores on tissue.');
    expect(setOffer(world.state(), summary(setFileId("real")))).toBe(true);
  });

  test("a set shipped beside the model is listed but is nobody's work: not kept, not removed", async () => {
    const world = await createLabelledWorld(1, { shipped: ["shipped", "bad one"] });
    expect(world.state().session.notices.map((notice) => notice.text)).toEqual(['"bad one" cannot be used.']);
    await world.do(activatePromptSet, { id: setFileId("shipped") });
    await click(world);
    expect(by(world)).toEqual({ kind: "prompt-set", id: setFileId("shipped") });
    expect(allSets(world.state()).map((set) => set.metadata.name)).toEqual(["shipped"]);
    expect(world.state().project.project.promptSets.size).toBe(0);
    expect(await world.do(removePromptSet, { id: setFileId("shipped") })).toBe(false);
    const again = await world.reload();
    expect(activeSetHere(again.state())?.metadata.name).toBe("shipped");
  });

  test("bytes that are kept nowhere are said at the click, which otherwise would be wrong in silence", async () => {
    const world = await createLabelledWorld(1);
    await load(world, "mine");
    for (const folder of world.disk.values()) folder.promptSets.clear();
    const again = await world.reload();
    await again.open("1");
    await click(again);
    expect(clicked(again)).toMatchObject({ kind: "failed", fault: { kind: "storage" } });
  });

  test("removing the last second class ends the preview", async () => {
    const world = await createLabelledWorld(1);
    await click(world);
    await world.do(removeClass, { id: world.classId("B") });
    await world.settle();
    expect(clicked(world)).toMatchObject({ prediction: { kind: "unscored" } });
  });
});
