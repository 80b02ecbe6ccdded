// The view of a slide as a link: centre, zoom and turn in the URL's fragment. Pure text: knows no browser and no viewer.
import type { SlideId } from "../base/brand.ts";
import type { Point } from "../domain/geometry.ts";
import { normalTurn } from "./turn.ts";

/**
 * `centre` in level-0 pixels; `slidePerPixel` level-0 pixels per CSS pixel; `turned` degrees clockwise, 0 up to 360. `slide`: the first
 * characters of the SlideId.
 */
export type ViewAddress = Readonly<{
  centre: Point<"slide">;
  slidePerPixel: number;
  turned: number;
  slide: string | null;
}>;

const idCharacters = 12;
const furthest = 1e8;

/** "#x=24812&y=9310&z=2.000&r=90&s=0f3a…"; `z` is level-0 pixels per CSS pixel, `r` degrees clockwise, left out where upright. */
export function formatViewAddress(
  { centre, slidePerPixel, turned }: Omit<ViewAddress, "slide">,
  slideId: SlideId,
): string {
  const z = Number(slidePerPixel.toPrecision(5));
  const r = normalTurn(turned);
  const turn = r === 0 ? "" : `&r=${r}`;
  return `#x=${Math.round(centre.x)}&y=${Math.round(centre.y)}&z=${z}${turn}&s=${slideId.slice(0, idCharacters)}`;
}

/** Null for a fragment that is no view, or whose numbers are out of any slide's reach. */
export function parseViewAddress(hash: string): ViewAddress | null {
  const fields = new Map<string, string>();
  for (const part of hash.replace(/^#/, "").slice(0, 400).split("&")) {
    const at = part.indexOf("=");
    if (at > 0) fields.set(part.slice(0, at), part.slice(at + 1));
  }
  const number = (name: string): number => Number.parseFloat(fields.get(name) ?? "");
  const [x, y, z] = [number("x"), number("y"), number("z")];
  if (![x, y, z].every(Number.isFinite) || Math.abs(x) > furthest || Math.abs(y) > furthest) return null;
  if (z <= 0 || z > 1e6) return null;
  const slide = fields.get("s");
  return {
    centre: { x, y },
    slidePerPixel: z,
    turned: normalTurn(number("r")),
    slide: slide && /^[0-9a-f]{1,64}$/.test(slide) ? slide : null,
  };
}

/** A view of another slide must not move this one. */
export function addressFits(address: ViewAddress, slideId: SlideId): boolean {
  return address.slide === null || slideId.startsWith(address.slide);
}
