// How long a tuning takes here, and which settings that suggests. Knows counts of operations and one measured time, no clock.
import type { TuningSettings } from "../domain/run.ts";
import type { CarriedShape } from "../graph/vit/carried-tokens.ts";
import { evenBatch, stepsPerEpoch } from "./train-loop.ts";

/** One measurement: `seconds` for `flops` floating-point operations. */
export type Speed = Readonly<{ seconds: number; flops: number }>;

/** Floating-point operations of one image: through all blocks forward, and the tuning step for `blocks` last blocks. */
export type Workload = Readonly<{
  forward: number;
  step: (blocks: number, tokensPerBlock: number, carried?: CarriedShape) => number;
}>;

/** What settings carry beside task visual prompts. How many texts there are is known when the classes are: here one. */
export function carriedOf({ instance, text }: Pick<TuningSettings, "instance" | "text">): CarriedShape {
  return { instance: instance ?? null, textTokens: text?.tokens ? 1 : 0 };
}

const maxFolds = 5;

/** Seconds of a whole tuning: features once, at most 5 folds on 4/5 of the labels, then all of them. */
export function tuningSeconds(speed: Speed, work: Workload, settings: TuningSettings, labels: number): number {
  const perFlop = speed.seconds / speed.flops;
  const batch = evenBatch(labels, settings.batch);
  const fold = Math.ceil((labels * (maxFolds - 1)) / maxFolds);
  const steps = settings.epochs * (maxFolds * stepsPerEpoch(fold, batch) + stepsPerEpoch(labels, batch));
  const step = work.step(settings.blocks, settings.tokensPerBlock, carriedOf(settings)) * batch;
  return perFlop * (labels * work.forward * 2 + steps * step);
}

const patienceSeconds = 60;
const typicalLabels = 20;

/** All blocks where 20 labels tune within a minute, since depth pays; else the last 4. */
export function defaultSettings(depth: number, speed: Speed | null, work: Workload): TuningSettings {
  const all: TuningSettings = {
    blocks: depth,
    tokensPerBlock: 10,
    epochs: 10,
    batch: 16,
    learningRate: 2e-3,
    weightDecay: 0.01,
    labelSmoothing: 0.1,
    temperature: 10,
    seed: 1,
  };
  const fast = speed !== null && tuningSeconds(speed, work, all, typicalLabels) <= patienceSeconds;
  return fast ? all : { ...all, blocks: Math.min(4, depth) };
}
