// Tumour: irregular cribriform nests of large, unlike nuclei, with debris in the lumens. Knows no other tissue.
import { paintBlob } from "./canvas.ts";
import { drawOutline, fillOutline, outOfSight, placeIn } from "./gland.ts";
import { noise2 } from "./noise.ts";
import { discWithin, overGrid, type Scene } from "./scene.ts";
import { tissueNumber } from "./tissue.ts";

export function paintTumour(scene: Scene): void {
  const { canvas, layout, style } = scene;
  const spacing = style.nestRadius * 1.64;
  overGrid(scene, "nests", spacing, style.nestRadius * 2.1, 0.34, (x, y, draw, seed) => {
    const radius = style.nestRadius * draw.between(0.72, 1.05);
    const aspect = draw.between(1, 1.6);
    const angle = draw.between(0, 3.14);
    const outline = drawOutline(draw, { x, y, radius, aspect, angle }, [0.16, 0.13, 0.1, 0.07]);
    if (outOfSight(canvas, outline)) return;
    if (!discWithin(layout, tissueNumber.tumour, x, y, radius * 0.6)) return;
    const holes = Array.from({ length: 1 + Math.floor(draw.unit() * 4) }, () => {
      const place = placeIn(outline, draw.between(0, 6.283), draw.between(0.1, 0.62));
      return { x: place.x, y: place.y, r: draw.between(10, 26), dirty: draw.unit() < 0.35 };
    });
    const holeAt = (px: number, py: number): number => {
      let nearest = Number.POSITIVE_INFINITY;
      for (const hole of holes) nearest = Math.min(nearest, Math.hypot(px - hole.x, py - hole.y) - hole.r);
      return nearest + 7 * (noise2(seed ^ 0x3c6ef372, px / 13, py / 13) - 0.5);
    };
    fillOutline(canvas, outline, 1.02, (rho, _turn, px, py) => {
      const edge = Math.min(1, (1.02 - rho) * radius * 0.5);
      const hole = holeAt(px, py);
      if (hole < 0) return [0.03, 0.05, Math.min(edge, -hole + 0.3)];
      const n = noise2(seed, px / 12, py / 12);
      return [0.2 + 0.12 * n, 0.3 + 0.16 * n, edge];
    });
    for (const hole of holes) {
      if (!hole.dirty) continue;
      for (let k = 0; k < 9; k++) {
        const turn = draw.between(0, 6.283);
        const at = Math.sqrt(draw.unit()) * hole.r * 0.7;
        const spot = { x: hole.x + at * Math.cos(turn), y: hole.y + at * Math.sin(turn), angle: turn, seed: seed + k };
        const a = draw.between(1.6, 4.6);
        const h = draw.between(0.2, 0.9);
        paintBlob(canvas, { ...spot, a, b: a * 0.8, h, e: 0.6, chromatin: 0, rough: 0.3, cover: 0.8 });
      }
    }
    const rings = Math.max(2, Math.round(radius / (17.5 * style.nucleus)));
    for (let ring = rings; ring > 0; ring--) {
      const rho = (ring - 0.45) / rings;
      const cells = Math.max(1, Math.round((6.283 * radius * rho) / (19.5 * style.nucleus)));
      for (let k = 0; k < cells; k++) {
        const turn = ((k + draw.between(-0.35, 0.35)) / cells) * 6.283 + ring;
        const place = placeIn(outline, turn, Math.min(0.95, rho + draw.between(-0.06, 0.06)));
        const size = style.nucleus * (draw.unit() < 0.12 ? draw.between(11, 15) : draw.between(7.2, 11));
        const b = size * draw.between(0.62, 0.95);
        const tilt = place.out + draw.between(-1.2, 1.2);
        const h = draw.between(0.62, 1.12);
        if (holeAt(place.x, place.y) < size * 0.75) continue;
        const spot = seed + 31 * k + 1009 * ring;
        const chromatin = 0.45 + 0.5 * style.chromatin;
        paintBlob(canvas, {
          ...place,
          a: size,
          b,
          angle: tilt,
          h,
          e: 0.24,
          chromatin,
          rough: 0.3,
          cover: 0.94,
          seed: spot,
        });
        if (draw.unit() < 0.45) {
          const r = draw.between(1.7, 2.6);
          const off = draw.between(-2.5, 2.5);
          const spotAt = { x: place.x + off, y: place.y - off, a: r, b: r, angle: 0, seed: spot + 3 };
          paintBlob(canvas, { ...spotAt, h: 1.35, e: 0.5, chromatin: 0, rough: 0, cover: 0.8 });
        }
      }
    }
  });
}
