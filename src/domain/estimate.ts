// The held-out estimate as data: figures, intervals, counts and the words that go with them. Computed in engine/estimate.
import type { ClassId } from "../base/brand.ts";
import type { Calibration } from "./calibration.ts";

/** A 95 % interval. */
export type Interval = Readonly<{ low: number; high: number }>;

/** A figure with its interval where there are units enough for one. */
export type Mean = Readonly<{ mean: number; interval: Interval | null }>;

export type UnitKind = "case" | "slide" | "island";

/**
 * One held-out figure of one method over the same folds. `interval` (of the balanced accuracy) only from 10 units on: a bootstrap
 * over units.
 */
export type HeldOutFigure = Readonly<{
  balancedAccuracy: number;
  interval: Interval | null;
  correct: number;
  total: number;
  /** Wilson interval of the share correct, on the effective number n/(1+(m-1)*0.3). */
  wilson: Interval;
  effectiveNumber: number;
}>;

export type ClassRecall = Readonly<{ classId: ClassId; correct: number; total: number; units: number }>;

export type Estimate =
  | Readonly<{
      kind: "figure";
      unit: UnitKind;
      units: number;
      folds: number;
      tuned: HeldOutFigure;
      frozen: HeldOutFigure;
      /** Balanced accuracy of always answering the commonest class. */
      majority: number;
      recalls: readonly ClassRecall[];
      /**
       * confusion[i][j]: labels of class i answered as class j, order of `classIds`: every class that was trained. Rows of classes
       * `withoutFigure` are zeros (they are never held out), their columns need not be. Of the tuned method.
       */
      classIds: readonly ClassId[];
      confusion: readonly (readonly number[])[];
      /** Number of held-out labels per origin, e.g. {free: 18}. */
      origins: Readonly<Record<string, number>>;
      /** Classes with labels in one unit only, or too near to others to be tested apart: left out of the figure, and said. */
      withoutFigure: readonly ClassId[];
      /** Tuned minus frozen balanced accuracy, paired label by label; absent in sets older than it. */
      difference?: Mean;
      /** What held-out scores are worth; absent in sets older than it. */
      calibration?: Calibration;
    }>
  /** No figure: `reason` says what to do, e.g. "Label Tumour in a second place to get an estimate." */
  | Readonly<{ kind: "none"; reason: string; withoutFigure: readonly ClassId[] }>;
