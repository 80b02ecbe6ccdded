// An endless mosaic of tissues in irregular cells: the arrangement for training material. Never holds the fine-grained pair.
import { createDraw, hash2, subSeed } from "./hash.ts";
import { createDisplacement, type Layout } from "./layout.ts";
import { type Tissue, tissueNumber } from "./tissue.ts";

const cell = 620;
const drawn = [
  "stroma",
  "mucosa",
  "tumour",
  "lymphocytes",
  "fat",
  "mucus",
  "glass",
] as const satisfies readonly Tissue[];

export function createMosaicLayout(seed: number): Layout {
  const displacement = createDisplacement(subSeed(seed, "outline"), 70, 260);
  const places = subSeed(seed, "mosaic");
  const centres = new Map<number, Readonly<{ x: number; y: number; tissue: number }>>();
  const centreOf = (i: number, j: number) => {
    const key = (i + 32768) * 65536 + (j + 32768);
    let found = centres.get(key);
    if (!found) {
      const draw = createDraw(hash2(places, i, j));
      const x = (i + draw.between(0.15, 0.85)) * cell;
      const y = (j + draw.between(0.15, 0.85)) * cell;
      found = { x, y, tissue: tissueNumber[drawn[Math.floor(draw.unit() * drawn.length)] ?? "stroma"] };
      if (centres.size > 4096) centres.clear();
      centres.set(key, found);
    }
    return found;
  };
  const at = (x: number, y: number): number => {
    const px = x + displacement.x(x, y);
    const py = y + displacement.y(x, y);
    const i = Math.floor(px / cell);
    const j = Math.floor(py / cell);
    let best = Number.POSITIVE_INFINITY;
    let tissue: number = tissueNumber.stroma;
    for (let a = i - 1; a <= i + 1; a++) {
      for (let b = j - 1; b <= j + 1; b++) {
        const centre = centreOf(a, b);
        const d = (centre.x - px) ** 2 + (centre.y - py) ** 2;
        if (d < best) {
          best = d;
          tissue = centre.tissue;
        }
      }
    }
    return tissue;
  };
  return {
    at,
    area(x, y, width, height) {
      const out = new Uint8Array(width * height);
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++) out[row * width + column] = at(x + column, y + row);
      return out;
    },
  };
}
