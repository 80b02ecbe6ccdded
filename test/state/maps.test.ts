// Whole-slide maps as commands: what is computed once, what survives a reload and a loss, and what recolours by itself.
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import { cellCentre } from "../../src/domain/map-grid.ts";
import { frozenLayer, type SheetRecord, setLayer } from "../../src/domain/map-sheet.ts";
import { addClass, removeClass } from "../../src/state/actions/classes.ts";
import { undo } from "../../src/state/actions/history.ts";
import { labelPatch } from "../../src/state/actions/labels.ts";
import {
  cancelSweep,
  changeMapView,
  changeSweepOptions,
  discardMap,
  pauseSweep,
  resumeSweep,
  startSweep,
} from "../../src/state/actions/maps.ts";
import { activatePromptSet, importPromptSet } from "../../src/state/actions/prompt-sets.ts";
import { comparedShown, figuresShown, placeOnMap, shownMap } from "../../src/state/map-looks.ts";
import { shownSheet } from "../../src/state/map-selectors.ts";
import { mapSides } from "../../src/state/map-sides.ts";
import { setFile, setFileId } from "../support/fake-apis.ts";
import { createStateWorld, type StateWorld } from "../support/state-world.ts";

// 10,000 x 8,000 px at 0.5 um/px: 44 x 35 patches of 224 px.
const places = 44 * 35;

const mapped = async (options: Parameters<typeof createStateWorld>[0] = {}): Promise<StateWorld> => {
  const world = await createStateWorld(options);
  await world.open("1");
  await world.do(importPromptSet, { name: "a", bytes: setFile("a") });
  return world;
};
const sheet = (world: StateWorld): SheetRecord => shownSheet(world.state())!;
const maps = (world: StateWorld) => world.state().session.maps;
const answered = (world: StateWorld, name = "a"): number =>
  world.context.maps.answered(sheet(world).id, setLayer(setFileId(name)));
const askedIn = (world: StateWorld): number => world.engine.sweeps.asked.reduce((sum, cells) => sum + cells.length, 0);
const patience = async (until: () => boolean): Promise<void> => {
  for (let i = 0; i < 5000 && !until(); i++) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(until()).toBe(true);
};

describe("a map", () => {
  test("is computed by whoever answers clicks, kept, and shown after a reload without computing anything", async () => {
    const world = await mapped();
    await world.do(startSweep);
    expect(maps(world)).toMatchObject({ sweep: null, ended: { kind: "complete", places, unreadable: 0 } });
    expect(answered(world)).toBe(places);
    const figures = figuresShown(world.state(), shownMap(world.state(), world.context.maps)!);
    expect(figures.classes.map(({ patches }) => patches)).toEqual([22 * 35, 22 * 35]);

    const again = await world.reload();
    await again.open("1");
    await patience(() => answered(again) === places);
    expect(again.engine.sweeps.asked).toEqual([]);
    await again.do(startSweep);
    expect(askedIn(again)).toBe(0);
  });

  test("that is paused ends at once, and goes on with the places that are left", async () => {
    const world = await mapped();
    world.engine.sweeps.before = (_, done) => void (done === 300 && world.do(pauseSweep));
    await world.do(startSweep);
    expect(maps(world).sweep).toMatchObject({ state: "paused", total: places });
    expect(answered(world)).toBe(300);
    world.engine.sweeps.before = () => undefined;
    await world.do(resumeSweep);
    expect(world.engine.sweeps.asked[1]).toHaveLength(places - 300);
    expect(answered(world)).toBe(places);
  });

  test("that a reload interrupts loses no place that was shown", async () => {
    const world = await mapped();
    world.engine.sweeps.before = (_, done) => (done === 123 ? new Promise(() => undefined) : undefined);
    void world.do(startSweep);
    await patience(() => world.context.maps.has(sheet(world).id) && answered(world) === 123);
    const again = await world.reload();
    await again.open("1");
    await patience(() => answered(again) === 123);
    await again.do(startSweep);
    expect(askedIn(again)).toBe(places - 123);
    expect(answered(again)).toBe(places);
  });

  test("goes on by itself after a lost device, with what is left", async () => {
    const world = await mapped();
    world.engine.sweeps.before = (_, done) => {
      if (done === 200 && world.engine.sweeps.asked.length < 3) throw new Fault("device-lost", "The device was lost.");
    };
    await world.do(startSweep);
    expect(maps(world).ended).toMatchObject({ kind: "complete" });
    expect(world.engine.sweeps.asked.map(({ length }) => length)).toEqual([places, places - 200, places - 400]);
    expect(answered(world)).toBe(places);
  });

  test("whose question is cut off by nobody here is paused and can go on, instead of looking as if it were at work", async () => {
    const world = await mapped();
    world.engine.sweeps.before = (_, done) => {
      if (done === 40) throw new DOMException("The connection was closed.", "AbortError");
    };
    await world.do(startSweep);
    expect(maps(world).sweep).toMatchObject({ state: "paused", perSecond: null });
    world.engine.sweeps.before = () => undefined;
    await world.do(resumeSweep);
    expect(maps(world).ended).toMatchObject({ kind: "complete" });
    expect(answered(world)).toBe(places);
  });

  test("is given up after losses without progress; what there is stays", async () => {
    const world = await mapped();
    world.engine.sweeps.before = (_, done) => {
      if (done === (world.engine.sweeps.asked.length === 1 ? 50 : 0))
        throw new Fault("device-lost", "The device was lost.");
    };
    expect(await world.do(startSweep)).toBe(false);
    expect(maps(world).ended).toMatchObject({ kind: "failed" });
    expect(answered(world)).toBe(50);
  });

  test("that is cancelled keeps its places; discarded it is gone, here and on disk", async () => {
    const world = await mapped();
    world.engine.sweeps.before = (_, done) => void (done === 10 && world.do(cancelSweep));
    await world.do(startSweep);
    expect(maps(world)).toMatchObject({ sweep: null, ended: { kind: "cancelled" } });
    expect(answered(world)).toBe(10);
    await world.do(discardMap);
    expect(shownMap(world.state(), world.context.maps)).toBeNull();
    expect(world.maps.size).toBe(0);
  });

  test("that is cancelled or paused is so at once, whatever the engine is in the middle of", async () => {
    const world = await mapped();
    let go = (): void => {};
    world.engine.sweeps.before = (_, done) => (done === 5 ? new Promise<void>((resolve) => (go = resolve)) : undefined);
    for (const [action, state] of [
      [pauseSweep, "paused"],
      [cancelSweep, undefined],
    ] as const) {
      const sweeping = world.do(startSweep);
      await patience(() => maps(world).sweep?.state === "running");
      await new Promise((resolve) => setTimeout(resolve, 5));
      void world.do(action);
      expect(maps(world).sweep?.state).toBe(state);
      go();
      await sweeping;
    }
    expect(maps(world).ended).toEqual({ kind: "cancelled" });
  });

  test("of every 2nd place in both directions asks for a quarter, calls the rest not computed, and fills it in later", async () => {
    const world = await mapped();
    await world.do(changeSweepOptions, { every: 2 });
    await world.do(startSweep);
    expect(askedIn(world)).toBe(22 * 18);
    const figures = () => figuresShown(world.state(), shownMap(world.state(), world.context.maps)!);
    expect(figures()).toMatchObject({ answered: 22 * 18, notComputed: places - 22 * 18 });
    await world.do(changeSweepOptions, { every: 1 });
    await world.do(startSweep);
    expect([askedIn(world), figures().notComputed]).toEqual([places, 0]);
  });

  test("that cannot be kept is computed all the same, and it is said once", async () => {
    const world = await mapped({ mapRoom: 0 });
    await world.do(startSweep);
    expect(answered(world)).toBe(places);
    expect(maps(world).unkept?.kind).toBe("storage");
    expect(world.state().session.notices.filter(({ text }) => text.includes("gone after a reload"))).toHaveLength(1);
  });

  test("whose kept places are damaged computes those again", async () => {
    const world = await mapped();
    await world.do(startSweep);
    const [entry] = [...world.maps.values()];
    const chunk = entry!.chunks[0]!.answers as { cells: Uint32Array };
    const lost = chunk.cells.length;
    chunk.cells = chunk.cells.map(() => 9_999_999);
    const again = await world.reload();
    await again.open("1");
    await patience(() => answered(again) === places - lost);
    expect(again.said()).toContain("could not be read");
  });
});

describe("another prompt set", () => {
  test("gets a map of its own; both are kept and their difference is shown", async () => {
    const world = await mapped();
    await world.do(startSweep);
    await world.do(importPromptSet, { name: "b", bytes: setFile("b") });
    expect(shownMap(world.state(), world.context.maps)?.layer?.name).toBe("a");
    await world.do(startSweep);
    expect(shownMap(world.state(), world.context.maps)?.layer?.name).toBe("b");
    await world.do(activatePromptSet, { id: setFileId("a") });
    expect(shownMap(world.state(), world.context.maps)?.layer?.name).toBe("a");
    const sides = (): readonly unknown[] => {
      const { left, right } = mapSides(world.state(), world.context.maps);
      return [left?.layer?.name, right?.layer?.name];
    };
    expect(sides()).toEqual(["a", "b"]);
    await world.do(activatePromptSet, { id: setFileId("b") });
    expect(sides()).toEqual(["b", "a"]);
    await world.do(activatePromptSet, { id: setFileId("a") });
    await world.do(changeMapView, { against: setLayer(setFileId("b")) });
    const map = shownMap(world.state(), world.context.maps)!;
    expect(map.against?.layer.name).toBe("b");
    expect(comparedShown(world.state(), map)).toEqual({ same: places, changed: 0, uncertain: 0 });
    expect(sides()).toEqual(["a", "b"]);
    expect([answered(world, "a"), answered(world, "b")]).toEqual([places, places]);
  });
});

describe("the preview map", () => {
  const previewed = async (): Promise<StateWorld> => {
    const world = await createStateWorld();
    await world.open("1");
    for (const name of ["A", "B"]) await world.do(addClass, { name });
    await world.do(startSweep);
    return world;
  };
  const called = (world: StateWorld): readonly number[] | null => {
    const map = shownMap(world.state(), world.context.maps);
    return map?.layer?.key === frozenLayer
      ? figuresShown(world.state(), map).classes.map(({ patches }) => patches)
      : null;
  };

  test("colours the features from the second class on, follows label, undo and class, and leaves labelled places out", async () => {
    const world = await previewed();
    expect(maps(world).ended).toMatchObject({ kind: "complete" });
    expect(shownMap(world.state(), world.context.maps)?.layer).toBeNull();
    const asked = askedIn(world);
    const { grid } = sheet(world);
    await world.do(labelPatch, { at: cellCentre(grid, 0), classId: world.classId("A") });
    await world.do(labelPatch, { at: cellCentre(grid, 44 * 20), classId: world.classId("B") });
    await patience(() => called(world) !== null);
    expect(called(world)).toEqual([10 * 44 - 1, 25 * 44 - 1]);

    // A wrong place, hovered, and another class's key: a label, and one place less in the figure.
    await world.do(labelPatch, { at: cellCentre(grid, 44 * 30 + 5), classId: world.classId("A") });
    await patience(() => called(world)?.[1] === 25 * 44 - 2);
    expect(
      placeOnMap(world.state(), shownMap(world.state(), world.context.maps)!, cellCentre(grid, 3))?.scores[0],
    ).toMatchObject({ name: "A", score: 1 });
    await world.do(undo);
    await patience(() => called(world)?.[1] === 25 * 44 - 1);
    await world.do(removeClass, { id: world.classId("B") });
    await patience(() => called(world) === null);
    expect(askedIn(world)).toBe(asked);
  });

  test("comes back after a reload from the kept features, without a sweep", async () => {
    const world = await previewed();
    const { grid } = sheet(world);
    await world.do(labelPatch, { at: cellCentre(grid, 0), classId: world.classId("A") });
    await world.do(labelPatch, { at: cellCentre(grid, 44 * 20), classId: world.classId("B") });
    const again = await world.reload();
    await again.open("1");
    await patience(() => called(again) !== null);
    expect(called(again)).toEqual([10 * 44 - 1, 25 * 44 - 1]);
    expect(again.engine.sweeps.asked).toEqual([]);
  });
});
