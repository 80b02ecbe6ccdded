// How long a tuning takes here, and which settings that suggests. Knows counts of operations and one measured time, no clock.
import type { TuningSettings } from "../domain/run.ts";
import type { CarriedShape } from "../graph/vit/carried-tokens.ts";
import { evenBatch, stepsPerEpoch } from "./train-loop.ts";
import { viewCount } from "./views.ts";

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
/** Trainings that choose, for each fold and for all labels (tuning-stages.ts). */
const maxInner = 3;

/** Seconds of a whole tuning: features once in every view, at most 5 folds on 4/5 of the labels, all of them, and what chooses for each. */
export function tuningSeconds(speed: Speed, work: Workload, settings: TuningSettings, labels: number): number {
  const perFlop = speed.seconds / speed.flops;
  const batch = evenBatch(labels, settings.batch);
  const { views = 1 } = settings;
  const inner = settings.frozen === "choose" ? maxInner : 0;
  const fold = Math.ceil((labels * (maxFolds - 1)) / maxFolds);
  const stageOf = (examples: number): number => {
    const part = Math.ceil((examples * (maxInner - 1)) / maxInner);
    return stepsPerEpoch(examples, batch) + inner * stepsPerEpoch(part, batch);
  };
  const steps = settings.epochs * (maxFolds * stageOf(fold) + stageOf(labels));
  const step = work.step(settings.blocks, settings.tokensPerBlock, carriedOf(settings));
  // Held out once by the estimate, and once more by what chooses for each fold and for all; forward is about a third of a step.
  const asked = labels + (inner > 0 ? maxFolds * fold + labels : 0);
  return perFlop * (labels * views * work.forward + (asked * views * step) / 3 + steps * step * batch);
}

const patienceSeconds = 60;
const typicalLabels = 20;

/**
 * The most that 20 labels need no more than a minute for: depth pays most, then views (which make clicks and maps slower by as much), then
 * letting the labels choose between prompts and frozen features. Where no time was measured yet, the last 4 blocks in one view.
 */
export function defaultSettings(depth: number, speed: Speed | null, work: Workload): TuningSettings {
  const all: TuningSettings = {
    blocks: depth,
    tokensPerBlock: 10,
    epochs: 5,
    batch: 16,
    learningRate: 2e-3,
    weightDecay: 0.01,
    labelSmoothing: 0.1,
    temperature: 10,
    seed: 1,
    views: viewCount,
    frozen: "choose",
  };
  const last = { ...all, blocks: Math.min(4, depth) };
  const plain = { ...last, views: 1 };
  const least: TuningSettings = { ...plain, frozen: "constant" };
  if (speed === null) return plain;
  const fits = (settings: TuningSettings): boolean =>
    tuningSeconds(speed, work, settings, typicalLabels) <= patienceSeconds;
  return [all, last, plain].find(fits) ?? least;
}
