// Which unit goes to which fold: stratified as well as whole units allow, seeded. Knows no slides and no places, only who guards whom.
import type { Random } from "../../math/random.ts";
import { shuffled } from "../../math/random.ts";

/** A label as the assignment sees it: its unit, its class (an index), and the other units whose being held out takes it away. */
export type Member = Readonly<{ unit: number; classIndex: number; guardedBy: readonly number[] }>;

export type Assignment = Readonly<{
  /** Fold of each unit; -1 for units that are never held out. */
  foldOf: readonly number[];
  /** [fold, class] pairs where the fold's training part has no label of a class in `tested`. */
  missing: readonly (readonly [number, number])[];
}>;

export type AssignmentProblem = Readonly<{
  members: readonly Member[];
  units: number;
  /** Classes (indices) that get a figure; units that hold none of them are never held out. */
  tested: ReadonlySet<number>;
  folds: number;
  /** Label visits the search may spend. */
  search?: number;
}>;

/** Label visits the search may spend; enough for hundreds of labels, a bound for many thousands. */
const searchBudget = 4_000_000;

/** What an assignment costs: a training part without a class outweighs everything; then stratification and guarded labels. */
type Judge = (foldOf: readonly number[]) => number;

export function heldOutUnits({ members, tested }: AssignmentProblem): ReadonlySet<number> {
  return new Set(members.filter((m) => tested.has(m.classIndex)).map((m) => m.unit));
}

function missingPairs({ members, tested, folds }: AssignmentProblem, foldOf: readonly number[]) {
  const trained = Array.from({ length: folds }, () => new Set<number>());
  let guarded = 0;
  for (const member of members) {
    for (let fold = 0; fold < folds; fold++) {
      if (foldOf[member.unit] === fold) continue;
      if (member.guardedBy.some((unit) => foldOf[unit] === fold)) guarded += 1;
      else trained[fold]!.add(member.classIndex);
    }
  }
  const missing = trained.flatMap((classes, fold) =>
    [...tested].filter((c) => !classes.has(c)).map((c): readonly [number, number] => [fold, c]),
  );
  return { missing, guarded };
}

/** Sum over classes and folds of ((labels of the class in the fold) / (labels of the class) - 1/folds)^2; all labels count as one more. */
function createJudge(problem: AssignmentProblem): Judge {
  const { members, tested, folds } = problem;
  const strata = [...tested, -1];
  const counted = members.filter((m) => tested.has(m.classIndex));
  const totals = new Map(strata.map((s) => [s, counted.filter((m) => s === -1 || m.classIndex === s).length] as const));
  return (foldOf) => {
    const share = new Map(strata.map((s) => [s, new Float64Array(folds)] as const));
    for (const m of counted) {
      for (const s of [m.classIndex, -1]) share.get(s)![foldOf[m.unit]!]! += 1 / totals.get(s)!;
    }
    let imbalance = 0;
    for (const row of share.values()) for (const v of row) imbalance += (v - 1 / folds) ** 2;
    const { missing, guarded } = missingPairs(problem, foldOf);
    return 1e6 * missing.length + imbalance / strata.length + guarded / (members.length * folds);
  };
}

/** Largest unit first, each into the fold where its classes are scarcest; the seed orders equals. */
function greedy(problem: AssignmentProblem, random: Random): number[] {
  const { members, units, tested, folds } = problem;
  const held = heldOutUnits(problem);
  const counted = members.filter((m) => tested.has(m.classIndex));
  const byUnit = new Map([...held].map((unit) => [unit, counted.filter((m) => m.unit === unit)] as const));
  const totals = new Map([...tested].map((c) => [c, counted.filter((m) => m.classIndex === c).length] as const));
  const foldOf = new Array<number>(units).fill(-1);
  const order = shuffled(
    random,
    [...held].sort((a, b) => a - b),
  );
  order.sort((a, b) => byUnit.get(b)!.length - byUnit.get(a)!.length);
  const load = Array.from({ length: folds }, () => new Map<number, number>());
  const size = new Array<number>(folds).fill(0);
  for (const unit of order) {
    const own = byUnit.get(unit)!;
    const crowding = (fold: number): number =>
      own.reduce((a, m) => a + (load[fold]!.get(m.classIndex) ?? 0) / totals.get(m.classIndex)!, 0) / own.length +
      size[fold]! / counted.length;
    let best = 0;
    for (let fold = 1; fold < folds; fold++) if (crowding(fold) < crowding(best) - 1e-12) best = fold;
    foldOf[unit] = best;
    size[best]! += own.length;
    for (const m of own) load[best]!.set(m.classIndex, (load[best]!.get(m.classIndex) ?? 0) + 1);
  }
  return foldOf;
}

/** Moves and swaps of units while they help. */
function improve(problem: AssignmentProblem, foldOf: number[], judge: Judge): void {
  const units = [...heldOutUnits(problem)].sort((a, b) => a - b);
  let left = Math.floor((problem.search ?? searchBudget) / problem.members.length);
  let cost = judge(foldOf);
  const better = (): boolean => {
    left -= 1;
    const next = judge(foldOf);
    if (next >= cost - 1e-12) return false;
    cost = next;
    return true;
  };
  for (let improved = true; improved && left > 0; ) {
    improved = false;
    for (const unit of units) {
      for (let fold = 0; fold < problem.folds && left > 0; fold++) {
        const before = foldOf[unit]!;
        if (fold === before) continue;
        foldOf[unit] = fold;
        if (better()) improved = true;
        else foldOf[unit] = before;
      }
    }
    for (let i = 0; i < units.length; i++) {
      for (let j = i + 1; j < units.length && left > 0; j++) {
        const [a, b] = [units[i]!, units[j]!];
        const [foldA, foldB] = [foldOf[a]!, foldOf[b]!];
        if (foldA === foldB) continue;
        [foldOf[a], foldOf[b]] = [foldB, foldA];
        if (better()) improved = true;
        else [foldOf[a], foldOf[b]] = [foldA, foldB];
      }
    }
  }
}

/**
 * Assigns every unit with a tested class to one fold. Looks at classes and guards only, never at features. Depends on the numbering
 * of units and on `random`, on nothing else.
 */
export function assignFolds(problem: AssignmentProblem, random: Random): Assignment {
  const foldOf = greedy(problem, random);
  improve(problem, foldOf, createJudge(problem));
  return { foldOf, missing: missingPairs(problem, foldOf).missing };
}
