// Draws marks, the patch outline, the ghost under the pointer and the ruler over a slide. Knows screen geometry, no slide reader.
// One canvas for all labels, drawn ahead (drawn-ahead.ts); the patch outline is an element of its own, so that its width on the
// screen can be measured against the scale bar.
import type { Point, Region } from "../domain/geometry.ts";
import { inkOn, type Mark, onScreen, tagCorner, toScreen, type Window } from "./marks.ts";

export type Ruler = Readonly<{ from: Point<"slide">; to: Point<"slide"> }>;

/** `busy`: the answer is not there yet. */
export type Outline = Readonly<{ region: Region; color: string | null; busy: boolean }>;

export type MarksLayer = Readonly<{
  /** Lies over the slide, and does not move. */
  root: HTMLElement;
  /** Holds what is drawn ahead; other layers may stand in it, below the marks. */
  ahead: HTMLElement;
  setMarks(marks: readonly Mark[]): void;
  setOutline(outline: Outline | null): void;
  setGhost(region: Region | null): void;
  setRuler(ruler: Ruler | null): void;
  /** What stands on the screen itself: outline and ghost. */
  place(window: Window): void;
  /** What is drawn ahead; the window is as large as that. */
  draw(window: Window): void;
  destroy(): void;
}>;

const tagHeight = 16;
/** CSS pixels a patch must be wide before names are written on it: nearer out they would cover the tissue. */
const roomForTag = 52;
const tagFont = "600 11px system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";

export function createMarksLayer(parent: HTMLElement): MarksLayer {
  const root = element("div", "pt-overlay");
  root.setAttribute("aria-hidden", "true");
  const ahead = element("div", "pt-ahead");
  const canvas = element("canvas", "pt-marks");
  const ghost = element("div", "pt-ghost");
  const outline = element("div", "pt-outline");
  outline.dataset.testid = "patch-outline";
  ahead.append(canvas);
  root.append(ahead, ghost, outline, element("div", "pt-crosshair"));
  parent.append(root);
  const context = canvas.getContext("2d");

  let marks: readonly Mark[] = [];
  let shown: Outline | null = null;
  let ghostRegion: Region | null = null;
  let ruler: Ruler | null = null;
  /** On the screen, and as it was last drawn. */
  let [placed, last]: [Window | null, Window | null] = [null, null];
  const dots = new Map<string, HTMLCanvasElement>();

  const placeOne = (target: HTMLElement, region: Region | null, window: Window): void => {
    const r = region ? toScreen(region, window) : null;
    target.hidden = r === null || !onScreen(r, window, 4);
    if (!r || target.hidden) return;
    const [x, y] = [window.width / 2, window.height / 2];
    const turn = window.turned
      ? `translate(${x}px, ${y}px) rotate(${window.turned}deg) translate(${-x}px, ${-y}px) `
      : "";
    target.style.transform = `${turn}translate(${r.x}px, ${r.y}px)`;
    target.style.width = `${r.width}px`;
    target.style.height = `${r.height}px`;
  };

  const place = (window: Window): void => {
    placed = window;
    placeOne(ghost, ghostRegion, window);
    placeOne(outline, shown?.region ?? null, window);
  };
  const draw = (window: Window): void => {
    last = window;
    if (!context) return;
    const ratio = globalThis.devicePixelRatio || 1;
    const [width, height] = [Math.round(window.width * ratio), Math.round(window.height * ratio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, window.width, window.height);
    if (window.turned) {
      context.translate(window.width / 2, window.height / 2);
      context.rotate((window.turned * Math.PI) / 180);
      context.translate(-window.width / 2, -window.height / 2);
    }
    for (const mark of marks) drawMark(context, mark, window, (color) => dotOf(dots, color, ratio));
    if (ruler) drawRuler(context, ruler, window);
  };
  const redraw = (): void => {
    if (last) draw(last);
  };

  return {
    root,
    ahead,
    setMarks(next) {
      marks = next;
      redraw();
    },
    setOutline(next) {
      shown = next;
      outline.style.setProperty("--mark", next?.color ?? "var(--pt-unscored)");
      outline.dataset.busy = String(next?.busy ?? false);
      if (!next) outline.hidden = true;
      if (placed) place(placed);
    },
    setGhost(region) {
      ghostRegion = region;
      if (placed) placeOne(ghost, region, placed);
      else ghost.hidden = true;
    },
    setRuler(next) {
      ruler = next;
      redraw();
    },
    place,
    draw,
    destroy: () => root.remove(),
  };
}

function element<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = className;
  made.hidden = className === "pt-ghost" || className === "pt-outline";
  return made;
}

/** CSS pixels of a dot with its rim. */
const dotRadius = 4.75;

/** Drawn once a colour: thousands of circles would each be filled and outlined anew. */
function dotOf(dots: Map<string, HTMLCanvasElement>, color: string, ratio: number): HTMLCanvasElement {
  const key = `${color}@${ratio}`;
  const known = dots.get(key);
  if (known) return known;
  const dot = document.createElement("canvas");
  dot.width = dot.height = Math.ceil(2 * dotRadius * ratio);
  const context = dot.getContext("2d");
  if (context) {
    context.scale(ratio, ratio);
    context.beginPath();
    context.arc(dotRadius, dotRadius, 4, 0, 2 * Math.PI);
    context.fillStyle = color;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = "#ffffff";
    context.stroke();
  }
  dots.set(key, dot);
  return dot;
}

type DotOf = (color: string) => HTMLCanvasElement;

function drawMark(context: CanvasRenderingContext2D, mark: Mark, window: Window, dotOf: DotOf): void {
  const r = toScreen(mark.region, window);
  if (!onScreen(r, window, 160)) return;
  // Far out a patch is a dot: it stays findable, its name would only cover the tissue.
  if (r.width < 12) {
    const [x, y] = [r.x + r.width / 2 - dotRadius, r.y + r.height / 2 - dotRadius];
    context.drawImage(dotOf(mark.color), x, y, 2 * dotRadius, 2 * dotRadius);
    return;
  }
  context.setLineDash(mark.kind === "similar" ? [6, 4] : []);
  context.lineWidth = 4;
  context.strokeStyle = "rgba(255, 255, 255, 0.75)";
  context.strokeRect(r.x - 1, r.y - 1, r.width + 2, r.height + 2);
  context.lineWidth = 2;
  context.strokeStyle = mark.color;
  context.strokeRect(r.x - 1, r.y - 1, r.width + 2, r.height + 2);
  context.setLineDash([]);
  const text = r.width >= roomForTag ? mark.tag : mark.short;
  if (text === "") return;
  const [turned, edge] = [window.turned ?? 0, 2];
  const frame = { x: r.x - edge, y: r.y - edge, width: r.width + 2 * edge, height: r.height + 2 * edge };
  const corner = tagCorner(frame, turned);
  context.save();
  context.translate(corner.x, corner.y);
  context.rotate((-turned * Math.PI) / 180);
  drawTag(context, mark.color, text, 0, 0);
  context.restore();
}

function drawTag(context: CanvasRenderingContext2D, color: string, tag: string, x: number, y: number): void {
  context.font = tagFont;
  context.textBaseline = "middle";
  const text = tag.length > 32 ? `${tag.slice(0, 31)}…` : tag;
  const padding = tag.length > 2 ? 6 : 4;
  context.fillStyle = color;
  context.fillRect(x, y - tagHeight, context.measureText(text).width + 2 * padding, tagHeight);
  context.fillStyle = inkOn(color);
  context.fillText(text, x + padding, y - tagHeight / 2 + 0.5);
}

function drawRuler(context: CanvasRenderingContext2D, ruler: Ruler, window: Window): void {
  const at = (p: Point<"slide">): readonly [number, number] => [
    (p.x - window.x) / window.slidePerPixel,
    (p.y - window.y) / window.slidePerPixel,
  ];
  const [from, to] = [at(ruler.from), at(ruler.to)];
  for (const [width, color] of [
    [5, "#ffffff"],
    [2, "#000000"],
  ] as const) {
    context.lineWidth = width;
    context.strokeStyle = color;
    context.beginPath();
    context.moveTo(...from);
    context.lineTo(...to);
    context.stroke();
    for (const end of [from, to]) {
      context.beginPath();
      context.arc(...end, 5, 0, 2 * Math.PI);
      context.stroke();
    }
  }
}
