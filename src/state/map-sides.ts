// Two answers to the same places beside each other: whose map stands on which side. Reads the state and the registry; changes neither.
import type { AppState } from "./action.ts";
import { type ShownMap, shownMap } from "./map-looks.ts";
import type { MapRegistry } from "./map-registry.ts";
import { layersOfSheet } from "./map-state.ts";

/** `left`: who answers now. `right`: what it is compared with, else the other map there is; null where there is one map only. */
export type MapSides = Readonly<{ left: ShownMap | null; right: ShownMap | null }>;

export function mapSides(state: AppState, maps: MapRegistry): MapSides {
  const map = shownMap(state, maps);
  if (!map) return { left: null, right: null };
  const left = { ...map, against: null };
  if (map.against) return { left, right: { ...map, ...map.against, against: null } };
  const others = layersOfSheet(state.session.maps, map.sheet).filter(({ key }) => key !== map.layer?.key);
  for (const layer of others.toReversed()) {
    const numbers = maps.numbers(map.sheet.id, layer.key);
    if (numbers) return { left, right: { sheet: map.sheet, layer, numbers, against: null } };
  }
  return { left, right: null };
}
