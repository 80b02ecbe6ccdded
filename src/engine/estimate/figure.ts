// From held-out answers to the figure shown: balanced accuracy, intervals, counts. Knows no model and no screen.
import type { ClassId } from "../../base/brand.ts";
import { assert, present } from "../../base/fault.ts";
import type { Estimate, HeldOutFigure } from "../../domain/estimate.ts";
import type { Label } from "../../domain/label.ts";
import type { HeldOutAnswer } from "../../domain/tuning-checkpoint.ts";
import {
  type Bounds,
  clusterBootstrap,
  effectiveNumber,
  wilsonInterval,
  withoutCertainty,
} from "../../math/intervals.ts";
import type { Confusion } from "../../math/metrics.ts";
import { balancedAccuracy, confusionMatrix } from "../../math/metrics.ts";
import { randomFor } from "../../math/random.ts";
import type { FoldPlan } from "./folds.ts";

/** Below this many units a bootstrap over units promises more than it knows: no interval is given. */
export const fewestUnitsForInterval = 10;

/** One held-out label: class indices of the truth and an answer, and its unit, renumbered 0..units-1. */
type Asked = Readonly<{ truth: number; answered: number; unit: number }>;

/**
 * Every held-out label of the plan must be answered exactly once, with one of the plan's `labelled` classes; `labels` are the
 * plan's. `seed` draws the bootstrap; both methods get the same draws. A plan without folds gives "none" and takes no answers.
 *
 * The unit of intervals and effective numbers is the unit of the folds (case, slide or island): answers on one slide are kin when
 * slides are what was held out. `confusion` has a row for every labelled class; rows of classes without a figure are zeros, their
 * columns are not, since a fold may answer them wrongly.
 */
export function estimateFrom(
  plan: FoldPlan,
  labels: readonly Pick<Label, "classId" | "origin">[],
  answers: readonly HeldOutAnswer[],
  seed: number,
): Estimate {
  if (plan.kind === "none") {
    assert(answers.length === 0, "nothing is held out where there is no figure");
    return plan;
  }
  const expected = plan.folds.flatMap((fold) => fold.heldOut).sort((a, b) => a - b);
  const answered = [...answers].sort((a, b) => a.label - b.label);
  assert(
    expected.length === answered.length && expected.every((label, i) => answered[i]?.label === label),
    "every held-out label is answered exactly once",
  );
  const index = new Map(plan.labelled.map((id, i) => [id, i]));
  const indexOf = (id: ClassId): number => present(index.get(id), "an answered class among the labelled");
  const units = new Map<number, number>();
  const unitOf = (label: number): number => {
    const unit = present(plan.unitOf[label], "a held-out label's unit");
    const number = units.get(unit) ?? units.size;
    units.set(unit, number);
    return number;
  };
  const truths = answered.map((a) => indexOf(present(labels[a.label], "a held-out label").classId));
  const unitOfAnswer = answered.map((a) => unitOf(a.label));
  const asked = (method: "tuned" | "frozen"): readonly Asked[] =>
    answered.map((a, i) => ({ truth: truths[i]!, answered: indexOf(a[method]), unit: unitOfAnswer[i]! }));
  const figure = (method: "tuned" | "frozen"): HeldOutFigure =>
    heldOutFigure(asked(method), plan.labelled.length, units.size, seed);

  const tuned = asked("tuned");
  const confusion = confusionOf(tuned, plan.labelled.length);
  const origins: Record<string, number> = {};
  for (const a of answered) {
    const { origin } = present(labels[a.label], "a held-out label");
    origins[origin] = (origins[origin] ?? 0) + 1;
  }
  return {
    kind: "figure",
    unit: plan.unit,
    units: units.size,
    folds: plan.folds.length,
    tuned: figure("tuned"),
    frozen: figure("frozen"),
    majority: 1 / plan.classIds.length,
    recalls: plan.classIds.map((classId) => {
      const mine = tuned.filter((a) => a.truth === indexOf(classId));
      const correct = mine.filter((a) => a.answered === a.truth).length;
      return { classId, correct, total: mine.length, units: new Set(mine.map((a) => a.unit)).size };
    }),
    classIds: plan.labelled,
    confusion,
    origins,
    withoutFigure: plan.withoutFigure,
  };
}

function confusionOf(asked: readonly Asked[], classes: number): Confusion {
  return confusionMatrix(
    asked.map((a) => a.truth),
    asked.map((a) => a.answered),
    classes,
  );
}

function heldOutFigure(asked: readonly Asked[], classes: number, units: number, seed: number): HeldOutFigure {
  const correct = asked.filter((a) => a.answered === a.truth).length;
  const sizes = new Array<number>(units).fill(0);
  for (const a of asked) sizes[a.unit]! += 1;
  const number = effectiveNumber(sizes);
  const bounds = units < fewestUnitsForInterval ? null : bootstrapped(asked, classes, units, seed);
  return {
    balancedAccuracy: balancedAccuracy(confusionOf(asked, classes)),
    interval: bounds && withoutCertainty(bounds, number),
    correct,
    total: asked.length,
    wilson: wilsonInterval(correct / asked.length, number),
    effectiveNumber: number,
  };
}

/** 95 % percentile interval of balanced accuracy over whole units; a draw that lacks a class is drawn again. */
function bootstrapped(asked: readonly Asked[], classes: number, units: number, seed: number): Bounds | null {
  const total = new Uint32Array(units * classes);
  const right = new Uint32Array(units * classes);
  for (const { truth, answered, unit } of asked) {
    total[unit * classes + truth]! += 1;
    if (truth === answered) right[unit * classes + truth]! += 1;
  }
  const tested = [...new Set(asked.map((a) => a.truth))];
  const statistic = (drawn: Uint32Array): number | null => {
    let recall = 0;
    for (const c of tested) {
      let [n, r] = [0, 0];
      for (const unit of drawn) {
        n += total[unit * classes + c]!;
        r += right[unit * classes + c]!;
      }
      if (n === 0) return null;
      recall += r / n;
    }
    return recall / tested.length;
  };
  return clusterBootstrap(units, statistic, { random: randomFor(seed, "estimate bootstrap") });
}
