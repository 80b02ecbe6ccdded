// A tuning run as a state machine: `advance(run, event)` is the only way it changes. Knows no runtime and no screen.
import type { PromptSetId, RunId } from "../base/brand.ts";
import type { FaultData } from "../base/fault.ts";
import type { InstanceShape, TextSettings } from "./prompt-kinds.ts";
import type { TuningCheckpoint } from "./tuning-checkpoint.ts";

/** What a person may set; every field is kept in the prompt set. */
export type TuningSettings = Readonly<{
  /** Prompts enter the last `blocks` blocks (1..depth). */
  blocks: number;
  /** Task visual prompts; 0 only beside another kind. */
  tokensPerBlock: number;
  epochs: number;
  batch: number;
  learningRate: number;
  weightDecay: number;
  labelSmoothing: number;
  /** Of the cosine head in sets of the first two formats; a logistic head has none, and a tuning does not use it. */
  temperature: number;
  seed: number;
  /** Every epoch shows each patch in one of its first so many views (engine/views.ts), and the set answers in all of them; absent: 1. */
  views?: number;
  /**
   * What the frozen regression has to say beside the prompts. choose: the labels decide between it alone, shares of it, and prompts alone,
   * where there are enough of them, else the constant share; constant: that share; none (absent): prompts alone.
   */
  frozen?: FrozenUse;
  /** Instance visual prompts; absent: none. */
  instance?: InstanceShape;
  /** Task textual prompts and class texts in the head's start; absent: none. */
  text?: TextSettings;
}>;

export const frozenUses = ["none", "constant", "choose"] as const;
export type FrozenUse = (typeof frozenUses)[number];

export type TuningProgress = Readonly<{
  /** "restarting": whatever computed is gone; a new one is being started and goes on from the last checkpoint. */
  phase: "features" | "folds" | "final" | "restarting";
  /** Which fold of how many is being trained, in the folds phase. */
  fold: number;
  folds: number;
  epoch: number;
  epochs: number;
  /** Of all trainings together; of patches read in the features phase. */
  step: number;
  steps: number;
  /** Over everything, 0..1. */
  done: number;
  secondsLeft: number | null;
}>;

/** One point of a loss curve: mean training loss of an epoch. `fold` counts from 1 while the estimate is made; 0 is the final training. */
export type LossPoint = Readonly<{ fold: number; epoch: number; loss: number }>;

export type TuningRun =
  | Readonly<{ state: "preparing"; id: RunId; settings: TuningSettings }>
  | Readonly<{
      state: "running";
      id: RunId;
      settings: TuningSettings;
      progress: TuningProgress;
      losses: readonly LossPoint[];
      stopping: "no" | "finish-early" | "cancel";
    }>
  | Readonly<{
      state: "finished";
      id: RunId;
      settings: TuningSettings;
      losses: readonly LossPoint[];
      promptSet: PromptSetId;
      /** "diverged": a non-finite loss ended it, the last good checkpoint was kept. */
      ended: "complete" | "early" | "diverged";
    }>
  | Readonly<{ state: "cancelled"; id: RunId; settings: TuningSettings }>
  | Readonly<{ state: "failed"; id: RunId; settings: TuningSettings; fault: FaultData }>;

export type TuningEvent =
  | Readonly<{ type: "progress"; progress: TuningProgress }>
  | Readonly<{ type: "loss"; point: LossPoint }>
  /** For whoever goes on with the run after a failure; the run itself does not hold it. */
  | Readonly<{ type: "checkpoint"; checkpoint: TuningCheckpoint }>
  | Readonly<{ type: "finish-early" }>
  | Readonly<{ type: "cancel" }>
  | Readonly<{ type: "finished"; promptSet: PromptSetId; ended: "complete" | "early" | "diverged" }>
  | Readonly<{ type: "cancelled" }>
  | Readonly<{ type: "failed"; fault: FaultData }>;

/** Pure transition; events that do not apply to a state (a late progress after the end) leave it as it is. */
export function advance(run: TuningRun, event: TuningEvent): TuningRun {
  if (run.state === "finished" || run.state === "cancelled" || run.state === "failed") return run;
  const { id, settings } = run;
  const losses = run.state === "running" ? run.losses : [];
  const stopping = run.state === "running" ? run.stopping : "no";
  switch (event.type) {
    case "progress":
      return { state: "running", id, settings, losses, stopping, progress: event.progress };
    case "loss":
      return run.state === "running" ? { ...run, losses: withPoint(losses, event.point) } : run;
    case "checkpoint":
      return run;
    case "finish-early":
      return run.state === "running" ? { ...run, stopping: "finish-early" } : run;
    case "cancel":
      return run.state === "running" ? { ...run, stopping: "cancel" } : { state: "cancelled", id, settings };
    case "finished":
      return { state: "finished", id, settings, losses, promptSet: event.promptSet, ended: event.ended };
    case "cancelled":
      return { state: "cancelled", id, settings };
    case "failed":
      return { state: "failed", id, settings, fault: event.fault };
    default:
      return event satisfies never;
  }
}

/** A training that went on from a checkpoint makes epochs again, to the same losses: each is one point of the curve. */
function withPoint(losses: readonly LossPoint[], point: LossPoint): readonly LossPoint[] {
  const known = losses.findIndex(({ fold, epoch }) => fold === point.fold && epoch === point.epoch);
  return known < 0 ? [...losses, point] : losses.with(known, point);
}
