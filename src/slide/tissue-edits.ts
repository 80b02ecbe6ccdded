// What is taken out of a tissue mask, and put into it: pen, the scanner's black border, a person's strokes. Knows pixels and polygons.
import type { TissueEdit } from "../domain/zone.ts";
import { boundsOf, insidePolygon } from "../math/polygon.ts";
import type { TissueMask } from "../protocol/slide-api.ts";

/** A pen's edge is paler than its middle: so far around it nothing is tissue, um. */
const penReachUm = 24;
/** Brightest channel below which a grey pixel is black: ink, or what lies beside the glass. */
const blackInk = 90;
const blackGlass = 50;

/**
 * 1 where ink of a green, blue or black pen lies. Green light outweighs red there, which neither haematoxylin nor eosin does; red ink
 * cannot be told from eosin and is left to the brush.
 */
export function penMask(rgb: Uint8Array, width: number, height: number, pixelUm: number): Uint8Array {
  const ink = new Uint8Array(width * height);
  for (let i = 0; i < ink.length; i++) {
    const [r, g, b] = [rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!];
    const most = Math.max(r, g, b);
    const least = Math.min(r, g, b);
    const coloured = g > r + 5 && most - least > 20;
    const black = most < blackInk && most - least < 25;
    ink[i] = Number(coloured || black);
  }
  return widened(ink, width, height, Math.max(1, Math.round(penReachUm / pixelUm)));
}

function widened(mask: Uint8Array, width: number, height: number, radius: number): Uint8Array {
  const out = new Uint8Array(mask.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!mask[y * width + x]) continue;
      for (let dy = Math.max(0, y - radius); dy <= Math.min(height - 1, y + radius); dy++) {
        out.fill(1, dy * width + Math.max(0, x - radius), dy * width + Math.min(width, x + radius + 1));
      }
    }
  }
  return out;
}

/** 1 where black reaches in from the slide's edge: padding, or the stage beside the glass. */
export function blackBorder(rgb: Uint8Array, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height);
  const black = (i: number): boolean => Math.max(rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!) < blackGlass;
  const queue: number[] = [];
  const visit = (i: number): void => {
    if (out[i] || !black(i)) return;
    out[i] = 1;
    queue.push(i);
  };
  for (let x = 0; x < width; x++) {
    visit(x);
    visit((height - 1) * width + x);
  }
  for (let y = 0; y < height; y++) {
    visit(y * width);
    visit(y * width + width - 1);
  }
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    const x = at % width;
    if (x > 0) visit(at - 1);
    if (x < width - 1) visit(at + 1);
    if (at >= width) visit(at - width);
    if (at < width * (height - 1)) visit(at + width);
  }
  return out;
}

/** The mask with the edits applied in order; a mask pixel counts as inside by its middle. */
export function applyEdits(mask: TissueMask, edits: readonly TissueEdit[]): TissueMask {
  if (edits.length === 0) return mask;
  const { width, height, downsampleX, downsampleY } = mask;
  const data = Uint8Array.from(mask.data);
  for (const { mode, rings } of edits) {
    const bounds = boundsOf(rings);
    if (!bounds) continue;
    const [firstX, firstY] = [
      Math.max(0, Math.floor(bounds.x / downsampleX)),
      Math.max(0, Math.floor(bounds.y / downsampleY)),
    ];
    const lastX = Math.min(width - 1, Math.ceil((bounds.x + bounds.width) / downsampleX));
    const lastY = Math.min(height - 1, Math.ceil((bounds.y + bounds.height) / downsampleY));
    for (let y = firstY; y <= lastY; y++) {
      for (let x = firstX; x <= lastX; x++) {
        const at = { x: (x + 0.5) * downsampleX, y: (y + 0.5) * downsampleY };
        if (insidePolygon(rings, at)) data[y * width + x] = mode === "add" ? 1 : 0;
      }
    }
  }
  return { ...mask, data };
}
