// Single cells between the glands: fibroblasts, lymphocytes, plasma cells, cells afloat in mucus. Knows no gland.
import { paintBlob } from "./canvas.ts";
import { noise2 } from "./noise.ts";
import { overGrid, type Scene } from "./scene.ts";
import { tissueNumber } from "./tissue.ts";

/** Chance that a grid point of the loose cells holds one, per tissue number. */
const looseDensity: Readonly<Record<number, number>> = {
  [tissueNumber.stroma]: 0.3,
  [tissueNumber.tumour]: 0.5,
  [tissueNumber.mucosa]: 0.95,
  [tissueNumber.fat]: 0.012,
  [tissueNumber.mucus]: 0.03,
  [tissueNumber["low-grade"]]: 0.5,
  [tissueNumber["high-grade"]]: 0.5,
};
/** Share of the loose cells that are round (lymphoid) and not spindle-shaped. */
const roundShare: Readonly<Record<number, number>> = {
  [tissueNumber.stroma]: 0.12,
  [tissueNumber.tumour]: 0.45,
  [tissueNumber.mucosa]: 0.72,
  [tissueNumber.fat]: 0.1,
  [tissueNumber.mucus]: 0.8,
  [tissueNumber["low-grade"]]: 0.5,
  [tissueNumber["high-grade"]]: 0.5,
};

function paintLoose(scene: Scene): void {
  const { canvas, layout, style } = scene;
  const n = style.nucleus;
  overGrid(scene, "loose cells", 24, 18, 0.95, (x, y, draw, seed) => {
    const tissue = layout.at(Math.round(x), Math.round(y));
    const density = looseDensity[tissue] ?? 0;
    // Cells gather: twice the density here, hardly any there.
    const crowd = 0.35 + 1.3 * noise2(scene.seed ^ 0x2545f491, x / 150, y / 150);
    if (density === 0 || draw.unit() > density * style.cellularity * crowd) return;
    if (draw.unit() < (roundShare[tissue] ?? 0)) {
      const r = n * draw.between(5.4, 7.2);
      const h = draw.between(0.95, 1.25);
      const angle = draw.between(0, 3);
      paintBlob(canvas, { x, y, a: r, b: r * 0.93, angle, h, e: 0.2, chromatin: 0.35, rough: 0.18, cover: 0.95, seed });
    } else {
      const a = n * draw.between(9, 16);
      const b = n * draw.between(2.2, 3.6);
      const angle = style.fibreAngle + draw.bell() * 0.42;
      const h = draw.between(0.7, 1.05);
      paintBlob(canvas, { x, y, a, b, angle, h, e: 0.3, chromatin: 0.3, rough: 0.22, cover: 0.92, seed });
    }
  });
}

/** Lymphoid tissue: densely packed small dark nuclei, with a paler, larger-celled centre here and there. */
function paintLymphoid(scene: Scene): void {
  const { canvas, layout, style } = scene;
  const n = style.nucleus;
  overGrid(scene, "lymphoid", 16.5, 11, 0.75, (x, y, draw, seed) => {
    // Asked a few cells off: the border of a follicle frays.
    const fray = { x: draw.bell() * 26, y: draw.bell() * 26 };
    const tissue = layout.at(Math.round(x + fray.x), Math.round(y + fray.y));
    if (tissue !== tissueNumber.lymphocytes || draw.unit() < 0.06) return;
    const here = layout.at(Math.round(x), Math.round(y));
    if (here === tissueNumber.glass || here === tissueNumber.fat || here === tissueNumber.mucus) return;
    const large = draw.unit() < 0.07;
    const r = n * (large ? draw.between(8, 9.5) : draw.between(5.4, 6.9));
    const h = large ? 0.75 : draw.between(0.95, 1.3);
    const chromatin = large ? 0.7 : 0.4;
    const angle = draw.between(0, 3);
    paintBlob(canvas, { x, y, a: r, b: r * 0.92, angle, h, e: 0.16, chromatin, rough: 0.16, cover: 0.95, seed });
  });
}

/** Capillaries with a few red cells, in collagen. */
function paintVessels(scene: Scene): void {
  const { canvas, layout, style } = scene;
  overGrid(scene, "vessels", 310, 70, 0.8, (x, y, draw, seed) => {
    const tissue = layout.at(Math.round(x), Math.round(y));
    if (tissue !== tissueNumber.stroma || draw.unit() > 0.42) return;
    const a = draw.between(20, 44);
    const b = a * draw.between(0.45, 0.9);
    const angle = draw.between(0, 3.1);
    paintBlob(canvas, {
      x,
      y,
      a: a + 7,
      b: b + 7,
      angle,
      h: 0.1,
      e: 0.78,
      chromatin: 0,
      rough: 0.12,
      cover: 0.8,
      seed,
    });
    paintBlob(canvas, { x, y, a, b, angle, h: 0, e: 0.03, chromatin: 0, rough: 0.12, cover: 1, seed });
    const c = Math.cos(angle);
    const s = Math.sin(angle);
    const cells = Math.floor(draw.between(0, 12));
    for (let k = 0; k < cells; k++) {
      const turn = draw.between(0, 6.28);
      const at = Math.sqrt(draw.unit()) * 0.72;
      const u = Math.cos(turn) * at * a;
      const v = Math.sin(turn) * at * b;
      const r = draw.between(5, 6.6);
      const spot = { x: x + u * c - v * s, y: y + u * s + v * c, a: r, b: r, angle: 0, seed: seed + k };
      paintBlob(canvas, { ...spot, h: 0.02, e: 1.25, chromatin: 0, rough: 0.1, cover: 0.85 });
    }
    const wall = Math.floor((a + b) / 9);
    for (let k = 0; k < wall; k++) {
      const turn = ((k + draw.unit() * 0.6) / wall) * 6.283;
      const u = Math.cos(turn) * (a + 3);
      const v = Math.sin(turn) * (b + 3);
      const spot = { x: x + u * c - v * s, y: y + u * s + v * c, a: 8 * style.nucleus, b: 2.4 * style.nucleus };
      const tangent = Math.atan2(b * Math.cos(turn), -a * Math.sin(turn)) + angle;
      paintBlob(canvas, {
        ...spot,
        angle: tangent,
        h: 0.9,
        e: 0.3,
        chromatin: 0.2,
        rough: 0.1,
        cover: 0.9,
        seed: seed + 50 + k,
      });
    }
  });
}

export function paintCells(scene: Scene): void {
  paintVessels(scene);
  paintLoose(scene);
  paintLymphoid(scene);
}
