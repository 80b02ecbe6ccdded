// Smooth value noise over the plane, from hashed lattice points. Knows no tissue; the same point always gives the same value.
import { hash2 } from "./hash.ts";

const scale = 1 / 4294967296;

/** In [0, 1), about 0.5 on average; varies over one unit of x and y. */
export function noise2(seed: number, x: number, y: number): number {
  const xi = Math.floor(x);
  const yi = Math.floor(y);
  const fx = x - xi;
  const fy = y - yi;
  const sx = fx * fx * (3 - 2 * fx);
  const sy = fy * fy * (3 - 2 * fy);
  const a = hash2(seed, xi, yi);
  const b = hash2(seed, xi + 1, yi);
  const c = hash2(seed, xi, yi + 1);
  const d = hash2(seed, xi + 1, yi + 1);
  const top = a + (b - a) * sx;
  return (top + (c + (d - c) * sx - top) * sy) * scale;
}

/** Centred noise in about [-1, 1], two octaves. */
export function warp2(seed: number, x: number, y: number): number {
  return (noise2(seed, x, y) - 0.5) * 1.4 + (noise2(seed ^ 0x5bd1e995, x * 2.3, y * 2.3) - 0.5) * 0.6;
}
