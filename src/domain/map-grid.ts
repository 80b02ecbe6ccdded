// Where the patches of a whole-slide map lie: a lattice of cells in level-0 pixels. Knows no tissue, no model and no screen.
// A cell's patch is the one a click on the cell's centre asks about, so that map and click can never disagree about a place.
import type { Point, Region } from "./geometry.ts";
import type { PatchSpec } from "./patch.ts";
import { type Calibration, mppOf, type SlideInfo } from "./slide.ts";

/** Patches an edge length apart, or half of it: then four overlap everywhere and a cell is the middle of its patch. */
export type MapOverlap = 1 | 2;

/** Integers throughout, but for the patch's size: what is drawn, kept and written lands on whole pixels of the slide. */
export type MapGrid = Readonly<{
  /** Level-0 pixels of the first cell's corner. */
  originX: number;
  originY: number;
  /** Level-0 pixels from one cell to the next. */
  stepX: number;
  stepY: number;
  columns: number;
  rows: number;
  /** Level-0 pixels of a patch; fractions are allowed. */
  patchWidth: number;
  patchHeight: number;
}>;

/** Of a mistyped um/px or a hostile size, not of any slide: 200,000 patches take hours. */
export const mostCells = 4_000_000;

/** Patches wholly inside the slide; null where its um/px is unknown, where not one fits, or where there would be too many. */
export function gridOf(
  { width, height }: Pick<SlideInfo, "width" | "height">,
  calibration: Calibration,
  spec: Pick<PatchSpec, "pixels" | "mpp">,
  overlap: MapOverlap,
): MapGrid | null {
  const scale = mppOf(calibration);
  if (!scale) return null;
  const patchWidth = (spec.pixels * spec.mpp) / scale.x;
  const patchHeight = (spec.pixels * spec.mpp) / scale.y;
  const stepX = Math.max(1, Math.round(patchWidth / overlap));
  const stepY = Math.max(1, Math.round(patchHeight / overlap));
  const along = (length: number, patch: number, step: number): number =>
    length >= patch ? Math.floor((length - patch) / step) + 1 : 0;
  const columns = along(width, patchWidth, stepX);
  const rows = along(height, patchHeight, stepY);
  if (columns * rows === 0 || columns * rows > mostCells) return null;
  const originX = Math.round((patchWidth - stepX) / 2);
  const originY = Math.round((patchHeight - stepY) / 2);
  return { originX, originY, stepX, stepY, columns, rows, patchWidth, patchHeight };
}

export const cellCount = (grid: MapGrid): number => grid.columns * grid.rows;

/** Level-0 pixels a cell stands for; cells neither overlap nor leave gaps. */
export function cellRegion(grid: MapGrid, cell: number): Region {
  const column = cell % grid.columns;
  const row = Math.floor(cell / grid.columns);
  return {
    x: grid.originX + column * grid.stepX,
    y: grid.originY + row * grid.stepY,
    width: grid.stepX,
    height: grid.stepY,
  };
}

export function cellCentre(grid: MapGrid, cell: number): Point<"slide"> {
  const { x, y, width, height } = cellRegion(grid, cell);
  return { x: x + width / 2, y: y + height / 2 };
}

/** Level-0 pixels of the cell's patch, as `regionAround` its centre gives them. */
export function cellPatch(grid: MapGrid, cell: number): Region {
  const at = cellCentre(grid, cell);
  return {
    x: Math.round(at.x - grid.patchWidth / 2),
    y: Math.round(at.y - grid.patchHeight / 2),
    width: grid.patchWidth,
    height: grid.patchHeight,
  };
}

/** The cell a place lies in; null beyond the grid. */
export function cellAt(grid: MapGrid, at: Point<"slide">): number | null {
  const column = Math.floor((at.x - grid.originX) / grid.stepX);
  const row = Math.floor((at.y - grid.originY) / grid.stepY);
  return column >= 0 && row >= 0 && column < grid.columns && row < grid.rows ? row * grid.columns + column : null;
}

/** Cells whose patch touches any of `regions`: of labels, so that no figure counts what a person said. */
export function cellsTouching(grid: MapGrid, regions: Iterable<Region>): ReadonlySet<number> {
  const found = new Set<number>();
  for (const region of regions) {
    const reachX = grid.patchWidth / 2 + grid.stepX;
    const reachY = grid.patchHeight / 2 + grid.stepY;
    const between = (from: number, to: number, origin: number, step: number, count: number) => ({
      first: Math.max(0, Math.floor((from - origin) / step)),
      last: Math.min(count - 1, Math.floor((to - origin) / step)),
    });
    const across = between(region.x - reachX, region.x + region.width + reachX, grid.originX, grid.stepX, grid.columns);
    const down = between(region.y - reachY, region.y + region.height + reachY, grid.originY, grid.stepY, grid.rows);
    for (let row = down.first; row <= down.last; row++) {
      for (let column = across.first; column <= across.last; column++) {
        const cell = row * grid.columns + column;
        const patch = cellPatch(grid, cell);
        // Less than a pixel in common is rounding, not tissue that both show.
        const inX = Math.min(patch.x + patch.width, region.x + region.width) - Math.max(patch.x, region.x);
        const inY = Math.min(patch.y + patch.height, region.y + region.height) - Math.max(patch.y, region.y);
        if (inX >= 1 && inY >= 1) found.add(cell);
      }
    }
  }
  return found;
}
