// What the map that is shown says, place by place and in figures: the layer, or its difference from another. Reads the state and the
// registry; changes neither.

import type { Point } from "../domain/geometry.ts";
import { figuresOf, type MapFigures } from "../domain/map-figures.ts";
import { cellAt, cellCentre, cellsTouching } from "../domain/map-grid.ts";
import { differenceOf, type LayerNumbers, look, lookAt, looksOf, matchClasses } from "../domain/map-look.ts";
import { placeState, type SheetLayer, type SheetRecord } from "../domain/map-sheet.ts";
import type { AppState } from "./action.ts";
import type { MapRegistry } from "./map-registry.ts";
import { labelledRegions, shownLayers, shownSheet } from "./map-selectors.ts";
import { hiddenOf } from "./map-state.ts";

export type ShownMap = Readonly<{
  sheet: SheetRecord;
  /** null: features only, nothing to colour them by. */
  layer: SheetLayer | null;
  numbers: LayerNumbers;
  against: Readonly<{ layer: SheetLayer; numbers: LayerNumbers }> | null;
}>;

export function shownMap(state: AppState, maps: MapRegistry): ShownMap | null {
  const sheet = shownSheet(state);
  if (!sheet) return null;
  const { layer, against } = shownLayers(state);
  const numbers = maps.numbers(sheet.id, layer?.key ?? null);
  if (!numbers) return null;
  const other = against && maps.numbers(sheet.id, against.key);
  return { sheet, layer, numbers, against: against && other ? { layer: against, numbers: other } : null };
}

/** One look a place, of the layer's classes. */
export function looksShown(state: AppState, { layer, numbers, against }: ShownMap): Int16Array {
  const { view } = state.session.maps;
  const { threshold } = view;
  const shown = hiddenOf(view, layer?.classes ?? []);
  if (!layer || !against) return looksOf(numbers, { threshold, shown });
  const before = looksOf(against.numbers, { threshold, shown: [] });
  const after = looksOf(numbers, { threshold, shown: [] });
  const difference = differenceOf(before, after, matchClasses(against.layer.classes, layer.classes));
  return difference.map((value) => (value >= 0 && shown[value] === false ? look.negative : value));
}

/** Places that are labelled: in no figure. */
export function labelledCells(state: AppState, sheet: SheetRecord): ReadonlySet<number> {
  return cellsTouching(sheet.grid, labelledRegions(state, sheet));
}

/** mm2 one cell stands for. */
export const cellMm2 = ({ grid, mppX, mppY }: SheetRecord): number => (grid.stepX * mppX * grid.stepY * mppY) / 1e6;

export function figuresShown(state: AppState, map: ShownMap): MapFigures {
  const { threshold, top } = state.session.maps.view;
  return figuresOf(map.numbers, threshold, labelledCells(state, map.sheet), cellMm2(map.sheet), top);
}

export type Compared = Readonly<{ same: number; changed: number; uncertain: number }>;

/** Places both layers answer, labelled ones left out. */
export function comparedShown(state: AppState, map: ShownMap): Compared | null {
  const { layer, against, numbers } = map;
  if (!layer || !against) return null;
  const { threshold } = state.session.maps.view;
  const settings = { threshold, shown: [] };
  const difference = differenceOf(
    looksOf(against.numbers, settings),
    looksOf(numbers, settings),
    matchClasses(against.layer.classes, layer.classes),
  );
  const labelled = labelledCells(state, map.sheet);
  let [same, changed, uncertain] = [0, 0, 0];
  difference.forEach((value, cell) => {
    if (labelled.has(cell)) return;
    if (value === look.negative) same++;
    else if (value === look.uncertain) uncertain++;
    else if (value >= 0) changed++;
  });
  return { same, changed, uncertain };
}

export type PlaceOnMap = Readonly<{
  cell: number;
  /** Of domain/map-look.ts, every class shown. */
  look: number;
  /** Highest first; empty where there is no answer. */
  scores: readonly Readonly<{ name: string; color: string; score: number }>[];
}>;

/** The value under the cursor; null beyond the map. */
export function placeOnMap(state: AppState, map: ShownMap, at: Point<"slide">): PlaceOnMap | null {
  const cell = cellAt(map.sheet.grid, at);
  if (cell === null) return null;
  const { numbers, layer } = map;
  const value = lookAt(numbers, { threshold: state.session.maps.view.threshold, shown: [] }, cell);
  const { scores, classes } = numbers;
  const answered = scores !== null && (value >= 0 || value === look.uncertain);
  const list = (layer?.classes ?? []).map(({ name, color }, c) => ({
    name,
    color,
    score: scores?.[cell * classes + c] ?? 0,
  }));
  return { cell, look: value, scores: answered ? list.toSorted((a, b) => b.score - a.score) : [] };
}

/**
 * Where a look at the map means the place that was looked at: the middle of the cell, whose patch the map has answered. Correcting it is
 * labelling that very patch. The point itself where no map is shown, or nothing was computed there.
 */
export function placeMeant(state: AppState, maps: MapRegistry, at: Point<"slide">): Point<"slide"> {
  if (!state.session.maps.view.visible) return at;
  const map = shownMap(state, maps);
  const cell = map && cellAt(map.sheet.grid, at);
  if (!map || cell === null || map.numbers.states[cell] !== placeState.read) return at;
  return cellCentre(map.sheet.grid, cell);
}
