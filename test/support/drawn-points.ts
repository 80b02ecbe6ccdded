// Points of the embedded slide whose whole patch lies in one drawn tissue, from the committed ground truth. Knows no pixels.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Point } from "../../src/domain/geometry.ts";

type Feature = Readonly<{
  properties: Readonly<{ tissue: string }>;
  geometry: Readonly<{ type: "Polygon"; coordinates: readonly (readonly (readonly [number, number])[])[] }>;
}>;

function truth(): readonly Feature[] {
  const file = join(import.meta.dirname, "..", "..", "public", "slides", "synthetic-he.truth.json");
  return JSON.parse(readFileSync(file, "utf8")).features;
}

/** Even-odd rule over all rings: holes are outside. */
function inside(feature: Feature, x: number, y: number): boolean {
  let odd = false;
  for (const ring of feature.geometry.coordinates) {
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [xi = 0, yi = 0] = ring[i] ?? [];
      const [xj = 0, yj = 0] = ring[j] ?? [];
      if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) odd = !odd;
    }
  }
  return odd;
}

/**
 * Up to `count` points of `tissue`, taken in turn from its regions so that they lie in as many places as there are; any two are at
 * least `apart` level-0 pixels from each other on one axis.
 */
export function drawnPoints(tissue: string, count: number, apart = 480): readonly Point<"slide">[] {
  const half = 112;
  const perRegion = truth()
    .filter((feature) => feature.properties.tissue === tissue)
    .map((feature) => {
      const xs = feature.geometry.coordinates.flatMap((ring) => ring.map(([x]) => x));
      const ys = feature.geometry.coordinates.flatMap((ring) => ring.map(([, y]) => y));
      const points: Point<"slide">[] = [];
      for (let y = Math.min(...ys) + half; y <= Math.max(...ys) - half; y += 48) {
        for (let x = Math.min(...xs) + half; x <= Math.max(...xs) - half; x += 48) {
          const probes = [-half, -half / 2, 0, half / 2, half];
          if (probes.every((dy) => probes.every((dx) => inside(feature, x + dx, y + dy)))) points.push({ x, y });
        }
      }
      return points;
    });
  const taken: Point<"slide">[] = [];
  const free = (p: Point<"slide">): boolean =>
    taken.every((q) => Math.max(Math.abs(p.x - q.x), Math.abs(p.y - q.y)) >= apart);
  for (let found = true; found && taken.length < count; ) {
    found = false;
    for (const points of perRegion) {
      const next = points.find(free);
      if (!next || taken.length === count) continue;
      taken.push(next);
      found = true;
    }
  }
  return taken;
}
