// What the session shows of maps: which sheets there are, how the sweep gets on, how a map is looked at. Plain and small: the numbers
// are in map-registry.ts. Knows no engine.
import type { SlideId } from "../base/brand.ts";
import type { FaultData } from "../base/fault.ts";
import type { TissueClass } from "../domain/label.ts";
import type { MapOverlap } from "../domain/map-grid.ts";
import { frozenLayer, type LayerKey, type SheetId, type SheetLayer, type SheetRecord } from "../domain/map-sheet.ts";
import { say } from "../words/say.ts";

/** Where a sweep goes: all tissue, or the tissue within the regions drawn on the slide. */
export type SweepArea = "tissue" | "regions";

export type SweepOptions = Readonly<{
  area: SweepArea;
  overlap: MapOverlap;
  /** Every place, or every 2nd or 4th of both directions; the rest stays uncomputed and is shown so. */
  every: 1 | 2 | 4;
}>;

export type SweepState = Readonly<{
  sheet: SheetId;
  slideId: SlideId;
  /** null: frozen features only; the labels' preview colours them. */
  layer: LayerKey | null;
  options: SweepOptions;
  state: "preparing" | "running" | "restarting" | "paused";
  /** Places of this sweep, those finished before it included. */
  done: number;
  total: number;
  /** null until it is known. */
  perSecond: number | null;
}>;

/** How the last sweep of this session ended, until the next begins. */
export type SweepEnd =
  | Readonly<{ kind: "complete"; places: number; unreadable: number }>
  | Readonly<{ kind: "cancelled" }>
  | Readonly<{ kind: "failed"; fault: FaultData }>;

export type MapView = Readonly<{
  visible: boolean;
  /** null: the layer of whoever answers clicks now. */
  layer: LayerKey | null;
  /** The layer it is compared with; null: shown by itself. */
  against: LayerKey | null;
  /** 0..1 */
  opacity: number;
  /** Lowest score at which a class is called, 0..1. */
  threshold: number;
  /** Classes whose places are shown as negative, by name: layers of two sets may have their own ids. */
  hidden: readonly string[];
  /** Of the highest scores, how many make the second slide-level answer. */
  top: number;
}>;

/** The labels' frozen-feature head on the sheet that is shown. */
export type MapPreview = Readonly<{
  sheet: SheetId;
  classes: readonly TissueClass[];
  labels: number;
  /** The engine's time for all places. */
  milliseconds: number;
}>;

export type MapsState = Readonly<{
  /** Sheets of this visit and those kept of the slides shown in it. */
  sheets: ReadonlyMap<SheetId, SheetRecord>;
  options: SweepOptions;
  sweep: SweepState | null;
  ended: SweepEnd | null;
  view: MapView;
  preview: MapPreview | null;
  /** Goes up when numbers have changed, a few times a second. */
  revision: number;
  /** What could not be kept; null: everything is. */
  unkept: FaultData | null;
}>;

export const initialMaps: MapsState = {
  sheets: new Map(),
  options: { area: "tissue", overlap: 1, every: 1 },
  sweep: null,
  ended: null,
  view: { visible: true, layer: null, against: null, opacity: 0.6, threshold: 0.5, hidden: [], top: 10 },
  preview: null,
  revision: 0,
  unkept: null,
};

/** A layer of a sheet, the preview included; null where the sheet has none of that key. */
export function layerOfSheet(maps: MapsState, record: SheetRecord, key: LayerKey): SheetLayer | null {
  if (key !== frozenLayer) return record.layers.find((layer) => layer.key === key) ?? null;
  const { preview } = maps;
  if (preview?.sheet !== record.id) return null;
  return { key, name: say("Preview from {labels} labels", { labels: preview.labels }), classes: preview.classes };
}

export function layersOfSheet(maps: MapsState, record: SheetRecord): readonly SheetLayer[] {
  const preview = layerOfSheet(maps, record, frozenLayer);
  return preview ? [...record.layers, preview] : record.layers;
}

export const hiddenOf = (view: MapView, classes: readonly TissueClass[]): readonly boolean[] =>
  classes.map(({ name }) => !view.hidden.includes(name));
