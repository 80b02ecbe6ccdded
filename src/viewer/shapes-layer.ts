// Draws outlines over a slide: regions, the tissue mask, what is being drawn. Knows polygons and where the slide lies on the screen.
import type { Polygon } from "../math/polygon.ts";
import { type Affine, scaleOf, toScreenPoint } from "./slide-to-screen.ts";

/** `dashed`: found by the program, not drawn by the person. `name` is written at the first corner. */
export type Shape = Readonly<{ rings: Polygon; color: string; dashed: boolean; name: string }>;

export type ShapesLayer = Readonly<{
  setShapes(shapes: readonly Shape[]): void;
  /** What is being drawn: open while it is. */
  setDraft(points: readonly Readonly<{ x: number; y: number }>[], width: number): void;
  draw(slideToScreen: Affine, width: number, height: number): void;
  destroy(): void;
}>;

const font = "600 11px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

export function createShapesLayer(parent: HTMLElement, before: Element | null): ShapesLayer {
  const canvas = document.createElement("canvas");
  canvas.className = "pt-map";
  canvas.setAttribute("aria-hidden", "true");
  parent.insertBefore(canvas, before);
  const context = canvas.getContext("2d");
  let shapes: readonly Readonly<{ shape: Shape; path: Path2D }>[] = [];
  let draft: Readonly<{ path: Path2D; width: number }> | null = null;
  let last: Readonly<{ at: Affine; width: number; height: number }> | null = null;

  const draw = (at: Affine, width: number, height: number): void => {
    last = { at, width, height };
    if (!context) return;
    const ratio = globalThis.devicePixelRatio || 1;
    const [w, h] = [Math.max(1, Math.round(width * ratio)), Math.max(1, Math.round(height * ratio))];
    if (canvas.width !== w) canvas.width = w;
    if (canvas.height !== h) canvas.height = h;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, w, h);
    const pixel = 1 / scaleOf(at);
    context.setTransform(at.a * ratio, at.b * ratio, at.c * ratio, at.d * ratio, at.e * ratio, at.f * ratio);
    for (const { shape, path } of shapes) {
      context.setLineDash(shape.dashed ? [5 * pixel, 4 * pixel] : []);
      for (const [color, lineWidth] of [
        ["rgba(255,255,255,0.8)", 4],
        [shape.color, 2],
      ] as const) {
        context.strokeStyle = color;
        context.lineWidth = lineWidth * pixel;
        context.stroke(path);
      }
    }
    context.setLineDash([]);
    if (draft) {
      context.lineJoin = "round";
      context.lineCap = "round";
      context.strokeStyle = draft.width > 0 ? "rgba(15,118,110,0.35)" : "#0f766e";
      context.lineWidth = Math.max(draft.width, 2 * pixel);
      context.stroke(draft.path);
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.font = font;
    for (const { shape } of shapes) {
      const corner = shape.rings[0]?.[0];
      if (!corner || shape.name === "") continue;
      const { x, y } = toScreenPoint(at, corner);
      context.lineWidth = 3;
      context.strokeStyle = "rgba(255,255,255,0.9)";
      context.strokeText(shape.name, x + 4, y - 5);
      context.fillStyle = shape.color;
      context.fillText(shape.name, x + 4, y - 5);
    }
  };
  const again = (): void => {
    if (last) draw(last.at, last.width, last.height);
  };

  return {
    setShapes(next) {
      shapes = next.map((shape) => ({ shape, path: pathOf(shape.rings, true) }));
      again();
    },
    setDraft(points, width) {
      draft = points.length > 0 ? { path: pathOf([points], false), width } : null;
      again();
    },
    draw,
    destroy: () => canvas.remove(),
  };
}

function pathOf(rings: Polygon, closed: boolean): Path2D {
  const path = new Path2D();
  for (const ring of rings) {
    ring.forEach(({ x, y }, i) => {
      if (i === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    });
    if (closed) path.closePath();
  }
  return path;
}
