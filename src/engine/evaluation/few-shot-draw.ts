// One draw of the few-label protocol: labels drawn, every frozen method fitted and asked about the same test patches. The app, the command
// line and the benchmark call this and nothing else. Knows features, classes and groups; no files, no tuning.

import { present } from "../../base/fault.ts";
import { type Choice, chooseVariant, type InnerPlan, planInner } from "../heads/choose.ts";
import { centreOfRows } from "../heads/examples.ts";
import {
  type FewLabelTask,
  type FrozenMethod,
  fitOnce,
  frozenMethodNames,
  frozenVariants,
  type PatchRows,
  selectRows,
  type Variant,
} from "../heads/frozen-methods.ts";
import { withTemperature } from "../heads/temperature.ts";
import type { ViewTable } from "../heads/view-table.ts";
import { type ViewSpread, viewSpread } from "../heads/view-whitening.ts";
import { type Drawable, drawSupport } from "./draws.ts";
import { answersOf, type Reported, reportOn } from "./scores.ts";

/** Labelled patches with one row each; `patches[i]` says the class and group of row i. */
export type ProtocolPart = Readonly<{ rows: PatchRows; patches: readonly Drawable[] }>;

/** Patches to draw from in each single view: `of[i]` is the pool's index of patch i of the table. Nobody asks for their classes. */
export type UnlabelledViews = Readonly<{ of: readonly number[]; table: ViewTable }>;

export type ProtocolData = Readonly<{
  pool: ProtocolPart;
  test: ProtocolPart;
  unlabelled: UnlabelledViews;
  classes: number;
}>;

/** What one method answered: its scores on every test patch, [test, classes], and how they are judged. */
export type MethodResult = Readonly<{
  answers: readonly number[];
  metrics: Reported["metrics"];
  confusion: Reported["confusion"];
  /** Which variant, and why. */
  words: string;
}>;

export type ChosenFrozen = Readonly<{ method: FrozenMethod; choice: Choice; scores: Float64Array }>;

export type FrozenDraw = Readonly<{
  k: number;
  seed: number;
  /** Indices into the pool, ascending. */
  support: readonly number[];
  methods: Readonly<Record<FrozenMethod, MethodResult>>;
  /** The frozen method that the labels themselves choose, at its fitted temperature. */
  chosen: MethodResult & Readonly<{ method: FrozenMethod }>;
}>;

/**
 * Whom the labels choose from, the default first: what most often does best, and so what stands where there are too few labels to choose.
 * `majority` is a floor, not a method; `colour` knows nothing of the backbone, is the
 * weakest of few labels and would be one too many. Both are reported and may be the strongest rival all the same.
 */
export const choosable: readonly FrozenMethod[] = ["whitened", "logreg", "frozen_blend", "centroid", "cache", "knn"];

/** How the views differ, of patches that are not labelled in this draw: what the labels hold out for a choice is among them no more. */
export function spreadWithout({ of, table }: UnlabelledViews, support: readonly number[]): ViewSpread | null {
  const labelled = new Set(support);
  return viewSpread(
    table,
    of.flatMap((patch, i) => (labelled.has(patch) ? [] : [i])),
  );
}

/** `spread` null: whoever fits no `whitened` needs none. */
export function taskOf(
  { rows, patches }: ProtocolPart,
  of: readonly number[],
  classes: number,
  spread: ViewSpread | null = null,
): FewLabelTask {
  const groups = new Map<string, number>();
  const units = of.map((i) => {
    const group = present(patches[i], "a drawn patch").group;
    const unit = groups.get(group) ?? groups.size;
    groups.set(group, unit);
    return unit;
  });
  return {
    rows: selectRows(rows, of),
    targets: of.map((i) => present(patches[i], "a drawn patch").classIndex),
    units,
    classes,
    // Of all there is to draw from, whose classes nobody needs for it.
    centre: centreOfRows(rows),
    spread,
  };
}

/** The frozen method that labels choose for themselves, and its scores of `asked`. */
export function chosenFrozen(task: FewLabelTask, asked: PatchRows, plan: InnerPlan): ChosenFrozen {
  const candidates: readonly Variant[] = choosable.map((method) => present(frozenVariants[method][0], "a default"));
  const choice = chooseVariant(candidates, task.classes, plan);
  const method = present(choosable[choice.index], "the chosen method");
  const scores = fitOnce(present(candidates[choice.index], "the chosen method"), task)(asked);
  return { method, choice, scores: withTemperature(scores, task.classes, choice.temperature) };
}

function resultOf(truth: readonly number[], scores: Float64Array, classes: number, words: string): MethodResult {
  return { answers: answersOf(scores, classes), ...reportOn(truth, scores, classes), words };
}

/** Deterministic: the same data, k and seed give the same numbers. Fault `too-few-labels`. */
export function frozenDraw(data: ProtocolData, k: number, seed: number): FrozenDraw {
  const { pool, test, classes } = data;
  const support = drawSupport(pool.patches, classes, k, seed);
  const task = taskOf(pool, support, classes, spreadWithout(data.unlabelled, support));
  const plan = planInner(task, seed);
  const truth = test.patches.map(({ classIndex }) => classIndex);
  const methods = Object.fromEntries(
    frozenMethodNames.map((method): [FrozenMethod, MethodResult] => {
      const variants = frozenVariants[method];
      const choice = chooseVariant(variants, classes, plan);
      const scores = fitOnce(present(variants[choice.index], "the chosen variant"), task)(test.rows);
      return [method, resultOf(truth, withTemperature(scores, classes, choice.temperature), classes, choice.words)];
    }),
  ) as Record<FrozenMethod, MethodResult>;
  const { method, choice, scores } = chosenFrozen(task, test.rows, plan);
  return {
    k,
    seed,
    support,
    methods,
    chosen: { method, ...resultOf(truth, scores, classes, choice.words) },
  };
}

/** The stated baseline (`logreg`, its default) on everything there is to learn from. */
export function fullResult({ pool, test, classes }: ProtocolData): MethodResult {
  const task = taskOf(
    pool,
    pool.patches.map((_, i) => i),
    classes,
  );
  const variant = present(frozenVariants.logreg[0], "the default");
  const truth = test.patches.map(({ classIndex }) => classIndex);
  return resultOf(truth, variant.fit(task)(test.rows), classes, `${variant.name} on all of the pool`);
}
