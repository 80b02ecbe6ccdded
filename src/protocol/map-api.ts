// The part of the engine's api that whole-slide maps need: sweep, recolour, put back what was kept. Knows no store and no screen.
import type { PromptSetId, SlideId } from "../base/brand.ts";
import type { TissueClass } from "../domain/label.ts";
import type { MapGrid } from "../domain/map-grid.ts";
import type { SheetId } from "../domain/map-sheet.ts";
import type { PatchSpec } from "../domain/patch.ts";
import type { Method } from "./call.ts";
import type { Example } from "./engine-api.ts";

/** A grid on a slide, and the sheet its features are kept under. */
export type SheetPlaces = Readonly<{ sheet: SheetId; slideId: SlideId; spec: PatchSpec; grid: MapGrid }>;

export type SweepParams = SheetPlaces &
  Readonly<{
    /** In the order they are wanted. */
    cells: Uint32Array;
    /** null: frozen features only. */
    set: PromptSetId | null;
  }>;

/** Some finished places. Every cell asked for comes exactly once, also one that could not be read. */
export type SweepProgress = Readonly<{
  cells: Uint32Array;
  /** domain/map-sheet.ts `placeState`, one each. */
  states: Uint8Array;
  /** [cells, F]; zeros where the place was not read. */
  features: Float32Array;
  /** [cells, classes of the set]; NaN where the place was not read; empty without a set. */
  scores: Float32Array;
  /** Over the last seconds. */
  perSecond: number;
  /** Why a place among these could not be read. */
  unreadable: string | null;
}>;

export type PreviewMap =
  /** Scores [cells, classes] of every place with features; milliseconds are the engine's own. */
  | Readonly<{
      kind: "scored";
      cells: Uint32Array;
      scores: Float32Array;
      classes: readonly TissueClass[];
      milliseconds: number;
    }>
  /** Fewer than two labelled classes. */
  | Readonly<{ kind: "no-classes" }>
  /** The engine does not hold the features the page knows of: put them back and ask again. */
  | Readonly<{ kind: "forgotten"; held: number }>;

export type MapEngineApi = Readonly<{
  /** Places one after the other, each told as it is done; what was told is finished. Cancel by signal. */
  sweep: Method<SweepParams, Readonly<{ cells: number }>, SweepProgress>;
  /** The frozen-feature head of the labels on all places of a sheet. `known`: places whose features the page has kept. */
  previewMap: Method<
    Readonly<{ sheet: SheetId; known: number; classes: readonly TissueClass[]; examples: readonly Example[] }>,
    PreviewMap
  >;
  /** Features kept by the page, after a reload or a loss. `features` [cells, F]. */
  putFeatures: Method<
    SheetPlaces & Readonly<{ cells: Uint32Array; features: Float32Array }>,
    Readonly<{ held: number }>
  >;
  forgetFeatures: Method<Readonly<{ sheet: SheetId }>, void>;
  /** A slide's tissue is found otherwise now: what is remembered of it is asked for again. */
  forgetTissue: Method<Readonly<{ slideId: SlideId }>, void>;
}>;

export const mapEngineMethods: Readonly<Record<keyof MapEngineApi, true>> = {
  sweep: true,
  previewMap: true,
  putFeatures: true,
  forgetFeatures: true,
  forgetTissue: true,
};
