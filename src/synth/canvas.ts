// Amounts of the two stains per pixel of a rectangle, and the one brush: a soft, irregular ellipse. Knows no tissue.
import { noise2 } from "./noise.ts";

export type Canvas = Readonly<{
  x: number;
  y: number;
  width: number;
  height: number;
  /** Hematoxylin and eosin, 1 = a well stained nucleus resp. dense collagen. */
  h: Float32Array;
  e: Float32Array;
}>;

export function createCanvas(x: number, y: number, width: number, height: number): Canvas {
  return { x, y, width, height, h: new Float32Array(width * height), e: new Float32Array(width * height) };
}

/** `chromatin` 0: even and dark; 1: vesicular, a pale middle with a dark rim and clumps. `rough`: irregular outline. */
export type Blob = Readonly<{
  x: number;
  y: number;
  /** Half axes in px. */
  a: number;
  b: number;
  angle: number;
  h: number;
  e: number;
  chromatin: number;
  rough: number;
  /** Opacity. */
  cover: number;
  seed: number;
}>;

export function paintBlob(canvas: Canvas, blob: Blob): void {
  const reach = Math.max(blob.a, blob.b) * (1 + blob.rough * 0.5) + 2;
  const left = Math.max(canvas.x, Math.floor(blob.x - reach));
  const right = Math.min(canvas.x + canvas.width, Math.ceil(blob.x + reach) + 1);
  const top = Math.max(canvas.y, Math.floor(blob.y - reach));
  const bottom = Math.min(canvas.y + canvas.height, Math.ceil(blob.y + reach) + 1);
  if (left >= right || top >= bottom) return;
  const c = Math.cos(blob.angle);
  const s = Math.sin(blob.angle);
  const soft = Math.min(blob.a, blob.b) / 1.3;
  const limit = 1 + blob.rough * 0.5 + 1 / soft;
  for (let py = top; py < bottom; py++) {
    for (let px = left; px < right; px++) {
      const dx = px - blob.x;
      const dy = py - blob.y;
      const u = (dx * c + dy * s) / blob.a;
      const v = (dy * c - dx * s) / blob.b;
      let d = Math.sqrt(u * u + v * v);
      if (d > limit) continue;
      if (blob.rough > 0) d += blob.rough * (noise2(blob.seed, px / 6.5, py / 6.5) - 0.5);
      const alpha = Math.min(1, (1 - d) * soft + 0.5) * blob.cover;
      if (alpha <= 0) continue;
      let h = blob.h;
      if (blob.chromatin > 0) {
        const grain = noise2(blob.seed ^ 0x51ed270b, px / 2.7, py / 2.7) - 0.5;
        const rim = d * d * d;
        h *= 1 + blob.chromatin * (0.55 * rim - 0.42 + 0.75 * grain);
      }
      const i = (py - canvas.y) * canvas.width + (px - canvas.x);
      canvas.h[i] = canvas.h[i]! * (1 - alpha) + h * alpha;
      canvas.e[i] = canvas.e[i]! * (1 - alpha) + blob.e * alpha;
    }
  }
}
