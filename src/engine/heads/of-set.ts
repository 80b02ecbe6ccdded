// The heads a prompt set came with, applied to features: its own under its prompts, the frozen part's without them, and the one answer made of
// both. Knows the heads there are; a set without one has none to apply.
import { assert, present } from "../../base/fault.ts";
import { type PromptSet, plainAnswer } from "../../domain/prompt-set.ts";
import { cosineScores } from "./centroid.ts";
import { linearScores } from "./linear.ts";
import { logisticScores } from "./logistic.ts";
import { withTemperature } from "./temperature.ts";
import { whitenedScores } from "./whitened.ts";

/**
 * Scores [rows, classes] in the order of the set's classes, row-major, each row summing to 1; null where the set has no head. `features`
 * [rows, F] under its prompts, `plain` [rows, F] of the backbone as it is: each the mean over the views the set answers in.
 */
export function scoresOfSet(set: PromptSet, features: Float32Array, plain: Float32Array): Float64Array | null {
  const { answer = plainAnswer, classes } = set.metadata;
  const scores = ownScores(set, features);
  if (!scores) return null;
  const own = withTemperature(scores, classes.length, answer.temperature);
  const { frozen } = answer;
  if (!frozen) return own;
  assert(plain.length === features.length, "a row without prompts for each row under them");
  const part = present(set.frozen, "the frozen part's head");
  const beside = part.whitening.length > 0 ? whitenedScores(part, plain) : logisticScores(part, plain);
  return blended(own, withTemperature(beside, classes.length, frozen.temperature), frozen.share);
}

/** (1 - share) * own + share * frozen. */
export function blended(own: Float64Array, frozen: Float64Array, share: number): Float64Array {
  return own.map((score, i) => (1 - share) * score + share * present(frozen[i], "a frozen score"));
}

function ownScores({ metadata, ...set }: PromptSet, features: Float32Array): Float64Array | null {
  const { head } = metadata;
  switch (head.kind) {
    case "cosine": {
      const cosine = { centre: set.headCentre, weight: set.headWeight, temperature: head.temperature };
      return cosineScores(cosine, features);
    }
    case "logistic":
      return logisticScores({ centre: set.headCentre, weight: set.headWeight, bias: set.headBias }, features);
    case "whitened": {
      const by = { centre: set.headCentre, whitening: set.headWhitening };
      return whitenedScores({ ...by, weight: set.headWeight, bias: set.headBias }, features);
    }
    case "linear":
      return linearScores({ weight: set.headWeight, bias: set.headBias }, features);
    case "none":
      return null;
    default:
      return head satisfies never;
  }
}
