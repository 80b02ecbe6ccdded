// How a map's places are painted: a colour a cell and, where there is no class, a pattern in the screen's own pixels. Pure. Colour is
// never the only sign: what is not computed, uncertain, negative and background differ in pattern and lightness as well.
import type { MapGrid } from "../domain/map-grid.ts";
import { look } from "../domain/map-look.ts";

/** Drawn in screen pixels over the cell, at any zoom. */
export const patterns = ["none", "hatch", "dots", "cross", "lines"] as const;
export type Pattern = (typeof patterns)[number];

export type Paint = Readonly<{ rgba: readonly [number, number, number, number]; pattern: Pattern }>;

/** Places without a class. The legend shows the same. */
export const paints: Readonly<Record<keyof typeof look, Paint>> = {
  notComputed: { rgba: [0, 0, 0, 0], pattern: "hatch" },
  background: { rgba: [71, 85, 105, 46], pattern: "none" },
  uncertain: { rgba: [255, 255, 255, 150], pattern: "dots" },
  negative: { rgba: [203, 213, 225, 225], pattern: "none" },
  unreadable: { rgba: [0, 0, 0, 60], pattern: "cross" },
  unscored: { rgba: [255, 255, 255, 110], pattern: "lines" },
};

/** One texel a cell: RGBA, not premultiplied, and an index into `patterns`. */
export type MapPicture = Readonly<{
  grid: MapGrid;
  rgba: Uint8ClampedArray<ArrayBuffer>;
  patterns: Uint8Array;
  /** 0..1 */
  opacity: number;
}>;

/** `colors`: #rrggbb of each class of the layer. `looks`: of domain/map-look.ts, one a cell. */
export function paintMap(grid: MapGrid, looks: Int16Array, colors: readonly string[], opacity: number): MapPicture {
  const rgba = new Uint8ClampedArray(looks.length * 4);
  const pattern = new Uint8Array(looks.length);
  const byLook = new Map<number, Paint>();
  for (const [name, value] of Object.entries(look)) {
    const paint = paints[name as keyof typeof look];
    if (paint) byLook.set(value, paint);
  }
  colors.forEach((color, c) => {
    byLook.set(c, { rgba: [...channels(color), 255], pattern: "none" });
  });
  const nothing: Paint = paints.notComputed;
  for (let cell = 0; cell < looks.length; cell++) {
    const paint = byLook.get(looks[cell] ?? look.notComputed) ?? nothing;
    rgba.set(paint.rgba, cell * 4);
    pattern[cell] = patterns.indexOf(paint.pattern);
  }
  return { grid, rgba, patterns: pattern, opacity };
}

function channels(color: string): readonly [number, number, number] {
  const channel = (at: number): number => Number.parseInt(color.slice(at, at + 2), 16);
  return [channel(1), channel(3), channel(5)];
}
