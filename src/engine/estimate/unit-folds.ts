// Folds of whole units where every unit is named already (files in folders, groups of them). Knows no slides, no places and no figure.
import { randomFor } from "../../math/random.ts";
import { assignFolds, heldOutUnits } from "./assign-folds.ts";
import { mostFolds } from "./folds.ts";

/** Indices into what was dealt, ascending. Every fold's training part holds every tested class. */
export type UnitFold = Readonly<{ training: readonly number[]; heldOut: readonly number[] }>;

/**
 * At most five folds, as well stratified as whole units allow; classes in fewer than two units stay in the training parts and are
 * never held out. Empty where fewer than two classes can be tested.
 */
export function dealUnits(
  given: Readonly<{ targets: readonly number[]; units: readonly number[] }>,
  seed: number,
): readonly UnitFold[] {
  const { targets } = given;
  const numbers = new Map<number, number>();
  for (const unit of given.units) if (!numbers.has(unit)) numbers.set(unit, numbers.size);
  const unitOf = given.units.map((unit) => numbers.get(unit) ?? -1);
  const unitsOfClass = new Map<number, Set<number>>();
  targets.forEach((target, i) => {
    unitsOfClass.set(target, (unitsOfClass.get(target) ?? new Set()).add(unitOf[i] ?? -1));
  });
  const tested = new Set([...unitsOfClass].filter(([, units]) => units.size >= 2).map(([target]) => target));
  while (tested.size >= 2) {
    const members = targets.map((classIndex, i) => ({ unit: unitOf[i] ?? -1, classIndex, guardedBy: [] }));
    const problem = { members, units: numbers.size, tested, folds: mostFolds };
    const folds = Math.min(mostFolds, heldOutUnits(problem).size);
    const { foldOf, missing } = assignFolds({ ...problem, folds }, randomFor(seed, "unit folds"));
    const [lacking] = missing;
    if (lacking) {
      tested.delete(lacking[1]);
      continue;
    }
    const all = targets.map((_, i) => i);
    const isHeld = (i: number, fold: number): boolean => foldOf[unitOf[i] ?? -1] === fold;
    return Array.from({ length: folds }, (_, fold) => ({
      training: all.filter((i) => !isHeld(i, fold)),
      heldOut: all.filter((i) => isHeld(i, fold) && tested.has(targets[i] ?? -1)),
    })).filter(({ heldOut }) => heldOut.length > 0);
  }
  return [];
}
