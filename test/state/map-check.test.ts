// A blind check of a map as commands: drawn from the map that is shown, kept, undone, bound to its map, and no label before its release.
import { expect, test } from "vitest";
import { type MapCheck, type MapCheckId, nextDraw } from "../../src/domain/map-check.ts";
import { checkFigures } from "../../src/domain/map-check-figures.ts";
import { cellsTouching } from "../../src/domain/map-grid.ts";
import { addClass } from "../../src/state/actions/classes.ts";
import { undo } from "../../src/state/actions/history.ts";
import {
  answerCheck,
  drawCheck,
  finishCheck,
  releaseCheck,
  removeCheck,
  skipCheck,
} from "../../src/state/actions/map-check.ts";
import { changeMapView, startSweep } from "../../src/state/actions/maps.ts";
import { activatePromptSet, importPromptSet } from "../../src/state/actions/prompt-sets.ts";
import { bindingOf, testPlaces } from "../../src/state/map-checks.ts";
import { shownSheet } from "../../src/state/map-selectors.ts";
import { examples } from "../../src/state/selectors.ts";
import { setFile, setFileId } from "../support/fake-apis.ts";
import { createStateWorld, type StateWorld } from "../support/state-world.ts";

const id = "check" as MapCheckId;
const check = (world: StateWorld): MapCheck => world.state().project.project.checks.get(id)!;
const binding = (world: StateWorld) => bindingOf(world.state(), world.context.maps, check(world));

/** A map by set "a" of the whole slide, 44 x 35 places; two labels of the person's own. */
async function mapped(): Promise<StateWorld> {
  const world = await createStateWorld();
  await world.open("1");
  await world.do(importPromptSet, { name: "a", bytes: setFile("a") });
  for (const name of ["A", "B"]) await world.do(addClass, { name });
  await world.labelAt(1000, 1000, "A");
  await world.labelAt(3000, 3000, "B");
  await world.do(startSweep);
  return world;
}

/** Says of each patch what the map says. */
async function agree(world: StateWorld): Promise<void> {
  for (let at = nextDraw(check(world)); at !== null; at = nextDraw(check(world))) {
    await world.do(answerCheck, { id, at, answer: { kind: "class", choice: check(world).draws[at]!.stratum } });
  }
}

test("patches are drawn from what the map answered, none that touches a label, and kept at once", async () => {
  const world = await mapped();
  expect(await world.do(drawCheck, { id, patches: 30 })).toBe(true);
  const { draws, sizes, leftOut } = check(world);
  expect(draws).toHaveLength(30);
  const labels = [...world.state().project.project.labels.values()].map(({ region }) => region);
  const touching = cellsTouching(shownSheet(world.state())!.grid, labels);
  expect(draws.some(({ cell }) => touching.has(cell))).toBe(false);
  expect(leftOut).toBe(touching.size);
  expect(sizes.reduce((a, b) => a + b, 0)).toBe(44 * 35 - touching.size);
  expect(world.written.at(-1)).toBe("check/put");
  const again = await world.reload();
  expect(again.state().project.project.checks.get(id)).toEqual(check(world));
});

test("is left, resumed after a reload, taken back answer by answer, and finished by its last answer", async () => {
  const world = await mapped();
  await world.do(drawCheck, { id, patches: 30 });
  await world.do(answerCheck, { id, at: 0, answer: { kind: "unsure" } });
  await world.do(skipCheck, { id, at: 1 });
  const again = await world.reload();
  expect(nextDraw(check(again))).toBe(2);
  await again.do(answerCheck, { id, at: 2, answer: { kind: "class", choice: 0 } });
  await again.do(undo);
  expect(nextDraw(check(again))).toBe(2);
  expect(await again.do(finishCheck, { id })).toBe(false);
  expect(checkFigures(check(again))).toBeNull();
  await agree(again);
  expect(check(again).finished).toBe(true);
  expect(checkFigures(check(again))).toMatchObject({ judged: 29, unjudged: 1, right: 29 });
  expect(await again.do(answerCheck, { id, at: 0, answer: { kind: "class", choice: 0 } })).toBe(false);
  await again.do(undo);
  expect(check(again).finished).toBe(false);
});

test("a patch that stays skipped is not judged, and is in the audit log with all answers", async () => {
  const world = await mapped();
  await world.do(drawCheck, { id, patches: 30 });
  await world.do(skipCheck, { id, at: 0 });
  for (let at = 1; at < 30; at++) await world.do(answerCheck, { id, at, answer: { kind: "none-of-these" } });
  expect(check(world).finished).toBe(false);
  await world.do(finishCheck, { id });
  expect(checkFigures(check(world))).toMatchObject({ judged: 29, unjudged: 1, right: 0, overall: { value: 0 } });
  await world.context.project.flush();
  const titles = (await world.context.journal.audit()).map(({ title }) => title);
  expect(titles.filter((title) => title.startsWith("Check patch"))).toHaveLength(29);
  expect(titles.at(-1)).toBe("Finish the check of the map");
});

test("its labels are no labels until they are released, and then are marked for ever", async () => {
  const world = await mapped();
  await world.do(drawCheck, { id, patches: 30 });
  expect(await world.do(releaseCheck, { id })).toBe(false);
  await agree(world);
  expect(examples(world.state())).toHaveLength(2);
  await world.do(releaseCheck, { id });
  expect(examples(world.state())).toHaveLength(32);
  const origins = [...world.state().project.project.labels.values()].map(({ origin }) => origin);
  expect(origins.filter((origin) => origin === "checked")).toHaveLength(30);
  expect(check(world).released).toBe(true);
  expect(await world.do(releaseCheck, { id })).toBe(false);
  await world.do(undo);
  expect(examples(world.state())).toHaveLength(2);
  expect(check(world).released).toBe(false);
});

test("figures are of the map they were drawn for: another set, threshold or one more place is another map", async () => {
  const world = await mapped();
  await world.do(drawCheck, { id, patches: 30 });
  await agree(world);
  expect(binding(world)).toBe("this-map");
  await world.do(changeMapView, { threshold: 0.99 });
  expect(binding(world)).toBe("this-map");
  const sheet = shownSheet(world.state())!;
  const cell = 5;
  world.context.maps.put(
    sheet.id,
    {
      cells: Uint32Array.of(cell),
      states: Uint8Array.of(1),
      features: new Float32Array(0),
      layer: sheet.layers[0]!.key,
      scores: Float32Array.of(0.6, 0.4),
    },
    2,
  );
  expect(binding(world)).toBe("changed");
  await world.do(importPromptSet, { name: "b", bytes: setFile("b") });
  await world.do(startSweep);
  expect(binding(world)).toBe("another-map");
  await world.do(activatePromptSet, { id: setFileId("a") });
  expect(binding(world)).toBe("changed");
});

test("another check draws other places, and none is drawn while one is open", async () => {
  const world = await mapped();
  await world.do(drawCheck, { id, patches: 30 });
  const second = "second" as MapCheckId;
  expect(await world.do(drawCheck, { id: second, patches: 60 })).toBe(false);
  expect(world.said()).toContain("not finished");
  await agree(world);
  await world.do(drawCheck, { id: second, patches: 60 });
  const first = new Set(check(world).draws.map(({ cell }) => cell));
  const { draws } = world.state().project.project.checks.get(second)!;
  expect(draws).toHaveLength(60);
  expect(draws.some(({ cell }) => first.has(cell))).toBe(false);
  await world.do(removeCheck, { id });
  expect(world.state().project.project.checks.size).toBe(1);
});

test("places of a check are named to whoever suggests, until its labels are released", async () => {
  const world = await mapped();
  await world.do(drawCheck, { id, patches: 30 });
  const { slideId, draws } = check(world);
  expect(testPlaces(world.state(), slideId)).toEqual(draws.map(({ region }) => region));
  expect(testPlaces(world.state(), "another")).toEqual([]);
  await agree(world);
  await world.do(releaseCheck, { id });
  expect(testPlaces(world.state(), slideId)).toEqual([]);
});

test("without a map there is nothing to draw, and it says what to do", async () => {
  const world = await createStateWorld();
  await world.open("1");
  expect(await world.do(drawCheck, { id, patches: 30 })).toBe(false);
  expect(world.said()).toContain("Map the tissue first");
});
