// Points and rectangles that name their space. Knows no slide, no screen.

/** `slide` is always level-0 pixels; `level` is pixels of one pyramid level; `screen` is CSS pixels. */
export type Space = "slide" | "level" | "screen";

declare const space: unique symbol;
export type Point<S extends Space> = Readonly<{ x: number; y: number }> & { readonly [space]?: S };
export type Rect<S extends Space> = Readonly<{ x: number; y: number; width: number; height: number }> & {
  readonly [space]?: S;
};
/** A rectangle of the slide in level-0 pixels; fractions are allowed. */
export type Region = Rect<"slide">;

export const centre = <S extends Space>(r: Rect<S>): Point<S> => ({ x: r.x + r.width / 2, y: r.y + r.height / 2 });

export function intersects<S extends Space>(a: Rect<S>, b: Rect<S>): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

export function contains<S extends Space>(r: Rect<S>, p: Point<S>): boolean {
  return p.x >= r.x && p.y >= r.y && p.x < r.x + r.width && p.y < r.y + r.height;
}
