// What is drawn over a slide is drawn some way beyond the screen's edge and moved along with the slide: drawn again only when that is used
// up, or when zoom, turn or size change. So that moving a slide costs the same under one label and under ten thousand. Pure.
import { type Affine, toScreenPoint, toSlidePoint } from "./slide-to-screen.ts";

/** CSS pixels beyond each edge; viewer.css says the same. */
export const margin = 160;

/** Where the slide lay when something was drawn. `width`, `height`: CSS pixels of the screen; `ratio`: device pixels of one. */
export type Frame = Readonly<{ at: Affine; width: number; height: number; ratio: number }>;

/** CSS pixels by which what was drawn must be moved to lie where it belongs `now`; null: it must be drawn again. */
export function shiftSince(drawn: Frame, now: Frame): Readonly<{ x: number; y: number }> | null {
  const { width, height, ratio, at } = now;
  if (drawn.width !== width || drawn.height !== height || drawn.ratio !== ratio) return null;
  // Over all that is drawn, a difference of scale or turn may move nothing by a tenth of a pixel: what is less is rounding.
  const length = (Math.max(width, height) + 2 * margin) / Math.hypot(at.a, at.b);
  const linear = ["a", "b", "c", "d"] as const;
  if (linear.some((key) => Math.abs(drawn.at[key] - at[key]) * length > 0.1)) return null;
  // Of the screen's middle: far from the slide's corner the same rounding would be pixels.
  const middle = { x: width / 2, y: height / 2 };
  const then = toScreenPoint(drawn.at, toSlidePoint(at, middle));
  const [x, y] = [middle.x - then.x, middle.y - then.y];
  return Math.abs(x) <= margin && Math.abs(y) <= margin ? { x, y } : null;
}

export const isSameFrame = (one: Frame, other: Frame): boolean =>
  one.width === other.width &&
  one.height === other.height &&
  one.ratio === other.ratio &&
  (Object.keys(one.at) as (keyof Affine)[]).every((key) => one.at[key] === other.at[key]);
