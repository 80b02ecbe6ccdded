// How much of a tuned answer is the frozen regression's: decided by held-out scores of both, by the rule every frozen method is chosen by,
// or a constant where there are too few labels to decide anything. Knows scores, truths and units; no prompts and no training.
import { present } from "../../base/fault.ts";
import { chooseJudged, judgeScores } from "./choose.ts";
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

/** `own` and `frozen`: [rows, classes] of the same held-out rows, by trainings and regressions that did not see them. */
export function chooseShare(
  held: Readonly<{ truth: readonly number[]; units: readonly number[]; own: Float64Array; frozen: Float64Array }>,
  classes: number,
): ShareChoice {
  const { truth } = held;
  const temperatures = {
    own: fitTemperature(truth, held.own, classes),
    frozen: fitTemperature(truth, held.frozen, classes),
  };
  const own = withTemperature(held.own, classes, temperatures.own);
  const frozen = withTemperature(held.frozen, classes, temperatures.frozen);
  const judged = candidates.map(({ share }) => judgeScores(held, blended(own, frozen, share), classes, 1));
  const { index, kind, words } = chooseJudged(
    candidates.map(({ name }) => name),
    judged,
  );
  return { share: present(candidates[index], "a candidate").share, temperatures, kind, words };
}
