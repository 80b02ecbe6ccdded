// Everything that held-out answers say: the figures, how far tuned and frozen differ, and what scores are worth. Knows no model and no screen.
import type { Estimate } from "../../domain/estimate.ts";
import type { Label } from "../../domain/label.ts";
import type { HeldOutAnswer } from "../../domain/tuning-checkpoint.ts";
import { calibrationOf } from "./calibration.ts";
import { differenceOf } from "./difference.ts";
import { estimateFrom } from "./figure.ts";
import type { FoldPlan } from "./folds.ts";

/** As {@link estimateFrom}. */
export function estimateWhole(
  plan: FoldPlan,
  labels: readonly Label[],
  answers: readonly HeldOutAnswer[],
  seed: number,
): Estimate {
  const estimate = estimateFrom(plan, labels, answers, seed);
  if (plan.kind === "none" || estimate.kind === "none") return estimate;
  const calibration = calibrationOf(plan, labels, answers, seed);
  return { ...estimate, difference: differenceOf(plan, labels, answers), ...(calibration ? { calibration } : {}) };
}
