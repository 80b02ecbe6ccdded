// Where a level-0 point lands on the screen, turned or not, as one affine map. Pure: knows no canvas and no viewer.
import type { Point } from "../domain/geometry.ts";

/** screen = (a x + c y + e, b x + d y + f), CSS pixels; the order of CanvasRenderingContext2D.setTransform. */
export type Affine = Readonly<{ a: number; b: number; c: number; d: number; e: number; f: number }>;

/** From where the slide's corners land: top left, top right and bottom left of a slide `width` x `height`. */
export function affineFrom(
  size: Readonly<{ width: number; height: number }>,
  topLeft: Point<"screen">,
  topRight: Point<"screen">,
  bottomLeft: Point<"screen">,
): Affine {
  return {
    a: (topRight.x - topLeft.x) / size.width,
    b: (topRight.y - topLeft.y) / size.width,
    c: (bottomLeft.x - topLeft.x) / size.height,
    d: (bottomLeft.y - topLeft.y) / size.height,
    e: topLeft.x,
    f: topLeft.y,
  };
}

export const toScreenPoint = (m: Affine, { x, y }: Point<"slide">): Point<"screen"> => ({
  x: m.a * x + m.c * y + m.e,
  y: m.b * x + m.d * y + m.f,
});

export function toSlidePoint(m: Affine, { x, y }: Point<"screen">): Point<"slide"> {
  const determinant = m.a * m.d - m.b * m.c;
  const [dx, dy] = [x - m.e, y - m.f];
  return { x: (m.d * dx - m.c * dy) / determinant, y: (m.a * dy - m.b * dx) / determinant };
}

/** CSS pixels a level-0 pixel is long. */
export const scaleOf = (m: Affine): number => Math.hypot(m.a, m.b);

/** The upright rectangle of the slide that holds all a window `width` x `height` shows. */
export function shownBounds(m: Affine, width: number, height: number) {
  const corners = [
    { x: 0, y: 0 },
    { x: width, y: 0 },
    { x: 0, y: height },
    { x: width, y: height },
  ].map((corner) => toSlidePoint(m, corner));
  const xs = corners.map(({ x }) => x);
  const ys = corners.map(({ y }) => y);
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return { x: left, y: top, width: Math.max(...xs) - left, height: Math.max(...ys) - top };
}
