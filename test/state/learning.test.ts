// Learning from tissue through its commands, and tunings that start from it: what blocks, what is given, what is kept and what is forgotten.
import { describe, expect, test } from "vitest";
import type { ProjectId } from "../../src/base/brand.ts";
import { Fault, present } from "../../src/base/fault.ts";
import { chooseField } from "../../src/state/actions/field.ts";
import { forgetSlide, goesWith } from "../../src/state/actions/forget.ts";
import { undo } from "../../src/state/actions/history.ts";
import { keepFrozen } from "../../src/state/actions/keep-frozen.ts";
import { cancelLearning, learnTissue, startFrom } from "../../src/state/actions/learning.ts";
import { importModel } from "../../src/state/actions/models.ts";
import { loadProject, saveProject } from "../../src/state/actions/project-file.ts";
import { importPromptSet, removePromptSet } from "../../src/state/actions/prompt-sets.ts";
import { closeSlide, showSlide } from "../../src/state/actions/slides.ts";
import { askCurve } from "../../src/state/actions/studies.ts";
import { cancelTuning, changePromptKinds, startTuning } from "../../src/state/actions/tuning.ts";
import { startValidation } from "../../src/state/actions/validation.ts";
import { activeSetHere, blocksTune, sawLabelled, startingSet, startSets } from "../../src/state/selectors.ts";
import { blocksTissue, slidesToLearn } from "../../src/state/tissue.ts";
import { setFile } from "../support/fake-apis.ts";
import { learnedPlaces } from "../support/fake-learning.ts";
import { settings, slideId } from "../support/sample-project.ts";
import { createLabelledWorld, createStateWorld, type StateWorld } from "../support/state-world.ts";

const project = (world: StateWorld) => world.state().project.project;
const runs = "Prompts are being learned from tissue. Let that end, or cancel it.";

/** Begins, and gives what ends with it. */
async function begin(world: StateWorld) {
  const done = world.do(learnTissue);
  await world.settle();
  return { done };
}

/** Slide 1 with four labels, learned from. */
async function learned() {
  const world = await createLabelledWorld(2);
  const { done } = await begin(world);
  world.engine.learning.finish();
  await done;
  const [set] = startSets(world.state());
  return { world, set: present(set, "the learned set") };
}

async function tuned(world: StateWorld) {
  const done = world.do(startTuning, {});
  await world.settle();
  const given = present(world.engine.lastTuning(), "a tuning");
  await world.do(cancelTuning);
  await done;
  return given;
}

describe("what blocks learning from tissue", () => {
  test("is said: no model, no slide, no um/px, a slide that only tests", async () => {
    const loading = await createStateWorld({ load: false });
    await loading.open("1");
    expect(blocksTissue(loading.state())).toBe("The model is still loading.");
    const world = await createStateWorld();
    expect(blocksTissue(world.state())).toBe("Open a slide first.");
    await world.open("plain");
    expect(blocksTissue(world.state())).toContain('The um/px of "plain.svs" is unknown.');
    await world.open("1");
    expect(blocksTissue(world.state())).toBe(null);
    await world.do(startValidation, { id: slideId(1) });
    expect(blocksTissue(world.state())).toContain('Labels on "1.svs" only test');
  });

  test("a reader cannot learn", async () => {
    const world = await createLabelledWorld(1);
    await world.context.project.flush();
    const second = await createStateWorld({ disk: world.disk });
    await second.open("1");
    expect(await second.do(learnTissue)).toBe(false);
    expect(second.said()).toContain("read-only");
  });

  test("never beside a tuning, and no tuning, test or other backbone beside it", async () => {
    const world = await createLabelledWorld(2);
    const tuning = world.do(startTuning, {});
    await world.settle();
    expect(blocksTissue(world.state())).toBe("A tuning is running.");
    await world.do(cancelTuning);
    await tuning;
    const { done } = await begin(world);
    const state = world.state();
    expect(blocksTune(state)).toBe(runs);
    expect(blocksTissue(state)).toBe(runs);
    expect(keepFrozen.enabled(state, undefined)).toBe(runs);
    expect(askCurve.enabled(state, { tuned: true })).toBe(runs);
    expect(startValidation.enabled(state, { id: slideId(1) })).toBe(runs);
    expect(forgetSlide.enabled(state, { id: slideId(1) })).toBe(runs);
    expect(importModel.enabled(state, { files: [{ path: "a", file: { size: 1 } } as never], facts: {} })).toBe(runs);
    await world.do(cancelLearning);
    await done;
    expect(blocksTune(world.state())).toBe(null);
  });
});

describe("learning from tissue", () => {
  test("is given the slide on the screen and open ones like it, and every label's place on them", async () => {
    const world = await createLabelledWorld(1);
    await world.open("2");
    await world.open("3");
    await world.do(startValidation, { id: slideId(3) });
    await world.open("plain");
    await world.do(showSlide, { id: slideId(2) });
    await world.labelAt(3000, 3000, "A");
    expect(slidesToLearn(world.state()).map(({ name }) => name)).toEqual(["2.svs", "1.svs"]);
    const { done } = await begin(world);
    const given = present(world.engine.learning.asked[0], "what was asked");
    expect(given).toMatchObject({ slides: [slideId(2), slideId(1)], syntheticSlides: [], seed: settings.seed });
    expect(given.name).toBe("Learned 1, no labels");
    expect(given).not.toHaveProperty("mpp");
    expect(given.avoid.map(({ slideId: of, region }) => [of, region.x + region.width / 2])).toEqual([
      [slideId(1), 500],
      [slideId(1), 500],
      [slideId(2), 3000],
    ]);
    await world.do(cancelLearning);
    await done;
  });

  test("is told the field that is used, where it is not the backbone's own", async () => {
    const world = await createStateWorld();
    await world.open("1");
    await world.do(chooseField, { um: 100 });
    const { done } = await begin(world);
    expect(world.engine.learning.asked[0]?.mpp).toBeCloseTo(100 / 224, 12);
    await world.do(cancelLearning);
    await done;
  });

  test("shows how far it is, and ends in a kept set that does not answer, with its places in the project alone", async () => {
    const world = await createLabelledWorld(2);
    const { done } = await begin(world);
    world.engine.learning.progress(12, 50);
    const shown = world.state().session.learning;
    expect(shown).toMatchObject({ state: "running", done: 12, total: 50 });
    // News come with every picture; those nobody could see draw nothing.
    world.engine.learning.progress(12_001, 50_000);
    expect(world.state().session.learning).toBe(shown);
    world.engine.learning.progress(13_000, 50_000);
    expect(world.state().session.learning).toMatchObject({ done: 13_000 });
    world.engine.learning.finish();
    expect(await done).toBe(true);
    const [set] = startSets(world.state());
    const id = present(set, "the set").id;
    expect(world.state().session.learning).toEqual({ state: "finished", set: id, places: 2 });
    expect(activeSetHere(world.state())).toBe(null);
    expect(project(world).learnedPlaces.get(id)).toEqual(learnedPlaces([slideId(1)]));
    expect(JSON.stringify(project(world).promptSets.get(id))).not.toContain('"region"');
    await world.context.project.flush();
    expect(world.written.slice(-2)).toEqual([`bytes ${id}`, "prompt-set/put learned-places/put"]);
    const audit = await world.context.journal.audit();
    expect(audit.at(-1)?.title).toBe("Learn from tissue: Learned 1, no labels");
    const again = await world.reload();
    expect(project(again).learnedPlaces.get(id)).toEqual(learnedPlaces([slideId(1)]));
    expect(await again.context.journal.promptSet(id)).not.toBe(null);
  });

  test("undo takes set and places back as one, and removing the set takes its places along", async () => {
    const { world, set } = await learned();
    await world.do(undo);
    expect([project(world).promptSets.size, project(world).learnedPlaces.size]).toEqual([0, 0]);
    const other = await learned();
    await other.world.do(removePromptSet, { id: other.set.id });
    expect([project(other.world).promptSets.size, project(other.world).learnedPlaces.size]).toEqual([0, 0]);
    await other.world.do(undo);
    expect(project(other.world).learnedPlaces.get(set.id)).toEqual(learnedPlaces([slideId(1)]));
  });

  test("cancelled leaves nothing, and late news do not wake it", async () => {
    const world = await createLabelledWorld(1);
    const { done } = await begin(world);
    await world.do(cancelLearning);
    await done;
    expect(world.state().session.learning).toEqual({ state: "cancelled" });
    world.engine.learning.progress(3, 50);
    world.engine.learning.finish();
    await world.settle();
    expect(world.state().session.learning).toEqual({ state: "cancelled" });
    expect(project(world).promptSets.size).toBe(0);
  });

  test("begins again on the processor where the graphics card is found to compute gradients wrongly", async () => {
    const world = await createLabelledWorld(1);
    world.context.session.setState(({ engine }) => {
      if (engine.kind !== "ready") return {};
      const provider = { ...engine.status.provider, kind: "webgpu" as const };
      return { engine: { ...engine, status: { ...engine.status, provider } } };
    });
    const { done } = await begin(world);
    world.engine.learning.fail(new Fault("self-test", "It computes something else than it must."));
    for (let i = 0; i < 10; i++) await world.settle();
    expect(world.engine.learning.asked).toHaveLength(2);
    expect(world.engine.learning.asked[1]).toBe(world.engine.learning.asked[0]);
    expect(world.state().session.gpuRefused).toBe(true);
    world.engine.learning.finish();
    expect(await done).toBe(true);
    expect(startSets(world.state())).toHaveLength(1);
  });

  test("that failed says so and leaves nothing; of a slide that was closed it is named", async () => {
    const world = await createLabelledWorld(1);
    const first = await begin(world);
    world.engine.learning.fail(new Fault("limit", "It does not fit this device's memory."));
    expect(await first.done).toBe(false);
    expect(world.state().session.learning).toMatchObject({ state: "failed", fault: { kind: "limit" } });
    const second = await begin(world);
    await world.do(closeSlide, { id: slideId(1) });
    world.engine.learning.fail(new Fault("invalid", "This slide is not open."));
    await second.done;
    expect(world.said()).toBe('"1.svs" was closed while it was learned from. Open it again, then start again.');
    expect(project(world).promptSets.size).toBe(0);
  });
});

describe("a tuning", () => {
  test("starts from the newest learned set by itself, and from labels only where that is chosen", async () => {
    const world = await createLabelledWorld(2);
    expect(await tuned(world)).not.toHaveProperty("learned");
    for (let i = 0; i < 2; i++) {
      const { done } = await begin(world);
      world.engine.learning.finish();
      await done;
    }
    const [older, newer] = startSets(world.state());
    expect(newer?.metadata.name).toBe("Learned 2, no labels");
    expect(startingSet(world.state())?.id).toBe(newer?.id);
    await world.do(startFrom, { from: present(older, "a set").id });
    expect((await tuned(world)).learned?.id).toBe(older?.id);
    await world.do(startFrom, { from: "labels" });
    expect(await tuned(world)).not.toHaveProperty("learned");
    // Who learns anew wants to go on from that.
    const { done } = await begin(world);
    world.engine.learning.finish();
    await done;
    expect(startingSet(world.state())?.metadata.name).toBe("Learned 3, no labels");
  });

  test("is given the places, and settings that say what the prompts are", async () => {
    const { world, set } = await learned();
    await world.do(changePromptKinds, { instance: { tokens: 2, hidden: 16 } });
    const given = await tuned(world);
    expect(given.learned).toEqual({ id: set.id, places: learnedPlaces([slideId(1)]) });
    expect(given.settings).toEqual({ ...settings, blocks: 12, tokensPerBlock: 8 });
  });

  test("hands the set to an engine that does not hold it", async () => {
    const { world, set } = await learned();
    const again = await world.reload();
    await again.open("1");
    expect(again.engine.known.has(set.id)).toBe(false);
    expect((await tuned(again)).learned?.id).toBe(set.id);
    expect(again.engine.known.has(set.id)).toBe(true);
  });

  test("is told that places are unknown where labels lie on a slide whose places are", async () => {
    const { world, set } = await learned();
    world.context.project.dispatch({
      title: "as after forgetting",
      undoable: false,
      events: [{ type: "learned-places/put", id: set.id, places: null }],
    });
    expect((await tuned(world)).learned).toEqual({ id: set.id, places: null });
    expect(sawLabelled(world.state(), set)).toBe(true);
  });

  test("cannot start from a set of another field, nor any question to the labels from one at all", async () => {
    const { world, set } = await learned();
    const asked = world.do(askCurve, { tuned: false });
    await world.settle();
    expect(JSON.stringify(world.engine.studies.asked)).not.toContain(set.id);
    expect(world.engine.studies.asked).toHaveLength(1);
    world.engine.studies.fail(new Fault("too-few-labels", "Label more."));
    await asked;
    const other = await createStateWorld({ disk: new Map() });
    await other.open("1");
    const { done } = await begin(other);
    other.engine.learning.finish();
    await done;
    expect(startSets(other.state())).toHaveLength(1);
    await other.do(chooseField, { um: 100 });
    expect(startSets(other.state())).toEqual([]);
    expect(startingSet(other.state())).toBe(null);
  });
});

describe("what is kept of places", () => {
  test("goes with its slide and nothing else of the set, which says whose tissue it saw", async () => {
    const world = await createLabelledWorld(2);
    await world.open("2");
    const { done } = await begin(world);
    world.engine.learning.finish();
    await done;
    const set = present(startSets(world.state())[0], "the set");
    expect(goesWith(world.state(), slideId(1))).toMatchObject({ places: 2, naming: [set.metadata.name] });
    await world.do(forgetSlide, { id: slideId(1) });
    expect(project(world).learnedPlaces.get(set.id)).toEqual(learnedPlaces([slideId(2)]));
    // Of the two slides' first places one is left, in the journal as well.
    const onDisk = JSON.stringify(world.disk.get("project" as ProjectId));
    expect(onDisk.split('"x":8000')).toHaveLength(2);
    await world.do(forgetSlide, { id: slideId(2) });
    expect(project(world).learnedPlaces.size).toBe(0);
    expect(project(world).promptSets.has(set.id)).toBe(true);
  });

  test("comes with a project file", async () => {
    const { world, set } = await learned();
    await world.do(saveProject, { names: "hidden" });
    const file = present(world.saved.get("project.pathotune.zip"), "the saved file");
    const to = await createStateWorld();
    await to.do(loadProject, { name: "mine", bytes: file });
    expect(project(to).learnedPlaces.get(set.id)).toEqual(learnedPlaces([slideId(1)]));
    await to.do(undo);
    expect(project(to).learnedPlaces.size).toBe(0);
  });
});

test("another set that is loaded still answers at once", async () => {
  const { world } = await learned();
  await world.do(importPromptSet, { name: "a", bytes: setFile("a") });
  expect(activeSetHere(world.state())?.metadata.name).toBe("a");
});
