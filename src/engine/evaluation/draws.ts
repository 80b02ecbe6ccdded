// Which patches are labelled in a draw and which are reported on: seeded, whole groups, class by class. Knows indices, classes and groups;
// no pixels and no method.
import { assert, Fault } from "../../base/fault.ts";
import { type Random, randomFor, shuffled } from "../../math/random.ts";

/** What a draw needs to know of a patch. */
export type Drawable = Readonly<{ classIndex: number; group: string }>;

/** The seeds of the draws: consecutive from the first, so that a longer run repeats a shorter one. */
export const seedsOf = (first: number, draws: number): readonly number[] =>
  Array.from({ length: draws }, (_, i) => first + i);

const indicesOf = (patches: readonly Drawable[], classIndex: number): number[] =>
  patches.flatMap((patch, i) => (patch.classIndex === classIndex ? [i] : []));

/** Patches of the smallest class. */
export function smallestClass(patches: readonly Drawable[], classes: number): number {
  return Math.min(...Array.from({ length: classes }, (_, c) => indicesOf(patches, c).length));
}

/** A k above a third of the smallest class leaves too little to draw from: the draws would be the same labels over and over. */
export const mostShots = (patches: readonly Drawable[], classes: number): number =>
  Math.floor(smallestClass(patches, classes) / 3);

/**
 * k patches of every class, ascending indices. Groups are visited in random order, one patch of each before a second of any: k labels
 * are of k places where there are as many. Fault `too-few-labels` where a class has fewer than k patches.
 */
export function drawSupport(patches: readonly Drawable[], classes: number, k: number, seed: number): readonly number[] {
  assert(Number.isInteger(k) && k > 0, `${k} labels a class`);
  const drawn: number[] = [];
  for (let c = 0; c < classes; c++) {
    const all = indicesOf(patches, c);
    if (all.length < k) {
      throw new Fault("too-few-labels", `A class has ${all.length} patches; ${k} labels cannot be drawn from it.`);
    }
    drawn.push(...drawSpread(all, (i) => patches[i]?.group ?? "", k, randomFor(seed, `support ${c}`)));
  }
  return drawn.toSorted((a, b) => a - b);
}

/**
 * Half of the groups of every class to draw labels from, the other half to report on. A group of several classes goes whole to one side,
 * with the class it was met in first. Fault `invalid` where a class has fewer than two groups, or is missing from a side for that reason.
 */
export function divide(
  patches: readonly Drawable[],
  classes: number,
  seed: number,
): Readonly<{ pool: readonly number[]; test: readonly number[] }> {
  const side = new Map<string, "pool" | "test">();
  for (let c = 0; c < classes; c++) {
    const groups = [...new Set(indicesOf(patches, c).map((i) => patches[i]?.group ?? ""))];
    const free = groups.filter((group) => !side.has(group));
    if (groups.length < 2) {
      throw new Fault(
        "invalid",
        "A class has one group only: nothing can be reported on that is not among the labels.",
      );
    }
    const taken = groups.filter((group) => side.get(group) === "pool").length;
    const wanted = Math.max(0, Math.ceil(groups.length / 2) - taken);
    shuffled(randomFor(seed, `sides ${c}`), free).forEach((group, i) => {
      side.set(group, i < wanted ? "pool" : "test");
    });
  }
  const on = (which: "pool" | "test"): readonly number[] =>
    patches.flatMap((patch, i) => (side.get(patch.group) === which ? [i] : []));
  const [pool, test] = [on("pool"), on("test")];
  for (const part of [pool, test]) {
    if (new Set(part.map((i) => patches[i]?.classIndex)).size === classes) continue;
    throw new Fault(
      "invalid",
      "The groups of a class all lie on one side, for they are groups of other classes too. Divide the folder into pool/ and test/ yourself, or use another --seed.",
    );
  }
  return { pool, test };
}

/** At most k of these, of as many groups as there are; the first of a draw of more. */
export function drawSpread(
  of: readonly number[],
  groupOf: (i: number) => string | number,
  k: number,
  random: Random,
): readonly number[] {
  const groups = new Map<string | number, number[]>();
  for (const i of shuffled(random, of)) groups.set(groupOf(i), [...(groups.get(groupOf(i)) ?? []), i]);
  const rounds = [...groups.values()];
  const mine: number[] = [];
  for (let round = 0; mine.length < Math.min(k, of.length); round++) {
    for (const members of rounds) {
      const next = members[round];
      if (next !== undefined && mine.length < k) mine.push(next);
    }
  }
  return mine;
}

/**
 * At most `most` of the patches, seeded, ascending: classes in random order in shares of 1 : 2 : 3 ... What is learned from patches
 * without labels must not gain from a folder's equal classes, which no slide has.
 */
export function drawUnevenly(
  patches: readonly Drawable[],
  classes: number,
  most: number,
  seed: number,
): readonly number[] {
  const wanted = Math.min(most, patches.length);
  const whole = (classes * (classes + 1)) / 2;
  const order = shuffled(
    randomFor(seed, "uneven classes"),
    Array.from({ length: classes }, (_, c) => c),
  );
  return order
    .flatMap((c, rank) =>
      shuffled(randomFor(seed, `uneven ${c}`), indicesOf(patches, c)).slice(
        0,
        Math.floor((wanted * (rank + 1)) / whole),
      ),
    )
    .toSorted((a, b) => a - b);
}

/** At most `most` of these, as evenly many of each class as there are, seeded; ascending. Fault `invalid` with fewer than classes. */
export function limited(
  patches: readonly Drawable[],
  of: readonly number[],
  classes: number,
  most: number,
  seed: number,
): readonly number[] {
  if (of.length <= most) return of;
  if (most < classes) throw new Fault("invalid", `${most} patches are fewer than the ${classes} classes.`);
  const byClass = Array.from({ length: classes }, (_, c) =>
    shuffled(
      randomFor(seed, `limit ${c}`),
      of.filter((i) => patches[i]?.classIndex === c),
    ),
  );
  const kept: number[] = [];
  // Round by round: the classes stay as even as they can, and every class keeps something.
  for (let round = 0; kept.length < most; round++) {
    for (const members of byClass) {
      const next = members[round];
      if (next !== undefined && kept.length < most) kept.push(next);
    }
  }
  return kept.toSorted((a, b) => a - b);
}
