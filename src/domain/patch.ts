// A patch: tissue at a physical scale, what a model eats. Knows no pixels' source and no model.
import type { Mpp, SlideId } from "../base/brand.ts";
import type { Point, Region } from "./geometry.ts";
import type { Calibration } from "./slide.ts";
import { mppOf } from "./slide.ts";

/** Pillow's names. The exact algorithm is Pillow's `Image.resize(size, filter, box)`, see math/resample.ts. */
export type ResampleFilter = "bicubic" | "bilinear" | "lanczos" | "box";
/** What lies beyond the slide or in missing tiles. */
export type EdgeRule = "white" | "black";

/** How a model wants its pixels: `pixels` x `pixels` at `mpp` um/px. */
export type PatchSpec = Readonly<{
  pixels: number;
  mpp: Mpp;
  filter: ResampleFilter;
  edge: EdgeRule;
  /** Relative difference of level um/px from `mpp` below which pixels are copied, not resampled (0.02 = 2 %). */
  snap: number;
}>;

/** A patch's address; the same address always gives the same bytes. */
export type Patch = Readonly<{ slideId: SlideId; region: Region; spec: PatchSpec }>;

/** Pixels of a patch: RGB, row-major, `pixels * pixels * 3` bytes. `effectiveMpp` differs from the spec's after a snap. */
export type PatchPixels = Readonly<{
  data: Uint8Array;
  pixels: number;
  effectiveMpp: Mpp;
  /** Pyramid level the pixels were read from. */
  level: number;
  upsampled: boolean;
  /** Share of the area outside the slide or in missing tiles, 0..1. */
  missing: number;
  /** Share of the area that is tissue, 0..1 (slide/tissue.ts). */
  tissue: number;
}>;

/** Below this share of tissue a patch is glass: it is answered "no tissue", never with a class. */
export const minimumTissue = 0.1;

/** The square of level-0 pixels, centred on `at`, that covers `pixels * mpp` um. Null where um/px is unknown. */
export function regionAround(at: Point<"slide">, spec: PatchSpec, calibration: Calibration): Region | null {
  const scale = mppOf(calibration);
  if (!scale) return null;
  const width = (spec.pixels * spec.mpp) / scale.x;
  const height = (spec.pixels * spec.mpp) / scale.y;
  return { x: Math.round(at.x - width / 2), y: Math.round(at.y - height / 2), width, height };
}

/** Stable key of a patch, for caches and journals. */
export function patchKey(patch: Patch): string {
  const { x, y, width, height } = patch.region;
  const { pixels, mpp, filter, edge, snap } = patch.spec;
  // Joined, not concatenated: a template's string stays a tree of its parts, five times as large, for as long as a cache holds it.
  return [patch.slideId, [x, y, width, height].join(","), `${pixels}@${mpp}`, filter, edge, snap].join("/");
}
