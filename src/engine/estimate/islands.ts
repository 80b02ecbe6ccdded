// Which labels are one place: nearer than one patch width, or from one stroke, box or import. Knows no classes and no folds.
import type { Label } from "../../domain/label.ts";

export type Place = Pick<Label, "slideId" | "region" | "group">;
type Laid = Pick<Place, "slideId" | "region">;

/** Labels whose centres are nearer than this many patch widths along both axes are one island: their patches share tissue. */
export const islandReach = 1;
/** Nothing is trained on that lies nearer than this many patch widths, edge to edge, to something held out. */
export const guardWidth = 1;

/*
 * All distances are in patch widths of the slide's own axes, the larger patch of the two counting. A patch is the same number of
 * micrometres wide and high, so this is the distance in micrometres over the patch's width in micrometres, whatever the um/px and
 * also where they differ between x and y. The distance is Chebyshev's, the one in which a square patch reaches equally far.
 */

type Offset = Readonly<{ x: number; y: number; width: number; height: number; gapX: number; gapY: number }>;

function offset(a: Laid, b: Laid): Offset {
  const x = Math.abs(a.region.x + a.region.width / 2 - (b.region.x + b.region.width / 2));
  const y = Math.abs(a.region.y + a.region.height / 2 - (b.region.y + b.region.height / 2));
  const width = Math.max(a.region.width, b.region.width);
  const height = Math.max(a.region.height, b.region.height);
  const gapX = x - (a.region.width + b.region.width) / 2;
  const gapY = y - (a.region.height + b.region.height) / 2;
  return { x, y, width, height, gapX, gapY };
}

/** Distance of two labels' centres in patch widths; Infinity between slides. */
export function centreDistance(a: Place, b: Place): number {
  if (a.slideId !== b.slideId) return Number.POSITIVE_INFINITY;
  const { x, y, width, height } = offset(a, b);
  return Math.max(x / width, y / height);
}

/** Gap between two labels' patches in patch widths, 0 where they touch, negative where they overlap; Infinity between slides. */
export function edgeGap(a: Laid, b: Laid): number {
  if (a.slideId !== b.slideId) return Number.POSITIVE_INFINITY;
  const { gapX, gapY, width, height } = offset(a, b);
  return Math.max(gapX / width, gapY / height);
}

/**
 * Calls `visit` once for each pair (indices i, j) on one slide whose centres lie within `widths` patch widths of the widest label
 * along x; the caller measures exactly. Sweeps along x, so that thousands of scattered labels cost little.
 */
export function eachNeighbour(places: readonly Place[], widths: number, visit: (i: number, j: number) => void): void {
  const bySlide = new Map<string, number[]>();
  places.forEach((place, i) => {
    const members = bySlide.get(place.slideId);
    if (members) members.push(i);
    else bySlide.set(place.slideId, [i]);
  });
  const middle = (i: number): number => places[i]!.region.x + places[i]!.region.width / 2;
  for (const members of bySlide.values()) {
    const order = members.sort((a, b) => middle(a) - middle(b));
    const reach = widths * order.reduce((w, i) => Math.max(w, places[i]!.region.width), 0);
    order.forEach((i, at) => {
      for (let k = at + 1; k < order.length && middle(order[k]!) - middle(i) <= reach; k++) visit(i, order[k]!);
    });
  }
}

/**
 * Island of every label, as an index; numbered by first appearance. Being one place is transitive: a chain of neighbours is one
 * island. An island lies on one slide; labels of one group on several slides are one island on each.
 */
export function islandsOf(places: readonly Place[]): readonly number[] {
  const parent = places.map((_, i) => i);
  const root = (i: number): number => {
    let r = i;
    while (parent[r] !== r) r = parent[r]!;
    for (let at = i; parent[at] !== r; ) [at, parent[at]] = [parent[at]!, r];
    return r;
  };
  const join = (i: number, j: number): void => {
    parent[Math.max(root(i), root(j))] = Math.min(root(i), root(j));
  };
  eachNeighbour(places, islandReach, (i, j) => {
    if (centreDistance(places[i]!, places[j]!) < islandReach) join(i, j);
  });
  const firstOfGroup = new Map<string, number>();
  places.forEach((place, i) => {
    const key = JSON.stringify([place.slideId, place.group]);
    const first = firstOfGroup.get(key);
    if (first === undefined) firstOfGroup.set(key, i);
    else join(first, i);
  });
  const number = new Map<number, number>();
  return places.map((_, i) => {
    const r = root(i);
    const known = number.get(r) ?? number.size;
    number.set(r, known);
    return known;
  });
}
