// Questions about checks of maps: where one could be drawn from, whether its map is still the one on the screen. Reads the state and the
// registry; changes neither.
import type { Region } from "../domain/geometry.ts";
import { looksDigest, type MapCheck, strataOf } from "../domain/map-check.ts";
import { cellsTouching } from "../domain/map-grid.ts";
import { looksOf } from "../domain/map-look.ts";
import type { AppState } from "./action.ts";
import { type ShownMap, shownMap } from "./map-looks.ts";
import type { MapRegistry } from "./map-registry.ts";
import { labelledRegions } from "./map-selectors.ts";

/** What the map says everywhere, every class shown: what a check is drawn from and bound to. */
export const looksToCheck = (state: AppState, { numbers }: ShownMap): Int16Array =>
  looksOf(numbers, { threshold: state.session.maps.view.threshold, shown: [] });

/** Strata of what is shown; labelled places and those of earlier checks of this slide are left out. */
export function strataShown(
  state: AppState,
  map: ShownMap,
): Readonly<{ strata: readonly number[][]; leftOut: number }> {
  const classes = map.layer?.classes.length ?? 0;
  const looks = looksToCheck(state, map);
  const drawn = checksOf(state, map.sheet.slideId).flatMap(({ draws }) => draws.map(({ region }) => region));
  const leftOut = cellsTouching(map.sheet.grid, [...labelledRegions(state, map.sheet), ...drawn]);
  const strata = strataOf(looks, classes, leftOut);
  const size = (lists: readonly number[][]): number => lists.reduce((sum, { length }) => sum + length, 0);
  return { strata, leftOut: size(strataOf(looks, classes, new Set())) - size(strata) };
}

/** Checks of a slide, oldest first. */
export function checksOf({ project }: Pick<AppState, "project">, slideId: string | null): readonly MapCheck[] {
  return [...project.project.checks.values()].filter((check) => check.slideId === slideId);
}

/** Places of a slide whose labels only test: nothing may suggest them for labelling. */
export const testPlaces = (state: Pick<AppState, "project">, slideId: string | null): readonly Region[] =>
  checksOf(state, slideId).flatMap(({ released, draws }) => (released ? [] : draws.map(({ region }) => region)));

/** Digest of what is shown, computed once for each change of the numbers: a map may have millions of places. */
const digests = new WeakMap<MapRegistry, Map<string, string>>();

export function digestShown(state: AppState, maps: MapRegistry, map: ShownMap): string {
  let known = digests.get(maps);
  if (!known) {
    const fresh = new Map<string, string>();
    maps.subscribe(() => fresh.clear());
    digests.set(maps, fresh);
    known = fresh;
  }
  const key = `${map.sheet.id} ${map.layer?.key} ${state.session.maps.view.threshold}`;
  const digest = known.get(key) ?? looksDigest(looksToCheck(state, map));
  known.set(key, digest);
  return digest;
}

/** Whether a check's figures are of the map that is shown; if not, why: it is another layer, or this one says something else by now. */
export type CheckBinding = "this-map" | "another-map" | "changed";

export function bindingOf(state: AppState, maps: MapRegistry, check: MapCheck): CheckBinding {
  const map = shownMap(state, maps);
  if (!map?.layer || map.sheet.id !== check.map.sheet || map.layer.key !== check.map.layer) return "another-map";
  return digestShown(state, maps, map) === check.map.digest ? "this-map" : "changed";
}
