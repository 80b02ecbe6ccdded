// Where which tissue lies, as a pure function of the place. Knows no colours and no cells.
import { subSeed } from "./hash.ts";
import { warp2 } from "./noise.ts";
import { type Tissue, tissueNumber } from "./tissue.ts";

export type Layout = Readonly<{
  /** Tissue numbers of the pixels of a rectangle (level-0 px), row-major; equal to `at` at every pixel. */
  area(x: number, y: number, width: number, height: number): Uint8Array;
  /** Tissue number at a whole pixel. */
  at(x: number, y: number): number;
}>;

/** A smooth displacement of the plane on a lattice of `step` px, bilinear between, so that outlines are not geometric. */
export type Displacement = Readonly<{ x(px: number, py: number): number; y(px: number, py: number): number }>;

const step = 16;

/** Displacement of up to about `reach` px, over about `wave` px, with a finer ripple. Memoises lattice rows it has seen. */
export function createDisplacement(seed: number, reach: number, wave: number): Displacement {
  const component = (purpose: string): ((px: number, py: number) => number) => {
    const coarse = subSeed(seed, `${purpose} coarse`);
    const fine = subSeed(seed, `${purpose} fine`);
    const known = new Map<number, number>();
    const lattice = (i: number, j: number): number => {
      const key = (i + 32768) * 65536 + (j + 32768);
      const before = known.get(key);
      if (before !== undefined) return before;
      const x = i * step;
      const y = j * step;
      const value = reach * warp2(coarse, x / wave, y / wave) + 30 * warp2(fine, x / 55, y / 55);
      if (known.size > 60000) known.clear();
      known.set(key, value);
      return value;
    };
    return (px, py) => {
      const i = Math.floor(px / step);
      const j = Math.floor(py / step);
      const fx = px / step - i;
      const fy = py / step - j;
      const top = lattice(i, j) * (1 - fx) + lattice(i + 1, j) * fx;
      const bottom = lattice(i, j + 1) * (1 - fx) + lattice(i + 1, j + 1) * fx;
      return top * (1 - fy) + bottom * fy;
    };
  };
  return { x: component("x"), y: component("y") };
}

/** A superellipse; `within` names an earlier shape the point must lie in too. Later shapes cover earlier ones. */
export type Shape = Readonly<{
  tissue: Tissue;
  x: number;
  y: number;
  rx: number;
  ry: number;
  angle?: number;
  power?: number;
  within?: number;
}>;

function inside(shape: Shape, px: number, py: number): boolean {
  const angle = shape.angle ?? 0;
  const c = Math.cos(angle);
  const s = Math.sin(angle);
  const dx = px - shape.x;
  const dy = py - shape.y;
  const u = Math.abs((dx * c + dy * s) / shape.rx);
  const v = Math.abs((dy * c - dx * s) / shape.ry);
  if (u >= 1 || v >= 1) return false;
  const p = shape.power ?? 2;
  return p === 2 ? u * u + v * v < 1 : u ** p + v ** p < 1;
}

/** Tissue from shapes laid over glass and displaced, repeated with the given pitch (level-0 px). */
export function layoutOfShapes(
  shapes: readonly Shape[],
  displacement: Displacement,
  pitch: Readonly<{ width: number; height: number }>,
): Layout {
  const near = 420;
  const pick = (candidates: readonly Shape[], x: number, y: number): number => {
    const bx = x - Math.floor(x / pitch.width) * pitch.width;
    const by = y - Math.floor(y / pitch.height) * pitch.height;
    const px = bx + displacement.x(bx, by);
    const py = by + displacement.y(bx, by);
    for (let i = candidates.length - 1; i >= 0; i--) {
      const shape = candidates[i]!;
      if (!inside(shape, px, py)) continue;
      const outer = shape.within === undefined ? undefined : shapes[shape.within];
      if (outer && !inside(outer, px, py)) continue;
      return tissueNumber[shape.tissue];
    }
    return tissueNumber.glass;
  };
  const touching = (x: number, y: number, width: number, height: number): readonly Shape[] => {
    if (Math.floor(x / pitch.width) !== Math.floor((x + width - 1) / pitch.width)) return shapes;
    if (Math.floor(y / pitch.height) !== Math.floor((y + height - 1) / pitch.height)) return shapes;
    const bx = x - Math.floor(x / pitch.width) * pitch.width;
    const by = y - Math.floor(y / pitch.height) * pitch.height;
    return shapes.filter((shape) => {
      const r = Math.hypot(shape.rx, shape.ry) + near;
      return bx < shape.x + r && bx + width > shape.x - r && by < shape.y + r && by + height > shape.y - r;
    });
  };
  return {
    at: (x, y) => pick(shapes, x, y),
    area(x, y, width, height) {
      const out = new Uint8Array(width * height);
      const candidates = touching(x, y, width, height);
      if (candidates.length === 0) return out;
      for (let row = 0; row < height; row++)
        for (let column = 0; column < width; column++)
          out[row * width + column] = pick(candidates, x + column, y + row);
      return out;
    },
  };
}
