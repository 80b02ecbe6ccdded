// What every container format offers: a description of the slide and its tiles, still encoded. Knows no container and no decoder.

import type { Rect } from "../domain/geometry.ts";
import type { Calibration, Level, SlideOrigin, SlideProperty } from "../domain/slide.ts";
import type { ByteSource } from "./byte-source.ts";

/** One self-contained JPEG: tables merged, colour space forced, frame size checked. Safe to hand to a decoder. */
export type EncodedTile = Readonly<{
  codec: "jpeg";
  bytes: Uint8Array;
  /** Coded size in pixels; the tile size of its level. */
  width: number;
  height: number;
  colour: "grey" | "rgb" | "ycbcr";
}>;

/** Pixels of a tile, row-major. `channels` 4 is RGBA as browsers give it; alpha is ignored. */
export type DecodedTile = Readonly<{
  width: number;
  height: number;
  channels: 3 | 4;
  data: Uint8Array | Uint8ClampedArray;
}>;

/** Decodes like libjpeg-turbo, bit for bit. Rejects with Fault `damaged` where the bytes are no image. */
export type TileDecoder = (tile: EncodedTile, signal: AbortSignal) => Promise<DecodedTile>;

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
  /** The encoded tile, or null where the file has none. Faults: damaged, unsupported, limit, and the source's own. */
  tile(level: number, column: number, row: number, signal: AbortSignal): Promise<EncodedTile | null>;
  /** Parts of `area` (pixels of that level) that must count as missing although a tile exists there. */
  untrusted(level: number, area: Rect<"level">): readonly Rect<"level">[];
  close(): void;
}>;

/** One container format. `open` resolves to null where the file is another format; it rejects where it is ours but unusable. */
export type SlideFormat = Readonly<{
  name: string;
  open(source: ByteSource, signal: AbortSignal): Promise<SlideReader | null>;
}>;
