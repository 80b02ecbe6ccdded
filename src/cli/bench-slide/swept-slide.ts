// One slide as a map of it is swept: opened, its um/px stated, the places on tissue in the app's order. Knows no model and no clock.
import { Fault } from "../../base/fault.ts";
import { gridOf } from "../../domain/map-grid.ts";
import { planCells, tissueShares } from "../../domain/map-plan.ts";
import type { SheetId } from "../../domain/map-sheet.ts";
import { minimumTissue, type PatchSpec } from "../../domain/patch.ts";
import type { SweepParams } from "../../protocol/map-api.ts";
import type { SlideApi } from "../../protocol/slide-api.ts";
import { statedScale } from "./patch-rate.ts";
import type { SlideAtHand } from "./slides-at-hand.ts";

/** `caches`: what the slide reader keeps already, in words. */
export type SweptSlide = Readonly<{ params: SweepParams; caches: string }>;

const sheet = "5".repeat(64) as SheetId;

/**
 * Opens the slide anew, which empties its caches, and finds its tissue, as the app has before a sweep. `most`: of so many places a square
 * in the middle of the tissue, swept like a whole map; null: all. Frozen features only. Fault `invalid` where there is no place.
 */
export async function sweptSlide(
  slides: SlideApi,
  { path, finer, format }: SlideAtHand,
  spec: PatchSpec,
  most: number | null,
): Promise<SweptSlide> {
  const calibration = statedScale(spec, finer);
  const { id: slideId, ...info } = await slides.open({ source: { kind: "url", url: path } });
  await slides.calibrate({ slideId, calibration });
  const grid = gridOf(info, calibration, spec, 1);
  if (!grid) throw new Fault("invalid", `the slide is smaller than a patch of ${spec.pixels} px`);
  const shares = tissueShares(grid, await slides.tissueMask({ slideId }));
  const onTissue = planCells(grid, (cell) => (shares[cell] ?? 0) >= minimumTissue);
  const cells = most === null ? onTissue : nearest(onTissue, grid.columns, grid.rows, most);
  if (cells.length === 0) throw new Fault("invalid", `no place of ${format} is tissue`);
  // Of one level the tissue was found on the very tiles that are swept.
  const caches = info.levels.length > 1 ? "tissue known, empty caches" : "tissue known, which left the tiles decoded";
  return { params: { sheet, slideId, spec, grid, cells, set: null }, caches };
}

/** The `count` cells nearest to the middle of the grid, in the order they had. */
function nearest(cells: Uint32Array, columns: number, rows: number, count: number): Uint32Array {
  const distance = (cell: number): number =>
    Math.max(Math.abs((cell % columns) - columns / 2), Math.abs(Math.floor(cell / columns) - rows / 2));
  const kept = new Set([...cells].toSorted((a, b) => distance(a) - distance(b)).slice(0, count));
  return cells.filter((cell) => kept.has(cell));
}
