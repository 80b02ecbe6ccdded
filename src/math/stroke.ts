// A brush stroke as polygon rings: every place within the radius of the line through its points. Knows no unit.
import { boundsOf, type Polygon, type XY } from "./polygon.ts";
import { traceMask } from "./trace-mask.ts";

/** Steps of the outline over the radius; coarser where the stroke is long, so that its raster stays small. */
const stepsOfRadius = 8;
const mostPixels = 2_000_000;

export function strokeOutline(points: readonly XY[], radius: number): Polygon {
  const bounds = boundsOf([points]);
  if (!bounds || !(radius > 0)) return [];
  const [spanX, spanY] = [bounds.width + 2 * radius, bounds.height + 2 * radius];
  const pixel = Math.max(radius / stepsOfRadius, Math.sqrt((spanX * spanY) / mostPixels));
  const [left, top] = [bounds.x - radius, bounds.y - radius];
  const [width, height] = [Math.ceil(spanX / pixel) + 1, Math.ceil(spanY / pixel) + 1];
  const data = new Uint8Array(width * height);
  points.forEach((to, i) => {
    const from = points[i - 1] ?? to;
    const reach = (a: number, b: number, origin: number, count: number): readonly [number, number] => [
      Math.max(0, Math.floor((Math.min(a, b) - radius - origin) / pixel)),
      Math.min(count - 1, Math.ceil((Math.max(a, b) + radius - origin) / pixel)),
    ];
    const [firstX, lastX] = reach(from.x, to.x, left, width);
    const [firstY, lastY] = reach(from.y, to.y, top, height);
    for (let y = firstY; y <= lastY; y++) {
      for (let x = firstX; x <= lastX; x++) {
        const at = { x: left + (x + 0.5) * pixel, y: top + (y + 0.5) * pixel };
        if (distanceTo(from, to, at) <= radius) data[y * width + x] = 1;
      }
    }
  });
  return traceMask({ data, width, height }).map((ring) =>
    ring.map(({ x, y }) => ({ x: left + x * pixel, y: top + y * pixel })),
  );
}

/** Distance of a place from the piece between two points. */
function distanceTo(a: XY, b: XY, p: XY): number {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const t = length > 0 ? Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length)) : 0;
  return Math.hypot(p.x - a.x - t * dx, p.y - a.y - t * dy);
}
