// What labels fit under prompts that were learned without them: one whitened regression on features under the prompts, one on those without,
// and how much of each is answered. Knows rows of features; no prompts and no slides.
import { present } from "../../base/fault.ts";
import type { HeldScores, TwoScores } from "./choose-share.ts";
import { pickRows } from "./examples.ts";
import { type LogisticHead, logisticScores } from "./logistic.ts";
import { fitWhitenedRows } from "./whitened.ts";

/** [rows, F] each, one row a patch: averaged over its views and whitened. */
export type TwoTables = Readonly<{ own: Float32Array; plain: Float32Array }>;

export type LearnedLabels = Readonly<{
  rows: TwoTables;
  /** Features a row. */
  width: number;
  /** Class of each row. */
  targets: readonly number[];
  classes: number;
}>;

/** Under the prompts, and without them. */
export type LearnedHeads = Readonly<{ own: LogisticHead; frozen: LogisticHead }>;

/** `of`: indices of rows. */
export function fitLearned({ rows, width, targets, classes }: LearnedLabels, of: readonly number[]): LearnedHeads {
  const own = of.map((row) => present(targets[row], "a label's class"));
  const fit = (table: Float32Array): LogisticHead =>
    fitWhitenedRows({ features: pickRows(table, width, of), width, targets: own, classes });
  return { own: fit(rows.own), frozen: fit(rows.plain) };
}

/** [rows, classes] each, before their temperatures. */
export const scoresOfHeads = ({ own, frozen }: LearnedHeads, asked: TwoTables): TwoScores => ({
  own: logisticScores(own, asked.own),
  frozen: logisticScores(frozen, asked.plain),
});

export const rowsOfLabels = ({ rows, width }: LearnedLabels, of: readonly number[]): TwoTables => ({
  own: pickRows(rows.own, width, of),
  plain: pickRows(rows.plain, width, of),
});

/** Scores of every part's held-out rows by heads of its training rows. `unitOf`: of every row. */
export function heldScores(
  labels: LearnedLabels,
  parts: readonly Readonly<{ training: readonly number[]; heldOut: readonly number[] }>[],
  unitOf: readonly number[],
): HeldScores {
  const held = parts.flatMap(({ heldOut }) => heldOut);
  const scores = parts.map(({ training, heldOut }) =>
    scoresOfHeads(fitLearned(labels, training), rowsOfLabels(labels, heldOut)),
  );
  return {
    truth: held.map((row) => present(labels.targets[row], "a held-out class")),
    units: held.map((row) => present(unitOf[row], "a held-out unit")),
    own: Float64Array.from(scores.flatMap(({ own }) => [...own])),
    frozen: Float64Array.from(scores.flatMap(({ frozen }) => [...frozen])),
  };
}
