// What can be drawn over a slide, and where it lands on the screen. Pure: knows no canvas and no viewer.
import type { Rect, Region } from "../domain/geometry.ts";

/**
 * `label`: something the person said; `similar`: a place the model finds alike. Colour is never the only sign: `tag` is
 * written on it.
 */
export type Mark = Readonly<{
  region: Region;
  color: string;
  tag: string;
  /** One or two characters, where the tag would not fit. */
  short: string;
  kind: "label" | "similar";
}>;

/** The window on the slide: `origin` level-0 pixels at the screen's top left, `slidePerPixel` level-0 px per CSS px. */
export type Window = Readonly<{
  x: number;
  y: number;
  slidePerPixel: number;
  width: number;
  height: number;
  /** Degrees, clockwise, about the middle of the screen; everything else is as if it were 0. */
  turned?: number;
}>;

export function toScreen(region: Region, window: Window): Rect<"screen"> {
  const s = window.slidePerPixel;
  return {
    x: (region.x - window.x) / s,
    y: (region.y - window.y) / s,
    width: region.width / s,
    height: region.height / s,
  };
}

/** On the screen at least in part; `margin` CSS pixels around it count as well (tags stick out). */
export function onScreen(r: Rect<"screen">, window: Window, margin: number): boolean {
  // Turned, the corners reach further than the sides.
  const reach = margin + (window.turned ? Math.max(window.width, window.height) / 2 : 0);
  return r.x < window.width + reach && r.y < window.height + reach && r.x + r.width > -reach && r.y + r.height > -reach;
}

/** The corner of a mark that is topmost on the screen (of two, the left one) when all is turned: a tag written there covers no tissue. */
export function tagCorner(r: Rect<"screen">, turned: number): Readonly<{ x: number; y: number }> {
  const [sin, cos] = [Math.sin((turned * Math.PI) / 180), Math.cos((turned * Math.PI) / 180)];
  const corners = [
    { x: r.x, y: r.y },
    { x: r.x + r.width, y: r.y },
    { x: r.x, y: r.y + r.height },
    { x: r.x + r.width, y: r.y + r.height },
  ];
  const rank = ({ x, y }: { x: number; y: number }): number => {
    // A hundredth of a pixel is no difference.
    const down = Math.round((x * sin + y * cos) * 100);
    return down + (x * cos - y * sin) * 1e-7;
  };
  return corners.reduce((best, corner) => (rank(corner) < rank(best) ? corner : best));
}

/** Black or white, whichever reads better on `color` (#rrggbb), by WCAG relative luminance. */
export function inkOn(color: string): "#000000" | "#ffffff" {
  const channel = (at: number): number => {
    const v = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
  return 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 ? "#ffffff" : "#000000";
}
