// From held-out answers to the figure shown: balanced accuracy, intervals, counts. Knows no model and no screen.
import type { ClassId } from "../../base/brand.ts";
import type { Estimate } from "../../domain/estimate.ts";
import type { Label } from "../../domain/label.ts";
import type { FoldPlan } from "./folds.ts";

/** One held-out label's answers by the tuned and the frozen method of the same fold; `label` indexes the plan's labels. */
export type HeldOutAnswer = Readonly<{ label: number; tuned: ClassId; frozen: ClassId }>;

/** Every held-out label of the plan must be answered exactly once. `seed` draws the bootstrap. A plan without folds gives "none". */
export declare function estimateFrom(
  plan: FoldPlan,
  labels: readonly Pick<Label, "classId" | "origin">[],
  answers: readonly HeldOutAnswer[],
  seed: number,
): Estimate;
