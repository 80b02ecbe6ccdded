// Calls to whoever reads slides (the slide worker; in Node the slide floor itself). Knows no container format.
import type { SlideId } from "../base/brand.ts";
import type { Region } from "../domain/geometry.ts";
import type { Patch, PatchPixels, PatchSpec } from "../domain/patch.ts";
import type { Calibration, SlideInfo, SlidePhotograph } from "../domain/slide.ts";
import type { TissueSettings } from "../domain/zone.ts";
import type { LocalFile, Method, TileImage } from "./call.ts";

/**
 * `files`: a folder or several files that are one slide; `path` is relative to the folder. `url`: one file, or a slide of many parts whose
 * kind the address tells (info.json, .dzi, .zarr, DICOMweb's studies/.../series/...).
 */
export type SlideSource = Readonly<
  | { kind: "file"; file: LocalFile }
  | { kind: "files"; name: string; files: readonly Readonly<{ path: string; file: LocalFile }>[] }
  | { kind: "url"; url: string }
>;

/** Low-resolution tissue mask: 1 tissue, 0 glass; `data` is width*height bytes; a mask pixel covers `downsample` level-0 px. */
export type TissueMask = Readonly<{
  width: number;
  height: number;
  downsampleX: number;
  downsampleY: number;
  data: Uint8Array;
}>;

export type SlideApi = Readonly<{
  /** Parses, fingerprints and keeps the slide open. Faults: not-a-slide, unsupported, damaged, limit, network, read. */
  open: Method<Readonly<{ source: SlideSource }>, SlideInfo>;
  close: Method<Readonly<{ slideId: SlideId }>, void>;
  /** The person's calibration for a slide without (or with a wrong) one; patches use it from then on. */
  calibrate: Method<Readonly<{ slideId: SlideId; calibration: Calibration }>, SlideInfo>;
  /** How the slide's tissue is found from now on, for masks, clicks and maps alike; null: by default. */
  setTissue: Method<Readonly<{ slideId: SlideId; settings: TissueSettings | null }>, void>;
  /**
   * One decoded tile for display; null where the file has none. Edge tiles may be larger than their valid area. `managed`: colours
   * through the slide's profile to the screen's (Fault unsupported where there is none to apply); without it, and always for
   * analysis, as they are stored. Whoever shows it says which.
   */
  tile: Method<
    Readonly<{ slideId: SlideId; level: number; column: number; row: number; managed?: boolean }>,
    TileImage | null
  >;
  /** Any region scaled into `maxPixels` for display (thumbnails, previews). Never for analysis. */
  preview: Method<Readonly<{ slideId: SlideId; region: Region; maxPixels: number }>, TileImage>;
  /** A photograph of the glass or its label. It may identify a patient: only when a person asks to see it, never exported. */
  photograph: Method<Readonly<{ slideId: SlideId; name: SlidePhotograph["name"] }>, TileImage>;
  /** Bytes of the slide's ICC profile, or null. Patches never apply it; a display may, and must say so. */
  profile: Method<Readonly<{ slideId: SlideId }>, Uint8Array | null>;
  /** Exact pixels (domain/patch.ts, slide/exact-patch.ts). Fault missing-calibration where um/px is unknown. */
  patch: Method<Patch, PatchPixels>;
  tissueMask: Method<Readonly<{ slideId: SlideId }>, TissueMask>;
  /** At most `max` patch regions on tissue, spread evenly over the slide, in a fixed order. */
  tissueGrid: Method<
    Readonly<{ slideId: SlideId; spec: PatchSpec; max: number; minimumTissue: number }>,
    readonly Region[]
  >;
}>;

/** Every method name, for building proxies; the type makes a forgotten one a compile error. */
export const slideMethods: Readonly<Record<keyof SlideApi, true>> = {
  open: true,
  close: true,
  calibrate: true,
  setTissue: true,
  tile: true,
  preview: true,
  photograph: true,
  profile: true,
  patch: true,
  tissueMask: true,
  tissueGrid: true,
};

/** What the engine needs of slides: nothing but patches. */
export type PatchSource = Pick<SlideApi, "patch" | "tissueGrid">;
