// The ground of each tissue, pixel by pixel: collagen, fat, mucus, the bed between cells. Knows nothing of cells and glands.
import { hash2, subSeed } from "./hash.ts";
import { noise2 } from "./noise.ts";
import type { Scene } from "./scene.ts";
import { tissueNumber } from "./tissue.ts";

/** Wavy bundles of collagen with clefts between them. */
function collagen(scene: Scene, seed: number, x: number, y: number, dense: number): readonly [number, number] {
  const { fibre, fibreAngle } = scene.style;
  const bend = (noise2(seed, x / 330, y / 330) - 0.5) * 300 + (noise2(seed + 1, x / 90, y / 90) - 0.5) * 55;
  const c = Math.cos(fibreAngle);
  const s = Math.sin(fibreAngle);
  const along = x * c + y * s + bend * 0.5;
  const across = y * c - x * s + bend;
  const strand = noise2(seed + 2, along / 95, across / fibre);
  const bundle = noise2(seed + 3, along / 210, across / (fibre * 4.2));
  const fine = noise2(seed + 4, along / 34, across / (fibre * 0.42));
  let e = dense * (0.28 + 0.4 * bundle + 0.36 * (strand - 0.5) + 0.2 * (fine - 0.5));
  // Clefts: the paraffin section tears along the fibres.
  if (bundle < 0.27) e *= Math.max(0.16, 1 - (0.27 - bundle) * 9);
  return [0.035 + 0.05 * bundle * dense, e];
}

/** Cells of the Voronoi pattern: distance to the nearest border in px, and a number of the cell. */
function voronoi(seed: number, x: number, y: number, spacing: number): readonly [number, number] {
  const i = Math.floor(x / spacing);
  const j = Math.floor(y / spacing);
  let first = Number.POSITIVE_INFINITY;
  let second = Number.POSITIVE_INFINITY;
  let fx = 0;
  let fy = 0;
  let sx = 0;
  let sy = 0;
  let id = 0;
  for (let b = j - 1; b <= j + 1; b++) {
    for (let a = i - 1; a <= i + 1; a++) {
      const h = hash2(seed, a, b);
      const px = (a + 0.12 + 0.76 * ((h & 0xffff) / 65536)) * spacing;
      const py = (b + 0.12 + 0.76 * ((h >>> 16) / 65536)) * spacing;
      const d = (px - x) ** 2 + (py - y) ** 2;
      if (d < first) {
        second = first;
        sx = fx;
        sy = fy;
        first = d;
        fx = px;
        fy = py;
        id = h;
      } else if (d < second) {
        second = d;
        sx = px;
        sy = py;
      }
    }
  }
  const between = Math.hypot(sx - fx, sy - fy);
  return [between > 0 ? (second - first) / (2 * between) : 0, id];
}

function fat(scene: Scene, seed: number, x: number, y: number): readonly [number, number] {
  const wobble = (noise2(seed, x / 40, y / 40) - 0.5) * 16;
  const [border] = voronoi(seed + 1, x + wobble, y - wobble, scene.style.adipocyte);
  const membrane = 1.9 + 1.7 * noise2(seed + 2, x / 60, y / 60);
  const line = Math.max(0, Math.min(1, membrane + 1 - border));
  return [0.02 + 0.11 * line, 0.06 + 0.68 * line];
}

function mucus(seed: number, x: number, y: number): readonly [number, number] {
  const bx = (noise2(seed, x / 210, y / 210) - 0.5) * 330;
  const by = (noise2(seed + 1, x / 210, y / 210) - 0.5) * 330;
  const swirl = noise2(seed + 2, (x + bx) / 150, (y + by) / 17);
  const thread = 1 - Math.abs(2 * noise2(seed + 3, (x + by) / 190, (y + bx) / 24) - 1);
  const strings = thread > 0.8 ? (thread - 0.8) * 0.75 : 0;
  const wisp = noise2(seed + 4, (x + bx) / 60, (y + by) / 7) - 0.5;
  const clear = noise2(seed + 5, x / 120, y / 120);
  const body = Math.max(0.1, Math.min(1, clear * 2.2 - 0.25));
  return [
    0.03 + body * (0.1 + 0.15 * swirl + 0.1 * wisp + strings),
    0.03 + body * (0.05 + 0.06 * swirl + strings * 0.3),
  ];
}

export function paintGround(scene: Scene): void {
  const { canvas, area, seed } = scene;
  const fibres = subSeed(seed, "collagen");
  const fats = subSeed(seed, "fat");
  const pools = subSeed(seed, "mucus");
  const bed = subSeed(seed, "bed");
  for (let row = 0; row < canvas.height; row++) {
    for (let column = 0; column < canvas.width; column++) {
      const i = row * canvas.width + column;
      const x = canvas.x + column;
      const y = canvas.y + row;
      let h = 0;
      let e = 0;
      switch (area[i]) {
        case tissueNumber.stroma:
          [h, e] = collagen(scene, fibres, x, y, 1);
          break;
        case tissueNumber.tumour:
          // Desmoplastic: paler, bluer, looser.
          [h, e] = collagen(scene, fibres + 7, x, y, 0.72);
          h += 0.07;
          break;
        case tissueNumber["low-grade"]:
        case tissueNumber["high-grade"]:
        case tissueNumber.mucosa:
          [h, e] = collagen(scene, fibres + 13, x, y, 0.62);
          h += 0.04;
          break;
        case tissueNumber.lymphocytes: {
          const n = noise2(bed, x / 34, y / 34);
          h = 0.12 + 0.1 * n;
          e = 0.26 + 0.14 * n;
          break;
        }
        case tissueNumber.fat:
          [h, e] = fat(scene, fats, x, y);
          break;
        case tissueNumber.mucus:
          [h, e] = mucus(pools, x, y);
          break;
        default:
          break;
      }
      canvas.h[i] = h;
      canvas.e[i] = e;
    }
  }
}
