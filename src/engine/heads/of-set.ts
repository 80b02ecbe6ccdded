// The head a prompt set came with, applied to features under its prompts. Knows the heads there are; a set without one has none to apply.
import type { PromptSet } from "../../domain/prompt-set.ts";
import { cosineScores } from "./centroid.ts";
import { linearScores } from "./linear.ts";

/** Softmax scores [rows, classes] in the order of the set's classes, row-major; null where the set has no head. `features` [rows, F]. */
export function scoresOfSet({ metadata, ...set }: PromptSet, features: Float32Array): Float64Array | null {
  const { head } = metadata;
  switch (head.kind) {
    case "cosine": {
      const cosine = { centre: set.headCentre, weight: set.headWeight, temperature: head.temperature };
      return cosineScores(cosine, features);
    }
    case "linear":
      return linearScores({ weight: set.headWeight, bias: set.headBias }, features);
    case "none":
      return null;
    default:
      return head satisfies never;
  }
}
