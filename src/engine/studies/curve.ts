// Balanced accuracy over the number of labels a class, from the labels themselves: in every draw whole units are held out as the estimate
// holds them out, and the labels to learn from are drawn from the rest. Knows labels, folds and some learner; no features and no prompts.
import type { ClassId } from "../../base/brand.ts";
import { present } from "../../base/fault.ts";
import type { UnitKind } from "../../domain/estimate.ts";
import type { LearningCurve } from "../../domain/label-study.ts";
import { randomFor } from "../../math/random.ts";
import { type Fold, type FoldLabel, type FoldOptions, planFolds } from "../estimate/folds.ts";
import { drawSpread, seedsOf } from "../evaluation/draws.ts";
import { type Answers, type Asked, gainOf, meanOf } from "../evaluation/held-out.ts";

export const frozenDraws = 20;
/** More would be drawn from thousands of imported labels, at minutes a fit. */
const mostLabelsAClass = 256;
/** Twenty draws of folds: each need not be the evenest there is, and for hundreds of labels that search takes seconds. */
const searchOfDraw = 100_000;

/** Runs one piece of work when nobody more urgent waits. */
export type Turn = <T>(work: () => T) => Promise<T>;

/** Class index answered for each of `asked`, learned from `support` alone; indices into the labels. */
export type Learner = (
  support: readonly number[],
  asked: readonly number[],
  seed: number,
) => Promise<readonly number[]>;

type Draw = Readonly<{ seed: number; folds: readonly Fold[] }>;

export type CurvePlan =
  | Readonly<{
      kind: "curve";
      unit: UnitKind;
      units: number;
      draws: readonly Draw[];
      /** Labels a class to learn from: 1, 2, 4, ... */
      sizes: readonly number[];
      /** Labels (indices, ascending) that every draw answers. */
      labels: readonly number[];
      asked: Asked;
      classIndex: readonly number[];
      unitOf: readonly number[];
      classIds: readonly ClassId[];
      withoutFigure: readonly ClassId[];
    }>
  | Readonly<{ kind: "none"; reason: string; withoutFigure: readonly ClassId[] }>;

/**
 * Draws whose folds test other classes than the first draw's (a class may lose its figure where places crowd) are left out: all draws
 * answer the same labels. The largest size is one that every training part of every draw has of every tested class.
 */
export async function planCurve(
  labels: readonly FoldLabel[],
  options: Omit<FoldOptions, "within">,
  turn: Turn,
): Promise<CurvePlan> {
  const seeds = seedsOf(options.seed, frozenDraws);
  const first = planFolds(labels, options);
  if (first.kind === "none") return first;
  const key = first.classIds.join(" ");
  const draws: Draw[] = [];
  for (const seed of seeds) {
    const plan =
      seed === options.seed ? first : await turn(() => planFolds(labels, { ...options, seed, search: searchOfDraw }));
    if (plan.kind === "folds" && plan.classIds.join(" ") === key) draws.push({ seed, folds: plan.folds });
  }
  const classIndex = labels.map(({ classId }) => options.classes.findIndex((c) => c.id === classId));
  const tested = first.classIds.map((id) => options.classes.findIndex((c) => c.id === id));
  const least = Math.min(
    mostLabelsAClass,
    ...draws.flatMap(({ folds }) =>
      folds.flatMap(({ training }) => tested.map((c) => training.filter((i) => classIndex[i] === c).length)),
    ),
  );
  const asked = first.folds.flatMap(({ heldOut }) => heldOut).toSorted((a, b) => a - b);
  return {
    kind: "curve",
    unit: first.unit,
    units: first.units,
    draws,
    sizes: Array.from({ length: 1 + Math.floor(Math.log2(least)) }, (_, i) => 2 ** i),
    labels: asked,
    asked: {
      truth: asked.map((i) => present(classIndex[i], "a label's class")),
      units: asked.map((i) => present(first.unitOf[i], "a label's unit")),
      classes: options.classes.length,
    },
    classIndex,
    unitOf: first.unitOf,
    classIds: first.classIds,
    withoutFigure: first.withoutFigure,
  };
}

/** How often a curve of so many draws asks its learner. */
export const lessonsOf = ({ draws, sizes }: Extract<CurvePlan, { kind: "curve" }>, most: number): number =>
  sizes.length * draws.slice(0, most).reduce((sum, { folds }) => sum + folds.length, 0);

/** `onLesson` after each asking of the learner. */
export async function learnCurve(
  plan: Extract<CurvePlan, { kind: "curve" }>,
  most: number,
  learn: Learner,
  turn: Turn,
  onLesson: () => void,
): Promise<LearningCurve> {
  const draws = plan.draws.slice(0, most);
  const place = new Map(plan.labels.map((label, at) => [label, at]));
  const bySize: Answers[] = [];
  for (const size of plan.sizes) {
    const rows: (readonly number[])[] = [];
    for (const { seed, folds } of draws) {
      const row = new Array<number>(plan.labels.length);
      for (const [f, { training, heldOut }] of folds.entries()) {
        const answered = await learn(supportOf(plan, training, size, seed, f), heldOut, seed);
        heldOut.forEach((label, i) => {
          row[present(place.get(label), "a label that is asked")] = present(answered[i], "an answer");
        });
        onLesson();
      }
      rows.push(row);
    }
    bySize.push(rows);
  }
  const points: LearningCurve["points"][number][] = [];
  for (const [i, answers] of bySize.entries()) {
    const labelsAClass = present(plan.sizes[i], "a size");
    points.push({ labelsAClass, ...(await turn(() => meanOf(plan.asked, answers))) });
  }
  const [before, last] = [bySize.at(-2), bySize.at(-1)];
  const [from, to] = [plan.sizes.at(-2) ?? 0, plan.sizes.at(-1) ?? 0];
  const lastGain = before && last ? { from, to, ...(await turn(() => gainOf(plan.asked, last, before))) } : null;
  return { points, lastGain, seeds: draws.map(({ seed }) => seed) };
}

/** The same of a smaller size lies inside: the draws of a curve differ in nothing but how many there are. */
function supportOf(
  { classIndex, unitOf }: Extract<CurvePlan, { kind: "curve" }>,
  training: readonly number[],
  size: number,
  seed: number,
  fold: number,
): readonly number[] {
  const classes = [...new Set(training.map((i) => present(classIndex[i], "a label's class")))].toSorted(
    (a, b) => a - b,
  );
  return classes
    .flatMap((c) =>
      drawSpread(
        training.filter((i) => classIndex[i] === c),
        (i) => present(unitOf[i], "a label's unit"),
        size,
        randomFor(seed, `study ${fold} ${c}`),
      ),
    )
    .toSorted((a, b) => a - b);
}
