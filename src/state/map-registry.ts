// The numbers of maps, outside the store on purpose: large arrays live here, the store only says that they have changed. Knows cells
// and layers; no engine, no storage, no screen.
import { cellCount, type MapGrid } from "../domain/map-grid.ts";
import type { LayerNumbers } from "../domain/map-look.ts";
import { type LayerKey, placeState, type SheetChunk, type SheetId } from "../domain/map-sheet.ts";

type Layer = { readonly classes: number; scores: Float32Array; answered: number };
type Sheet = {
  readonly states: Uint8Array;
  readonly layers: Map<LayerKey, Layer>;
  tissue: Float32Array | null;
  /** Places whose features are known. */
  read: number;
};

export type MapRegistry = Readonly<{
  /** Begins an empty sheet where there is none. */
  ensure(id: SheetId, grid: MapGrid): void;
  has(id: SheetId): boolean;
  /** Shares of tissue, one a cell; null where the slide has no mask. */
  setTissue(id: SheetId, tissue: Float32Array | null): void;
  /** Adds finished places; `classes` is the layer's number of classes. */
  put(id: SheetId, chunk: SheetChunk, classes: number): void;
  /** Replaces a whole layer: the preview, or what a file says. NaN where there is no answer. */
  setLayer(id: SheetId, key: LayerKey, scores: Float32Array, classes: number): void;
  dropLayer(id: SheetId, key: LayerKey): void;
  /** Views, not copies: they change as the sweep goes on. null: no such sheet. `key` null: features only. */
  numbers(id: SheetId, key: LayerKey | null): LayerNumbers | null;
  answered(id: SheetId, key: LayerKey): number;
  read(id: SheetId): number;
  drop(id: SheetId): void;
  /** Called after numbers have changed, at the sweep's pace. Returns what ends it. */
  subscribe(listener: (id: SheetId) => void): () => void;
}>;

export function createMapRegistry(): MapRegistry {
  const sheets = new Map<SheetId, Sheet>();
  const listeners = new Set<(id: SheetId) => void>();
  const changed = (id: SheetId): void => {
    for (const listener of listeners) listener(id);
  };
  const need = (id: SheetId): Sheet => {
    const sheet = sheets.get(id);
    if (!sheet) throw new Error("assertion failed: numbers for a sheet that was never begun");
    return sheet;
  };
  const layerOf = (sheet: Sheet, key: LayerKey, classes: number): Layer => {
    const known = sheet.layers.get(key);
    if (known && known.classes === classes) return known;
    const made = { classes, scores: new Float32Array(sheet.states.length * classes).fill(Number.NaN), answered: 0 };
    sheet.layers.set(key, made);
    return made;
  };
  return {
    ensure(id, grid) {
      if (sheets.has(id)) return;
      sheets.set(id, { states: new Uint8Array(cellCount(grid)), layers: new Map(), tissue: null, read: 0 });
    },
    has: (id) => sheets.has(id),
    setTissue(id, tissue) {
      need(id).tissue = tissue;
      changed(id);
    },
    put(id, { cells, states, layer: key, scores }, classes) {
      const sheet = need(id);
      const layer = key === null ? null : layerOf(sheet, key, classes);
      cells.forEach((cell, i) => {
        const state = states[i] ?? placeState.none;
        if (sheet.states[cell] !== placeState.read && state === placeState.read) sheet.read++;
        // What a file says of a place says nothing of what was read there.
        if (state !== placeState.none) sheet.states[cell] = state;
        if (!layer) return;
        const before = layer.scores[cell * classes] ?? Number.NaN;
        layer.scores.set(scores.subarray(i * classes, (i + 1) * classes), cell * classes);
        const now = layer.scores[cell * classes] ?? Number.NaN;
        layer.answered += Number(Number.isNaN(before)) - Number(Number.isNaN(now));
      });
      changed(id);
    },
    setLayer(id, key, scores, classes) {
      let answered = 0;
      for (let i = 0; i < scores.length; i += classes) if (!Number.isNaN(scores[i] ?? Number.NaN)) answered++;
      need(id).layers.set(key, { classes, scores, answered });
      changed(id);
    },
    dropLayer(id, key) {
      if (sheets.get(id)?.layers.delete(key)) changed(id);
    },
    numbers(id, key) {
      const sheet = sheets.get(id);
      if (!sheet) return null;
      const layer = key === null ? undefined : sheet.layers.get(key);
      const { states, tissue } = sheet;
      return { states, tissue, scores: layer?.scores ?? null, classes: layer?.classes ?? 0 };
    },
    answered: (id, key) => sheets.get(id)?.layers.get(key)?.answered ?? 0,
    read: (id) => sheets.get(id)?.read ?? 0,
    drop(id) {
      sheets.delete(id);
      changed(id);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
