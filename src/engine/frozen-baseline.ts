// The frozen-feature answer every tuning is compared with, on the same folds. Which method it uses is chosen by folds inside the
// training part alone, by the one rule of heads/choose.ts. Knows features and methods; no prompts.
import type { ClassId } from "../base/brand.ts";
import { present } from "../base/fault.ts";
import type { TissueClass } from "../domain/label.ts";
import { type FoldLabel, type FoldOptions, planFolds } from "./estimate/folds.ts";
import { answersOf } from "./evaluation/scores.ts";
import { chooseVariant, enoughToChoose, type InnerPlan, planOf } from "./heads/choose.ts";
import { pickRows } from "./heads/examples.ts";
import { type FewLabelTask, type FrozenMethod, frozenVariants, type Variant } from "./heads/frozen-methods.ts";
import { logisticScores } from "./heads/logistic.ts";
import { fitWhitenedRows } from "./heads/whitened.ts";

/** Unprompted features [F] of each label, in the order of the labels. */
export type FrozenExamples = Readonly<{
  labels: readonly FoldLabel[];
  features: readonly Float32Array[];
  classes: readonly TissueClass[];
  /** [labels, F], by what patches nobody labelled said of these features: their regression is then the first candidate. */
  whitened?: Float32Array;
}>;

/** The default first. Without `colour`: an answer beside the tuned one is to say what the backbone knows without prompts. */
const candidates: readonly FrozenMethod[] = ["logreg", "frozen_blend", "centroid", "cache", "knn"];

/** Class answered for each of `asked`, fitted on `training` (both indices into the labels). */
export function frozenAnswers(
  examples: FrozenExamples,
  training: readonly number[],
  asked: readonly number[],
  options: Pick<FoldOptions, "cases" | "seed">,
): readonly ClassId[] {
  const task = taskOf(examples, training);
  const usual = candidates.map((method) => present(frozenVariants[method][0], "a default"));
  const variants: readonly Variant[] = examples.whitened ? [whitened, ...usual] : usual;
  const choice = chooseVariant(variants, task.classes, innerPlan(examples, training, task, options));
  const score = present(variants[choice.index], "the chosen method").fit(task);
  const scores = score(taskOf(examples, asked).rows);
  return answersOf(scores, task.classes).map((c) => present(examples.classes[c], "an answered class").id);
}

/** The strongest frozen method that is known (tuning.md). */
const whitened: Variant = {
  name: "whitened",
  fit: ({ rows, targets, classes }) => {
    const head = fitWhitenedRows({ ...rows, features: present(rows.whitened, "whitened rows"), targets, classes });
    return (asked) => logisticScores(head, present(asked.whitened, "whitened rows"));
  },
};

function taskOf({ labels, features, classes, whitened: white }: FrozenExamples, of: readonly number[]): FewLabelTask {
  const width = present(features[0], "features").length;
  const table = new Float32Array(of.length * width);
  of.forEach((label, row) => {
    table.set(present(features[label], "features"), row * width);
  });
  return {
    rows: {
      features: table,
      width,
      colours: new Float32Array(0),
      ...(white ? { whitened: pickRows(white, width, of) } : {}),
    },
    targets: of.map((label) => classes.findIndex((c) => c.id === present(labels[label], "a label").classId)),
    units: of.map((_, row) => row),
    classes: classes.length,
    centre: null,
    spread: null,
  };
}

/** Guarded folds of whole units, as the estimate's own: neighbouring labels would flatter whichever method remembers them best. */
function innerPlan(
  { labels, classes }: FrozenExamples,
  training: readonly number[],
  task: FewLabelTask,
  options: Pick<FoldOptions, "cases" | "seed">,
): InnerPlan {
  const few = enoughToChoose(task.targets);
  if (few !== null) return few;
  const plan = planFolds(labels, { classes, ...options, within: training });
  if (plan.kind === "none") return { kind: "none", why: "constants: too few units to hold any out" };
  const rowOf = new Map(training.map((label, row) => [label, row]));
  const rows = (of: readonly number[]): readonly number[] => of.map((label) => present(rowOf.get(label), "a row"));
  const folds = plan.folds.map(({ training: kept, heldOut }) => ({ training: rows(kept), heldOut: rows(heldOut) }));
  return planOf(
    task,
    folds,
    training.map((label) => present(plan.unitOf[label], "a unit")),
  );
}
