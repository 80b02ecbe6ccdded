// A tuning whose device is lost goes on in another engine from its last checkpoint, to the same bytes. Real runtime, tiny model.
import { describe, expect, test } from "vitest";
import type { ClassId, RunId } from "../../src/base/brand.ts";
import { Fault, present } from "../../src/base/fault.ts";
import type { TuningCheckpoint } from "../../src/domain/tuning-checkpoint.ts";
import type { Program } from "../../src/engine/runtime.ts";
import { checkpointEvery } from "../../src/engine/train-loop.ts";
import type { TuneParams } from "../../src/protocol/engine-api.ts";
import { passGates, startFailing, type Watched, watch } from "../support/failing-runtime.ts";
import { patchAt, placeOf as placeOfTexture, slideId } from "../support/texture-slide.ts";
import { loadedEngine, tinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { sha256, tinyModel, tinySource } from "../support/tiny-model.ts";

const folder = tinyModel();
const lost = (): Fault => new Fault("device-lost", "The graphics device was lost.");
const never = Number.POSITIVE_INFINITY;

// 3 steps an epoch and 12 a training: a checkpoint of every 8 steps falls into the middle of an epoch.
const params = tuneParams(2, 3, { batch: 2 });

async function undisturbed(of: TuneParams): Promise<Readonly<{ watched: Watched; runs: readonly string[] }>> {
  const { tiny, log } = await startFailing(folder, never, lost);
  return { watched: await watch(tiny.engine, of), runs: log.runs };
}
const whole = passGates(folder, params).then(() => undisturbed(params));

/** What of a run happens at its n-th call of the device, counted over all its programs. */
async function placeOf(name: string, nth: number): Promise<number> {
  const { runs } = await whole;
  const places = runs.flatMap((run, i) => (run === name ? [i + 1] : []));
  return present(places.at(nth), `run ${nth} of ${name}`);
}

async function interruptedAt(failAts: readonly number[]): Promise<Watched & { steps: number }> {
  let resume: TuningCheckpoint | null = null;
  for (const failAt of failAts) {
    const { tiny } = await startFailing(folder, failAt, lost);
    const broken = await watch(tiny.engine, { ...params, resume });
    expect(broken.error).toMatchObject({ kind: "device-lost" });
    resume = broken.checkpoints.at(-1) ?? resume;
  }
  const { tiny, log } = await startFailing(folder, never, lost);
  const watched = await watch(tiny.engine, { ...params, resume });
  return { ...watched, steps: log.runs.filter((run) => run === "train").length };
}

const bytesOf = ({ result, error }: Watched): string => {
  if (!result) throw error;
  return sha256(result.bytes);
};

/** Losses by fold and epoch: they tell of every step, also of those in folds, of which the file holds answers alone. */
const lossesOf = ({ events }: Watched): ReadonlyMap<string, number> =>
  new Map(
    events.flatMap((e) => (e.type === "loss" ? [[`fold ${e.point.fold} epoch ${e.point.epoch}`, e.point.loss]] : [])),
  );

async function expectSame(again: Watched): Promise<void> {
  const { watched } = await whole;
  expect(bytesOf(again)).toBe(bytesOf(watched));
  const losses = lossesOf(again);
  expect(losses.size).toBeGreaterThan(0);
  const known = lossesOf(watched);
  for (const [at, loss] of losses) expect(loss, at).toBe(known.get(at));
}

describe("a tuning that goes on", () => {
  const places = {
    "while patches are read": () => placeOf("base", 0),
    "before the first step": () => placeOf("train", 0),
    "in the first epoch of fold 1": () => placeOf("train", 2),
    "in the middle of an epoch, just after a checkpoint": () => placeOf("train", checkpointEvery.steps),
    "some steps after it": () => placeOf("train", checkpointEvery.steps + 2),
    "in the last step of fold 1": async () => (await placeOf("upper", 1)) - 1,
    "while fold 1 is asked": () => placeOf("upper", 1),
    "right after fold 1": async () => (await placeOf("upper", 1)) + 1,
    "in fold 4": async () => (await placeOf("upper", 4)) - 3,
    "while the last fold is asked": () => placeOf("upper", -1),
    "in the first step of the final training": async () => (await placeOf("upper", -1)) + 1,
    "in the middle of the final training": () => placeOf("train", -3),
    "in its last step": () => placeOf("train", -1),
  };
  test.each(Object.entries(places))("after a loss %s ends in the very same bytes", async (_, place) => {
    await expectSame(await interruptedAt([await place()]));
  });

  test("after three losses ends in the very same bytes, estimate and curve", async () => {
    const { watched } = await whole;
    const middle = await placeOf("upper", 2);
    // Each engine counts its own runs: the patches are read again, then a few steps are made.
    const again = await interruptedAt([middle, 9, 14]);
    await expectSame(again);
    expect(again.result?.estimate).toEqual(watched.result?.estimate);
    expect(again.result?.estimate.kind).toBe("figure");
  });

  test("makes no more steps again than lie between two checkpoints", async () => {
    const { runs } = await whole;
    const all = runs.filter((run) => run === "train").length;
    for (const nth of [20, 39, -2]) {
      const at = await placeOf("train", nth);
      const madeBefore = runs.slice(0, at - 1).filter((run) => run === "train").length;
      const { steps } = await interruptedAt([at]);
      expect(steps).toBeGreaterThanOrEqual(all - madeBefore);
      expect(steps).toBeLessThanOrEqual(all - madeBefore + checkpointEvery.steps);
    }
  });

  test("shows a bar that never goes back", async () => {
    const { tiny } = await startFailing(folder, await placeOf("train", 30), lost);
    const broken = await watch(tiny.engine, params);
    const { tiny: next } = await startFailing(folder, never, lost);
    const rest = await watch(next.engine, { ...params, resume: broken.checkpoints.at(-1) ?? null });
    const done = rest.events.flatMap((e) => (e.type === "progress" ? [e.progress.done] : []));
    expect(done[0]).toBeGreaterThan(0.3);
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(done.at(-1)).toBeCloseTo(1, 6);
  });

  test("and had been finished early during the folds keeps to its shorter final training", async () => {
    const finishing = async (
      failAt: number,
      resume: TuningCheckpoint | null,
    ): Promise<Watched & { runs: string[] }> => {
      const { tiny, log } = await startFailing(folder, failAt, lost);
      const watched = await watch(tiny.engine, { ...params, resume }, (event) => {
        if (event.type === "progress" && event.progress.step === 19) void tiny.engine.finishEarly(params);
      });
      return { ...watched, runs: log.runs };
    };
    const early = await finishing(never, null);
    expect(early.result).toMatchObject({ ended: "early", estimate: { kind: "none" } });
    const broken = await finishing(early.runs.length - 1, null);
    const checkpoint = broken.checkpoints.at(-1);
    expect(checkpoint).toMatchObject({ fold: null, cutShort: true });
    const { tiny } = await startFailing(folder, never, lost);
    const rest = await watch(tiny.engine, { ...params, resume: checkpoint ?? null });
    expect(bytesOf(rest)).toBe(bytesOf(early));
    expect(rest.result).toMatchObject({ ended: "early", estimate: early.result?.estimate });
  });

  test("to a loss that is not a number ends in the last good epoch's numbers, those before the checkpoint", async () => {
    // 12 steps an epoch: the checkpoint at step 16 lies in the middle of the second, and so does the step that breaks.
    const of = tuneParams(2, 6, { batch: 1, epochs: 2 });
    const breaking = async (resume: TuningCheckpoint | null): Promise<Watched> => {
      let finalSteps = resume ? 16 : Number.NEGATIVE_INFINITY;
      const { engine } = tinyEngine(folder, (runtime) => ({
        ...runtime,
        async compile(graph, weights, options) {
          const program = await runtime.compile(graph, weights, options);
          if (!options.name.startsWith("train")) return program;
          const run: Program["run"] = async (feeds) => {
            const outputs = await program.run(feeds);
            if (++finalSteps >= 20) for (const { data } of Object.values(outputs.values)) data.fill(Number.NaN);
            return outputs;
          };
          return { ...program, run };
        },
      }));
      await engine.load({ source: tinySource, prefer: "wasm" });
      return watch(engine, { ...of, resume }, (event) => {
        if (event.type === "checkpoint" && event.checkpoint.fold === null && !event.checkpoint.training) finalSteps = 0;
      });
    };
    const straight = await breaking(null);
    const checkpoint = present(straight.checkpoints.at(-1), "a checkpoint");
    expect(checkpoint).toMatchObject({ fold: null, training: { epoch: 1, step: 4 } });
    const rest = await breaking(checkpoint);
    expect([straight.result?.ended, rest.result?.ended]).toEqual(["diverged", "diverged"]);
    expect(bytesOf(rest)).toBe(bytesOf(straight));
  });
});

test("a step that fails takes nothing with it: a click and an index at the same time are answered, and the next tuning runs", async () => {
  await whole;
  let failures = 0;
  const { engine } = tinyEngine(folder, (runtime) => ({
    ...runtime,
    async compile(graph, weights, options) {
      const program = await runtime.compile(graph, weights, options);
      if (!options.name.startsWith("train")) return program;
      let steps = 0;
      const run: Program["run"] = async (feeds) => {
        if (++steps === 3 && failures === 0) {
          failures++;
          throw lost();
        }
        return program.run(feeds);
      };
      return { ...program, run };
    },
  }));
  await engine.load({ source: tinySource, prefer: "wasm" });
  const scorer = { kind: "preview", classes: params.classes, examples: params.examples } as const;
  const clicks: Promise<unknown>[] = [];
  const broken = watch(engine, params, (event) => {
    // It waits in the lane when the third step fails.
    if (event.type !== "progress" || event.progress.phase !== "folds" || event.progress.step !== 2) return;
    if (clicks.length === 0) clicks.push(engine.classify({ patch: patchAt(placeOfTexture(1, 40)), scorer }));
  });
  const index = engine.indexSlide({ slideId, max: 40 });
  expect((await broken).error).toMatchObject({ kind: "device-lost" });
  await expect(present(clicks[0], "the click")).resolves.toMatchObject({ kind: "scored" });
  await expect(index).resolves.toEqual({ places: 40 });
  await expect(engine.tune(params)).resolves.toMatchObject({ ended: "complete" });
});

describe("a checkpoint", () => {
  const taken = whole.then(({ watched }) =>
    present(
      watched.checkpoints.find((c) => c.fold === 2 && c.training !== null),
      "one in fold 3",
    ),
  );
  const tuneWith = async (resume: unknown, of: TuneParams = params): Promise<unknown> => {
    const { engine } = await loadedEngine(folder);
    return engine.tune({ ...of, resume: resume as TuningCheckpoint });
  };

  test("is small: four vectors of theta's length, and the answers so far", async () => {
    const checkpoint = await taken;
    const training = present(checkpoint.training, "a training");
    // 2 blocks of 3 prompts and 2 head rows, 48 wide each, and 2 biases.
    expect([training.theta, training.m, training.v, training.lastGood].map((v) => v.length)).toEqual(
      new Array(4).fill((2 * 3 + 2) * 48 + 2),
    );
    expect(checkpoint.answers.length).toBeGreaterThan(0);
    expect(structuredClone(checkpoint)).toEqual(checkpoint);
  });

  test("of another run, other settings, other labels or another backbone is refused", async () => {
    const checkpoint = await taken;
    const refused = { kind: "invalid", message: expect.stringContaining("other labels, settings or another backbone") };
    await expect(tuneWith({ ...checkpoint, runId: "another" as RunId })).rejects.toMatchObject(refused);
    await expect(tuneWith(checkpoint, tuneParams(2, 3, { batch: 2, seed: 2 }))).rejects.toMatchObject(refused);
    await expect(tuneWith(checkpoint, tuneParams(2, 4, { batch: 2 }))).rejects.toMatchObject(refused);
    const regrouped = { ...params, labels: params.labels.map((label) => ({ ...label, group: "one stroke" })) };
    await expect(tuneWith(checkpoint, regrouped)).rejects.toMatchObject(refused);
    const { engine } = await loadedEngine(tinyModel({ seed: 2 }));
    await expect(engine.tune({ ...params, resume: checkpoint })).rejects.toMatchObject(refused);
  });

  test("that is damaged is refused, whatever part of it", async () => {
    const checkpoint = await taken;
    const training = present(checkpoint.training, "a training");
    const [first, ...others] = checkpoint.answers;
    const damaged: readonly unknown[] = [
      "no checkpoint",
      { ...checkpoint, belongsTo: "0" },
      { ...checkpoint, fold: 17 },
      { ...checkpoint, fold: 3 },
      { ...checkpoint, fold: -1 },
      { ...checkpoint, cutShort: true },
      { ...checkpoint, answers: others },
      { ...checkpoint, answers: [{ ...first, tuned: "nobody" as ClassId }, ...others] },
      { ...checkpoint, training: { ...training, theta: training.theta.subarray(1) } },
      { ...checkpoint, training: { ...training, theta: [...training.theta] } },
      { ...checkpoint, training: { ...training, epoch: 4 } },
      { ...checkpoint, training: { ...training, step: 3 } },
      { ...checkpoint, training: { ...training, lossSum: null } },
      { ...checkpoint, training: undefined },
    ];
    for (const [i, one] of damaged.entries()) {
      await expect(tuneWith(one), `damage ${i}`).rejects.toMatchObject({ kind: "invalid" });
    }
    await expect(tuneWith(checkpoint)).resolves.toMatchObject({ ended: "complete" });
  });
});
