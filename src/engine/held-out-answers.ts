// Scores of one fold's held-out labels -> its answers, beside the frozen method's. Knows classes and labels' indices.
import type { ClassId } from "../base/brand.ts";
import { present } from "../base/fault.ts";
import type { TissueClass } from "../domain/label.ts";
import type { HeldOutAnswer } from "../domain/tuning-checkpoint.ts";
import { answersOf } from "./evaluation/scores.ts";

/** `heldOut`: indices of labels; `scores` [heldOut, classes] and `frozen` (the class answered) in their order. */
export function heldOutAnswers(
  classes: readonly TissueClass[],
  heldOut: readonly number[],
  scores: Float64Array,
  frozen: readonly ClassId[],
): readonly HeldOutAnswer[] {
  const { length } = classes;
  const own = answersOf(scores, length);
  return heldOut.map((label, i) => ({
    label,
    tuned: present(classes[own[i] ?? -1], "an answer").id,
    frozen: present(frozen[i], "an answer"),
    scores: [...scores.subarray(i * length, (i + 1) * length)],
  }));
}
