// Drawing on a slide by pointer: rectangle, polygon, brush. While it is on, the pointer draws instead of moving the slide; the wheel
// still zooms. Knows places on the slide, not what a shape is for.
import type { Point } from "../domain/geometry.ts";
import type { Polygon } from "../math/polygon.ts";
import { strokeOutline } from "../math/stroke.ts";

export type DrawTool = Readonly<{
  kind: "rectangle" | "polygon" | "brush";
  /** Level-0 pixels; of the brush. */
  radius: number;
  onShape(rings: Polygon): void;
}>;

type Deps = Readonly<{
  /** The place under a pointer, also beyond the slide's edge. */
  at(event: PointerEvent): Point<"slide"> | null;
  draft(points: readonly Point<"slide">[], width: number): void;
  /** Level-0 pixels of one screen pixel. */
  slidePerPixel(): number;
}>;

/** CSS pixels: nearer the first corner closes a polygon; less of a drag is a slip. */
const near = 8;

/** Returns what ends it; a shape that is not finished is forgotten. */
export function startDrawing(parent: HTMLElement, tool: DrawTool, deps: Deps): () => void {
  const catcher = document.createElement("div");
  catcher.className = "pt-draw";
  catcher.dataset.testid = "draw-surface";
  parent.append(catcher);
  let points: Point<"slide">[] = [];
  let down = false;
  const width = tool.kind === "brush" ? 2 * tool.radius : 0;

  const forget = (): void => {
    [points, down] = [[], false];
    deps.draft([], 0);
  };
  const finish = (rings: Polygon): void => {
    forget();
    if (rings.length > 0) tool.onShape(rings);
  };
  const rectangle = (from: Point<"slide">, to: Point<"slide">): readonly Point<"slide">[] => {
    const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
    const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
    return [
      { x: left, y: top },
      { x: right, y: top },
      { x: right, y: bottom },
      { x: left, y: bottom },
    ];
  };
  const distance = (a: Point<"slide">, b: Point<"slide">): number =>
    Math.hypot(a.x - b.x, a.y - b.y) / deps.slidePerPixel();

  const show = (pointer: Point<"slide">): void => {
    const [first] = points;
    if (!first) return;
    if (tool.kind === "rectangle") {
      const corners = rectangle(first, pointer);
      deps.draft([...corners, ...corners.slice(0, 1)], 0);
    } else if (tool.kind === "polygon") deps.draft([...points, pointer], 0);
    else deps.draft(points.length === 1 ? [first, first] : points, width);
  };

  const onDown = (event: PointerEvent): void => {
    event.stopPropagation();
    const at = deps.at(event);
    if (!at || event.button !== 0) return;
    catcher.setPointerCapture(event.pointerId);
    if (tool.kind === "polygon") {
      const [first] = points;
      if (first && points.length >= 3 && distance(first, at) < near) finish([points]);
      else if (!points.some((point) => distance(point, at) < 2)) {
        points.push(at);
        show(at);
      }
      return;
    }
    down = true;
    points = [at];
    show(at);
  };
  const onMove = (event: PointerEvent): void => {
    const at = deps.at(event);
    if (!at) return;
    if (tool.kind === "brush" && down) {
      const last = points.at(-1);
      if (last && distance(last, at) >= 2) points.push(at);
    }
    if (tool.kind === "polygon" || down) show(at);
  };
  const onUp = (event: PointerEvent): void => {
    event.stopPropagation();
    const at = deps.at(event);
    const [first] = points;
    if (!down || !at || !first) return;
    if (tool.kind === "brush") finish(strokeOutline(points, tool.radius));
    else if (distance(first, at) >= near) finish([rectangle(first, at)]);
    else forget();
  };
  const onDouble = (event: MouseEvent): void => {
    event.stopPropagation();
    if (tool.kind === "polygon" && points.length >= 3) finish([points]);
  };
  const onKey = (event: KeyboardEvent): void => {
    if (tool.kind !== "polygon" || points.length === 0) return;
    if (event.key === "Enter" && points.length >= 3) finish([points]);
    else if (event.key === "Backspace" || event.key === "Escape") {
      points = event.key === "Escape" ? [] : points.slice(0, -1);
      deps.draft(points, 0);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const swallow = (event: Event): void => event.stopPropagation();
  catcher.addEventListener("pointerdown", onDown);
  catcher.addEventListener("pointermove", onMove);
  catcher.addEventListener("pointerup", onUp);
  catcher.addEventListener("pointercancel", forget);
  catcher.addEventListener("dblclick", onDouble);
  for (const name of ["mousedown", "mouseup", "click", "touchstart", "touchend"])
    catcher.addEventListener(name, swallow);
  window.addEventListener("keydown", onKey, true);
  return () => {
    window.removeEventListener("keydown", onKey, true);
    deps.draft([], 0);
    catcher.remove();
  };
}
