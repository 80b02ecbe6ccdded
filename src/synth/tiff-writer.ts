// Writes a tiled JPEG pyramid as TIFF or BigTIFF to a sink, tile by tile (TIFF 6.0 with Technical Note 2 for JPEG; BigTIFF as
// libtiff describes it). Knows no host and no painter; the JPEG encoder is given.
import { assert } from "../base/fault.ts";
import { splitJpeg } from "./jpeg-tables.ts";
import { levelsOf, type PyramidPlan, tileSize, tilesOf } from "./pyramid.ts";

/** Where the bytes go. `append` returns nothing: the writer counts; `patch` overwrites bytes written before. */
export type ByteSink = Readonly<{
  append(bytes: Uint8Array): Promise<void>;
  patch(offset: number, bytes: Uint8Array): Promise<void>;
}>;

/** A baseline JPEG (JFIF, YCbCr 4:2:0) of `size` x `size` RGB pixels; Huffman and quantisation tables the same every time. */
export type TileEncoder = (rgb: Uint8Array, size: number) => Uint8Array;

export type TiffOptions = Readonly<{
  /** ImageDescription of the full-resolution image. */
  description: string;
  /** um per pixel at level 0. */
  mpp: number;
  /** "auto": BigTIFF where the file could pass 4 GB. */
  format: "classic" | "big" | "auto";
}>;

type Entry = Readonly<{ tag: number; type: 2 | 3 | 4 | 5 | 7 | 16; count: number; data: Uint8Array }>;

const ascii = (tag: number, text: string): Entry => {
  const data = new TextEncoder().encode(`${text}\0`);
  return { tag, type: 2, count: data.length, data };
};
const undefinedBytes = (tag: number, data: Uint8Array): Entry => ({ tag, type: 7, count: data.length, data });
function numbers(tag: number, type: 3 | 4 | 16, values: ArrayLike<number>): Entry {
  const width = type === 3 ? 2 : type === 4 ? 4 : 8;
  const view = new DataView(new ArrayBuffer(values.length * width));
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (type === 3) view.setUint16(i * 2, value, true);
    else if (type === 4) view.setUint32(i * 4, value, true);
    else view.setBigUint64(i * 8, BigInt(value), true);
  }
  return { tag, type, count: values.length, data: new Uint8Array(view.buffer) };
}
function rational(tag: number, value: number): Entry {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, Math.round(value * 1000), true);
  view.setUint32(4, 1000, true);
  return { tag, type: 5, count: 1, data: new Uint8Array(view.buffer) };
}

/** One IFD's bytes at `offset`; values that do not fit an entry follow it. Returns where the next-IFD pointer lies. */
function ifdBytes(
  entries: readonly Entry[],
  offset: number,
  big: boolean,
): Readonly<{ bytes: Uint8Array; next: number }> {
  const inline = big ? 8 : 4;
  const entrySize = big ? 20 : 12;
  const head = (big ? 8 : 2) + entries.length * entrySize + (big ? 8 : 4);
  const even = (n: number): number => n + (n & 1);
  let size = even(head);
  for (const entry of entries) if (entry.data.length > inline) size += even(entry.data.length);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  if (big) view.setBigUint64(0, BigInt(entries.length), true);
  else view.setUint16(0, entries.length, true);
  let at = big ? 8 : 2;
  let spill = even(head);
  for (const entry of entries.toSorted((a, b) => a.tag - b.tag)) {
    view.setUint16(at, entry.tag, true);
    view.setUint16(at + 2, entry.type, true);
    if (big) view.setBigUint64(at + 4, BigInt(entry.count), true);
    else view.setUint32(at + 4, entry.count, true);
    const valueAt = at + (big ? 12 : 8);
    if (entry.data.length <= inline) bytes.set(entry.data, valueAt);
    else {
      if (big) view.setBigUint64(valueAt, BigInt(offset + spill), true);
      else view.setUint32(valueAt, offset + spill, true);
      bytes.set(entry.data, spill);
      spill += even(entry.data.length);
    }
    at += entrySize;
  }
  return { bytes, next: offset + at };
}

/** Writes the whole slide; returns its size in bytes and how many tiles were stored and shared. */
export async function writeTiff(
  plan: PyramidPlan,
  options: TiffOptions,
  encode: TileEncoder,
  sink: ByteSink,
  signal: AbortSignal,
  onTile: (done: number, total: number) => void = () => {},
): Promise<Readonly<{ bytes: number; stored: number; shared: number }>> {
  const levels = levelsOf(plan.width, plan.height);
  const total = levels.reduce((sum, level) => sum + level.columns * level.rows, 0);
  // 60 KB is more than a tile of noise takes at ordinary qualities.
  const distinct = plan.pitch
    ? Math.min(total, (2 * plan.pitch.width * plan.pitch.height) / tileSize ** 2 + 64 * levels.length)
    : total;
  const big = options.format === "big" || (options.format === "auto" && distinct * 60_000 > 4e9);
  const offsets = levels.map((level) => new Float64Array(level.columns * level.rows));
  const lengths = levels.map((level) => new Float64Array(level.columns * level.rows));
  let size = 0;
  let tables: Uint8Array | null = null;
  const append = async (bytes: Uint8Array): Promise<number> => {
    const at = size;
    await sink.append(bytes);
    size += bytes.length;
    // Offsets stay even, as TIFF asks.
    if (size & 1) {
      await sink.append(new Uint8Array(1));
      size++;
    }
    return at;
  };
  const pointer = (value: number): Uint8Array => {
    const view = new DataView(new ArrayBuffer(big ? 8 : 4));
    if (big) view.setBigUint64(0, BigInt(value), true);
    else view.setUint32(0, value, true);
    return new Uint8Array(view.buffer);
  };

  await append(
    Uint8Array.from(big ? [0x49, 0x49, 43, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0] : [0x49, 0x49, 42, 0, 0, 0, 0, 0]),
  );
  let stored = 0;
  let shared = 0;
  for (const tile of tilesOf(plan, signal)) {
    const at = offsets[tile.level];
    const length = lengths[tile.level];
    assert(at && length, "a tile's level exists");
    if (tile.sameAs !== null) {
      at[tile.index] = at[tile.sameAs] ?? 0;
      length[tile.index] = length[tile.sameAs] ?? 0;
      shared++;
    } else {
      const jpeg = splitJpeg(encode(tile.pixels, tileSize));
      tables ??= jpeg.tables;
      assert(sameBytes(tables, jpeg.tables), "the encoder uses one set of tables");
      length[tile.index] = jpeg.image.length;
      at[tile.index] = await append(jpeg.image);
      stored++;
    }
    onTile(stored + shared, total);
  }
  assert(big || size < 4e9, "a classic TIFF stays below 4 GB");

  let link = big ? 8 : 4;
  for (const [number, level] of levels.entries()) {
    const perCm = (10000 / options.mpp) * (level.width / plan.width);
    const entries: Entry[] = [
      numbers(254, 4, [number === 0 ? 0 : 1]), // NewSubfileType: reduced resolution
      numbers(256, 4, [level.width]),
      numbers(257, 4, [level.height]),
      numbers(258, 3, [8, 8, 8]),
      numbers(259, 3, [7]), // JPEG
      numbers(262, 3, [6]), // YCbCr
      numbers(277, 3, [3]),
      rational(282, perCm),
      rational(283, perCm),
      numbers(284, 3, [1]),
      numbers(296, 3, [3]), // centimetre
      numbers(322, 3, [tileSize]),
      numbers(323, 3, [tileSize]),
      numbers(324, big ? 16 : 4, offsets[number] ?? []),
      numbers(325, 4, lengths[number] ?? []),
      undefinedBytes(347, tables ?? new Uint8Array(0)),
      numbers(530, 3, [2, 2]), // YCbCrSubSampling
      ascii(305, "PathoTune slide generator"),
    ];
    if (number === 0) entries.push(ascii(270, options.description));
    const { bytes, next } = ifdBytes(entries, size, big);
    const at = await append(bytes);
    await sink.patch(link, pointer(at));
    link = next;
  }
  return { bytes: size, stored, shared };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
