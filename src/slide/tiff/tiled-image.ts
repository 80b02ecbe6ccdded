// One tiled JPEG image of a TIFF file: checked once, then handing out self-contained tiles. Knows no pyramid and no vendor.
import { Fault } from "../../base/fault.ts";
import { checkRange } from "../byte-source.ts";
import { type JpegColour, selfContainedJpeg } from "../jpeg/self-contained-jpeg.ts";
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
import { compressionNames, jpegCompression, tag } from "./tags.ts";
import {
  openTagArray,
  readBytes,
  readNumber,
  readNumbers,
  type TagArray,
  type TiffDirectory,
  type TiffFile,
} from "./tiff-file.ts";

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
  tile(column: number, row: number, signal: AbortSignal): Promise<EncodedTile | null>;
}>;

/** What to type to get a slide we read. */
export const convertHint =
  'Convert it with libvips: vips tiffsave "in" out.tif --tile --pyramid --compression jpeg --Q 90 --bigtiff';

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
  const compression = await one(tag.compression, 1);
  if (compression !== jpegCompression) {
    const name = compressionNames[compression] ?? `compression ${compression}`;
    throw new Fault(
      "unsupported",
      `This slide's tiles are stored with ${name}; so far only JPEG tiles are read. ${convertHint}`,
      { compression },
    );
  }
  const colour = await colourOf(file, directory, signal);
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
  if (offsets.count < columns * rows || lengths.count < columns * rows) {
    throw damagedImage(
      directory,
      `it needs ${columns * rows} tiles but lists ${Math.min(offsets.count, lengths.count)}`,
    );
  }
  const tables = await readBytes(file, directory, tag.jpegTables, signal, maxJpegTableBytes);
  const empty = await checkTileTable(file, directory, offsets, lengths, columns * rows, signal);

  return {
    directory,
    width,
    height,
    tileWidth,
    tileHeight,
    columns,
    rows,
    empty,
    async tile(column, row, tileSignal) {
      const index = row * columns + column;
      const [offset, length] = await Promise.all([offsets.at(index, tileSignal), lengths.at(index, tileSignal)]);
      if (length === 0) return null;
      const what = `Tile ${column}, ${row} of the ${width} x ${height} image`;
      checkTilePlace(file, offset, length, what);
      const bytes = await file.source.read(offset, length, tileSignal);
      const expected = { width: tileWidth, height: tileHeight, colour };
      return { codec: "jpeg", bytes: selfContainedJpeg(bytes, tables, expected, what), ...expected };
    },
  };
}

async function colourOf(file: TiffFile, directory: TiffDirectory, signal: AbortSignal): Promise<JpegColour> {
  const samples = await readNumber(file, directory, tag.samplesPerPixel, signal, 1);
  const bits = (await readNumbers(file, directory, tag.bitsPerSample, signal)) ?? [8];
  const planar = await readNumber(file, directory, tag.planarConfiguration, signal, 1);
  const format = await readNumber(file, directory, tag.sampleFormat, signal, 1);
  const photometric = await readNumber(file, directory, tag.photometric, signal, samples === 3 ? 6 : 1);
  if (bits.some((b) => b !== 8) || format !== 1) {
    throw new Fault(
      "unsupported",
      `This image has ${bits.join("/")} bits per channel; only 8-bit colour is read. ${convertHint}`,
    );
  }
  if (planar !== 1 && samples > 1) {
    throw new Fault(
      "unsupported",
      `This image keeps its colour channels in separate planes, which is not read. ${convertHint}`,
    );
  }
  if (samples === 3 && photometric === 2) return "rgb";
  if (samples === 3 && photometric === 6) return "ycbcr";
  if (samples === 1 && photometric === 1) return "grey";
  throw new Fault(
    "unsupported",
    `This image has ${samples} channels with colour model ${photometric}; only RGB, YCbCr and grey (black is zero) are read. ${convertHint}`,
    { samples, photometric },
  );
}

/** Tiles must lie inside the file. Small tables are checked wholly (a cut-off download is found now), large ones by sample. */
async function checkTileTable(
  file: TiffFile,
  directory: TiffDirectory,
  offsets: TagArray,
  lengths: TagArray,
  tiles: number,
  signal: AbortSignal,
): Promise<Int32Array> {
  const empty: number[] = [];
  const what = (index: number): string => `tile ${index} of image ${directory.index}`;
  if (Math.max(offsets.bytes, lengths.bytes) <= eagerTableBytes) {
    const [at, bytes] = await Promise.all([offsets.range(0, tiles, signal), lengths.range(0, tiles, signal)]);
    at.forEach((offset, index) => {
      const length = bytes[index] ?? 0;
      if (length === 0) empty.push(index);
      else checkTilePlace(file, offset, length, what(index));
    });
    return Int32Array.from(empty);
  }
  for (let i = 0; i < 16; i++) {
    const index = Math.floor((i * (tiles - 1)) / 15);
    const [offset, length] = [await offsets.at(index, signal), await lengths.at(index, signal)];
    if (length === 0) empty.push(index);
    else checkTilePlace(file, offset, length, what(index));
  }
  return Int32Array.from(empty);
}

function checkTilePlace(file: TiffFile, offset: number, length: number, what: string): void {
  checkRange(file.source.size, offset, length, what);
  if (length > maxTileBytes)
    throw new Fault("limit", `${what} claims ${length} bytes; at most ${maxTileBytes} are read.`);
}

function damagedImage(directory: TiffDirectory, how: string): Fault {
  return new Fault(
    "damaged",
    `Image ${directory.index} of the file is damaged: ${how}. Copy, download or export it again.`,
  );
}
