// Polygons with holes in any plane: inside, bounds, area. Knows no unit; rings are closed without repeating their first point.

export type XY = Readonly<{ x: number; y: number }>;
export type Ring = readonly XY[];
/** Even-odd: a place inside an odd number of rings is inside. Outer rings and holes need no order. */
export type Polygon = readonly Ring[];

export function insidePolygon(polygon: Polygon, { x, y }: XY): boolean {
  let inside = false;
  for (const ring of polygon) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [a, b] = [ring[i]!, ring[j]!];
      if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
    }
  }
  return inside;
}

/** null of a polygon without points. */
export function boundsOf(polygon: Polygon): Readonly<{ x: number; y: number; width: number; height: number }> | null {
  let [left, top] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [right, bottom] = [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const ring of polygon) {
    for (const { x, y } of ring) {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
  }
  return left <= right ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

/** Signed by the shoelace formula: positive where the ring turns clockwise on a screen (y down). */
export function ringArea(ring: Ring): number {
  let sum = 0;
  for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
    sum += ring[j]!.x * ring[i]!.y - ring[i]!.x * ring[j]!.y;
  }
  return sum / 2;
}
