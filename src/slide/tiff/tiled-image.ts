// One tiled image of a TIFF file: checked once, then handing out tiles. Knows no pyramid and no vendor.
import { Fault } from "../../base/fault.ts";
import { checkRange } from "../byte-source.ts";
import { readJp2kHeader } from "../codec/jp2k-header.ts";
import { readWebpSize } from "../codec/webp-header.ts";
import { selfContainedJpeg } from "../jpeg/self-contained-jpeg.ts";
import type { EncodedTile } from "../slide-reader.ts";
import {
  eagerTableBytes,
  maxJpegTableBytes,
  maxSide,
  maxTileBytes,
  maxTiledImages,
  maxTileSide,
  minTileSide,
} from "./limits.ts";
import { type CodedFormat, convertHint, type PixelFormat, readPixelFormat, type SampleFormat } from "./pixel-format.ts";
import { samplesToRgb } from "./samples.ts";
import { openTagArray, readBytes, readNumber, type TagArray } from "./tag-values.ts";
import { tag } from "./tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff-file.ts";

export type TiledImage = Readonly<{
  directory: TiffDirectory;
  width: number;
  height: number;
  tileWidth: number;
  tileHeight: number;
  columns: number;
  rows: number;
  /** Tiles (row-major index, ascending) the file lists with zero bytes, as far as the table was read when opening. */
  empty: Int32Array;
  /** What a person should know of how its pixels are stored. */
  warnings: readonly string[];
  tile(column: number, row: number, signal: AbortSignal): Promise<EncodedTile | null>;
}>;

/** The tiled images of a file. Fault limit where they are too many to be a slide's. */
export function tiledDirectories(file: TiffFile): readonly TiffDirectory[] {
  const tiled = file.directories.filter(isTiled);
  if (tiled.length > maxTiledImages) {
    throw new Fault(
      "limit",
      `The file holds ${tiled.length} tiled images; at most ${maxTiledImages} are read. ${convertHint}`,
    );
  }
  return tiled;
}

export const isTiled = (directory: TiffDirectory): boolean => directory.entries.has(tag.tileOffsets);

/** Width and height of any image of the file; Faults damaged, limit. */
export async function sizeOf(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
): Promise<Readonly<{ width: number; height: number }>> {
  const width = await readNumber(file, directory, tag.imageWidth, signal, 0);
  const height = await readNumber(file, directory, tag.imageLength, signal, 0);
  if (!(width >= 1 && height >= 1)) throw damagedImage(directory, `it claims ${width} x ${height} pixels`);
  if (width > maxSide || height > maxSide) {
    throw new Fault(
      "limit",
      `The file claims ${width} x ${height} pixels; at most ${maxSide} a side are read. It is damaged or not a slide.`,
    );
  }
  return { width, height };
}

/** Checks everything about the image that can be known without decoding. Faults: unsupported, damaged, limit. */
export async function openTiledImage(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
): Promise<TiledImage> {
  const one = (t: number, absent: number): Promise<number> => readNumber(file, directory, t, signal, absent);
  const format = await readPixelFormat(file, directory, signal);
  const { width, height } = await sizeOf(file, directory, signal);
  const tileWidth = await one(tag.tileWidth, 0);
  const tileHeight = await one(tag.tileLength, 0);
  if (!(tileWidth >= minTileSide && tileHeight >= minTileSide)) {
    throw damagedImage(directory, `its tiles are ${tileWidth} x ${tileHeight} pixels`);
  }
  if (tileWidth > maxTileSide || tileHeight > maxTileSide) {
    throw new Fault(
      "limit",
      `The slide's tiles are ${tileWidth} x ${tileHeight} pixels; at most ${maxTileSide} a side are read. ${convertHint}`,
    );
  }
  const columns = Math.ceil(width / tileWidth);
  const rows = Math.ceil(height / tileHeight);
  const offsets = openTagArray(file, directory, tag.tileOffsets);
  const lengths = openTagArray(file, directory, tag.tileByteCounts);
  if (!offsets || !lengths) throw damagedImage(directory, "it does not say where its tiles are");
  const planes = format.kind === "samples" && format.planar ? format.samples : 1;
  const tiles = columns * rows;
  if (offsets.count < tiles * planes || lengths.count < tiles * planes) {
    throw damagedImage(
      directory,
      `it needs ${tiles * planes} tiles but lists ${Math.min(offsets.count, lengths.count)}`,
    );
  }
  const tables = await readBytes(file, directory, tag.jpegTables, signal, maxJpegTableBytes);
  const empty = await checkTable(file, directory, { offsets, lengths, count: tiles, what: "tile" }, signal);
  const most = mostBytes(format, tileWidth, tileHeight);

  return {
    directory,
    width,
    height,
    tileWidth,
    tileHeight,
    columns,
    rows,
    empty,
    warnings: format.warnings,
    async tile(column, row, tileSignal) {
      const index = row * columns + column;
      const what = `Tile ${column}, ${row} of the ${width} x ${height} image`;
      const read = async (plane: number): Promise<Uint8Array> => {
        const [offset, length] = await Promise.all([
          offsets.at(index + plane * tiles, tileSignal),
          lengths.at(index + plane * tiles, tileSignal),
        ]);
        if (length === 0) return new Uint8Array(0);
        checkPlace(file, offset, length, what, most);
        return file.source.read(offset, length, tileSignal);
      };
      const stored = await Promise.all(Array.from({ length: colourPlanes(format) }, (_, plane) => read(plane)));
      if (stored.some((bytes) => bytes.length === 0)) return null;
      return encodedTile(format, stored, tables, tileWidth, tileHeight, what);
    },
  };
}

/** Planes that carry colour; a transparency plane is not read. */
export function colourPlanes(format: PixelFormat): number {
  return format.kind === "samples" && format.planar && format.colour === "rgb" ? 3 : 1;
}

/** What a tile or strip of the format may take: codecs that lose nothing never grow much. */
export function mostBytes(format: PixelFormat, width: number, height: number): number {
  if (format.kind === "coded") return maxTileBytes;
  return Math.min(maxTileBytes, 2 * width * height * format.samples + 4096);
}

/** One tile or strip, checked. `stored`: its bytes, plane by plane. */
export function encodedTile(
  format: PixelFormat,
  stored: readonly Uint8Array[],
  tables: Uint8Array | null,
  width: number,
  height: number,
  what: string,
): EncodedTile {
  if (format.kind === "samples") return pixels(format, stored, width, height, what);
  return coded(format, stored[0] ?? new Uint8Array(0), tables, width, height, what);
}

function pixels(
  format: SampleFormat,
  stored: readonly Uint8Array[],
  width: number,
  height: number,
  what: string,
): EncodedTile {
  return { codec: "pixels", bytes: samplesToRgb(format, stored, width, height, what), width, height };
}

function coded(
  { codec, colour }: CodedFormat,
  bytes: Uint8Array,
  tables: Uint8Array | null,
  width: number,
  height: number,
  what: string,
): EncodedTile {
  const expected = { width, height, colour };
  if (codec === "jpeg") return { codec, bytes: selfContainedJpeg(bytes, tables, expected, what), ...expected };
  const size = codec === "jp2k" ? readJp2kHeader(bytes, what) : readWebpSize(bytes, what);
  if (size.width !== width || size.height !== height) {
    throw new Fault(
      "damaged",
      `${what} is damaged: it claims ${size.width} x ${size.height} pixels where ${width} x ${height} belong.`,
    );
  }
  return { codec, bytes, ...expected };
}

export type PlaceTable = Readonly<{ offsets: TagArray; lengths: TagArray; count: number; what: "tile" | "strip" }>;

/** Tiles must lie inside the file. Small tables are checked wholly (a cut-off download is found now), large ones by sample. */
export async function checkTable(
  file: TiffFile,
  directory: TiffDirectory,
  { offsets, lengths, count, what }: PlaceTable,
  signal: AbortSignal,
): Promise<Int32Array> {
  const empty: number[] = [];
  const name = (index: number): string => `${what} ${index} of image ${directory.index}`;
  if (Math.max(offsets.bytes, lengths.bytes) <= eagerTableBytes) {
    const [at, bytes] = await Promise.all([offsets.range(0, count, signal), lengths.range(0, count, signal)]);
    at.forEach((offset, index) => {
      const length = bytes[index] ?? 0;
      if (length === 0) empty.push(index);
      else checkPlace(file, offset, length, name(index));
    });
    return Int32Array.from(empty);
  }
  for (let i = 0; i < 16; i++) {
    const index = Math.floor((i * (count - 1)) / 15);
    const [offset, length] = [await offsets.at(index, signal), await lengths.at(index, signal)];
    if (length === 0) empty.push(index);
    else checkPlace(file, offset, length, name(index));
  }
  return Int32Array.from(empty);
}

/** Fault damaged outside the file, limit above `most` bytes. */
export function checkPlace(file: TiffFile, offset: number, length: number, what: string, most = maxTileBytes): void {
  checkRange(file.source.size, offset, length, what);
  if (length > most) throw new Fault("limit", `${what} claims ${length} bytes; at most ${most} are read.`);
}

export function damagedImage(directory: TiffDirectory, how: string): Fault {
  return new Fault(
    "damaged",
    `Image ${directory.index} of the file is damaged: ${how}. Copy, download or export it again.`,
  );
}
