// Which cells of a map are asked for, and in which order: coarse to fine, so that the first seconds show the whole slide. Pure.

import { areaReader } from "../math/summed-area.ts";
import type { MapGrid } from "./map-grid.ts";
import { cellCount, cellPatch } from "./map-grid.ts";

/** A binary mask in level-0 coordinates: 1 tissue, 0 glass; a mask pixel covers `downsample` level-0 pixels. */
export type CoarseMask = Readonly<{
  width: number;
  height: number;
  downsampleX: number;
  downsampleY: number;
  data: Uint8Array;
}>;

/** Of every cell's patch the share that is tissue, 0..1: exactly what a click there is told (slide/tissue.ts). */
export function tissueShares(grid: MapGrid, mask: CoarseMask): Float32Array {
  const area = areaReader(mask);
  const { downsampleX: dx, downsampleY: dy } = mask;
  return Float32Array.from({ length: cellCount(grid) }, (_, cell) => {
    const { x, y, width, height } = cellPatch(grid, cell);
    return Math.min(1, (area(x / dx, y / dy, width / dx, height / dy) * dx * dy) / (width * height));
  });
}

/** Cells between the first places looked at; each pass halves it. */
const coarsest = 16;

/**
 * Cells that are `wanted`, coarse to fine: every 16th of both directions, then every 8th, 4th, 2nd, all. Within a pass row by row, so
 * that neighbours share decoded tiles. `every` 2 or 4: a sparser sweep, that stops at that pass and leaves the cells between
 * uncomputed.
 */
export function planCells(grid: MapGrid, wanted: (cell: number) => boolean, every: 1 | 2 | 4 = 1): Uint32Array {
  const order: number[] = [];
  for (let spacing = coarsest; spacing >= every; spacing /= 2) {
    const seen = spacing * 2;
    for (let row = 0; row < grid.rows; row += spacing) {
      for (let column = 0; column < grid.columns; column += spacing) {
        const before = spacing < coarsest && row % seen === 0 && column % seen === 0;
        const cell = row * grid.columns + column;
        if (!before && wanted(cell)) order.push(cell);
      }
    }
  }
  return Uint32Array.from(order);
}
