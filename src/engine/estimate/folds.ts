// Which labels are held out when: whole units, stratified, guarded, seeded. Knows no model and no figure.
import type { ClassId, SlideId } from "../../base/brand.ts";
import { assert, present } from "../../base/fault.ts";
import type { UnitKind } from "../../domain/estimate.ts";
import { secondPlace } from "../../domain/estimate-words.ts";
import type { Label, TissueClass } from "../../domain/label.ts";
import { randomFor } from "../../math/random.ts";
import type { AssignmentProblem, Member } from "./assign-folds.ts";
import { assignFolds, heldOutUnits } from "./assign-folds.ts";
import { eachNeighbour, edgeGap, guardWidth, islandsOf } from "./islands.ts";
import { unitsOf } from "./units.ts";

export type FoldLabel = Pick<Label, "id" | "slideId" | "classId" | "region" | "group">;

export const mostFolds = 5;

/** All numbers are indices into the labels the plan was made of, ascending. */
export type Fold = Readonly<{
  /** Answered by this fold's training; only labels of classes with a figure. */
  heldOut: readonly number[];
  /** Never of a unit that is held out, never within the guard. Holds every class with a figure. */
  training: readonly number[];
  /** Of other units, but nearer than one patch width to something held out: in neither part. */
  guarded: readonly number[];
}>;

export type FoldPlan =
  | Readonly<{
      kind: "folds";
      unit: UnitKind;
      /** Units that hold something held out. */
      units: number;
      /** Unit of every label (an index), -1 outside the part that was planned. */
      unitOf: readonly number[];
      folds: readonly Fold[];
      /** Every class with labels, in the order of the project: what a fold may answer. */
      labelled: readonly ClassId[];
      /** Classes with a figure, in the order of the project. */
      classIds: readonly ClassId[];
      withoutFigure: readonly ClassId[];
    }>
  | Readonly<{ kind: "none"; reason: string; withoutFigure: readonly ClassId[] }>;

export type FoldOptions = Readonly<{
  /** All classes of the project, in its order; every label's class is one of them. */
  classes: readonly TissueClass[];
  /** Case of each slide where declared. */
  cases: Readonly<Record<SlideId, string>>;
  seed: number;
  /** Plan inside these labels only (indices): nested folds inside another fold's training part. Default: all. */
  within?: readonly number[];
  /** Labels (indices) that are only trained on: never held out, never counted as what a class can be held out by. Default: none. */
  trainOnly?: readonly number[];
  /** Label visits the search for even folds may spend; by default enough for the evenest of hundreds of labels. */
  search?: number;
  /** At most so many; default `mostFolds`. */
  most?: number;
}>;

/** Of a label that is only trained on: no fold is dealt by it, and no training part counts on it. */
const noClass = -2;

/** Order by what a label says, not by when or by whom: the same labels in any order, re-imported too, give the same folds. */
function compare(a: FoldLabel, b: FoldLabel): number {
  const text = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return (
    text(a.slideId, b.slideId) ||
    a.region.y - b.region.y ||
    a.region.x - b.region.x ||
    text(a.classId, b.classId) ||
    text(a.id, b.id)
  );
}

/**
 * At most five folds of whole units (units.ts), stratified by class as well as units allow.
 *
 * A class gets a figure when it has labels in two units or more. Labels of a class without one are never held out, but stay in the
 * training parts (of folds that do not hold out their unit) as answers the tuning may wrongly give. A class also loses its figure
 * when, however the units are dealt, holding some out and leaving their neighbours out as guard would leave a fold nothing of the
 * class to learn from: its places are too near to others to be told apart from them. Below two classes with a figure there is no
 * estimate; nothing ever falls back to splitting units.
 *
 * Nested folds: the same function with `within` = a fold's training part and the same labels. Islands are those of all labels, so
 * leaving some out never splits one; cases, slides or islands are chosen anew from what the part has.
 */
export function planFolds(given: readonly FoldLabel[], options: FoldOptions): FoldPlan {
  const order = [...given.keys()].sort((i, j) => compare(given[i]!, given[j]!));
  const labels = order.map((i) => given[i]!);
  const part = options.within === undefined ? null : new Set(options.within);
  const within = [...labels.keys()].filter((i) => part === null || part.has(order[i]!));
  const trainOnly = new Set(options.trainOnly);
  const mayBeHeld = (i: number): boolean => !trainOnly.has(order[i]!);
  const classOf = new Map(options.classes.map((c, i) => [c.id, i]));
  for (const label of labels) assert(classOf.has(label.classId), `label ${label.id} has a class of the project`);
  const classIndex = (i: number): number => present(classOf.get(labels[i]!.classId), "a label's class");
  const idsOf = (classes: Iterable<number>): ClassId[] =>
    [...classes].sort((a, b) => a - b).map((c) => present(options.classes[c], "a class").id);
  const namesOf = (classes: Iterable<number>): string[] =>
    [...classes].sort((a, b) => a - b).map((c) => present(options.classes[c], "a class").name);

  const { kind, unitOf } = unitsOf(labels, islandsOf(labels), options.cases, within);
  const unitsOfClass = new Map<number, Set<number>>();
  for (const i of within) {
    const known = unitsOfClass.get(classIndex(i)) ?? new Set();
    unitsOfClass.set(classIndex(i), mayBeHeld(i) ? known.add(unitOf[i]!) : known);
  }
  const labelled = [...unitsOfClass.keys()];
  const tested = new Set(labelled.filter((c) => present(unitsOfClass.get(c), "units").size >= 2));
  const crowded = new Set<number>();
  const near = neighboursWithin(labels, within, unitOf);

  while (tested.size >= 2) {
    const isTested = (i: number): boolean => mayBeHeld(i) && tested.has(classIndex(i));
    const members = within.map((i): Member => {
      const guards = near[i]!.filter(isTested).map((j) => unitOf[j]!);
      const asked = mayBeHeld(i) ? classIndex(i) : noClass;
      return { unit: unitOf[i]!, classIndex: asked, guardedBy: [...new Set(guards)] };
    });
    const units = 1 + Math.max(...within.map((i) => unitOf[i]!));
    const most = options.most ?? mostFolds;
    const search = options.search === undefined ? {} : { search: options.search };
    const problem: AssignmentProblem = { members, units, tested, folds: most, ...search };
    const held = heldOutUnits(problem);
    const folds = Math.min(most, held.size);
    const { foldOf, missing } = assignFolds({ ...problem, folds }, randomFor(options.seed, "folds"));
    if (missing.length > 0) {
      const worst = mostMissed(missing, (c) => present(unitsOfClass.get(c), "units").size);
      tested.delete(worst);
      crowded.add(worst);
      continue;
    }
    const back = (indices: readonly number[]): number[] => indices.map((i) => order[i]!).sort((a, b) => a - b);
    const untested = labelled.filter((c) => !tested.has(c));
    return {
      kind: "folds",
      unit: kind,
      units: held.size,
      unitOf: givenOrder(unitOf, order),
      folds: Array.from({ length: folds }, (_, fold) => {
        const inFold = (i: number): boolean => foldOf[unitOf[i]!] === fold;
        const heldOut = within.filter((i) => inFold(i) && isTested(i));
        const outside = within.filter((i) => !inFold(i));
        const isHeld = new Set(heldOut);
        const isGuarded = (i: number): boolean => near[i]!.some((j) => isHeld.has(j));
        return {
          heldOut: back(heldOut),
          training: back(outside.filter((i) => !isGuarded(i))),
          guarded: back(outside.filter(isGuarded)),
        };
      }).filter((fold) => fold.heldOut.length > 0),
      labelled: idsOf(labelled),
      classIds: idsOf(tested),
      withoutFigure: idsOf(untested),
    };
  }
  const untested = labelled.filter((c) => !tested.has(c));
  const reason =
    labelled.length < 2
      ? "Label a second class to get an estimate."
      : secondPlace(
          namesOf(untested),
          kind,
          untested.every((c) => crowded.has(c)),
        );
  return { kind: "none", reason, withoutFigure: idsOf(untested) };
}

/** For each label within, the labels of other units within that lie inside the guard. */
function neighboursWithin(
  labels: readonly FoldLabel[],
  within: readonly number[],
  unitOf: readonly number[],
): readonly (readonly number[])[] {
  const near: number[][] = labels.map(() => []);
  const places = within.map((i) => labels[i]!);
  eachNeighbour(places, 1 + guardWidth, (a, b) => {
    const [i, j] = [within[a]!, within[b]!];
    if (unitOf[i] === unitOf[j] || edgeGap(labels[i]!, labels[j]!) >= guardWidth) return;
    near[i]!.push(j);
    near[j]!.push(i);
  });
  return near;
}

/** Takes values in the sorted order back to the order the labels were given in. */
function givenOrder(values: readonly number[], order: readonly number[]): readonly number[] {
  const out = new Array<number>(values.length);
  order.forEach((given, sorted) => {
    out[given] = values[sorted]!;
  });
  return out;
}

/** The class missing from most training parts; of equals the one in fewer units, then the later one. */
function mostMissed(missing: readonly (readonly [number, number])[], unitsOfClass: (c: number) => number): number {
  const times = new Map<number, number>();
  for (const [, c] of missing) times.set(c, (times.get(c) ?? 0) + 1);
  const [worst] = [...times].sort(([a, n], [b, m]) => m - n || unitsOfClass(a) - unitsOfClass(b) || b - a);
  return present(worst, "a missing class")[0];
}
