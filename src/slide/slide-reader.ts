// What every container format offers: a description of the slide and its tiles, still encoded. Knows no container and no decoder.

import type { Rect } from "../domain/geometry.ts";
import type { Calibration, Fingerprint, Level, SlideOrigin, SlidePhotograph, SlideProperty } from "../domain/slide.ts";
import type { ByteSource } from "./byte-source.ts";

/** A self-contained image in a codec a host decodes: size checked, colour space stated. Safe to hand to a decoder. */
export type CodedTile = Readonly<{
  /** jpeg: tables merged, colour forced by a marker. jp2k: a bare codestream; the decoder converts `ycbcr`. jpeg-ls, webp: as stored. */
  codec: "jpeg" | "jp2k" | "jpeg-ls" | "webp";
  bytes: Uint8Array;
  /** Coded size in pixels; a tile of a level may be smaller than the level's tiles only at its right and lower edge. */
  width: number;
  height: number;
  colour: "grey" | "rgb" | "ycbcr";
}>;

/** Pixels a container stores without a lossy codec: RGB, row-major, `width * height * 3` bytes. */
export type PixelTile = Readonly<{ codec: "pixels"; bytes: Uint8Array; width: number; height: number }>;

/** A tile put together from others, each at its place; whatever they do not cover stays white. */
export type MosaicTile = Readonly<{
  codec: "mosaic";
  width: number;
  height: number;
  parts: readonly Readonly<{ x: number; y: number; tile: EncodedTile }>[];
}>;

/** A rectangle of a larger image. All cuts of one `from` object share its decoding. */
export type CutTile = Readonly<{
  codec: "cut";
  from: EncodedTile;
  x: number;
  y: number;
  width: number;
  height: number;
}>;

export type EncodedTile = CodedTile | PixelTile | MosaicTile | CutTile;

/** Pixels of a tile, row-major. `channels` 4 is RGBA as browsers give it; alpha is ignored. */
export type DecodedTile = Readonly<{
  width: number;
  height: number;
  channels: 3 | 4;
  data: Uint8Array | Uint8ClampedArray;
}>;

/** Decodes like libjpeg-turbo and OpenJPEG, bit for bit. Rejects with Fault `damaged` where the bytes are no image. */
export type TileDecoder = (tile: EncodedTile, signal: AbortSignal) => Promise<DecodedTile>;

/** What a host must be able to decode; the rest is put together by decode-tile.ts. */
export type CodedTileDecoder = (tile: CodedTile, signal: AbortSignal) => Promise<DecodedTile>;

/** What a format knows of a slide before any pixel is decoded. */
export type SlideDescription = Readonly<{
  format: string;
  origin: SlideOrigin;
  levels: readonly Level[];
  calibration: Calibration;
  objective: number | null;
  properties: readonly SlideProperty[];
  warnings: readonly string[];
}>;

export type SlideReader = Readonly<{
  description: SlideDescription;
  /** What a slide of many parts is recognised by; absent: the ends of its one file. */
  fingerprint?: Fingerprint;
  /** The encoded tile, or null where the file has none. Faults: damaged, unsupported, limit, and the source's own. */
  tile(level: number, column: number, row: number, signal: AbortSignal): Promise<EncodedTile | null>;
  /** Parts of `area` (pixels of that level) that must count as missing although a tile exists there. */
  untrusted(level: number, area: Rect<"level">): readonly Rect<"level">[];
  /** The embedded ICC profile's bytes, or null. Analysis never applies it. Absent where the format cannot hold one. */
  profile?(signal: AbortSignal): Promise<Uint8Array | null>;
  /** Photographs of the whole glass or its label. They may identify a patient: read only when a person asks, never exported. */
  associated?: readonly AssociatedImage[];
  close(): void;
}>;

export type AssociatedImage = SlidePhotograph & Readonly<{ read(signal: AbortSignal): Promise<EncodedTile> }>;

/** One container format. `open` resolves to null where the file is another format; it rejects where it is ours but unusable. */
export type SlideFormat = Readonly<{
  name: string;
  open(source: ByteSource, signal: AbortSignal): Promise<SlideReader | null>;
}>;
