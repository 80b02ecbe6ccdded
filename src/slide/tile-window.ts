// Decoded tiles of one slide in a stated budget, and rectangles of a level put together from them. Knows no container, no um.
import { createByteLru } from "../base/byte-lru.ts";
import { Fault, isAbort, toFault } from "../base/fault.ts";
import { createSharedWork } from "../base/shared-work.ts";
import type { Rect } from "../domain/geometry.ts";
import type { Level } from "../domain/slide.ts";
import type { DecodedTile, SlideReader, TileDecoder } from "./slide-reader.ts";

export type TileStore = Readonly<{
  /** A decoded tile, or null where the file has none. */
  tile(level: number, column: number, row: number, signal: AbortSignal): Promise<DecodedTile | null>;
  untrusted: SlideReader["untrusted"];
  clear(): void;
}>;

/** Bytes of decoded tiles kept per slide: some 400 RGBA tiles of 256 pixels. */
export const decodedBudgetBytes = 96 * 1024 * 1024;

export function createTileStore(reader: SlideReader, decode: TileDecoder, budget = decodedBudgetBytes): TileStore {
  const kept = createByteLru<string, DecodedTile | null>(budget);
  const running = createSharedWork<string, DecodedTile | null>(async (key, signal) => {
    const [level = 0, column = 0, row = 0] = key.split("/").map(Number);
    const encoded = await reader.tile(level, column, row, signal);
    const decoded = encoded
      ? await decodeChecked(decode, encoded, `Tile ${column}, ${row} of level ${level}`, signal)
      : null;
    kept.set(key, decoded, decoded ? decoded.data.length : 64);
    return decoded;
  });
  return {
    async tile(level, column, row, signal) {
      const key = `${level}/${column}/${row}`;
      const found = kept.get(key);
      return found === undefined ? running.join(key, signal) : found;
    },
    untrusted: reader.untrusted,
    clear: kept.clear,
  };
}

async function decodeChecked(
  decode: TileDecoder,
  encoded: Parameters<TileDecoder>[0],
  what: string,
  signal: AbortSignal,
): Promise<DecodedTile> {
  try {
    const tile = await decode(encoded, signal);
    if (tile.width !== encoded.width || tile.height !== encoded.height) {
      throw new Fault("damaged", `${what} decoded to ${tile.width} x ${tile.height} pixels.`);
    }
    return tile;
  } catch (error) {
    throw isAbort(error) ? error : toFault(error, "damaged", `${what} cannot be decoded`);
  }
}

/** One decoded tile and the part of it that belongs to the slide, in level pixels. */
export type PlacedTile = Readonly<{ x: number; y: number; width: number; height: number; tile: DecodedTile | null }>;

/** Tiles in flight at once: decoders are threaded, memory is not endless. */
const together = { tiles: 8, pixels: 8 * 1024 * 1024 } as const;

/** Visits, in row-major order, every tile that touches `area`; `visit` sees only pixels of the level, not the padding. */
export async function eachTile(
  tiles: TileStore,
  level: Level,
  area: Rect<"level">,
  visit: (placed: PlacedTile) => void,
  signal: AbortSignal,
): Promise<void> {
  const { tileWidth, tileHeight } = level;
  const left = Math.max(0, Math.floor(area.x / tileWidth));
  const top = Math.max(0, Math.floor(area.y / tileHeight));
  const columns = Math.min(level.columns, Math.ceil((area.x + area.width) / tileWidth)) - left;
  const rows = Math.min(level.rows, Math.ceil((area.y + area.height) / tileHeight)) - top;
  const total = Math.max(0, columns) * Math.max(0, rows);
  const step = Math.max(1, Math.min(together.tiles, Math.floor(together.pixels / (tileWidth * tileHeight))));
  for (let at = 0; at < total; at += step) {
    signal.throwIfAborted();
    const batch = Array.from({ length: Math.min(step, total - at) }, (_, i) => ({
      column: left + ((at + i) % columns),
      row: top + Math.floor((at + i) / columns),
    }));
    const decoded = await Promise.all(batch.map(({ column, row }) => tiles.tile(level.index, column, row, signal)));
    batch.forEach(({ column, row }, i) => {
      const x = column * tileWidth;
      const y = row * tileHeight;
      const width = Math.min(tileWidth, level.width - x);
      const height = Math.min(tileHeight, level.height - y);
      visit({ x, y, width, height, tile: decoded[i] ?? null });
    });
  }
}

export type Window = Readonly<{
  /** RGB, row-major, `window.width * window.height * 3` bytes. */
  data: Uint8Array;
  /** Share of `measured` (level pixels) outside the slide, in missing or in untrusted tiles, 0..1. */
  missing: number;
}>;

/** The integer rectangle `window` of a level; `fill` where there is nothing. */
export async function readWindow(
  tiles: TileStore,
  level: Level,
  window: Rect<"level">,
  fill: number,
  measured: Rect<"level">,
  signal: AbortSignal,
): Promise<Window> {
  const data = new Uint8Array(window.width * window.height * 3).fill(fill);
  let present = 0;
  const visit = (placed: PlacedTile): void => {
    if (!placed.tile) return;
    copyTile(placed, placed.tile, window, data);
    present += overlap(placed, measured);
  };
  await eachTile(tiles, level, window, visit, signal);
  for (const hole of tiles.untrusted(level.index, window)) {
    present -= await trustedOverlap(tiles, level, hole, measured, signal);
    paint(hole, window, data, fill);
  }
  const share = 1 - present / (measured.width * measured.height);
  return { data, missing: Math.min(1, Math.max(0, share < 1e-9 ? 0 : share)) };
}

/** How much of `hole` was counted as present: only where its tiles exist. */
async function trustedOverlap(
  tiles: TileStore,
  level: Level,
  hole: Rect<"level">,
  measured: Rect<"level">,
  signal: AbortSignal,
): Promise<number> {
  const x = Math.max(hole.x, measured.x);
  const y = Math.max(hole.y, measured.y);
  const width = Math.min(hole.x + hole.width, measured.x + measured.width) - x;
  const height = Math.min(hole.y + hole.height, measured.y + measured.height) - y;
  if (width <= 0 || height <= 0) return 0;
  const area = { x, y, width, height };
  let sum = 0;
  const add = (placed: PlacedTile): void => {
    if (placed.tile) sum += overlap(placed, area);
  };
  await eachTile(tiles, level, area, add, signal);
  return sum;
}

function overlap(a: Rect<"level">, b: Rect<"level">): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

function copyTile(placed: PlacedTile, tile: DecodedTile, window: Rect<"level">, out: Uint8Array): void {
  const fromX = Math.max(placed.x, window.x);
  const toX = Math.min(placed.x + placed.width, window.x + window.width);
  const fromY = Math.max(placed.y, window.y);
  const toY = Math.min(placed.y + placed.height, window.y + window.height);
  const { channels, data } = tile;
  for (let y = fromY; y < toY; y++) {
    let source = ((y - placed.y) * tile.width + (fromX - placed.x)) * channels;
    let target = ((y - window.y) * window.width + (fromX - window.x)) * 3;
    for (let x = fromX; x < toX; x++, source += channels, target += 3) {
      out[target] = data[source]!;
      out[target + 1] = data[source + 1]!;
      out[target + 2] = data[source + 2]!;
    }
  }
}

function paint(hole: Rect<"level">, window: Rect<"level">, out: Uint8Array, fill: number): void {
  const fromX = Math.max(window.x, Math.floor(hole.x));
  const toX = Math.min(window.x + window.width, Math.ceil(hole.x + hole.width));
  const fromY = Math.max(window.y, Math.floor(hole.y));
  const toY = Math.min(window.y + window.height, Math.ceil(hole.y + hole.height));
  for (let y = fromY; y < toY; y++) {
    const at = (y - window.y) * window.width - window.x;
    out.fill(fill, (at + fromX) * 3, (at + Math.max(fromX, toX)) * 3);
  }
}
