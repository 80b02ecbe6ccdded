// What a map says at each place, as one number a cell: a class, or why there is none. Threshold and chosen classes act here alone, so
// that moving them computes nothing again. Knows no colour and no screen.
import type { ClassId } from "../base/brand.ts";
import type { TissueClass } from "./label.ts";
import { placeState } from "./map-sheet.ts";
import { minimumTissue } from "./patch.ts";

/** Zero and above is the index of the class that is called. */
export const look = {
  notComputed: -1,
  background: -2,
  uncertain: -3,
  negative: -4,
  unreadable: -5,
  unscored: -6,
} as const;

/** Numbers of a sheet and of one layer on it. `tissue`: null where the slide is too large for a mask. */
export type LayerNumbers = Readonly<{
  states: Uint8Array;
  tissue: Float32Array | null;
  /** [cells, classes] row-major; NaN where the layer has no answer. null: no layer, only features. */
  scores: Float32Array | null;
  classes: number;
}>;

export type LookSettings = Readonly<{
  /** A class is called where its score is the highest and at least this. */
  threshold: number;
  /** Of each class of the layer, whether its places are shown; others are "negative". */
  shown: readonly boolean[];
}>;

/** A place counts as glass by the mask, or by its own pixels where there is no mask. */
export function isBackground({ states, tissue }: Pick<LayerNumbers, "states" | "tissue">, cell: number): boolean {
  return tissue ? (tissue[cell] ?? 0) < minimumTissue : states[cell] === placeState.glass;
}

/** Index of the highest score of a place; -1 where the layer has no answer there. */
export function calledClass(scores: Float32Array, classes: number, cell: number): number {
  const start = cell * classes;
  let best = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let c = 0; c < classes; c++) {
    const score = scores[start + c] ?? Number.NaN;
    // A NaN is no answer, and loses every comparison.
    if (score > highest) [best, highest] = [c, score];
  }
  return best;
}

export function lookAt(numbers: LayerNumbers, { threshold, shown }: LookSettings, cell: number): number {
  const { states, scores, classes } = numbers;
  if (isBackground(numbers, cell)) return look.background;
  if (states[cell] === placeState.unreadable) return look.unreadable;
  if (!scores) return states[cell] === placeState.read ? look.unscored : look.notComputed;
  const best = calledClass(scores, classes, cell);
  if (best < 0) return look.notComputed;
  if ((scores[cell * classes + best] ?? 0) < threshold) return look.uncertain;
  return shown[best] === false ? look.negative : best;
}

export function looksOf(numbers: LayerNumbers, settings: LookSettings): Int16Array {
  return Int16Array.from(numbers.states, (_, cell) => lookAt(numbers, settings, cell));
}

/** For each class of `a` its index in `b`: the same class, or one of the same name (another set's class of that name); -1: none. */
export function matchClasses(
  a: readonly Pick<TissueClass, "id" | "name">[],
  b: readonly Pick<TissueClass, "id" | "name">[],
): readonly number[] {
  const named = (name: string): string => name.trim().toLowerCase();
  return a.map(({ id, name }) => {
    const same = b.findIndex((other) => (other.id as ClassId) === id);
    return same >= 0 ? same : b.findIndex((other) => named(other.name) === named(name));
  });
}

/**
 * Two layers of one sheet held against each other, in looks of `after`: a class where it is called now and was not before, `negative`
 * where both call the same, `uncertain` where either is. Where one has no answer the place is not compared.
 */
export function differenceOf(before: Int16Array, after: Int16Array, match: readonly number[]): Int16Array {
  return Int16Array.from(after, (now, cell) => {
    const then = before[cell] ?? look.notComputed;
    if (now === look.background || now === look.unreadable) return now;
    if (then === look.notComputed || now === look.notComputed || then === look.unscored || now === look.unscored) {
      return look.notComputed;
    }
    if (then < 0 || now < 0) return look.uncertain;
    return match[then] === now ? look.negative : now;
  });
}
