// One level of an NDPI: a single JPEG of any size, read by its restart segments. Knows no pyramid.
//
// A restart segment is decodable by itself: the header, its own bytes, an end. Segments are joined into tiles of some hundred
// pixels. Where colour is subsampled a decoder interpolates across joints: the neighbours are decoded too and cut off, so that
// pixels are those of the whole image decoded at once.
import { createByteLru } from "../../base/byte-lru.ts";
import { Fault } from "../../base/fault.ts";
import { checkRange } from "../byte-source.ts";
import { maxWholePixels } from "../decode-tile.ts";
import { type RestartHeader, readRestartHeader, restartStarts, segmentJpeg } from "../jpeg/restart-segments.ts";
import { type JpegColour, selfContainedJpeg } from "../jpeg/self-contained-jpeg.ts";
import type { EncodedTile } from "../slide-reader.ts";
import { maxTileBytes, maxTileSide } from "./limits.ts";
import { convertHint } from "./pixel-format.ts";
import { openTagArray, readNumber, type TagArray } from "./tag-values.ts";
import { tag } from "./tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff-file.ts";
import { damagedImage, sizeOf, type TiledImage } from "./tiled-image.ts";

/** Tiles are at least this large where segments are smaller. */
const wantedSide = 256;
const maxHeaderBytes = 256 * 1024;
/** Joined segments that wider tiles are cut from. */
const keptBytes = 16 * 1024 * 1024;
/** Tiles of a level that has to be decoded whole. */
const cutSide = 1024;

/** Checks everything that can be known without decoding. Faults: unsupported, damaged, limit. */
export async function openNdpiImage(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
): Promise<TiledImage> {
  const one = (t: number, absent: number): Promise<number> => readNumber(file, directory, t, signal, absent);
  const { width, height } = await sizeOf(file, directory, signal);
  const compression = await one(tag.compression, 1);
  const colour = colourOf(await one(tag.samplesPerPixel, 1), await one(tag.photometric, 6));
  if (compression !== 7 || !colour) {
    throw new Fault(
      "unsupported",
      `This NDPI stores its pixels in a way that is not read (compression ${compression}). ${convertHint}`,
    );
  }
  const offset = await one(tag.stripOffsets, -1);
  const length = await one(tag.stripByteCounts, -1);
  checkRange(file.source.size, offset, length, `the pixels of image ${directory.index}`);
  const head = await file.source.read(offset, Math.min(length, maxHeaderBytes), signal);
  const what = `Image ${directory.index} of the file`;
  const header = readRestartHeader(head, what);
  if (header.components !== (colour === "grey" ? 1 : 3))
    throw damagedImage(directory, `it has ${header.components} colour channels`);
  if (header.restartInterval === 0) {
    return wholeImage({ file, directory, width, height, colour, offset, length, what });
  }
  const perRow = Math.ceil(width / header.mcuWidth);
  if (header.restartInterval > perRow || perRow % header.restartInterval !== 0) {
    throw new Fault(
      "unsupported",
      `${what} restarts every ${header.restartInterval} blocks, which do not fill its rows. ${convertHint}`,
    );
  }
  const pieces = (perRow / header.restartInterval) * Math.ceil(height / header.mcuHeight);
  const starts = await startsOf({ file, directory, offset, length, header, pieces }, signal);
  const segments: Segments = {
    file,
    header,
    colour,
    offset,
    length,
    starts,
    width: header.restartInterval * header.mcuWidth,
    height: header.mcuHeight,
    columns: perRow / header.restartInterval,
    rows: Math.ceil(height / header.mcuHeight),
    imageWidth: width,
    imageHeight: height,
    what,
  };
  if (starts.count < segments.columns * segments.rows) {
    throw damagedImage(directory, `it needs ${segments.columns * segments.rows} pieces but lists ${starts.count}`);
  }
  return joined(directory, segments);
}

type Segments = Readonly<{
  file: TiffFile;
  header: RestartHeader;
  colour: JpegColour;
  offset: number;
  length: number;
  /** Where each segment begins, counted from `offset`. */
  starts: Pick<TagArray, "count" | "range">;
  /** Of one segment in pixels. */
  width: number;
  height: number;
  columns: number;
  rows: number;
  imageWidth: number;
  imageHeight: number;
  what: string;
}>;

const colourOf = (samples: number, photometric: number): JpegColour | null =>
  samples === 3 && photometric === 6
    ? "ycbcr"
    : samples === 3 && photometric === 2
      ? "rgb"
      : samples === 1 && photometric === 1
        ? "grey"
        : null;

function joined(directory: TiffDirectory, segments: Segments): TiledImage {
  const { imageWidth: width, imageHeight: height } = segments;
  const across = Math.min(segments.columns, Math.max(1, Math.floor(wantedSide / segments.width)));
  const down = Math.min(segments.rows, Math.max(1, Math.floor(wantedSide / segments.height)));
  const groupWidth = across * segments.width;
  const groupHeight = down * segments.height;
  const wide = groupWidth > maxTileSide;
  const tileWidth = wide ? equalParts(groupWidth) : groupWidth;
  const groups = createByteLru<string, EncodedTile>(keptBytes);
  const group = async (column: number, row: number, signal: AbortSignal): Promise<EncodedTile> => {
    const key = `${column}/${row}`;
    const kept = groups.get(key);
    if (kept) return kept;
    const made = await joinSegments(segments, { column: column * across, row: row * down, across, down }, signal);
    if (wide) groups.set(key, made, groupWidth * groupHeight);
    return made;
  };
  return {
    directory,
    width,
    height,
    tileWidth,
    tileHeight: groupHeight,
    columns: Math.ceil(width / tileWidth),
    rows: Math.ceil(height / groupHeight),
    empty: new Int32Array(0),
    warnings: [],
    async tile(column, row, signal) {
      if (!wide) return group(column, row, signal);
      // A segment wider than any tile is the whole row of the group: `across` is 1.
      const index = Math.floor((column * tileWidth) / groupWidth);
      const x = column * tileWidth - index * groupWidth;
      const from = await group(index, row, signal);
      return { codec: "cut", from, x, y: 0, width: Math.min(tileWidth, from.width - x), height: from.height };
    },
  };
}

/** The largest width a whole number of which makes up the group. */
function equalParts(groupWidth: number): number {
  let parts = Math.ceil(groupWidth / maxTileSide);
  while (groupWidth % parts !== 0) parts++;
  return groupWidth / parts;
}

type Group = Readonly<{ column: number; row: number; across: number; down: number }>;

async function joinSegments(s: Segments, wanted: Group, signal: AbortSignal): Promise<EncodedTile> {
  const reach = s.header.subsampled ? 1 : 0;
  const left = Math.max(0, wanted.column - reach);
  const top = Math.max(0, wanted.row - reach);
  const columns = Math.min(s.columns, wanted.column + wanted.across + reach) - left;
  const rows = Math.min(s.rows, wanted.row + wanted.down + reach) - top;
  const lines = await Promise.all(
    Array.from({ length: rows }, (_, i) => readSegments(s, (top + i) * s.columns + left, columns, signal)),
  );
  // The image's own end, not the block's: a decoder repeats the last colour there.
  const sizeOfArea = (x: number, y: number, across: number, down: number) => ({
    width: Math.min(across * s.width, s.imageWidth - x * s.width),
    height: Math.min(down * s.height, s.imageHeight - y * s.height),
  });
  const expected = { ...sizeOfArea(left, top, columns, rows), colour: s.colour };
  const bytes = segmentJpeg(s.header, lines.flat(), expected.width, expected.height, s.what);
  const from: EncodedTile = { codec: "jpeg", bytes: selfContainedJpeg(bytes, null, expected, s.what), ...expected };
  if (reach === 0) return from;
  const size = sizeOfArea(wanted.column, wanted.row, wanted.across, wanted.down);
  return { codec: "cut", from, x: (wanted.column - left) * s.width, y: (wanted.row - top) * s.height, ...size };
}

/** The bytes of `count` segments that follow each other, each without its restart marker. */
async function readSegments(
  s: Segments,
  first: number,
  count: number,
  signal: AbortSignal,
): Promise<readonly Uint8Array[]> {
  const more = first + count < s.starts.count;
  const starts = await s.starts.range(first, count + (more ? 1 : 0), signal);
  const ends = more ? starts.slice(1) : [...starts.slice(1), s.length];
  const [from = 0] = starts;
  const to = ends.at(-1) ?? 0;
  const ordered = starts.slice(0, count).every((start, i) => start >= s.header.scan && start < (ends[i] ?? 0));
  if (!ordered || to > s.length)
    throw new Fault("damaged", `${s.what} is damaged: its list of pieces contradicts itself.`);
  if (to - from > maxTileBytes)
    throw new Fault("limit", `${s.what} has a piece of ${to - from} bytes; at most ${maxTileBytes} are read.`);
  const bytes = await s.file.source.read(s.offset + from, to - from, signal);
  return starts.slice(0, count).map((start, i) => bytes.subarray(start - from, (ends[i] ?? 0) - from));
}

type Strip = Readonly<{
  file: TiffFile;
  directory: TiffDirectory;
  offset: number;
  length: number;
  header: RestartHeader;
  pieces: number;
}>;

/** From the file's own list (65426, its upper halves in 65432), else by looking for the markers. */
async function startsOf(
  { file, directory, offset, length, header, pieces }: Strip,
  signal: AbortSignal,
): Promise<Segments["starts"]> {
  const low = openTagArray(file, directory, tag.ndpiMcuStarts);
  const high = openTagArray(file, directory, tag.ndpiMcuStartsHigh);
  if (low) {
    return {
      count: low.count,
      async range(first, count, rangeSignal) {
        const lower = await low.range(first, count, rangeSignal);
        const upper = high && high.count === low.count ? await high.range(first, count, rangeSignal) : [];
        return lower.map((value, i) => value + (upper[i] ?? 0) * 2 ** 32);
      },
    };
  }
  if (length > maxTileBytes) {
    throw new Fault("unsupported", `Image ${directory.index} of the file has no list of its pieces. ${convertHint}`);
  }
  const found = restartStarts(await file.source.read(offset, length, signal), header.scan, pieces + 1);
  return { count: found.length, range: async (first, count) => found.slice(first, first + count) };
}

type Whole = Readonly<{
  file: TiffFile;
  directory: TiffDirectory;
  width: number;
  height: number;
  colour: JpegColour;
  offset: number;
  length: number;
  what: string;
}>;

/** A level without restart markers: decoded at once and cut. */
function wholeImage({ file, directory, width, height, colour, offset, length, what }: Whole): TiledImage {
  if (width * height > maxWholePixels || length > maxTileBytes) {
    throw new Fault(
      "limit",
      `${what} (${width} x ${height} pixels) can only be decoded whole, which is too much. ${convertHint}`,
    );
  }
  const expected = { width, height, colour };
  const kept = createByteLru<0, EncodedTile>(maxTileBytes);
  const load = async (signal: AbortSignal): Promise<EncodedTile> => {
    const known = kept.get(0);
    if (known) return known;
    const bytes = selfContainedJpeg(await file.source.read(offset, length, signal), null, expected, what);
    const made: EncodedTile = { codec: "jpeg", bytes, ...expected };
    if (!kept.get(0)) kept.set(0, made, bytes.length);
    return kept.get(0) ?? made;
  };
  const tileWidth = Math.min(width, cutSide);
  const tileHeight = Math.min(height, cutSide);
  return {
    directory,
    width,
    height,
    tileWidth,
    tileHeight,
    columns: Math.ceil(width / tileWidth),
    rows: Math.ceil(height / tileHeight),
    empty: new Int32Array(0),
    warnings: [],
    async tile(column, row, signal) {
      const x = column * tileWidth;
      const y = row * tileHeight;
      const from = await load(signal);
      return {
        codec: "cut",
        from,
        x,
        y,
        width: Math.min(tileWidth, width - x),
        height: Math.min(tileHeight, height - y),
      };
    },
  };
}
