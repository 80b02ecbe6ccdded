// How much of a tuned answer is the frozen regression's: decided by held-out scores of both, by the rule every frozen method is chosen by,
// or a constant where there are too few labels to decide anything. Knows scores, truths and units; no prompts and no training.
import { present } from "../../base/fault.ts";
import { chooseJudged, type Judged, judgeScores } from "./choose.ts";
import { blended } from "./of-set.ts";
import { fitTemperature, withTemperature } from "./temperature.ts";

export type ShareChoice = Readonly<{
  /** 1: frozen features only; 0: prompts only. */
  share: number;
  /** To divide log-scores by, of the set's own head and of the regression; 1 where nothing was fitted. */
  temperatures: Readonly<{ own: number; frozen: number }>;
  kind: "constants" | "default" | "better";
  words: string;
}>;

/** "Frozen only" is the default, which another must beat clearly. */
const candidates = [
  { share: 1, name: "frozen features only" },
  { share: 0.75, name: "a quarter prompts" },
  { share: 0.5, name: "half prompts, half frozen features" },
  { share: 0.25, name: "three quarters prompts" },
  { share: 0, name: "prompts only" },
] as const;

/** What is used where nothing is chosen; set once on patches that are never reported on (engine/tuning.md). */
export const constantShare = 0.5;

export const constantChoice = (share: number, why: string): ShareChoice => ({
  share,
  temperatures: { own: 1, frozen: 1 },
  kind: "constants",
  words: why,
});

/** `own` and `frozen`: [rows, classes], of the set's own head and of the regression, before any temperature. */
export type TwoScores = Readonly<{ own: Float64Array; frozen: Float64Array }>;

/** Of held-out rows, by trainings and regressions that did not see them. */
export type HeldScores = TwoScores & Readonly<{ truth: readonly number[]; units: readonly number[] }>;

/** What a set answers, [rows, classes]. */
export function blendedAt(
  { share, temperatures }: Pick<ShareChoice, "share" | "temperatures">,
  { own, frozen }: TwoScores,
  classes: number,
): Float64Array {
  return blended(
    withTemperature(own, classes, temperatures.own),
    withTemperature(frozen, classes, temperatures.frozen),
    share,
  );
}

const fittedTo = ({ truth, own, frozen }: HeldScores, classes: number): ShareChoice["temperatures"] => ({
  own: fitTemperature(truth, own, classes),
  frozen: fitTemperature(truth, frozen, classes),
});

/**
 * For prompts that no label touched: half of the answer is theirs, unless frozen features alone are better by one standard error. The
 * default is turned round because such prompts cannot have learned the labels by heart (measured in engine/tuning.md).
 */
export function halfUnlessWorse(held: HeldScores, classes: number): ShareChoice {
  const temperatures = fittedTo(held, classes);
  const judgedAt = (share: number): Judged =>
    judgeScores(held, blendedAt({ share, temperatures }, held, classes), classes, 1);
  const names = ["half learned prompts, half frozen features", "frozen features only"];
  const shares = [constantShare, 1];
  const { index, kind, words } = chooseJudged(names, shares.map(judgedAt));
  return { share: present(shares[index], "a candidate"), temperatures, kind, words };
}

/** Frozen features only, unless a share of prompts is better by one standard error. */
export function chooseShare(held: HeldScores, classes: number): ShareChoice {
  const temperatures = fittedTo(held, classes);
  const judged = candidates.map(({ share }) =>
    judgeScores(held, blendedAt({ share, temperatures }, held, classes), classes, 1),
  );
  const { index, kind, words } = chooseJudged(
    candidates.map(({ name }) => name),
    judged,
  );
  return { share: present(candidates[index], "a candidate").share, temperatures, kind, words };
}
