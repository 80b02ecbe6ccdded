// Draws a whole-slide map over a slide: one texel a patch, nearest neighbour, on a canvas of its own. Its cost does not grow with the
// number of patches. Knows a picture and where the slide lies on the screen; no scores, no classes.
import type { MapGrid } from "../domain/map-grid.ts";
import { type MapPicture, type Pattern, patterns } from "./map-picture.ts";
import { type Affine, shownBounds } from "./slide-to-screen.ts";

export type MapLayer = Readonly<{
  setPicture(picture: MapPicture | null): void;
  draw(slideToScreen: Affine, width: number, height: number): void;
  destroy(): void;
}>;

type Surface = Readonly<{ canvas: HTMLCanvasElement; context: CanvasRenderingContext2D }>;
type Cells = Readonly<{ x: number; y: number; columns: number; rows: number }>;

/** CSS pixels of a pattern's square, and what is drawn in it. Dark on light: it is seen on stain and on glass. */
const patternSide = 10;

export function createMapLayer(parent: HTMLElement): MapLayer {
  const canvas = document.createElement("canvas");
  canvas.className = "pt-map";
  canvas.setAttribute("aria-hidden", "true");
  canvas.dataset.testid = "map-canvas";
  parent.prepend(canvas);
  const context = canvas.getContext("2d");
  const colours = surface();
  const masks = new Map<Pattern, Surface>();
  let scratch: Surface | null = null;
  let picture: MapPicture | null = null;
  let last: Readonly<{ at: Affine; width: number; height: number }> | null = null;

  const draw = (at: Affine, width: number, height: number): void => {
    last = { at, width, height };
    if (!context) return;
    const ratio = globalThis.devicePixelRatio || 1;
    sizeTo(canvas, width * ratio, height * ratio);
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, canvas.width, canvas.height);
    if (!picture || !colours) return;
    const { grid, opacity } = picture;
    const cells = shownCells(grid, at, width, height);
    if (!cells) return;
    context.globalAlpha = opacity;
    drawCells(context, colours.canvas, grid, cells, at, ratio);
    for (const [pattern, mask] of masks) {
      scratch ??= surface();
      if (!scratch) break;
      sizeTo(scratch.canvas, canvas.width, canvas.height);
      const { context: over } = scratch;
      over.setTransform(1, 0, 0, 1, 0, 0);
      over.globalCompositeOperation = "source-over";
      over.clearRect(0, 0, canvas.width, canvas.height);
      drawCells(over, mask.canvas, grid, cells, at, ratio);
      const ink = over.createPattern(tileOf(pattern, ratio), "repeat");
      if (!ink) continue;
      // The mask keeps of the pattern what lies on its cells; the pattern itself stays upright and of one size.
      over.setTransform(1, 0, 0, 1, 0, 0);
      over.globalCompositeOperation = "source-in";
      over.fillStyle = ink;
      over.fillRect(0, 0, canvas.width, canvas.height);
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(scratch.canvas, 0, 0);
    }
    context.globalAlpha = 1;
  };

  return {
    setPicture(next) {
      picture = next;
      canvas.hidden = next === null;
      masks.clear();
      if (next && colours) {
        const { columns, rows } = next.grid;
        put(colours, next.rgba, columns, rows);
        patterns.forEach((pattern, index) => {
          const mask = pattern === "none" ? null : maskOf(next.patterns, index);
          const on = mask && surface();
          if (!on) return;
          put(on, mask, columns, rows);
          masks.set(pattern, on);
        });
      }
      if (last) draw(last.at, last.width, last.height);
    },
    draw,
    destroy: () => canvas.remove(),
  };
}

function surface(): Surface | null {
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d");
  return context && { canvas, context };
}

function sizeTo(canvas: HTMLCanvasElement, width: number, height: number): void {
  const [w, h] = [Math.max(1, Math.round(width)), Math.max(1, Math.round(height))];
  if (canvas.width !== w) canvas.width = w;
  if (canvas.height !== h) canvas.height = h;
}

function put({ canvas, context }: Surface, rgba: Uint8ClampedArray<ArrayBuffer>, columns: number, rows: number): void {
  sizeTo(canvas, columns, rows);
  context.putImageData(new ImageData(rgba, columns, rows), 0, 0);
}

/** Opaque black where the pattern is; null where it is nowhere. */
function maskOf(cellPatterns: Uint8Array, index: number): Uint8ClampedArray<ArrayBuffer> | null {
  if (!cellPatterns.includes(index)) return null;
  const out = new Uint8ClampedArray(cellPatterns.length * 4);
  for (let cell = 0; cell < cellPatterns.length; cell++) if (cellPatterns[cell] === index) out[cell * 4 + 3] = 255;
  return out;
}

/** Only these are handed to the browser: far zoomed in, a whole slide's map would be millions of pixels wide. */
function shownCells(grid: MapGrid, at: Affine, width: number, height: number): Cells | null {
  const bounds = shownBounds(at, width, height);
  const range = (from: number, length: number, origin: number, step: number, count: number) => {
    const first = Math.max(0, Math.floor((from - origin) / step));
    const end = Math.min(count, Math.ceil((from + length - origin) / step));
    return { first, count: end - first };
  };
  const across = range(bounds.x, bounds.width, grid.originX, grid.stepX, grid.columns);
  const down = range(bounds.y, bounds.height, grid.originY, grid.stepY, grid.rows);
  if (across.count <= 0 || down.count <= 0) return null;
  return { x: across.first, y: down.first, columns: across.count, rows: down.count };
}

function drawCells(
  context: CanvasRenderingContext2D,
  texels: HTMLCanvasElement,
  grid: MapGrid,
  { x, y, columns, rows }: Cells,
  at: Affine,
  ratio: number,
): void {
  context.imageSmoothingEnabled = false;
  context.setTransform(at.a * ratio, at.b * ratio, at.c * ratio, at.d * ratio, at.e * ratio, at.f * ratio);
  const [left, top] = [grid.originX + x * grid.stepX, grid.originY + y * grid.stepY];
  context.drawImage(texels, x, y, columns, rows, left, top, columns * grid.stepX, rows * grid.stepY);
}

const tiles = new Map<string, HTMLCanvasElement>();

function tileOf(pattern: Pattern, ratio: number): HTMLCanvasElement {
  const key = `${pattern}@${ratio}`;
  const known = tiles.get(key);
  if (known) return known;
  const tile = document.createElement("canvas");
  const side = Math.round(patternSide * ratio);
  sizeTo(tile, side, side);
  const context = tile.getContext("2d");
  if (context) {
    context.scale(side / patternSide, side / patternSide);
    drawPattern(context, pattern);
  }
  tiles.set(key, tile);
  return tile;
}

function drawPattern(context: CanvasRenderingContext2D, pattern: Pattern): void {
  const line = (color: string, width: number, ...points: readonly (readonly [number, number, number, number])[]) => {
    context.strokeStyle = color;
    context.lineWidth = width;
    for (const [x1, y1, x2, y2] of points) {
      context.beginPath();
      context.moveTo(x1, y1);
      context.lineTo(x2, y2);
      context.stroke();
    }
  };
  const s = patternSide;
  switch (pattern) {
    case "none":
      return;
    case "hatch":
      // Its ends lie beyond the square, so that squares join without gaps.
      for (const shift of [-s, 0, s]) {
        line("rgba(255,255,255,0.55)", 2.2, [shift - 1, s + 1, shift + s + 1, -1]);
        line("rgba(51,65,85,0.8)", 0.9, [shift - 1, s + 1, shift + s + 1, -1]);
      }
      return;
    case "dots":
      context.fillStyle = "#334155";
      for (const [x, y] of [
        [s / 4, s / 4],
        [(3 * s) / 4, (3 * s) / 4],
      ] as const) {
        context.beginPath();
        context.arc(x, y, 1.15, 0, 2 * Math.PI);
        context.fill();
      }
      return;
    case "cross":
      line("#7f1d1d", 1.2, [0, 0, s, s], [0, s, s, 0]);
      return;
    case "lines":
      line("rgba(51,65,85,0.7)", 1, [0, s / 2, s, s / 2]);
      return;
    default:
      pattern satisfies never;
  }
}
