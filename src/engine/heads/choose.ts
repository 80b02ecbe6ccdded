// Which variant to use, by the labels alone: folds of whole units inside them, log-loss, and a default that must be beaten clearly.
// Knows scorers and held-out answers; no test patches ever come here.
import { assert, present } from "../../base/fault.ts";
import { logLoss } from "../../math/metrics.ts";
import { dealUnits, type UnitFold } from "../estimate/unit-folds.ts";
import {
  type FewLabelTask,
  fitOnce,
  mostCandidates,
  type PatchRows,
  selectRows,
  selectTask,
  type Variant,
} from "./frozen-methods.ts";
import { fitTemperature, withTemperature } from "./temperature.ts";

/** Below this many labels in any class nothing is chosen or fitted from the person's labels. */
export const fewestToChoose = 4;

export type Choice = Readonly<{
  /** Index of the candidate to use. */
  index: number;
  /** To divide log-scores by; 1 where nothing was fitted. */
  temperature: number;
  /** Why this one: constants (and why), the default kept, or the default beaten. */
  kind: "constants" | "default" | "better";
  words: string;
  /** Mean held-out log-loss of every candidate over the units, at its own temperature; empty for constants. */
  losses: readonly number[];
}>;

/** One fold: what is fitted on, and what is asked with its classes and units. */
type InnerFold = Readonly<{ task: FewLabelTask; asked: PatchRows; truth: readonly number[]; units: readonly number[] }>;

/** The folds every choice from the same labels is made on, or why nothing is chosen. */
export type InnerPlan =
  | Readonly<{ kind: "folds"; folds: readonly InnerFold[] }>
  | Readonly<{ kind: "none"; why: string }>;

/** Null where there are enough labels in every class that has any. */
export function enoughToChoose(targets: readonly number[]): Extract<InnerPlan, { kind: "none" }> | null {
  const fewest = Math.min(...Array.from(new Set(targets), (c) => targets.filter((target) => target === c).length));
  if (fewest >= fewestToChoose) return null;
  return { kind: "none", why: `constants: fewer than ${fewestToChoose} labels in a class` };
}

/** Every unit of the task is known: files, or groups of them. */
export function planInner(task: FewLabelTask, seed: number): InnerPlan {
  const few = enoughToChoose(task.targets);
  return few ?? planOf(task, dealUnits(task, seed), task.units);
}

/** `units[i]`: of row i; its losses are averaged before they are compared. */
export function planOf(task: FewLabelTask, folds: readonly UnitFold[], units: readonly number[]): InnerPlan {
  if (folds.length === 0) return { kind: "none", why: "constants: too few units to hold any out" };
  return {
    kind: "folds",
    folds: folds.map(({ training, heldOut }) => ({
      task: selectTask(task, training),
      asked: selectRows(task.rows, heldOut),
      truth: heldOut.map((i) => present(task.targets[i], "a held-out class")),
      units: heldOut.map((i) => present(units[i], "a held-out unit")),
    })),
  };
}

/**
 * The first candidate is the default. Another replaces it only where its mean log-loss over whole held-out units is lower by more than
 * one standard error of the paired difference; of several the lowest. Every candidate is judged at its own temperature, fitted on the
 * same held-out answers, so that none wins by being less shy.
 */
export function chooseVariant(candidates: readonly Variant[], classes: number, plan: InnerPlan): Choice {
  assert(candidates.length > 0 && candidates.length <= mostCandidates, `${candidates.length} candidates`);
  if (plan.kind === "none") return { index: 0, temperature: 1, kind: "constants", words: plan.why, losses: [] };
  return chooseJudged(
    candidates.map(({ name }) => name),
    candidates.map((candidate) => judge(candidate, plan.folds, classes)),
  );
}

/** The same rule for whatever was judged elsewhere on the same units; `names` and `judged` in one order. */
export function chooseJudged(names: readonly string[], judged: readonly Judged[]): Choice {
  assert(judged.length <= mostCandidates && judged.length === names.length, `${judged.length} candidates`);
  const [standard] = judged;
  assert(standard, "a default");
  let best = 0;
  for (const [i, other] of judged.entries()) {
    if (i === 0) continue;
    const gains = standard.unitLosses.map((loss, unit) => loss - present(other.unitLosses[unit], "a unit's loss"));
    const mean = average(gains);
    const error = standardError(gains);
    if (mean > error && other.loss < present(judged[best], "a candidate").loss) best = i;
  }
  const chosen = present(judged[best], "the chosen one");
  const name = present(names[best], "the chosen one");
  return {
    index: best,
    temperature: chosen.temperature,
    kind: best === 0 ? "default" : "better",
    words:
      best === 0
        ? `${name}: the default, which no other beat by one standard error`
        : `${name}: better than the default by more than one standard error`,
    losses: judged.map(({ loss }) => loss),
  };
}

export type Judged = Readonly<{ temperature: number; unitLosses: readonly number[]; loss: number }>;

function judge(candidate: Variant, folds: readonly InnerFold[], classes: number): Judged {
  const truth = folds.flatMap((fold) => fold.truth);
  const units = folds.flatMap((fold) => fold.units);
  const scores = Float64Array.from(folds.flatMap(({ task, asked }) => [...fitOnce(candidate, task)(asked)]));
  const temperature = fitTemperature(truth, scores, classes);
  return judgeScores({ truth, units }, withTemperature(scores, classes, temperature), classes, temperature);
}

/** `softened`: scores [rows, classes] at their temperature. */
export function judgeScores(
  { truth, units }: Readonly<{ truth: readonly number[]; units: readonly number[] }>,
  softened: Float64Array,
  classes: number,
  temperature: number,
): Judged {
  const ofUnit = new Map<number, number[]>();
  truth.forEach((target, i) => {
    const unit = present(units[i], "a unit");
    const loss = logLoss([target], softened.subarray(i * classes, (i + 1) * classes), classes);
    ofUnit.set(unit, [...(ofUnit.get(unit) ?? []), loss]);
  });
  const unitLosses = [...ofUnit].toSorted(([a], [b]) => a - b).map(([, losses]) => average(losses));
  return { temperature, unitLosses, loss: average(unitLosses) };
}

const average = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/** Of the mean; infinite of one value, which can show nothing. */
function standardError(values: readonly number[]): number {
  if (values.length < 2) return Number.POSITIVE_INFINITY;
  const mean = average(values);
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}
