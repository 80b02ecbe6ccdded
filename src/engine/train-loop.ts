// One training: epochs of steps of the train graph over cached tokens. Knows theta as one flat vector, batches, the loss; knows
// no folds, no estimate and no file. A non-finite loss ends it in the checkpoint of the last good epoch.
import { assert } from "../base/fault.ts";
import type { TuningSettings } from "../domain/run.ts";
import { type Random, shuffled } from "../math/random.ts";
import type { TrainProgram } from "./model-programs.ts";
import { stack } from "./prompted.ts";
import { type Feed, isResident, outputOf, type RunOutputs, residentOf, scalar, type TensorValue } from "./runtime.ts";

export type TrainingExamples = Readonly<{
  /** Each [T, width], entering the first prompted block. */
  tokens: readonly Float32Array[];
  width: number;
  /** Class index of each example. */
  targets: readonly number[];
  classes: number;
}>;

export type TrainStart = Readonly<{ theta: Float32Array; centre: Float32Array }>;

export type TrainHooks = Readonly<{
  /** Runs one step in the engine's lane. */
  inLane: (step: () => Promise<RunOutputs>) => Promise<RunOutputs>;
  /** After each step; `steps` is how many there are in all. */
  onStep: (epoch: number, step: number, steps: number) => void;
  onEpoch: (epoch: number, loss: number) => void;
  /** True: stop after this step and keep what is there. */
  finishEarly: () => boolean;
}>;

export type Trained = Readonly<{ theta: Float32Array; ended: "complete" | "early" | "diverged"; epochs: number }>;

export const stepsPerEpoch = (examples: number, batch: number): number => Math.ceil(examples / batch);

/**
 * The batch that needs as few steps as `wanted` does but pads least: 18 examples in batches of 16 are two steps either way, and
 * two of 9 cost little more than half of two of 16.
 */
export function evenBatch(examples: number, wanted: number): number {
  const steps = stepsPerEpoch(examples, wanted);
  return Math.max(1, Math.ceil(examples / steps));
}

export async function trainPrompts(
  train: TrainProgram,
  examples: TrainingExamples,
  start: TrainStart,
  settings: TuningSettings,
  random: Random,
  hooks: TrainHooks,
): Promise<Trained> {
  const n = examples.targets.length;
  assert(n > 0 && examples.tokens.length === n, "training needs examples");
  assert(start.theta.length === train.layout.length, "theta fits the train graph");
  const perEpoch = stepsPerEpoch(n, train.batch);
  const steps = perEpoch * settings.epochs;
  const { weights, targets } = softTargets(examples, settings.labelSmoothing);
  const rateScale: Feed = { dims: [train.layout.length], data: new Float32Array(train.layout.length).fill(1) };
  let state = freshState(start.theta);
  let checkpoint = start.theta;
  let ended: Trained["ended"] = "complete";
  let epoch = 0;
  try {
    for (let step = 0; epoch < settings.epochs && ended === "complete"; epoch++) {
      const order = shuffled(
        random,
        examples.targets.map((_, i) => i),
      );
      let lossSum = 0;
      for (let b = 0; b < perEpoch && ended === "complete"; b++) {
        const chosen = order.slice(b * train.batch, (b + 1) * train.batch);
        const batch = batchFeeds(examples, chosen, train.batch, weights, targets);
        const outputs = await hooks.inLane(() => train.program.run({ ...batch, ...schedule(step, steps), ...state }));
        release(state);
        state = nextState(outputs);
        const loss = outputOf(outputs, "loss").data[0] ?? Number.NaN;
        if (!Number.isFinite(loss)) ended = "diverged";
        lossSum += loss * chosen.length;
        step++;
        hooks.onStep(epoch, step, steps);
        if (ended === "complete" && step < steps && hooks.finishEarly()) ended = "early";
      }
      if (ended === "diverged") break;
      const theta = await read(state.theta);
      if (!theta.every(Number.isFinite)) {
        ended = "diverged";
        break;
      }
      checkpoint = theta;
      if (ended === "complete") hooks.onEpoch(epoch + 1, lossSum / n);
    }
  } finally {
    release(state);
  }
  return { theta: checkpoint.slice(), ended, epochs: epoch };

  /** Cosine decay to zero without warm-up; AdamW's bias corrections count from step 1. */
  function schedule(step: number, of: number): Readonly<Record<string, Feed>> {
    return {
      centre: { dims: [start.centre.length], data: start.centre },
      temperature: scalar(settings.temperature),
      rateScale,
      learningRate: scalar(settings.learningRate * 0.5 * (1 + Math.cos((Math.PI * step) / of))),
      correction1: scalar(1 / (1 - 0.9 ** (step + 1))),
      correction2: scalar(1 / (1 - 0.999 ** (step + 1))),
      weightDecay: scalar(settings.weightDecay),
    };
  }
}

type State = Readonly<{ theta: Feed; m: Feed; v: Feed }>;

function freshState(theta: Float32Array): State {
  const zeros = (): TensorValue => ({ dims: [theta.length], data: new Float32Array(theta.length) });
  return { theta: { dims: [theta.length], data: theta.slice() }, m: zeros(), v: zeros() };
}

function nextState(outputs: RunOutputs): State {
  const take = (name: string): Feed => (outputs.residents[name] ? residentOf(outputs, name) : outputOf(outputs, name));
  return { theta: take("thetaNext"), m: take("mNext"), v: take("vNext") };
}

function release(state: State): void {
  for (const feed of [state.theta, state.m, state.v]) if (isResident(feed)) feed.release();
}

async function read(feed: Feed): Promise<Float32Array> {
  return isResident(feed) ? (await feed.read()).data : feed.data;
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
function batchFeeds(
  examples: TrainingExamples,
  chosen: readonly number[],
  batch: number,
  weights: readonly number[],
  targets: Float32Array,
): Readonly<Record<string, Feed>> {
  const { classes, width } = examples;
  const soft = new Float32Array(batch * classes);
  const weight = new Float32Array(batch);
  for (let row = 0; row < batch; row++) {
    const i = chosen[row] ?? chosen[0]!;
    soft.set(targets.subarray(i * classes, (i + 1) * classes), row * classes);
    weight[row] = row < chosen.length ? weights[i]! : 0;
  }
  const tokens = chosen.map((i) => examples.tokens[i]!);
  return {
    tokens: stack(tokens, width, batch),
    targets: { dims: [batch, classes], data: soft },
    sampleWeight: { dims: [batch], data: weight },
  };
}
