// One TIFF image stored in strips, cut into tiles so that it can be shown and read like any other. Knows no pyramid and no vendor.
import { createByteLru } from "../../base/byte-lru.ts";
import { Fault } from "../../base/fault.ts";
import { createSharedWork } from "../../base/shared-work.ts";
import type { EncodedTile } from "../slide-reader.ts";
import { maxJpegTableBytes, maxStripPixels, maxTileSide, stripTileSide } from "./limits.ts";
import { convertHint, type PixelFormat, readPixelFormat } from "./pixel-format.ts";
import { openTagArray, readBytes, readNumber } from "./tag-values.ts";
import { tag } from "./tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff-file.ts";
import {
  checkPlace,
  checkTable,
  colourPlanes,
  damagedImage,
  encodedTile,
  mostBytes,
  sizeOf,
  type TiledImage,
} from "./tiled-image.ts";

/** Bytes of unpacked strips kept: neighbouring tiles share them. */
const keptBytes = 112 * 1024 * 1024;

type Strips = Readonly<{
  width: number;
  height: number;
  rowsPerStrip: number;
  count: number;
  format: PixelFormat;
  /** A strip; null where the file has none. */
  read(index: number, signal: AbortSignal): Promise<EncodedTile | null>;
  empty: Int32Array;
}>;

/** Checks everything that can be known without decoding. Faults: unsupported, damaged, limit. */
export async function openStrippedImage(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
): Promise<TiledImage> {
  const strips = await openStrips(file, directory, signal);
  const { width, height, rowsPerStrip, format } = strips;
  const whole = format.kind === "coded";
  // Coded strips are decoded as they are, full width; samples are copied into tiles of any size.
  const tileWidth = whole ? width : Math.min(width, stripTileSide);
  const tileHeight = whole ? rowsPerStrip * Math.max(1, Math.floor(stripTileSide / rowsPerStrip)) : stripTileSide;
  if (whole && (tileWidth > maxTileSide || tileHeight > maxTileSide)) {
    throw new Fault(
      "limit",
      `This image is stored in strips of ${width} x ${rowsPerStrip} pixels, too large to read. ${convertHint}`,
    );
  }
  const columns = Math.ceil(width / tileWidth);
  const rows = Math.ceil(height / tileHeight);
  const assemble = whole ? mosaicOf : copyOf;
  return {
    directory,
    width,
    height,
    tileWidth,
    tileHeight,
    columns,
    rows,
    empty: columns === 1 && tileHeight === rowsPerStrip ? strips.empty : new Int32Array(0),
    warnings: [
      ...format.warnings,
      ...(strips.empty.length > 0 ? ["Parts of the image are missing in the file and shown white."] : []),
    ],
    tile(column, row, tileSignal) {
      const x = column * tileWidth;
      const y = row * tileHeight;
      const area = { x, y, width: Math.min(tileWidth, width - x), height: Math.min(tileHeight, height - y) };
      return assemble(strips, area, tileSignal);
    },
  };
}

type Area = Readonly<{ x: number; y: number; width: number; height: number }>;

/** Strips on top of each other, each decoded by itself, as libtiff does it. */
async function mosaicOf(strips: Strips, { y, width, height }: Area, signal: AbortSignal): Promise<EncodedTile | null> {
  const parts: { x: number; y: number; tile: EncodedTile }[] = [];
  for (let at = y; at < y + height; at += strips.rowsPerStrip) {
    const tile = await strips.read(at / strips.rowsPerStrip, signal);
    if (tile) parts.push({ x: 0, y: at - y, tile });
  }
  const [only] = parts;
  if (!only) return null;
  return parts.length === 1 && only.tile.height === height ? only.tile : { codec: "mosaic", width, height, parts };
}

async function copyOf(strips: Strips, area: Area, signal: AbortSignal): Promise<EncodedTile | null> {
  const { rowsPerStrip } = strips;
  const out = new Uint8Array(area.width * area.height * 3).fill(255);
  let found = false;
  const last = Math.floor((area.y + area.height - 1) / rowsPerStrip);
  for (let index = Math.floor(area.y / rowsPerStrip); index <= last; index++) {
    const strip = await strips.read(index, signal);
    if (strip?.codec !== "pixels") continue;
    found = true;
    const top = Math.max(area.y, index * rowsPerStrip);
    const bottom = Math.min(area.y + area.height, index * rowsPerStrip + strip.height);
    for (let y = top; y < bottom; y++) {
      const from = ((y - index * rowsPerStrip) * strip.width + area.x) * 3;
      out.set(strip.bytes.subarray(from, from + area.width * 3), (y - area.y) * area.width * 3);
    }
  }
  return found ? { codec: "pixels", bytes: out, width: area.width, height: area.height } : null;
}

async function openStrips(file: TiffFile, directory: TiffDirectory, signal: AbortSignal): Promise<Strips> {
  const { width, height } = await sizeOf(file, directory, signal);
  const format = await readPixelFormat(file, directory, signal);
  const stated = await readNumber(file, directory, tag.rowsPerStrip, signal, height);
  const rowsPerStrip = Math.min(height, stated);
  if (!(rowsPerStrip >= 1)) throw damagedImage(directory, `its strips are ${stated} rows high`);
  if (width * rowsPerStrip > maxStripPixels) {
    throw new Fault(
      "limit",
      `This image is stored in strips of ${width} x ${rowsPerStrip} pixels, too large to read. ${convertHint}`,
    );
  }
  const count = Math.ceil(height / rowsPerStrip);
  const planes = format.kind === "samples" && format.planar ? format.samples : 1;
  const offsets = openTagArray(file, directory, tag.stripOffsets);
  const lengths = openTagArray(file, directory, tag.stripByteCounts);
  if (!offsets || !lengths) throw damagedImage(directory, "it does not say where its strips are");
  if (offsets.count < count * planes || lengths.count < count * planes) {
    const listed = Math.min(offsets.count, lengths.count);
    throw damagedImage(directory, `it needs ${count * planes} strips but lists ${listed}`);
  }
  const tables = await readBytes(file, directory, tag.jpegTables, signal, maxJpegTableBytes);
  const empty = await checkTable(file, directory, { offsets, lengths, count, what: "strip" }, signal);
  const most = mostBytes(format, width, rowsPerStrip);

  const load = async (index: number, loadSignal: AbortSignal): Promise<EncodedTile | null> => {
    const what = `Strip ${index} of the ${width} x ${height} image`;
    const stored: Uint8Array[] = [];
    for (let plane = 0; plane < colourPlanes(format); plane++) {
      const at = index + plane * count;
      const [offset, length] = await Promise.all([offsets.at(at, loadSignal), lengths.at(at, loadSignal)]);
      if (length === 0) return null;
      checkPlace(file, offset, length, what, most);
      stored.push(await file.source.read(offset, length, loadSignal));
    }
    const rows = Math.min(rowsPerStrip, height - index * rowsPerStrip);
    return encodedTile(format, stored, tables, width, rows, what);
  };
  const kept = createByteLru<number, EncodedTile>(keptBytes);
  const loading = createSharedWork<number, EncodedTile | null>(async (index, workSignal) => {
    const strip = await load(index, workSignal);
    if (strip?.codec === "pixels") kept.set(index, strip, strip.bytes.length);
    return strip;
  });
  return {
    width,
    height,
    rowsPerStrip,
    count,
    format,
    empty,
    read: async (index, readSignal) => kept.get(index) ?? loading.join(index, readSignal),
  };
}
