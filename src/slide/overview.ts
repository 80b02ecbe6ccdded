// A rectangle of a level shrunk by averaging, tile by tile in bounded memory. For looking and for the tissue mask, never for a model.
import { Fault } from "../base/fault.ts";
import type { Rect } from "../domain/geometry.ts";
import type { Level } from "../domain/slide.ts";
import { eachTile, type PlacedTile, type TileStore } from "./tile-window.ts";

/** Level pixels that are decoded at most for one overview: some 10 s on a slow machine. */
export const maxOverviewPixels = 256 * 1024 * 1024;

/** RGB, row-major. White where the slide has nothing. */
export type Overview = Readonly<{ data: Uint8Array; width: number; height: number }>;

/** `area` of the level as `width` x `height` means of its pixels; `width`, `height` at most the area's own. */
export async function readOverview(
  tiles: TileStore,
  level: Level,
  area: Rect<"level">,
  width: number,
  height: number,
  signal: AbortSignal,
): Promise<Overview> {
  const wanted = Math.min(area.width, level.width) * Math.min(area.height, level.height);
  if (wanted > maxOverviewPixels) {
    throw new Fault(
      "limit",
      `An overview would need ${Math.round(wanted / 1e6)} million pixels: the slide has no level coarse enough. ` +
        'Rebuild its pyramid: vips tiffsave "in" out.tif --tile --pyramid --compression jpeg --bigtiff',
    );
  }
  const sums = new Uint32Array(width * height * 3);
  const counts = new Uint32Array(width * height);
  const columnOf = cellFinder(area.x, area.width, width);
  const rowOf = cellFinder(area.y, area.height, height);
  const add = ({ tile, ...placed }: PlacedTile): void => {
    if (!tile) return;
    const columns = Int32Array.from({ length: placed.width }, (_, i) => columnOf(placed.x + i));
    for (let y = 0; y < placed.height; y++) {
      const row = rowOf(placed.y + y);
      if (row < 0) continue;
      for (let x = 0, p = y * tile.width * tile.channels; x < placed.width; x++, p += tile.channels) {
        const column = columns[x]!;
        if (column < 0) continue;
        const cell = row * width + column;
        sums[cell * 3]! += tile.data[p]!;
        sums[cell * 3 + 1]! += tile.data[p + 1]!;
        sums[cell * 3 + 2]! += tile.data[p + 2]!;
        counts[cell]!++;
      }
    }
  };
  await eachTile(tiles, level, area, add, signal);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i++) {
    const count = counts[Math.floor(i / 3)]!;
    data[i] = count === 0 ? 255 : Math.round(sums[i]! / count);
  }
  return { data, width, height };
}

/** Which of `cells` equal parts of [start, start+length) holds the middle of pixel `at`; -1 outside. */
function cellFinder(start: number, length: number, cells: number): (at: number) => number {
  return (at) => {
    const cell = Math.floor(((at + 0.5 - start) * cells) / length);
    return cell >= 0 && cell < cells ? cell : -1;
  };
}
