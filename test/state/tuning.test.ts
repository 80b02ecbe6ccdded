// Tuning through its commands: what blocks it, how it ends, and what is kept of it. The fake engine ends when told.
import { describe, expect, test } from "vitest";
import { Fault } from "../../src/base/fault.ts";
import type { TuningProgress } from "../../src/domain/run.ts";
import { undo } from "../../src/state/actions/history.ts";
import { closeSlide, declareCalibration, declareCase } from "../../src/state/actions/slides.ts";
import {
  cancelTuning,
  changeSettings,
  finishEarly,
  settleInterruptedRuns,
  startTuning,
} from "../../src/state/actions/tuning.ts";
import { activeSetHere, blocksTune, tuningSettings } from "../../src/state/selectors.ts";
import { settings, slideId } from "../support/sample-project.ts";
import { createLabelledWorld, createStateWorld, type StateWorld } from "../support/state-world.ts";

const progress: TuningProgress = {
  phase: "final",
  fold: 0,
  folds: 3,
  epoch: 2,
  epochs: 10,
  step: 5,
  steps: 30,
  done: 0.2,
  secondsLeft: 12,
};
const runs = (world: StateWorld) => [...world.state().project.project.runs.values()];
const tune = async (world: StateWorld, name?: string) => {
  const params: Readonly<{ name?: string }> = name === undefined ? {} : { name };
  const done = world.do(startTuning, params);
  await world.settle();
  return { done };
};

describe("what blocks Tune", () => {
  test("is said in words, one reason at a time, until nothing does", async () => {
    const empty = await createStateWorld({ load: false });
    expect(blocksTune(empty.state())).toBe("The model is still loading.");
    const world = await createLabelledWorld(0);
    expect(blocksTune(await createStateWorld().then((w) => w.state()))).toBe("Add a class first.");
    await world.labelAt(500, 1000, "A");
    await world.labelAt(1500, 1000, "A");
    await world.labelAt(500, 5000, "B");
    expect(blocksTune(world.state())).toBe("Label at least 2 patches in each of two classes. Too few so far: B.");
    await world.labelAt(1500, 5000, "B");
    expect(blocksTune(world.state())).toBe(null);
    await world.open("2");
    await world.do(closeSlide, { id: slideId(1) });
    expect(blocksTune(world.state())).toBe('Open "1.svs" again: 4 of your labels are on it.');
  });

  test("is also a label on a slide nobody knows any more: it would be left out in silence", async () => {
    const world = await createLabelledWorld(2);
    world.context.project.dispatch({
      title: "as after a damaged entry",
      undoable: false,
      events: [{ type: "slide/remove", id: slideId(1) }],
    });
    expect(blocksTune(world.state())).toBe(null);
    await world.do(closeSlide, { id: slideId(1) });
    expect(blocksTune(world.state())).toMatch(/^4 labels are on a slide this project has lost the name of/);
  });

  test("a reader cannot tune", async () => {
    const world = await createLabelledWorld(2);
    await world.context.project.flush();
    const second = await createStateWorld({ disk: world.disk });
    await second.open("1");
    expect(await second.do(startTuning, {})).toBe(false);
    expect(second.said()).toContain("read-only");
  });
});

describe("a tuning", () => {
  test("is given labels, patches, classes, cases and settings as they were at its start", async () => {
    const world = await createLabelledWorld(2);
    await world.do(declareCase, { id: slideId(1), caseId: "7" });
    await world.do(declareCalibration, { id: slideId(1), mppX: 0.25, mppY: 0.25, how: "stated" });
    await world.do(changeSettings, { change: { blocks: 2, seed: 11 } });
    await tune(world, " My set ");
    const given = world.engine.lastTuning();
    expect(given).toMatchObject({
      name: "My set",
      settings: { ...settings, blocks: 2, seed: 11 },
      cases: { [slideId(1)]: "7" },
      syntheticSlides: [],
      parent: null,
    });
    expect(given?.labels.map((label) => label.id)).toEqual(given?.examples.map((example) => example.labelId));
    expect(given?.examples).toHaveLength(4);
    // Labelled at 0.5 um/px and corrected to 0.25 since: the same place, twice as many pixels, distances at the present scale.
    expect(given?.examples[0]?.patch.region).toMatchObject({ width: 448, height: 448 });
    expect(given?.labels[0]).toMatchObject({ slideMpp: 0.25, region: { width: 448 } });
    expect(given?.classes.map((c) => c.name)).toEqual(["A", "B"]);
    expect(blocksTune(world.state())).toBe("A tuning is running.");
  });

  test("shows its progress and ends in a kept, active set and a record", async () => {
    const world = await createLabelledWorld(2);
    const { done } = await tune(world);
    expect(world.state().session.tuning).toMatchObject({ state: "preparing" });
    world.engine.progress({ type: "progress", progress });
    world.engine.progress({ type: "loss", point: { fold: 0, epoch: 1, loss: 0.7 } });
    expect(world.state().session.tuning).toMatchObject({
      state: "running",
      progress,
      losses: [{ fold: 0, epoch: 1, loss: 0.7 }],
    });
    world.engine.finish();
    expect(await done).toBe(true);
    const set = activeSetHere(world.state());
    expect(world.state().session.tuning).toMatchObject({ state: "finished", promptSet: set?.id, ended: "complete" });
    expect(runs(world)).toMatchObject([{ run: { state: "finished" }, labels: 4, estimate: { kind: "none" } }]);
    const again = await world.reload();
    expect(activeSetHere(again.state())).toEqual(set);
    expect(await again.context.journal.promptSet(set?.id as never)).not.toBe(null);
    expect(runs(again)).toEqual(runs(world));
  });

  test("keeps the bytes of its set before the event that names them", async () => {
    const world = await createLabelledWorld(2);
    const { done } = await tune(world);
    world.engine.finish();
    await done;
    await world.context.project.flush();
    const set = activeSetHere(world.state())?.id;
    expect(world.written.slice(-3)).toEqual([`bytes ${set}`, "prompt-set/put active-set/put", "run/put"]);
  });

  test("undo takes the set and its use back, but not the record of the run", async () => {
    const world = await createLabelledWorld(2);
    const { done } = await tune(world);
    world.engine.finish();
    await done;
    await world.do(undo);
    expect(world.state().project.project).toMatchObject({ activeSet: null, promptSets: new Map() });
    expect(runs(world)).toHaveLength(1);
  });

  test("finished early keeps what it has", async () => {
    const world = await createLabelledWorld(2);
    const { done } = await tune(world);
    expect(await world.do(finishEarly)).toBe(false);
    world.engine.progress({ type: "progress", progress });
    await world.do(finishEarly);
    await done;
    expect(world.state().session.tuning).toMatchObject({ state: "finished", ended: "early" });
    expect(activeSetHere(world.state())).not.toBe(null);
  });

  test("cancelled throws away: no set, labels as before, no notice", async () => {
    const world = await createLabelledWorld(2);
    const { done } = await tune(world);
    world.engine.progress({ type: "progress", progress });
    await world.do(cancelTuning);
    await done;
    expect(world.state().session.tuning).toMatchObject({ state: "cancelled" });
    expect(world.state().project.project.promptSets.size).toBe(0);
    expect(runs(world)).toMatchObject([{ run: { state: "cancelled" } }]);
    expect(world.said()).toBe(null);
    expect(blocksTune(world.state())).toBe(null);
  });

  test("cancelled while its set is being kept throws away all the same", async () => {
    const world = await createLabelledWorld(2);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { journal } = world.context;
    Object.assign(world.context, { journal: { ...journal, putPromptSet: () => held } });
    const { done } = await tune(world);
    world.engine.finish();
    await world.settle();
    await world.do(cancelTuning);
    release();
    await done;
    expect(world.state().session.tuning).toMatchObject({ state: "cancelled" });
    expect(world.state().project.project.promptSets.size).toBe(0);
    expect(world.state().project.project.activeSet).toBe(null);
  });

  test("that fails says why, leaves a record, and can be started again", async () => {
    const world = await createLabelledWorld(2);
    const first = await tune(world);
    world.engine.fail(new Fault("runtime", "The device computed nonsense."));
    expect(await first.done).toBe(false);
    expect(world.said()).toBe("The device computed nonsense.");
    expect(world.state().session.tuning).toMatchObject({ state: "failed", fault: { kind: "runtime" } });
    const second = await tune(world);
    world.engine.finish("diverged");
    await second.done;
    expect(runs(world).map(({ run }) => run.state)).toEqual(["failed", "finished"]);
  });

  test("interrupted by a crash is recorded as such at the next opening", async () => {
    const world = await createLabelledWorld(2);
    await tune(world);
    const again = await world.reload();
    expect(runs(again)).toMatchObject([{ run: { state: "preparing" } }]);
    settleInterruptedRuns(again.context);
    expect(runs(again)).toMatchObject([{ run: { state: "failed", fault: { kind: "worker-died" } }, labels: 4 }]);
    expect(again.state().project.undo).toEqual([]);
  });

  test("whose result cannot be kept hands it over as a file", async () => {
    const world = await createLabelledWorld(2);
    const { done } = await tune(world);
    await world.context.journal.close();
    world.engine.finish();
    expect(await done).toBe(false);
    expect(world.saved.size).toBe(1);
    expect(world.state().session.tuning).toMatchObject({ state: "failed", fault: { kind: "storage" } });
  });

  test("settings go back to what the engine proposes", async () => {
    const world = await createLabelledWorld(2);
    await world.do(changeSettings, { change: { epochs: 3 } });
    expect(tuningSettings(world.state())?.epochs).toBe(3);
    await world.do(changeSettings, { change: null });
    expect(tuningSettings(world.state())).toEqual(settings);
  });

  test("what was changed with one backbone is all that the next one's proposal is changed in", async () => {
    const world = await createLabelledWorld(2);
    await world.do(changeSettings, { change: { epochs: 3 } });
    world.context.session.setState(({ engine }) => {
      if (engine.kind !== "ready") return {};
      const defaults = { ...engine.status.defaults, epochs: 40, batch: 2, blocks: 5 };
      return { engine: { ...engine, status: { ...engine.status, defaults, tunable: { blocks: 4, why: null } } } };
    });
    expect(tuningSettings(world.state())).toEqual({ ...settings, epochs: 3, batch: 2, blocks: 4 });
    expect(tuningSettings(world.state())).toBe(tuningSettings(world.state()));
    await world.do(changeSettings, { change: { seed: 11 } });
    expect(tuningSettings(world.state())).toMatchObject({ epochs: 3, seed: 11, blocks: 4 });
    expect(world.state().session.settings).toEqual({ epochs: 3, seed: 11 });
  });
});

test("the stores hold plain data only: they survive structuredClone", async () => {
  const world = await createLabelledWorld(2);
  const { done } = await tune(world);
  world.engine.progress({ type: "progress", progress });
  const { project, session } = world.state();
  expect(structuredClone(project)).toEqual(project);
  expect(structuredClone(session)).toEqual(session);
  world.engine.finish();
  await done;
});
