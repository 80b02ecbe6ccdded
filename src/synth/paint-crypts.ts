// Normal glands: round to test-tube-shaped crypts with basal nuclei, goblet cells and a small lumen. Knows no other tissue.
import { paintBlob } from "./canvas.ts";
import { drawOutline, fillOutline, girth, outOfSight, placeIn } from "./gland.ts";
import { noise2 } from "./noise.ts";
import { discWithin, overGrid, type Scene } from "./scene.ts";
import { tissueNumber } from "./tissue.ts";

export function paintCrypts(scene: Scene): void {
  const { canvas, layout, style } = scene;
  const spacing = style.cryptRadius * 2.02;
  overGrid(scene, "crypts", spacing, style.cryptRadius * 1.7, 0.22, (x, y, draw, seed) => {
    const radius = style.cryptRadius * draw.between(0.82, 1.02);
    const aspect = draw.between(1, 1.38);
    const angle = Math.PI / 2 + draw.bell() * 0.5;
    const outline = drawOutline(draw, { x, y, radius, aspect, angle }, [0.05, 0.04, 0.03]);
    if (outOfSight(canvas, outline)) return;
    if (!discWithin(layout, tissueNumber.mucosa, x, y, radius * 0.62)) return;
    const lumen = draw.between(0.12, 0.24);
    fillOutline(canvas, outline, 1.03, (rho, _turn, px, py) => {
      if (rho < lumen) return [0.05, 0.04, 1];
      const edge = Math.min(1, (1.03 - rho) * radius * 0.5);
      const n = noise2(seed, px / 9, py / 9);
      const brush = rho < lumen + 0.05 ? 0.2 : 0;
      const base = rho > 0.97 ? 0.12 : 0;
      return [0.13 + 0.08 * n, 0.34 + 0.12 * n + brush + base, edge];
    });
    const cells = Math.max(10, Math.round(girth(outline) / (13.5 * style.nucleus)));
    for (let k = 0; k < cells; k++) {
      const turn = ((k + draw.between(-0.25, 0.25)) / cells) * 6.283;
      const spot = seed + 17 * k;
      if (draw.unit() < style.goblets) {
        const place = placeIn(outline, turn, draw.between(0.52, 0.62));
        const a = radius * draw.between(0.15, 0.22);
        const b = draw.between(6.5, 9.5);
        const h = draw.between(0.1, 0.19);
        paintBlob(canvas, {
          ...place,
          a,
          b,
          angle: place.out,
          h,
          e: 0.05,
          chromatin: 0,
          rough: 0.15,
          cover: 0.9,
          seed: spot,
        });
      }
      const place = placeIn(outline, turn, draw.between(0.84, 0.91));
      const a = style.nucleus * draw.between(6.6, 8.4);
      const b = style.nucleus * draw.between(4.2, 5.4);
      const angle = place.out + draw.bell() * 0.18;
      const h = draw.between(0.85, 1.1);
      const chromatin = style.chromatin * 0.6;
      paintBlob(canvas, { ...place, a, b, angle, h, e: 0.22, chromatin, rough: 0.14, cover: 0.95, seed: spot + 5 });
    }
  });
}
