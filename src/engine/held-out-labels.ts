// The answers of the folds as the project keeps them: by label, with what it said. Knows no training.
import { present } from "../base/fault.ts";
import type { HeldOutLabel } from "../domain/held-out.ts";
import type { Label } from "../domain/label.ts";
import type { HeldOutAnswer } from "../domain/tuning-checkpoint.ts";
import type { FoldPlan } from "./estimate/folds.ts";

/** `labels` are the plan's, and `answers` speak of them by index. */
export function heldOutLabels(
  plan: FoldPlan,
  labels: readonly Label[],
  answers: readonly HeldOutAnswer[],
): readonly HeldOutLabel[] {
  if (plan.kind === "none") return [];
  return answers.map(({ label, tuned, frozen }) => {
    const { id, classId } = present(labels[label], "a held-out label");
    return { labelId: id, truth: classId, tuned, frozen, unit: present(plan.unitOf[label], "a held-out label's unit") };
  });
}
