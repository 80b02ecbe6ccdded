// How far tuned and frozen answers of the same held-out labels differ, paired. Knows answers; no model.
import { present } from "../../base/fault.ts";
import type { Mean } from "../../domain/estimate.ts";
import type { Label } from "../../domain/label.ts";
import type { HeldOutAnswer } from "../../domain/tuning-checkpoint.ts";
import { gainOf } from "../evaluation/held-out.ts";
import type { FoldPlan } from "./folds.ts";

/** Tuned minus frozen balanced accuracy; `labels` are the plan's. */
export function differenceOf(
  plan: Extract<FoldPlan, { kind: "folds" }>,
  labels: readonly Pick<Label, "classId">[],
  answers: readonly HeldOutAnswer[],
): Mean {
  const ordered = [...answers].sort((a, b) => a.label - b.label);
  const asked = {
    truth: ordered.map(({ label }) => plan.labelled.indexOf(present(labels[label], "a held-out label").classId)),
    units: ordered.map(({ label }) => present(plan.unitOf[label], "a label's unit")),
    classes: plan.labelled.length,
  };
  const of = (method: "tuned" | "frozen"): readonly number[] =>
    ordered.map((answer) => plan.labelled.indexOf(answer[method]));
  return gainOf(asked, [of("tuned")], [of("frozen")]);
}
