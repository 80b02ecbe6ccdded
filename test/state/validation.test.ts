// Labels that only test: nothing learns from them, a set is tested on them, and the way out is one way.
import { expect, test } from "vitest";
import type { SlideId } from "../../src/base/brand.ts";
import { classifyAt } from "../../src/state/actions/clicks.ts";
import { undo } from "../../src/state/actions/history.ts";
import { importPromptSet } from "../../src/state/actions/prompt-sets.ts";
import { stateFacts } from "../../src/state/actions/stated.ts";
import { startTuning } from "../../src/state/actions/tuning.ts";
import {
  endValidation,
  runValidation,
  startValidation,
  testLabels,
  validationKey,
} from "../../src/state/actions/validation.ts";
import { familiarityNow } from "../../src/state/follow-familiarity.ts";
import { blocksTune, examples } from "../../src/state/selectors.ts";
import { mismatches, statedOfLabels } from "../../src/state/stated.ts";
import { setFile } from "../support/fake-apis.ts";
import { createLabelledWorld, type StateWorld } from "../support/state-world.ts";

const current = (world: StateWorld): SlideId => world.state().session.currentSlide!;

/** Two labels of each class on slide 1; slide 2 is new and shown. */
async function newSlide(): Promise<StateWorld> {
  const world = await createLabelledWorld(2);
  await world.do(importPromptSet, { name: "a", bytes: setFile("a") });
  await world.open("2");
  return world;
}

test("labels on a slide that only tests teach nothing: no tuning, no preview, no count of what Tune needs", async () => {
  const world = await newSlide();
  const id = current(world);
  expect(await world.do(startValidation, { id })).toBe(true);
  for (const [x, name] of [
    [700, "A"],
    [2000, "A"],
    [5000, "B"],
  ] as const)
    await world.labelAt(x, 700, name);
  expect(examples(world.state())).toHaveLength(4);
  expect(testLabels(world.state())).toHaveLength(3);
  void world.do(startTuning, {});
  await world.settle();
  expect(world.engine.lastTuning()?.labels.some(({ slideId }) => slideId === id)).toBe(false);
  const again = await world.reload();
  expect(again.state().project.project.slides.get(id)?.testOnly).toBe(true);
});

test("a slide that is closed does not keep Tune from starting where its labels only test, and its labels do not count", async () => {
  const world = await createLabelledWorld(0);
  await world.do(startValidation, { id: current(world) });
  for (const x of [700, 2000])
    for (const [y, name] of [
      [700, "A"],
      [4000, "B"],
    ] as const)
      await world.labelAt(x, y, name);
  expect(blocksTune(world.state())).toContain("Label at least 2 patches");
});

test("only a slide without labels can begin to test; releasing is one way and can be undone like any step", async () => {
  const world = await newSlide();
  const id = current(world);
  await world.do(startValidation, { id });
  await world.labelAt(700, 700, "A");
  await world.do(endValidation, { id });
  expect(examples(world.state())).toHaveLength(5);
  expect(await world.do(startValidation, { id })).toBe(false);
  expect(world.said()).toContain("they can test nothing any more");
  await world.do(undo);
  expect(examples(world.state())).toHaveLength(4);
});

test("a set is tested on them, and the result says when labels have changed since", async () => {
  const world = await newSlide();
  await world.do(startValidation, { id: current(world) });
  expect(await world.do(runValidation)).toBe(false);
  await world.labelAt(700, 700, "A");
  await world.labelAt(5000, 700, "B");
  await world.do(runValidation);
  const { validation } = world.state().session;
  expect(validation).toMatchObject({ state: "done", unit: "island", key: validationKey(world.state()) });
  expect(validation?.state === "done" && validation.answers).toHaveLength(2);
  await world.labelAt(5000, 4000, "B");
  expect(validation?.state === "done" && validation.key).not.toBe(validationKey(world.state()));
});

test("stain and organ go into a tuning where all labelled slides say the same, and a set for another is warned of", async () => {
  const world = await newSlide();
  const second = current(world);
  const [first] = [...world.state().project.project.slides.keys()];
  await world.do(stateFacts, { id: first!, stain: "H&E", organ: " colon " });
  expect(statedOfLabels(world.state())).toEqual({ stain: "H&E", organ: "colon" });
  await world.labelAt(700, 700, "A");
  expect(statedOfLabels(world.state())).toBeUndefined();
  await world.do(stateFacts, { id: second, stain: "h & e", organ: "lung" });
  expect(statedOfLabels(world.state())).toEqual({ stain: "H&E", organ: null });

  const { project, session } = world.state();
  const [set] = [...project.project.promptSets.values()];
  const stained = { ...set!, metadata: { ...set!.metadata, stain: "HE", organ: "Colon" } };
  const promptSets = new Map([[set!.id, stained]]);
  const state = { session, project: { ...project, project: { ...project.project, promptSets } } };
  expect(mismatches(state)).toEqual([
    expect.stringContaining("was made for organ “Colon”; this slide is stated as “lung”"),
  ]);
});

test("of a patch that is answered it is asked how like the labels it is, again when these change", async () => {
  const world = await createLabelledWorld(6);
  await world.do(classifyAt, { at: { x: 6500, y: 3000 } });
  await world.settle();
  expect(familiarityNow(world.state())).toMatchObject({ kind: "known", labels: 12 });
  const asked = world.labelAt(8000, 7000, "A");
  expect(familiarityNow(world.state())).toBeNull();
  await asked;
  await world.settle();
  expect(familiarityNow(world.state())).toMatchObject({ labels: 13 });
});

test("a slide looked at for the first time has no map on it; one that is known is shown as it was", async () => {
  const world = await createLabelledWorld(1);
  expect(world.state().session.maps.view.visible).toBe(false);
  world.context.session.setState(({ maps }) => ({ maps: { ...maps, view: { ...maps.view, visible: true } } }));
  await world.open("1");
  expect(world.state().session.maps.view.visible).toBe(true);
  await world.open("2");
  expect(world.state().session.maps.view.visible).toBe(false);
});
