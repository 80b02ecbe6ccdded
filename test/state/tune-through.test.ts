// A tuning through losses of whoever computes it: what goes on, from where, what is said, and when it is given up.
import { describe, expect, test } from "vitest";
import type { RunId } from "../../src/base/brand.ts";
import { Fault, type FaultKind } from "../../src/base/fault.ts";
import type { TuningProgress } from "../../src/domain/run.ts";
import type { TuningCheckpoint } from "../../src/domain/tuning-checkpoint.ts";
import { engineDied, loadEngine } from "../../src/state/actions/engine.ts";
import { recoverModel } from "../../src/state/actions/models.ts";
import { forgetOpenSlides } from "../../src/state/actions/slides.ts";
import { cancelTuning, finishEarly, startTuning } from "../../src/state/actions/tuning.ts";
import { mostRestarts } from "../../src/state/tune-through.ts";
import { slideId, weightsDigest } from "../support/sample-project.ts";
import { createLabelledWorld, type StateWorld } from "../support/state-world.ts";

const progress: TuningProgress = {
  phase: "folds",
  fold: 1,
  folds: 3,
  epoch: 2,
  epochs: 10,
  step: 5,
  steps: 30,
  done: 0.2,
  secondsLeft: 12,
};

const checkpointAt = (stepsMade: number): TuningCheckpoint => ({
  runId: "run" as RunId,
  belongsTo: "0".repeat(64),
  answers: [],
  fold: 0,
  inner: null,
  innerAnswers: [],
  epochsReached: 0,
  cutShort: false,
  stepsMade,
  training: null,
});
const lost = new Fault("device-lost", "The graphics device was lost (unplugged).");

/** How often a model was loaded again. */
type Counted = Readonly<{ world: StateWorld; restarts: () => number; done: Promise<boolean> }>;

async function tuningWorld(): Promise<Counted> {
  const world = await createLabelledWorld(2);
  let restarts = 0;
  const { restartEngine } = world.context;
  Object.assign(world.context, {
    restartEngine: () => {
      restarts++;
      return restartEngine();
    },
  });
  const done = world.do(startTuning, {});
  await world.settle();
  world.engine.progress({ type: "progress", progress });
  return { world, restarts: () => restarts, done };
}

const settleLong = async (world: StateWorld): Promise<void> => {
  for (let i = 0; i < 5; i++) await world.settle();
};

describe("a tuning whose engine is lost", () => {
  test.each<FaultKind>(["device-lost", "out-of-memory"])(
    "to %s goes on from its last checkpoint in a new one",
    async (kind) => {
      const { world, restarts, done } = await tuningWorld();
      const first = world.engine.lastTuning();
      expect(first).toMatchObject({ resume: null, halvings: 0 });
      world.engine.progress({ type: "checkpoint", checkpoint: checkpointAt(8) });
      world.engine.progress({ type: "checkpoint", checkpoint: checkpointAt(16) });
      world.engine.fail(new Fault(kind, "It is gone."));
      await settleLong(world);
      expect(restarts()).toBe(1);
      const { resume, halvings, ...rest } = world.engine.lastTuning() ?? first ?? {};
      expect({ ...rest, resume: null, halvings: 0 }).toEqual(first);
      expect(resume).toEqual(checkpointAt(16));
      expect(halvings).toBe(kind === "out-of-memory" ? 1 : 0);
      expect(world.said()).toContain("going on from step 16");
      world.engine.finish();
      expect(await done).toBe(true);
      expect(world.state().session.tuning).toMatchObject({ state: "finished" });
      expect([...world.state().project.project.runs.values()]).toMatchObject([{ run: { state: "finished" } }]);
    },
  );

  test("stays running all the while, its curve kept, and says what happens", async () => {
    const { world, done } = await tuningWorld();
    world.engine.progress({ type: "loss", point: { fold: 1, epoch: 1, loss: 0.7 } });
    const states: string[] = [];
    world.context.session.subscribe(({ tuning }) => {
      const phase = tuning?.state === "running" ? tuning.progress.phase : "";
      states.push(`${tuning?.state} ${phase}`);
    });
    world.engine.fail(lost);
    await settleLong(world);
    world.engine.progress({ type: "progress", progress });
    // The epoch is made again from the checkpoint before it, to the same loss.
    world.engine.progress({ type: "loss", point: { fold: 1, epoch: 1, loss: 0.7 } });
    world.engine.progress({ type: "loss", point: { fold: 1, epoch: 2, loss: 0.6 } });
    expect(new Set(states)).toEqual(new Set(["running restarting", "running folds"]));
    expect(world.state().session.tuning).toMatchObject({ losses: [{ epoch: 1 }, { epoch: 2, loss: 0.6 }] });
    const said = world.state().session.notices.map(({ text }) => text);
    expect(said).toEqual(["The graphics device was lost; starting again."]);
    world.engine.finish();
    await done;
  });

  test("by a death of its worker waits for the successor that is loading already", async () => {
    const { world, done } = await tuningWorld();
    const fault = new Fault("worker-died", "A background worker stopped.");
    // As the page does it: the dead worker's calls reject, and the model is loaded in the next one at once.
    world.engine.progress({ type: "checkpoint", checkpoint: checkpointAt(8) });
    world.engine.fail(fault);
    engineDied(world.context, fault);
    world.engine.restart();
    void world.do(loadEngine, { source: { kind: "folder", manifestUrl: "m" }, prefer: "auto" });
    await settleLong(world);
    expect(world.engine.lastTuning()?.resume).toEqual(checkpointAt(8));
    world.engine.finish();
    expect(await done).toBe(true);
  });

  test("by a second death, of the successor while it loads, waits for the next one", async () => {
    const { world, done } = await tuningWorld();
    const fault = new Fault("worker-died", "A background worker stopped.");
    const { load } = world.context.engine;
    let die = (_: Fault): void => {};
    const pending: typeof load = () =>
      new Promise((_resolve, reject) => {
        die = reject;
      });
    world.engine.progress({ type: "checkpoint", checkpoint: checkpointAt(8) });
    Object.assign(world.context.engine, { load: pending });
    world.engine.fail(fault);
    void world.do(recoverModel, { fault });
    await settleLong(world);
    Object.assign(world.context.engine, { load });
    die(fault);
    void world.do(recoverModel, { fault });
    await settleLong(world);
    expect(world.engine.lastTuning()?.resume).toEqual(checkpointAt(8));
    world.engine.finish();
    expect(await done).toBe(true);
  });

  test("is told again to finish early", async () => {
    const { world, done } = await tuningWorld();
    Object.assign(world.context.engine, { finishEarly: async () => undefined });
    await world.do(finishEarly);
    const asked: string[] = [];
    Object.assign(world.context.engine, {
      finishEarly: async ({ runId }: { runId: string }) => void asked.push(runId),
    });
    world.engine.fail(lost);
    await settleLong(world);
    expect(asked).toEqual([world.engine.lastTuning()?.runId]);
    world.engine.finish("early");
    await done;
    expect(world.state().session.tuning).toMatchObject({ state: "finished", ended: "early" });
  });

  test("can be cancelled while the model is being loaded again", async () => {
    const { world, done } = await tuningWorld();
    Object.assign(world.context, { restartEngine: () => new Promise<void>(() => {}) });
    world.engine.fail(lost);
    await world.settle();
    expect(world.state().session.tuning).toMatchObject({ state: "running", progress: { phase: "restarting" } });
    await world.do(cancelTuning);
    await done;
    expect(world.state().session.tuning).toMatchObject({ state: "cancelled" });
    expect(world.state().project.project.promptSets.size).toBe(0);
  });

  test("goes on as often as it takes while it gets on between losses", async () => {
    const { world, restarts, done } = await tuningWorld();
    for (let i = 1; i <= 2 * mostRestarts; i++) {
      world.engine.progress({ type: "checkpoint", checkpoint: checkpointAt(8 * i) });
      world.engine.fail(lost);
      await settleLong(world);
      expect(world.engine.lastTuning()?.resume?.stepsMade).toBe(8 * i);
    }
    expect(restarts()).toBe(2 * mostRestarts);
    world.engine.finish();
    expect(await done).toBe(true);
  });

  test("again and again at the same step is given up in words, labels kept", async () => {
    const { world, restarts, done } = await tuningWorld();
    world.engine.progress({ type: "checkpoint", checkpoint: checkpointAt(8) });
    for (let i = 0; i <= mostRestarts; i++) {
      world.engine.fail(lost);
      await settleLong(world);
    }
    expect(await done).toBe(false);
    expect(restarts()).toBe(mostRestarts);
    expect(world.state().session.tuning).toMatchObject({ state: "failed", fault: { kind: "device-lost" } });
    expect(world.said()).toMatch(/4 times at step 8, so this tuning was given up\. Your labels are kept/);
    expect(world.state().project.project.labels.size).toBe(4);
  });

  test("halves the patches at a time each time memory runs out", async () => {
    const { world, done } = await tuningWorld();
    for (let i = 1; i <= mostRestarts; i++) {
      world.engine.fail(new Fault("out-of-memory", "Full."));
      await settleLong(world);
      expect(world.engine.lastTuning()?.halvings).toBe(i);
    }
    expect(world.said()).toBe("Memory ran out; starting again, with half as many patches at a time.");
    world.engine.finish();
    expect(await done).toBe(true);
  });

  test("to a failed check of its gradient goes on on the processor, and fails where it was there already", async () => {
    const wrong = new Fault("self-test", "It computes something else than it must.");
    const onGpu = (world: StateWorld): void =>
      world.context.session.setState(({ engine }) => {
        if (engine.kind !== "ready") return {};
        const provider = { ...engine.status.provider, kind: "webgpu" as const };
        return { engine: { ...engine, status: { ...engine.status, provider } } };
      });
    const { world, restarts, done } = await tuningWorld();
    onGpu(world);
    world.engine.fail(wrong);
    await settleLong(world);
    expect(restarts()).toBe(1);
    expect(world.state().session.gpuRefused).toBe(true);
    expect(world.said()).toMatch(/graphics card computes gradients otherwise than it must.*starting again/);
    world.engine.fail(wrong);
    expect(await done).toBe(false);
    expect(restarts()).toBe(1);
    expect(world.state().session.tuning).toMatchObject({ state: "failed", fault: { kind: "self-test" } });
  });

  test("whose model cannot be loaded again fails with the reason", async () => {
    const { world, done } = await tuningWorld();
    Object.assign(world.context, { restartEngine: () => Promise.reject(new Fault("network", "The server is away.")) });
    world.engine.fail(lost);
    expect(await done).toBe(false);
    expect(world.state().session.tuning).toMatchObject({ state: "failed", fault: { kind: "network" } });
    expect(world.said()).toContain("The server is away.");
  });

  test("never goes on with another backbone", async () => {
    const { world, done } = await tuningWorld();
    Object.assign(world.context, {
      restartEngine: async () => {
        const { engine } = world.context.session.getState();
        if (engine.kind !== "ready") return;
        const status = { ...engine.status, weightsDigest: weightsDigest.replace(/^./, "f") };
        world.context.session.setState({ engine: { ...engine, status: status as typeof engine.status } });
      },
    });
    const given = world.engine.lastTuning();
    world.engine.fail(lost);
    expect(await done).toBe(false);
    expect(world.engine.lastTuning()).toBe(given);
    expect(world.state().session.tuning).toMatchObject({ state: "failed", fault: { kind: "device-lost" } });
  });
});

describe("a tuning whose slides are lost", () => {
  test("goes on when they are open again, in the same engine", async () => {
    const { world, restarts, done } = await tuningWorld();
    world.engine.progress({ type: "checkpoint", checkpoint: checkpointAt(8) });
    forgetOpenSlides(world.context);
    const given = world.engine.lastTuning();
    world.engine.fail(new Fault("worker-died", "The slide reader was restarted."));
    await settleLong(world);
    expect(world.engine.lastTuning()).toBe(given);
    expect(world.state().session.tuning).toMatchObject({ state: "running", progress: { phase: "restarting" } });
    await world.open("1", slideId(1));
    await settleLong(world);
    expect(world.engine.lastTuning()?.resume).toEqual(checkpointAt(8));
    expect(restarts()).toBe(0);
    world.engine.finish();
    expect(await done).toBe(true);
  });
});

test("a tuning that waits for its slides outlives the death of its engine meanwhile", async () => {
  const { world, done } = await tuningWorld();
  const { load } = world.context.engine;
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const slow: typeof load = async (...given) => {
    await opened;
    return load(...given);
  };
  world.engine.progress({ type: "checkpoint", checkpoint: checkpointAt(8) });
  forgetOpenSlides(world.context);
  world.engine.fail(new Fault("worker-died", "The slide reader was restarted."));
  await settleLong(world);
  Object.assign(world.context.engine, { load: slow });
  void world.do(recoverModel, { fault: new Fault("worker-died", "A background worker stopped.") });
  await world.open("1", slideId(1));
  await settleLong(world);
  expect(world.state().session.tuning).toMatchObject({ state: "running", progress: { phase: "restarting" } });
  open();
  await settleLong(world);
  expect(world.engine.lastTuning()?.resume).toEqual(checkpointAt(8));
  world.engine.finish();
  expect(await done).toBe(true);
});

test("checkpoints stay out of the store", async () => {
  const { world, done } = await tuningWorld();
  const before = world.state().session;
  world.engine.progress({ type: "checkpoint", checkpoint: checkpointAt(8) });
  expect(world.state().session).toBe(before);
  world.engine.finish();
  await done;
});
