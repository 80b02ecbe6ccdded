// How far scores can be read as chances, from held-out labels: reliability and ROC, or why there is neither yet. Data and the numbers it
// takes; computed in engine/estimate/calibration.ts.
import type { ClassId } from "../base/brand.ts";
import type { Interval } from "./estimate.ts";

export const fewestForReliability = 50;
/** Of the class, and of all others together. */
export const fewestForRoc = 20;
/** Labels of one place are no independent answers: both charts want this many places. */
export const fewestIslands = 5;

/** Labels with the highest score between `from` and `to`: the mean of it, and how many were right (Wilson's interval of the share). */
export type ReliabilityBin = Readonly<{
  from: number;
  to: number;
  score: number;
  labels: number;
  right: number;
  wilson: Interval;
}>;

export type Reliability =
  | Readonly<{ kind: "bins"; bins: readonly ReliabilityBin[]; expectedError: number }>
  | Readonly<{ kind: "too-few"; labels: number; islands: number }>;

/** One class against all others. `truePositives[i]`: share of the class found where at most i / (length - 1) of the others is taken for it. */
export type Roc =
  | Readonly<{
      kind: "curve";
      classId: ClassId;
      labels: number;
      others: number;
      area: number;
      /** Over whole units; null below ten. */
      interval: Interval | null;
      truePositives: readonly number[];
    }>
  | Readonly<{
      kind: "too-few";
      classId: ClassId;
      labels: number;
      islands: number;
      others: number;
      otherIslands: number;
    }>;

export type Calibration = Readonly<{ reliability: Reliability; roc: readonly Roc[] }>;

export const isEnough = (labels: number, islands: number, fewest: number): boolean =>
  labels >= fewest && islands >= fewestIslands;
