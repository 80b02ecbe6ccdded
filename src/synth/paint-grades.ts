// The fine-grained pair: low- and high-grade dysplastic glands, alike in colour and crowding, unlike in how their nuclei
// stand (basal and slender, or up through the wall, rounder and more unlike each other). Never drawn into training material.
import { paintBlob } from "./canvas.ts";
import { drawOutline, fillOutline, girth, outOfSight, placeIn } from "./gland.ts";
import { noise2 } from "./noise.ts";
import { discWithin, overGrid, type Scene } from "./scene.ts";
import { tissueNumber } from "./tissue.ts";

type Grade = Readonly<{
  /** Nuclei stand between these shares of the wall, 1 = basal. */
  from: number;
  /** Half length and half width of a nucleus in px, and how unlike they are (relative). */
  length: number;
  width: number;
  unlike: number;
  /** Radians by which nuclei leave the radial direction (standard deviation). */
  disorder: number;
  chromatin: number;
  /** Width of the lumen, relative. */
  lumen: number;
  /** Nuclei per px of girth. */
  density: number;
}>;

export const grades: Readonly<{ low: Grade; high: Grade }> = {
  low: { from: 0.7, length: 11.2, width: 4.1, unlike: 0.1, disorder: 0.12, chromatin: 0.25, lumen: 1, density: 0.17 },
  high: { from: 0.36, length: 9.4, width: 7, unlike: 0.3, disorder: 0.8, chromatin: 0.85, lumen: 0.7, density: 0.15 },
};

/** Each gland of an island differs a little: its own grade lies this far (standard deviation) off, towards the other. */
const overlap = 0.16;

export function paintGrades(scene: Scene): void {
  const { canvas, layout, style } = scene;
  overGrid(scene, "dysplastic glands", 152, 190, 0.24, (x, y, draw, seed) => {
    const radius = draw.between(64, 84);
    const aspect = draw.between(1, 1.75);
    const angle = draw.between(0, 3.14);
    const outline = drawOutline(draw, { x, y, radius, aspect, angle }, [0.09, 0.07, 0.05]);
    if (outOfSight(canvas, outline)) return;
    const tissue = layout.at(Math.round(x), Math.round(y));
    if (tissue !== tissueNumber["low-grade"] && tissue !== tissueNumber["high-grade"]) return;
    if (!discWithin(layout, tissue, x, y, radius * 0.6)) return;
    const shift = Math.abs(draw.bell()) * overlap;
    const t = tissue === tissueNumber["high-grade"] ? 1 - shift : shift;
    const mix = (key: keyof Grade): number => grades.low[key] * (1 - t) + grades.high[key] * t;
    const lumen = draw.between(0.26, 0.38) * mix("lumen");
    fillOutline(canvas, outline, 1.03, (rho, turn, px, py) => {
      const inner = lumen + 0.05 * Math.cos(3 * turn + seed);
      if (rho < inner) return [0.03, 0.05, Math.min(1, (inner - rho) * radius * 0.5 + 0.3)];
      const edge = Math.min(1, (1.03 - rho) * radius * 0.5);
      const n = noise2(seed, px / 10, py / 10);
      return [0.22 + 0.1 * n, 0.33 + 0.14 * n + (rho < inner + 0.05 ? 0.14 : 0), edge];
    });
    const cells = Math.round(girth(outline) * mix("density"));
    const rows = 2;
    for (let row = rows - 1; row >= 0; row--) {
      for (let k = 0; k < cells / rows; k++) {
        const turn = ((k + draw.between(-0.3, 0.3) + row * 0.5) / (cells / rows)) * 6.283;
        const basal = 0.93 - row * 0.12;
        const rise = draw.unit() * Math.max(0, basal - mix("from"));
        const place = placeIn(outline, turn, basal - rise);
        const unlike = 1 + draw.bell() * mix("unlike");
        const a = style.nucleus * mix("length") * unlike;
        const b = style.nucleus * mix("width") * (1 + draw.bell() * mix("unlike") * 0.7);
        const tilt = place.out + draw.bell() * mix("disorder");
        const h = draw.between(0.85, 1.1);
        const spot = { ...place, a, b, angle: tilt, seed: seed + 13 * k + 977 * row };
        paintBlob(canvas, { ...spot, h, e: 0.24, chromatin: mix("chromatin"), rough: 0.2, cover: 0.93 });
      }
    }
  });
}
