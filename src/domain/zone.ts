// What a person draws on a slide beside labels: regions, and corrections of the tissue mask. Knows no screen and no mask.
import type { Brand, SlideId } from "../base/brand.ts";
import { insidePolygon, type Polygon } from "../math/polygon.ts";
import type { Point } from "./geometry.ts";

export type ZoneId = Brand<string, "ZoneId">;

/** A region in level-0 pixels; `rings` by the even-odd rule, not closed by a repeated point. */
export type Zone = Readonly<{ id: ZoneId; slideId: SlideId; name: string; rings: Polygon }>;

/** "add": this is tissue, whatever the mask found; "remove": it is not. Later ones win. */
export type TissueEdit = Readonly<{ mode: "add" | "remove"; rings: Polygon }>;

/** How the tissue of one slide is found (slide/tissue.ts); all lengths in um, so that they hold at any magnification. */
export type TissueSettings = Readonly<{
  /** Saturation (0..255) above which a pixel is tissue; null: found from the slide's own glass. */
  threshold: number | null;
  /** Gaps closed, um. */
  closeUm: number;
  /** Smaller pieces are dropped, um2. */
  smallestObjectUm2: number;
  /** Smaller holes are filled, um2. */
  smallestHoleUm2: number;
  /** Leaves out what is coloured like a pen (blue, green, black strokes), not like H&E. */
  excludePen: boolean;
  edits: readonly TissueEdit[];
}>;

export const defaultTissue: TissueSettings = {
  threshold: null,
  closeUm: 50,
  smallestObjectUm2: 40_000,
  smallestHoleUm2: 36_000,
  excludePen: false,
  edits: [],
};

export const insideAny = (zones: readonly Zone[], at: Point<"slide">): boolean =>
  zones.some(({ rings }) => insidePolygon(rings, at));

/** Points of one ring, rings of one shape, shapes on one slide: a brush stroke has hundreds, a hostile file any number. */
export const zoneLimits = { points: 20_000, rings: 2_000, edits: 5_000 } as const;
