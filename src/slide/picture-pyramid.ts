// What pyramids of re-encoded pictures (Deep Zoom, IIIF) have in common. Knows no format's paths.
import { Fault } from "../base/fault.ts";
import type { Level } from "../domain/slide.ts";
import { decodePng, isPng, readPngHeader } from "./codec/png.ts";
import { wholeJpeg } from "./jpeg/own-colour.ts";
import type { EncodedTile } from "./slide-reader.ts";
import { maxSide, maxTileBytes } from "./tiff/limits.ts";

/** Scores can differ from those of the slide these were made of, and nobody would see why. */
export const reencodedWarning =
  "These are pictures made from the slide and compressed again: scores can differ from those of the slide itself.";

export const pictureLimits = { tileBytes: maxTileBytes, tileSide: 4096, side: maxSide } as const;

/** Pixels of a picture, whole numbers. */
export type Crop = Readonly<{ x: number; y: number; width: number; height: number }>;

export type Size = Readonly<{ width: number; height: number }>;

/** Fault damaged or limit unless both are whole numbers of a slide's size. */
export function checkSize(width: number, height: number, what: string): Size {
  if (!(Number.isSafeInteger(width) && Number.isSafeInteger(height) && width >= 1 && height >= 1)) {
    throw new Fault("damaged", `${what} is damaged: it claims ${width} x ${height} pixels.`);
  }
  if (width > pictureLimits.side || height > pictureLimits.side) {
    throw new Fault(
      "limit",
      `${what} claims ${width} x ${height} pixels; at most ${pictureLimits.side} a side are read.`,
    );
  }
  return { width, height };
}

/** One level at 1/`scale` of the full size, rounded up. */
export function levelAt(index: number, full: Size, scale: number, tileWidth: number, tileHeight: number): Level {
  const width = Math.ceil(full.width / scale);
  const height = Math.ceil(full.height / scale);
  return {
    index,
    width,
    height,
    tileWidth,
    tileHeight,
    columns: Math.ceil(width / tileWidth),
    rows: Math.ceil(height / tileHeight),
    downsampleX: full.width / width,
    downsampleY: full.height / height,
  };
}

/** Fault invalid where the level has no such tile. */
export function checkTile(levels: readonly Level[], index: number, column: number, row: number): Level {
  const level = levels[index];
  const inside = level && column >= 0 && row >= 0 && column < level.columns && row < level.rows;
  if (!inside || !Number.isInteger(column) || !Number.isInteger(row)) {
    throw new Fault("invalid", `The slide has no tile ${column}, ${row} on level ${index}.`);
  }
  return level;
}

/** The coarsest picture that tells slides apart: the largest level that is one tile. */
export function tellingLevel(levels: readonly Level[]): Level | undefined {
  return levels.find((level) => level.columns * level.rows === 1) ?? levels.at(-1);
}

/** A JPEG or PNG of exactly `size` as a tile, or the part of it that is the tile. Faults: damaged, unsupported, limit. */
export function pictureTile(bytes: Uint8Array, size: Size, crop: Crop | null, what: string): EncodedTile {
  const from = isPng(bytes) ? pngTile(bytes, size, what) : jpegTile(bytes, size, what);
  return crop === null ? from : { codec: "cut", from, ...crop };
}

const jpegTile = (bytes: Uint8Array, size: Size, what: string): EncodedTile => ({
  codec: "jpeg",
  ...size,
  ...wholeJpeg(bytes, size, what),
});

function pngTile(bytes: Uint8Array, size: Size, what: string): EncodedTile {
  const header = readPngHeader(bytes);
  if (header.width !== size.width || header.height !== size.height) {
    const is = `it is ${header.width} x ${header.height} pixels instead of ${size.width} x ${size.height}`;
    throw new Fault("damaged", `${what} is damaged: ${is}.`);
  }
  return { codec: "pixels", bytes: decodePng(bytes, header), ...size };
}

/** Bytes that are compared or hashed of any tile. */
export function bytesOfTile(tile: EncodedTile): Uint8Array {
  switch (tile.codec) {
    case "cut":
      return bytesOfTile(tile.from);
    case "mosaic":
      return tile.parts[0] ? bytesOfTile(tile.parts[0].tile) : new Uint8Array(0);
    default:
      return tile.bytes;
  }
}
