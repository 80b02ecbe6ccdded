// A sheet: everything one backbone said of the places of one grid on one slide, answered once and kept. Knows no store.
// Its layers are what prompt sets made of these places; the frozen features lie below all of them and are computed once.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Brand, Mpp, PromptSetId, SlideId, WeightsDigest } from "../base/brand.ts";
import { canonicalJson } from "./canonical-json.ts";
import type { TissueClass } from "./label.ts";
import type { MapGrid, MapOverlap } from "./map-grid.ts";
import type { Normalisation } from "./model.ts";
import type { PatchSpec } from "./patch.ts";
import type { BackboneComputation } from "./prompt-set.ts";

/** Hex sha256 of all that decides a place's features. */
export type SheetId = Brand<string, "SheetId">;

/** `set/<id>`: a prompt set; `frozen`: the frozen-feature head of the labels, never kept; `file/<name> <digest of its classes>`: read from a file. */
export type LayerKey = Brand<string, "LayerKey">;
export const setLayer = (id: PromptSetId): LayerKey => `set/${id}` as LayerKey;
export const frozenLayer = "frozen" as LayerKey;
/** Of a file of the same name with other classes, what was kept before must not be read by these. */
export const fileLayerKey = (name: string, classes: readonly string[]): LayerKey =>
  `file/${name} ${bytesToHex(sha256(utf8ToBytes(JSON.stringify(classes)))).slice(0, 8)}` as LayerKey;
export const isFileLayer = (key: LayerKey): boolean => key.startsWith("file/");
export const setOfLayer = (key: LayerKey): PromptSetId | null =>
  key.startsWith("set/") ? (key.slice(4) as PromptSetId) : null;

export type SheetIdentity = Readonly<{
  slideId: SlideId;
  weightsDigest: WeightsDigest;
  computation: BackboneComputation;
  normalisation: Normalisation;
  spec: PatchSpec;
  grid: MapGrid;
}>;

/** Two sheets of another backbone, read-out, patch or um/px never meet. */
export function sheetIdOf(identity: SheetIdentity): SheetId {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(identity)))) as SheetId;
}

/** `classes` in the order of the scores. */
export type SheetLayer = Readonly<{ key: LayerKey; name: string; classes: readonly TissueClass[] }>;

/** What is kept of a sheet beside its numbers. */
export type SheetRecord = Readonly<{
  id: SheetId;
  slideId: SlideId;
  weightsDigest: WeightsDigest;
  model: string;
  mppX: Mpp;
  mppY: Mpp;
  overlap: MapOverlap;
  spec: PatchSpec;
  grid: MapGrid;
  layers: readonly SheetLayer[];
}>;

/**
 * Of a place, what was found there. `none`: not asked yet. `read`: features are there. `glass`: no tissue by its own pixels (only
 * on slides too large for a mask). `unreadable`: the slide has no pixels there that can be read.
 */
export const placeStates = ["none", "read", "glass", "unreadable"] as const;
export const placeState = { none: 0, read: 1, glass: 2, unreadable: 3 } as const;

/** Some finished places. `features` [cells, width] and `scores` [cells, classes] row-major; NaN rows where the place has none. */
export type SheetChunk = Readonly<{
  cells: Uint32Array;
  states: Uint8Array;
  /** Empty where they are not carried along. */
  features: Float32Array;
  layer: LayerKey | null;
  scores: Float32Array;
}>;
