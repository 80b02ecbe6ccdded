// What a tuning trains and in which order: every fold of the estimate and then all labels, each after the trainings that choose how it
// answers. Knows labels, folds and numbers of steps; runs nothing.
import { present } from "../base/fault.ts";
import type { TuningSettings } from "../domain/run.ts";
import type { TuneParams } from "../protocol/engine-api.ts";
import { type FoldPlan, planFolds } from "./estimate/folds.ts";
import { enoughToChoose } from "./heads/choose.ts";
import { stepsPerEpoch } from "./train-loop.ts";
import type { TuneRequest } from "./tune-request.ts";

/** Trainings that only choose: fewer than the estimate has, since every fold of it has its own. */
const mostInner = 3;

/** Indices into the labels. */
export type Part = Readonly<{ training: readonly number[]; heldOut: readonly number[] }>;

export type InnerFolds =
  | Readonly<{ kind: "folds"; parts: readonly Part[] /** Of every label within. */; unitOf: readonly number[] }>
  | Readonly<{ kind: "none"; why: string }>;

/** One training whose answers count, and those before it that choose how it answers. `fold` null: of all labels. */
export type Stage = Part & Readonly<{ fold: number | null; inner: InnerFolds }>;

export type Stages = Readonly<{ plan: FoldPlan; stages: readonly Stage[] }>;

/** `trainOnly`: labels (indices) that are never held out. Default: none. */
export function planStages(
  { labels, classes, targets }: Pick<TuneRequest, "labels" | "classes" | "targets">,
  { settings, cases, estimate }: Pick<TuneParams, "settings" | "cases" | "estimate">,
  trainOnly: readonly number[] = [],
): Stages {
  const options = { classes, cases, seed: settings.seed, trainOnly };
  const never = new Set(trainOnly);
  const plan: FoldPlan =
    estimate === false
      ? { kind: "none", reason: "No estimate was asked for.", withoutFigure: classes.map(({ id }) => id) }
      : planFolds(labels, options);
  const innerOf = (training: readonly number[]): InnerFolds => {
    if (settings.frozen !== "choose") return { kind: "none", why: "constants, as asked" };
    const few = enoughToChoose(training.flatMap((i) => (never.has(i) ? [] : [present(targets[i], "a label's class")])));
    if (few) return few;
    const inner = planFolds(labels, { ...options, within: training, most: mostInner });
    if (inner.kind === "none") return { kind: "none", why: "constants: too few places to hold any out" };
    return { kind: "folds", parts: inner.folds, unitOf: inner.unitOf };
  };
  const folds = plan.kind === "folds" ? plan.folds : [];
  const all: Part = { training: labels.map((_, i) => i), heldOut: [] };
  const stages = [...folds, all].map(({ training, heldOut }, i): Stage => {
    return { fold: i < folds.length ? i : null, training, heldOut, inner: innerOf(training) };
  });
  return { plan, stages };
}

export const innerParts = ({ inner }: Stage): readonly Part[] => (inner.kind === "folds" ? inner.parts : []);

/** Of a training of so many examples. */
export const stepsOf = (examples: number, { epochs }: Pick<TuningSettings, "epochs">, batch: number): number =>
  epochs * stepsPerEpoch(examples, batch);

export function allSteps({ stages }: Stages, settings: TuningSettings, batch: number): number {
  const parts = stages.flatMap((stage) => [...innerParts(stage), stage]);
  return parts.reduce((sum, { training }) => sum + stepsOf(training.length, settings, batch), 0);
}
