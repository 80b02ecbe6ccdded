// Which places of the open slides are learned from: tissue in small squares, so that what lies beside them stays free to be held out. Pure;
// knows places, no pixels.
import type { SlideId } from "../base/brand.ts";
import { intersects, type Region } from "../domain/geometry.ts";
import type { LearnedPlace } from "../domain/learned-places.ts";
import { type Random, shuffled } from "../math/random.ts";
import { guardWidth } from "./estimate/islands.ts";

/** Patches along the side of a square. Scattered singly, 330 places and their guards would cover a third of a usual slide. */
const squareSide = 4;
/** Of a slide's squares of tissue: the rest stays free for labels that can be held out. */
const mostOfSlide = 1 / 3;

/** A slide's gap-free grid of tissue. */
export type Tissue = Readonly<{ slideId: SlideId; regions: readonly Region[] }>;

/** The region with everything that is nearer than the guard, which is measured in widths of the larger of the two. */
function guarded({ x, y, width, height }: Region, other: Region): Region {
  const [right, down] = [guardWidth * Math.max(width, other.width), guardWidth * Math.max(height, other.height)];
  return { x: x - right, y: y - down, width: width + 2 * right, height: height + 2 * down };
}

/**
 * At most `count` places, as evenly from the slides as they have tissue, whole squares in an order drawn by `random`. `avoid`: nothing
 * within the guard of one of these.
 */
export function choosePlaces(
  tissue: readonly Tissue[],
  avoid: readonly LearnedPlace[],
  count: number,
  random: Random,
): readonly LearnedPlace[] {
  const squares = tissue.map(({ slideId, regions }) => {
    const [any] = regions;
    const closed = any
      ? avoid.filter((place) => place.slideId === slideId).map(({ region }) => guarded(region, any))
      : [];
    const open = regions.filter((region) => !closed.some((other) => intersects(other, region)));
    const most = Math.max(1, Math.floor(squaresOf(regions).length * mostOfSlide));
    return shuffled(random, squaresOf(open))
      .slice(0, most)
      .map((square) => square.map((region): LearnedPlace => ({ slideId, region })));
  });
  const chosen: LearnedPlace[] = [];
  // Of more slides than there are places for, which ones is drawn as well.
  const inTurn = shuffled(random, squares);
  // A square of each slide in turn: one with little tissue gives what it has.
  for (let turn = 0; inTurn.some((list) => turn < list.length); turn++) {
    for (const list of inTurn) chosen.push(...(list[turn] ?? []));
    if (chosen.length >= count) break;
  }
  return chosen.slice(0, count);
}

/** Regions of one size on one grid, by the squares of it they lie in. */
function squaresOf(regions: readonly Region[]): readonly (readonly Region[])[] {
  const squares = new Map<string, Region[]>();
  for (const region of regions) {
    const [column, row] = [region.x / (squareSide * region.width), region.y / (squareSide * region.height)];
    const key = `${Math.floor(column)} ${Math.floor(row)}`;
    const known = squares.get(key);
    if (known) known.push(region);
    else squares.set(key, [region]);
  }
  return [...squares.values()];
}
