// Forgetting a slide: nothing of it is on the screen, in undo, on disk or in the audit log, and everything else is as it was.
import { expect, test } from "vitest";
import type { ProjectId, SlideId } from "../../src/base/brand.ts";
import { Fault } from "../../src/base/fault.ts";
import { createMemoryMapStore } from "../../src/platform/node/memory-maps.ts";
import { forgetSlide, goesWith, isSafeElsewhere } from "../../src/state/actions/forget.ts";
import { undo } from "../../src/state/actions/history.ts";
import { startSweep } from "../../src/state/actions/maps.ts";
import { saveProject } from "../../src/state/actions/project-file.ts";
import { activatePromptSet, importPromptSet } from "../../src/state/actions/prompt-sets.ts";
import { showSlide } from "../../src/state/actions/slides.ts";
import { addZone } from "../../src/state/actions/zones.ts";
import { setFile, setFileId } from "../support/fake-apis.ts";
import { createLabelledWorld, type StateWorld } from "../support/state-world.ts";

const ring = [
  { x: 0, y: 0 },
  { x: 500, y: 0 },
  { x: 0, y: 500 },
];
const current = (world: StateWorld): SlideId => world.state().session.currentSlide!;
const project = (world: StateWorld) => world.state().project.project;
/** All that lies on the memory disk, as text. */
const onDisk = (world: StateWorld): string => JSON.stringify(world.disk.get("project" as ProjectId));

/** Slides "1" and "2" with labels, a region on each, a map of "1"; "1" is shown. */
async function twoSlides() {
  const world = await createLabelledWorld(2);
  const first = current(world);
  await world.do(addZone, { rings: [ring], name: "Secret region" });
  await world.do(importPromptSet, { name: "a", bytes: setFile("a") });
  await world.do(startSweep);
  await world.open("2");
  const second = current(world);
  await world.labelAt(700, 700, "A");
  await world.do(addZone, { rings: [ring], name: "Other region" });
  await world.do(showSlide, { id: first });
  await world.context.project.flush();
  return { world, first, second };
}

test("what goes with a slide is counted before", async () => {
  const { world, first } = await twoSlides();
  expect(goesWith(world.state(), first)).toEqual({
    labels: 4,
    regions: 1,
    checks: 0,
    places: 0,
    sets: [],
    staying: 1,
    naming: [],
  });
});

test("nothing of it is left, on the screen, in undo, on disk or in the log, and the other slide is as it was", async () => {
  const { world, first, second } = await twoSlides();
  expect(onDisk(world)).toContain("Secret region");
  expect((await createMemoryMapStore(world.maps).list(first)).sheets).toHaveLength(1);
  expect(await world.do(forgetSlide, { id: first })).toBe(true);

  expect([...project(world).labels.values()].map(({ slideId }) => slideId)).toEqual([second]);
  expect([...project(world).zones.values()].map(({ name }) => name)).toEqual(["Other region"]);
  expect(project(world).slides.has(first)).toBe(false);
  expect(current(world)).toBe(second);
  await world.do(undo);
  expect(project(world).labels.size).toBe(1);

  const disk = onDisk(world);
  for (const trace of [first, "Secret region", '"1.svs"']) expect(disk).not.toContain(trace);
  expect((await createMemoryMapStore(world.maps).list(first)).sheets).toEqual([]);
  const audit = await world.context.journal.audit();
  expect(audit).toHaveLength(1);
  expect(audit[0]?.title).toMatch(/^Forget a slide; the log before it was erased and ended with [0-9a-f]{64}$/);

  const again = await world.reload();
  expect(project(again).labels.size).toBe(1);
  expect(project(again).slides.has(first)).toBe(false);
});

test("prompt sets stay, and their bytes with them", async () => {
  const { world, first } = await twoSlides();
  await world.do(forgetSlide, { id: first });
  expect(project(world).promptSets.has(setFileId("a"))).toBe(true);
  expect(await world.context.journal.promptSet(setFileId("a"))).not.toBeNull();
  await world.do(activatePromptSet, { id: setFileId("a") });
  expect(project(world).activeSet).toBe(setFileId("a"));
});

test("where the journal cannot be rewritten nothing is forgotten, and it says so", async () => {
  const { world, first } = await twoSlides();
  const rewrite = () => Promise.reject(new Fault("storage", "The disk is full."));
  Object.assign(world.context.journal, { rewrite });
  expect(await world.do(forgetSlide, { id: first })).toBe(false);
  expect(world.said()).toContain("The disk is full.");
  expect(project(world).slides.has(first)).toBe(true);
});

test("work is safe elsewhere once it is saved as a file, until the next change", async () => {
  const world = await createLabelledWorld(1);
  expect(isSafeElsewhere(world.state())).toBe(false);
  await world.do(saveProject, { names: "kept" });
  expect(isSafeElsewhere(world.state())).toBe(true);
  await world.labelAt(4000, 4000, "A");
  expect(isSafeElsewhere(world.state())).toBe(false);
});
