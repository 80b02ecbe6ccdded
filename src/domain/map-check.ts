// A map checked blind: patches drawn at random within what the map calls each class, what the person says of them, and the map they were
// drawn for. Knows no screen, no model and no map's numbers beyond the looks it is given.
// Rule: nothing is ever drawn in the place of a patch that was skipped or is unsure; both stay out of the figures, which say beside them
// what they would be if all of these were wrong, and if all were right (map-check-figures.ts).

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Brand, Mpp, SlideId } from "../base/brand.ts";
import { randomFor, shuffled } from "../math/random.ts";
import { allocate } from "../math/stratified.ts";
import type { Region } from "./geometry.ts";
import type { TissueClass } from "./label.ts";
import { cellPatch, type MapGrid } from "./map-grid.ts";
import { look, matchClasses } from "./map-look.ts";
import type { LayerKey, SheetId } from "./map-sheet.ts";
import { isOther } from "./other-class.ts";

export type MapCheckId = Brand<string, "MapCheckId">;

/** The map that is checked; another threshold, another set, one more place computed make another map. */
export type CheckedMap = Readonly<{
  sheet: SheetId;
  layer: LayerKey;
  /** Of the layer, for the person: "Preview from 8 labels". */
  name: string;
  threshold: number;
  /** sha256 of what the map said at every place. */
  digest: string;
}>;

export type CheckAnswer =
  /** Index into `choices`. */
  | Readonly<{ kind: "class"; choice: number }>
  /** Tissue of none of the classes: wrong, whatever the map says. */
  | Readonly<{ kind: "none-of-these" }>
  | Readonly<{ kind: "unsure" }>
  /** Comes again after all others; `times` it was put off. */
  | Readonly<{ kind: "skipped"; times: number }>;

/** `stratum`: index into `sizes`, what the map says there. Never shown before the check is finished. */
export type CheckDraw = Readonly<{ cell: number; region: Region; stratum: number }>;

export type MapCheck = Readonly<{
  id: MapCheckId;
  slideId: SlideId;
  map: CheckedMap;
  /** The map's classes, then those of the project the map does not know; the person answers with any of them. */
  choices: readonly TissueClass[];
  /** How many of `choices` are the map's. */
  mapped: number;
  /** Places drawn from: one number for each class of the map, the last for "uncertain". */
  sizes: readonly number[];
  /** Answered places that were not drawn from: labelled, or drawn by an earlier check. */
  leftOut: number;
  cellMm2: number;
  slideMpp: Mpp;
  seed: number;
  /** In the order they are shown. */
  draws: readonly CheckDraw[];
  /** One for each draw; null: not shown yet. */
  answers: readonly (CheckAnswer | null)[];
  finished: boolean;
  /** The labels may be tuned on now. */
  released: boolean;
}>;

/** 48 bits of a new id: random in the app, counted in tests. */
export function checkSeed(id: MapCheckId): number {
  return sha256(utf8ToBytes(id))
    .slice(0, 6)
    .reduce((seed, byte) => seed * 256 + byte, 0);
}

/** Fewer say nothing of a class; `least` of each class are drawn, or all there are. */
export const checkSizes = [30, 60, 100] as const;
export const leastPerClass = 5;

export const looksDigest = (looks: Int16Array): string =>
  bytesToHex(sha256(new Uint8Array(looks.buffer, looks.byteOffset, looks.byteLength)));

/**
 * Places of each stratum: what the map calls class h (h < classes), then what is uncertain. `looks` of domain/map-look.ts with every
 * class shown.
 */
export function strataOf(looks: Int16Array, classes: number, leftOut: ReadonlySet<number>): readonly number[][] {
  const strata: number[][] = Array.from({ length: classes + 1 }, () => []);
  looks.forEach((value, cell) => {
    const stratum = value === look.uncertain ? classes : value;
    if (stratum >= 0 && !leftOut.has(cell)) strata[stratum]?.push(cell);
  });
  return strata;
}

/** Drawn without replacement within each stratum, then shown in random order, so that the order tells nothing. */
export function drawFrom(
  strata: readonly (readonly number[])[],
  grid: MapGrid,
  wanted: number,
  seed: number,
): readonly CheckDraw[] {
  const counts = allocate(
    strata.map((cells) => cells.length),
    wanted,
    leastPerClass,
  );
  const drawn = strata.flatMap((cells, stratum) =>
    shuffled(randomFor(seed, `check/stratum ${stratum}`), cells)
      .slice(0, counts[stratum] ?? 0)
      .map((cell): CheckDraw => ({ cell, region: cellPatch(grid, cell), stratum })),
  );
  return shuffled(randomFor(seed, "check/order"), drawn);
}

/** The map's classes under the names and ids the project has for them, then the project's others. A class Other that the map does not
 * know would say no more than "none of these". */
export function choicesOf(
  mapClasses: readonly TissueClass[],
  projectClasses: readonly TissueClass[],
): readonly TissueClass[] {
  const match = matchClasses(mapClasses, projectClasses);
  const own = mapClasses.map((c, i) => projectClasses[match[i] ?? -1] ?? { ...c, key: null });
  const used = new Set(match);
  return [...own, ...projectClasses.filter((c, i) => !used.has(i) && !isOther(c))];
}

/** Index of the draw to look at: the first not shown yet, then the one put off least often; null when all are answered. */
export function nextDraw({ answers }: Pick<MapCheck, "answers">): number | null {
  const fresh = answers.indexOf(null);
  if (fresh >= 0) return fresh;
  let best: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  answers.forEach((answer, i) => {
    if (answer?.kind === "skipped" && answer.times < least) [best, least] = [i, answer.times];
  });
  return best;
}

export type CheckCounts = Readonly<{ judged: number; unsure: number; skipped: number; left: number }>;

export function checkCounts({ answers }: Pick<MapCheck, "answers">): CheckCounts {
  const count = (of: (answer: CheckAnswer | null) => boolean): number => answers.filter(of).length;
  return {
    judged: count((a) => a?.kind === "class" || a?.kind === "none-of-these"),
    unsure: count((a) => a?.kind === "unsure"),
    skipped: count((a) => a?.kind === "skipped"),
    left: count((a) => a === null),
  };
}
