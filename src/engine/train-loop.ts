// One training: epochs of steps of the train graph over examples, from its start or from a checkpoint. Knows batches, the schedule
// and the loss; knows no folds, no estimate and no file. A non-finite loss ends it in the last good epoch's numbers.
import { assert } from "../base/fault.ts";
import type { TuningSettings } from "../domain/run.ts";
import type { TrainingState } from "../domain/tuning-checkpoint.ts";
import { integer, type Random, shuffled } from "../math/random.ts";
import type { PartsProgram, TrainProgram } from "./model-programs.ts";
import { stack } from "./prompted.ts";
import { type RunOutputs, scalar, type TensorValue } from "./runtime.ts";
import { readFeed, releaseState, runStep, type SampleFeeds, type StepInputs, stateOf } from "./train-step.ts";
import type { ExampleView } from "./tuning-examples.ts";

export type TrainingExamples = Readonly<{
  /** Tokens [T, width] of the examples asked for, each in the view asked for, entering the first prompted block. */
  tokens: (of: readonly ExampleView[]) => Promise<readonly Float32Array[]>;
  /** How many views there are of each. */
  views: number;
  width: number;
  /** Class index of each example. */
  targets: readonly number[];
  classes: number;
}>;

/** `textual` [X, width]: the frozen tokens of text, where there are any. */
export type TrainStart = Readonly<{
  theta: Float32Array;
  /** How fast each number of it moves, relative to the learning rate. */
  rateScale: Float32Array;
  centre: Float32Array;
  textual?: TensorValue | null;
}>;

export type TrainHooks = Readonly<{
  /** Runs one step in the engine's lane. */
  inLane: (step: () => Promise<RunOutputs>) => Promise<RunOutputs>;
  /** After each step; `steps` is how many there are in all. */
  onStep: (epoch: number, step: number, steps: number) => void;
  onEpoch: (epoch: number, loss: number) => void;
  /** Where the training stands, every few steps. The vectors are the receiver's. */
  onCheckpoint: (state: TrainingState) => void;
  /** True: stop after this step and keep what is there. */
  finishEarly: () => boolean;
  /** Milliseconds, monotonic. */
  now: () => number;
}>;

export type Trained = Readonly<{ theta: Float32Array; ended: "complete" | "early" | "diverged"; epochs: number }>;

export const stepsPerEpoch = (examples: number, batch: number): number => Math.ceil(examples / batch);

/**
 * How much work a lost device may cost: 8 steps, or 5 seconds where steps are slow. Going on needs the model loaded and the patches
 * read again, some seconds anyway. Reading the state back is three transfers of a few hundred kilobytes, half a millisecond each in
 * Chrome and up to 0.1 s in Firefox, which polls: more often it would be felt there.
 */
export const checkpointEvery = { steps: 8, milliseconds: 5000 } as const;

/**
 * The batch that needs as few steps as `wanted` does but pads least: 18 examples in batches of 16 are two steps either way, and
 * two of 9 cost little more than half of two of 16.
 */
export function evenBatch(examples: number, wanted: number): number {
  const steps = stepsPerEpoch(examples, wanted);
  return Math.max(1, Math.ceil(examples / steps));
}

/** `from`: a checkpoint of this very training; the bytes it ends in are those of a training that was never interrupted. */
export async function trainPrompts(
  train: TrainProgram | PartsProgram,
  examples: TrainingExamples,
  start: TrainStart,
  from: TrainingState | null,
  settings: TuningSettings,
  random: Random,
  hooks: TrainHooks,
): Promise<Trained> {
  const everyExample = examples.targets.map((_, i) => i);
  const n = everyExample.length;
  assert(n > 0, "training needs examples");
  const { length } = train.layout;
  assert(
    [start.theta, ...(from ? [from.theta] : [])].every((theta) => theta.length === length),
    "theta fits",
  );
  const perEpoch = stepsPerEpoch(n, train.batch);
  const steps = perEpoch * settings.epochs;
  const { weights, targets } = softTargets(examples, settings.labelSmoothing);
  const rateScale: TensorValue = { dims: [length], data: start.rateScale };

  let { epoch, step, lossSum, lastGood } = from ?? { epoch: 0, step: 0, lossSum: 0, lastGood: start.theta };
  let state = stateOf(from ?? { theta: start.theta, m: new Float32Array(length), v: new Float32Array(length) });
  let ended: Trained["ended"] = "complete";
  // The orders of the epochs made already are drawn again, so that the next one is what it would have been.
  for (let made = 0; made < epoch; made++) drawEpoch(random, everyExample, examples.views);

  let sinceCheckpoint = 0;
  let lastCheckpoint = hooks.now();
  const checkpointWhenDue = async (): Promise<void> => {
    const due =
      sinceCheckpoint >= checkpointEvery.steps || hooks.now() - lastCheckpoint >= checkpointEvery.milliseconds;
    if (!due) return;
    const [theta, m, v] = [await readFeed(state.theta), await readFeed(state.m), await readFeed(state.v)];
    // Copies: the state at hand is still needed here.
    hooks.onCheckpoint({
      epoch,
      step,
      lossSum,
      theta: theta.slice(),
      m: m.slice(),
      v: v.slice(),
      lastGood: lastGood.slice(),
    });
    sinceCheckpoint = 0;
    lastCheckpoint = hooks.now();
  };

  try {
    while (epoch < settings.epochs && ended === "complete") {
      const order = drawEpoch(random, everyExample, examples.views);
      while (step < perEpoch && ended === "complete") {
        const chosen = order.slice(step * train.batch, (step + 1) * train.batch);
        const batch = {
          size: chosen.length,
          weightTotal: chosen.reduce((sum, { example }) => sum + weights[example]!, 0),
          samples: async (from: number, rows: number): Promise<SampleFeeds> => {
            const own = chosen.slice(from, from + rows);
            return sampleFeeds(examples, own, await examples.tokens(own), rows, weights, targets);
          },
        };
        const done = await runStep(train, batch, inputsOf(epoch * perEpoch + step, steps), state, hooks.inLane);
        state = done.state;
        if (!Number.isFinite(done.loss)) ended = "diverged";
        lossSum += done.loss * chosen.length;
        step++;
        sinceCheckpoint++;
        const made = epoch * perEpoch + step;
        hooks.onStep(epoch, made, steps);
        if (ended !== "complete") break;
        if (made < steps && hooks.finishEarly()) ended = "early";
        else if (step < perEpoch) await checkpointWhenDue();
      }
      if (ended === "diverged") break;
      const theta = await readFeed(state.theta);
      if (!theta.every(Number.isFinite)) {
        ended = "diverged";
        break;
      }
      lastGood = theta;
      if (ended === "complete") hooks.onEpoch(epoch + 1, lossSum / n);
      [epoch, step, lossSum] = [epoch + 1, 0, 0];
      if (ended === "complete" && epoch < settings.epochs) await checkpointWhenDue();
    }
  } finally {
    releaseState(state);
  }
  return { theta: lastGood.slice(), ended, epochs: epoch };

  /** Cosine decay to zero without warm-up; AdamW's bias corrections count from step 1. */
  function inputsOf(made: number, of: number): StepInputs {
    return {
      forward: {
        centre: { dims: [start.centre.length], data: start.centre },
        ...(start.textual ? { textual: start.textual } : {}),
      },
      optimiser: {
        rateScale,
        learningRate: scalar(settings.learningRate * 0.5 * (1 + Math.cos((Math.PI * made) / of))),
        correction1: scalar(1 / (1 - 0.9 ** (made + 1))),
        correction2: scalar(1 / (1 - 0.999 ** (made + 1))),
        weightDecay: scalar(settings.weightDecay),
      },
    };
  }
}

/** Every example once, each in a view of its own. One view draws nothing. */
function drawEpoch(random: Random, examples: readonly number[], views: number): readonly ExampleView[] {
  const order = shuffled(random, examples);
  return order.map((example) => ({ example, view: views === 1 ? 0 : integer(random, views) }));
}

/**
 * Smoothed targets over the classes that occur, and weights inverse to class counts with mean 1: a class of 20 labels does not
 * drown one of 3.
 */
function softTargets(
  examples: TrainingExamples,
  smoothing: number,
): Readonly<{ weights: readonly number[]; targets: Float32Array }> {
  const { classes } = examples;
  const counts = new Array<number>(classes).fill(0);
  for (const target of examples.targets) counts[target]!++;
  const present = counts.filter((count) => count > 0).length;
  const n = examples.targets.length;
  const targets = new Float32Array(n * classes);
  examples.targets.forEach((target, i) => {
    for (let c = 0; c < classes; c++) {
      const share = counts[c]! > 0 ? smoothing / present : 0;
      targets[i * classes + c] = share + (c === target ? 1 - smoothing : 0);
    }
  });
  return { weights: examples.targets.map((target) => n / (present * counts[target]!)), targets };
}

/** A short batch is padded with copies of weight 0, so that the graph's shapes never change. */
function sampleFeeds(
  { classes, width }: TrainingExamples,
  chosen: readonly ExampleView[],
  tokens: readonly Float32Array[],
  rows: number,
  weights: readonly number[],
  targets: Float32Array,
): SampleFeeds {
  const soft = new Float32Array(rows * classes);
  const weight = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    const i = (chosen[row] ?? chosen[0]!).example;
    soft.set(targets.subarray(i * classes, (i + 1) * classes), row * classes);
    weight[row] = row < chosen.length ? weights[i]! : 0;
  }
  return {
    tokens: stack(tokens, width, rows),
    targets: { dims: [rows, classes], data: soft },
    sampleWeight: { dims: [rows], data: weight },
  };
}
