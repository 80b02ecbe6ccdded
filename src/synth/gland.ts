// The outline of a gland or nest, and places within it. Knows no tissue, no stain.
import type { Canvas } from "./canvas.ts";
import type { Draw } from "./hash.ts";

/** A star-shaped outline: radius over the angle, stretched and turned. `rho` is 0 at the centre and 1 on the outline. */
export type Outline = Readonly<{
  x: number;
  y: number;
  /** Mean radius in px. */
  radius: number;
  aspect: number;
  angle: number;
  harmonics: readonly Readonly<{ order: number; amount: number; phase: number }>[];
}>;

export function drawOutline(
  draw: Draw,
  at: Readonly<{ x: number; y: number; radius: number; aspect: number; angle: number }>,
  irregular: readonly number[],
): Outline {
  const harmonics = irregular.map((amount, k) => ({
    order: k + 2,
    amount: amount * draw.between(0.4, 1),
    phase: draw.between(0, 6.283),
  }));
  return { ...at, harmonics };
}

function radiusAt(outline: Outline, turn: number): number {
  let r = 1;
  for (const { order, amount, phase } of outline.harmonics) r += amount * Math.cos(order * turn + phase);
  return r * outline.radius;
}

/** How far the outline reaches from its centre, at most. */
export function reachOf(outline: Outline): number {
  let r = 1;
  for (const { amount } of outline.harmonics) r += Math.abs(amount);
  return r * outline.radius * Math.max(Math.sqrt(outline.aspect), 1 / Math.sqrt(outline.aspect));
}

/** The point at polar place (turn, rho), and the outward direction there. */
export function placeIn(outline: Outline, turn: number, rho: number): Readonly<{ x: number; y: number; out: number }> {
  const r = radiusAt(outline, turn) * rho;
  const k = Math.sqrt(outline.aspect);
  const u = Math.cos(turn) * r * k;
  const v = (Math.sin(turn) * r) / k;
  const c = Math.cos(outline.angle);
  const s = Math.sin(outline.angle);
  // The normal of the stretched circle; harmonics are small enough to leave it.
  const out = Math.atan2(Math.sin(turn) * k, Math.cos(turn) / k) + outline.angle;
  return { x: outline.x + u * c - v * s, y: outline.y + u * s + v * c, out };
}

/** Length of the outline in px, roughly. */
export const girth = (outline: Outline): number =>
  Math.PI * outline.radius * (Math.sqrt(outline.aspect) + 1 / Math.sqrt(outline.aspect));

/** Visits the canvas' pixels with rho below `limit`; the stain amounts returned are laid over with the given cover. */
export function fillOutline(
  canvas: Canvas,
  outline: Outline,
  limit: number,
  shade: (rho: number, turn: number, x: number, y: number) => readonly [h: number, e: number, cover: number],
): void {
  const reach = reachOf(outline) * limit + 2;
  const left = Math.max(canvas.x, Math.floor(outline.x - reach));
  const right = Math.min(canvas.x + canvas.width, Math.ceil(outline.x + reach) + 1);
  const top = Math.max(canvas.y, Math.floor(outline.y - reach));
  const bottom = Math.min(canvas.y + canvas.height, Math.ceil(outline.y + reach) + 1);
  const c = Math.cos(outline.angle);
  const s = Math.sin(outline.angle);
  const k = Math.sqrt(outline.aspect);
  for (let py = top; py < bottom; py++) {
    for (let px = left; px < right; px++) {
      const dx = px - outline.x;
      const dy = py - outline.y;
      const u = (dx * c + dy * s) / k;
      const v = (dy * c - dx * s) * k;
      const turn = Math.atan2(v, u);
      const rho = Math.sqrt(u * u + v * v) / radiusAt(outline, turn);
      if (rho >= limit) continue;
      const [h, e, cover] = shade(rho, turn, px, py);
      if (cover <= 0) continue;
      const i = (py - canvas.y) * canvas.width + (px - canvas.x);
      canvas.h[i] = canvas.h[i]! * (1 - cover) + h * cover;
      canvas.e[i] = canvas.e[i]! * (1 - cover) + e * cover;
    }
  }
}

/** True where nothing of the outline can touch the canvas. */
export function outOfSight(canvas: Canvas, outline: Outline): boolean {
  const reach = reachOf(outline) * 1.1 + 14;
  return (
    outline.x + reach < canvas.x ||
    outline.y + reach < canvas.y ||
    outline.x - reach > canvas.x + canvas.width ||
    outline.y - reach > canvas.y + canvas.height
  );
}
