// What every painter of a tissue is given: the canvas, where which tissue lies, the style, and seeds. Knows no tissue itself.
import type { Canvas } from "./canvas.ts";
import { createDraw, type Draw, hash2, subSeed } from "./hash.ts";
import type { Layout } from "./layout.ts";
import type { SlideStyle } from "./style.ts";

export type Scene = Readonly<{
  canvas: Canvas;
  /** Tissue numbers of the canvas' pixels. */
  area: Uint8Array;
  layout: Layout;
  style: SlideStyle;
  seed: number;
}>;

/**
 * Visits the jittered grid points whose objects (up to `reach` px large) may touch the canvas, always in the same order, so
 * that a rectangle drawn alone equals the same rectangle cut from a larger one.
 */
export function overGrid(
  scene: Scene,
  purpose: string,
  spacing: number,
  reach: number,
  jitter: number,
  visit: (x: number, y: number, draw: Draw, seed: number) => void,
): void {
  const { canvas } = scene;
  const base = subSeed(scene.seed, purpose);
  const margin = reach + spacing * (jitter / 2 + 1);
  const left = Math.floor((canvas.x - margin) / spacing);
  const right = Math.floor((canvas.x + canvas.width + margin) / spacing);
  const top = Math.floor((canvas.y - margin) / spacing);
  const bottom = Math.floor((canvas.y + canvas.height + margin) / spacing);
  for (let j = top; j <= bottom; j++) {
    for (let i = left; i <= right; i++) {
      const seed = hash2(base, i, j);
      const draw = createDraw(seed);
      // Odd rows are shifted by half a cell: rows of a square grid would be seen.
      const shift = (j & 1) * 0.5;
      const x = (i + 0.5 + shift + (draw.unit() - 0.5) * jitter) * spacing;
      const y = (j + 0.5 + (draw.unit() - 0.5) * jitter) * spacing;
      visit(x, y, draw, seed);
    }
  }
}

/** True where a disc lies wholly in one tissue (its centre and eight points of its rim). */
export function discWithin(layout: Layout, tissue: number, x: number, y: number, radius: number): boolean {
  if (layout.at(Math.round(x), Math.round(y)) !== tissue) return false;
  for (let k = 0; k < 8; k++) {
    const px = Math.round(x + radius * Math.cos((k * Math.PI) / 4));
    const py = Math.round(y + radius * Math.sin((k * Math.PI) / 4));
    if (layout.at(px, py) !== tissue) return false;
  }
  return true;
}
