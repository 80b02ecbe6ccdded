// Questions about maps, answered from the state alone: which sheet belongs to what is on the screen, which layer is shown. Pure.
import { gridOf, type MapOverlap } from "../domain/map-grid.ts";
import {
  frozenLayer,
  type LayerKey,
  type SheetLayer,
  type SheetRecord,
  setLayer,
  sheetIdOf,
} from "../domain/map-sheet.ts";
import { patchSpecOf } from "../domain/model.ts";
import { mppOf } from "../domain/slide.ts";
import { say } from "../words/say.ts";
import type { AppState } from "./action.ts";
import { layerOfSheet, layersOfSheet } from "./map-state.ts";
import { activeSetHere, blocksPatches, currentSlide, labelledPatches, modelInUse } from "./selectors.ts";

const known = new WeakMap<object, Map<string, SheetRecord | null>>();

/** The sheet of the slide on the screen under the loaded backbone, as it would begin; null where nothing can be swept. */
export function sheetHere(state: AppState, overlap: MapOverlap): SheetRecord | null {
  const slide = currentSlide(state);
  const { engine } = state.session;
  const model = modelInUse(state);
  if (!slide || !model || engine.kind !== "ready") return null;
  const { status } = engine;
  const scale = mppOf(slide.info.calibration);
  if (!scale) return null;
  // Hashing and JSON, on every change of state: once a slide and backbone is enough.
  const perInfo = known.get(slide.info) ?? new Map<string, SheetRecord | null>();
  known.set(slide.info, perInfo);
  const { weightsDigest, computation } = status;
  const spec = patchSpecOf(model);
  const { normalisation } = model;
  const key = JSON.stringify([weightsDigest, overlap, spec, normalisation, computation]);
  const found = perInfo.get(key);
  if (found !== undefined) return found;
  const grid = gridOf(slide.info, slide.info.calibration, spec, overlap);
  const record: SheetRecord | null = grid && {
    id: sheetIdOf({ slideId: slide.info.id, weightsDigest, computation, normalisation, spec, grid }),
    slideId: slide.info.id,
    weightsDigest,
    model: model.name,
    mppX: scale.x,
    mppY: scale.y,
    overlap,
    spec,
    grid,
    layers: [],
  };
  perInfo.set(key, record);
  return record;
}

/** The sheet that is shown: with what was computed of it where something was. */
export function shownSheet(state: AppState): SheetRecord | null {
  const { maps } = state.session;
  const here = sheetHere(state, maps.options.overlap);
  return here && (maps.sheets.get(here.id) ?? here);
}

/** Whose answers a sweep would keep now: those of the active set, or none (features alone, coloured by the labels). */
export function layerToSweep(state: AppState): SheetLayer | null {
  const set = activeSetHere(state);
  return set && { key: setLayer(set.id), name: set.metadata.name, classes: set.metadata.classes };
}

/** The layer that is shown, and the one it is compared with. */
export function shownLayers(state: AppState): Readonly<{ layer: SheetLayer | null; against: SheetLayer | null }> {
  const { maps } = state.session;
  const sheet = shownSheet(state);
  if (!sheet) return { layer: null, against: null };
  const layers = layersOfSheet(maps, sheet);
  const of = (key: LayerKey | null): SheetLayer | null => (key === null ? null : layerOfSheet(maps, sheet, key));
  const wanted = layerToSweep(state)?.key ?? frozenLayer;
  // Where whoever answers has no map yet, the last one stays, under its own name.
  const layer = of(maps.view.layer) ?? of(wanted) ?? layers.at(-1) ?? null;
  const against = of(maps.view.against);
  return { layer, against: against?.key === layer?.key ? null : against };
}

/** Why no sweep can start here; null: it can. */
export function blocksSweep(state: AppState): string | null {
  const blocked = blocksPatches(state);
  if (blocked !== null) return blocked;
  if (state.session.maps.sweep && state.session.maps.sweep.state !== "paused") return say("A map is being computed.");
  const { overlap } = state.session.maps.options;
  return sheetHere(state, overlap)
    ? null
    : say("This slide is too small for one patch, or too large for a map of this stride.");
}

/** Labelled regions of the sheet's slide, as patches of the loaded backbone. */
export function labelledRegions(state: AppState, { slideId }: SheetRecord) {
  return labelledPatches(state)
    .filter(({ patch }) => patch.slideId === slideId)
    .map(({ patch }) => patch.region);
}
