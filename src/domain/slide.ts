// What a slide is, as data. Knows no file format and no bytes.
import type { Mpp, SlideId } from "../base/brand.ts";
import type { Region } from "./geometry.ts";

/** Who wrote the um/px into the file, and where. A stored project may name any of them. */
export const calibrationSources = [
  "aperio",
  "tiff-resolution",
  "ome",
  "ndpi",
  "philips",
  "leica",
  "qptiff",
  "dicom",
  "iiif",
  "generated",
] as const;
export type CalibrationSource = (typeof calibrationSources)[number];

/**
 * How the um/px became known. `measured`: written by the scanner into the file; `declared`: stated or measured by the person;
 * `unknown`: classification is blocked until it is declared.
 */
export type Calibration =
  | Readonly<{ kind: "measured"; mppX: Mpp; mppY: Mpp; source: CalibrationSource }>
  | Readonly<{ kind: "declared"; mppX: Mpp; mppY: Mpp; how: "stated" | "known-distance" }>
  | Readonly<{ kind: "unknown" }>;

/** One level of the pyramid. `downsampleX` is level-0 width over this level's width (not always an integer). */
export type Level = Readonly<{
  index: number;
  width: number;
  height: number;
  tileWidth: number;
  tileHeight: number;
  columns: number;
  rows: number;
  downsampleX: number;
  downsampleY: number;
}>;

/**
 * Recognises the same file after a reload: byte length and sha256 of its first and last 64 KiB (`SlideId` is the hex sha256
 * of these together). Of a slide of many parts: a telling piece's length, what describes the slide, and that piece. The name is kept apart because it can identify a patient.
 */
export type Fingerprint = Readonly<{ bytes: number; head: string; tail: string }>;

/** `generated` slides are drawn by a program: everything shown or exported from them says so. */
export type SlideOrigin = "scanned" | "generated";

export type SlideProperty = Readonly<{ name: string; value: string; mayIdentify: boolean }>;

/** A picture beside the slide. Label and macro may name a patient: hidden until asked for, never part of any export. */
export type SlidePhotograph = Readonly<{
  name: "label" | "macro" | "thumbnail" | "map";
  width: number;
  height: number;
}>;

export type SlideInfo = Readonly<{
  id: SlideId;
  fingerprint: Fingerprint;
  /** Container as a person knows it: "Aperio SVS", "Tiled TIFF", "BigTIFF". */
  format: string;
  origin: SlideOrigin;
  width: number;
  height: number;
  /** Sorted by downsample, level 0 first; never empty. */
  levels: readonly Level[];
  calibration: Calibration;
  /** Nominal objective magnification the file states, e.g. 20. */
  objective: number | null;
  properties: readonly SlideProperty[];
  /** What `photograph` of the slide's API can be asked for; absent where there is nothing. */
  photographs?: readonly SlidePhotograph[];
  /** Things a person should know ("2 tiles are missing"); never silent. */
  warnings: readonly string[];
}>;

export function mppOf(calibration: Calibration): Readonly<{ x: Mpp; y: Mpp }> | null {
  return calibration.kind === "unknown" ? null : { x: calibration.mppX, y: calibration.mppY };
}

export const slideBounds = (info: Pick<SlideInfo, "width" | "height">): Region => ({
  x: 0,
  y: 0,
  width: info.width,
  height: info.height,
});
