// Which labels are held out when: whole units, stratified, guarded, seeded. Knows no model and no figure.
import type { ClassId, SlideId } from "../../base/brand.ts";
import type { UnitKind } from "../../domain/estimate.ts";
import type { Label, TissueClass } from "../../domain/label.ts";

export type FoldLabel = Pick<Label, "id" | "slideId" | "classId" | "region" | "group">;

/** All numbers are indices into the labels the plan was made of, ascending. */
export type Fold = Readonly<{
  /** Answered by this fold's training; only labels of classes with a figure. */
  heldOut: readonly number[];
  /** Never of a unit that is held out, never within the guard. */
  training: readonly number[];
  /** Of other units, but nearer than one patch width to something held out: in neither part. */
  guarded: readonly number[];
}>;

export type FoldPlan =
  | Readonly<{
      kind: "folds";
      unit: UnitKind;
      /** Units that hold something held out. */
      units: number;
      /** Unit of every label (an index), -1 outside the part that was planned. */
      unitOf: readonly number[];
      folds: readonly Fold[];
      /** Classes with a figure, in the order of the project. */
      classIds: readonly ClassId[];
      withoutFigure: readonly ClassId[];
    }>
  | Readonly<{ kind: "none"; reason: string; withoutFigure: readonly ClassId[] }>;

export type FoldOptions = Readonly<{
  classes: readonly TissueClass[];
  /** Case of each slide where declared. */
  cases: Readonly<Record<SlideId, string>>;
  seed: number;
  /** Plan inside these labels only (indices): nested folds inside another fold's training part. Default: all. */
  within?: readonly number[];
}>;

export declare function planFolds(labels: readonly FoldLabel[], options: FoldOptions): FoldPlan;
