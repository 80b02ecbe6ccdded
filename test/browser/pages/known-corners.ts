// A black slide with white squares at known cells of a map, the corners among them. Knows no file format and no host.
import { cellRegion, type MapGrid } from "../../../src/domain/map-grid.ts";

export type KnownCorners = Readonly<{ width: number; height: number; grid: MapGrid; cells: readonly number[] }>;

/** `unit`: 1 for a slide of 4000 x 3000 pixels or a little more, 4 for one of four times the sides. */
export function knownCorners(width: number, height: number, unit: number): KnownCorners {
  const [columns, rows] = [22, 18];
  const [stepX, stepY] = [176 * unit, 160 * unit];
  const grid: MapGrid = {
    originX: 16 * unit,
    originY: 32 * unit,
    stepX,
    stepY,
    columns,
    rows,
    patchWidth: stepX,
    patchHeight: stepY,
  };
  const last = columns * rows - 1;
  const middle = [9 * columns + 11, 9 * columns + 12, 7 * columns + 9];
  return { width, height, grid, cells: [0, columns - 1, last - columns + 1, last, ...middle] };
}

/** The slide as a file: every edge of a square is a whole pixel on levels of 1, 1/4 and 1/16. */
export const cornersOfFiles = knownCorners(4000, 3008, 1);

/** Squares in pixels of a level of 1/`downsample`. */
export const whiteSquares = ({ grid, cells }: KnownCorners, downsample: number) =>
  cells.map((cell) => {
    const { x, y, width, height } = cellRegion(grid, cell);
    return { x: x / downsample, y: y / downsample, width: width / downsample, height: height / downsample };
  });
