// Where a slide is tissue and where glass: by colour saturation on an overview, in um, so that it is independent of magnification.
// Knows no model. Follows CLAM's and WSInfer's recipe (saturation, median, low threshold, closing, small objects and holes), with the
// threshold lifted where the glass itself is tinted. Otsu's threshold is not used: it falls between pale and strong stain, not
// between glass and tissue, and calls fat and oedema glass.
import type { Rect, Region } from "../domain/geometry.ts";
import type { PatchSpec } from "../domain/patch.ts";
import { type Calibration, type Level, mppOf } from "../domain/slide.ts";
import { defaultTissue, type TissueSettings } from "../domain/zone.ts";
import { close, dropSmallObjects, fillSmallHoles, type Mask, medianFilter } from "../math/binary-mask.ts";
import { resample } from "../math/resample.ts";
import type { TissueMask } from "../protocol/slide-api.ts";
import { readOverview } from "./overview.ts";
import type { TileStore } from "./tile-window.ts";
import { applyEdits, blackBorder, penMask } from "./tissue-edits.ts";

/** um per mask pixel, and how many mask pixels at most. */
const maskMpp = 8;
const maxMaskPixels = 2 * 1024 * 1024;
/** Saturation (0..255) above which a pixel is tissue: this much above the glass, within what glass can be. CLAM: 8, WSInfer: 7. */
const aboveGlass = 3;
const thresholdRange = { least: 8, most: 30 } as const;
/** Brightest channel below which a pixel is black padding, not tissue. */
const blackBelow = 30;

/** RGB of the whole slide at the mask's resolution: what every setting of the mask starts from. */
export type TissueOverview = Readonly<{
  data: Uint8Array;
  width: number;
  height: number;
  downsampleX: number;
  downsampleY: number;
  pixelUm: number;
}>;

/** Faults: limit (no level coarse enough), and the tiles' own. `calibration` must be known. */
export async function readTissueOverview(
  tiles: TileStore,
  levels: readonly [Level, ...Level[]],
  calibration: Exclude<Calibration, { kind: "unknown" }>,
  signal: AbortSignal,
): Promise<TissueOverview> {
  const [base] = levels;
  const wantedX = (base.width * calibration.mppX) / maskMpp;
  const wantedY = (base.height * calibration.mppY) / maskMpp;
  const shrink = Math.min(1, Math.sqrt(maxMaskPixels / (wantedX * wantedY)));
  // The coarsest level that still has a pixel for every pixel of the mask.
  const enough = levels.filter((l) => l.width >= wantedX * shrink && l.height >= wantedY * shrink);
  const level = enough.at(-1) ?? base;
  const width = Math.max(1, Math.min(level.width, Math.round(wantedX * shrink)));
  const height = Math.max(1, Math.min(level.height, Math.round(wantedY * shrink)));
  const whole: Rect<"level"> = { x: 0, y: 0, width: level.width, height: level.height };
  const { data } = await readOverview(tiles, level, whole, width, height, signal);
  const scale = { x: width / level.width, y: height / level.height };
  for (const hole of tiles.untrusted(level.index, whole)) whiten(data, width, height, hole, scale);
  const pixelUm = (base.width / width) * calibration.mppX;
  return { data, width, height, downsampleX: base.width / width, downsampleY: base.height / height, pixelUm };
}

/** The mask under these settings, the person's edits last. */
export function tissueMaskOf(overview: TissueOverview, settings: TissueSettings = defaultTissue): TissueMask {
  const { data, width, height, downsampleX, downsampleY, pixelUm } = overview;
  const found = maskOf(data, width, height, pixelUm, settings);
  const mask = { width, height, downsampleX, downsampleY, data: found.data };
  return applyEdits(mask, settings.edits);
}

/** Binary tissue mask from an RGB overview at `pixelUm` um per pixel; edits are not applied. */
export function maskOf(
  rgb: Uint8Array,
  width: number,
  height: number,
  pixelUm: number,
  settings: TissueSettings = defaultTissue,
): Mask {
  const saturations = saturation(rgb);
  const pen = settings.excludePen ? penMask(rgb, width, height, pixelUm) : null;
  if (pen) for (let i = 0; i < saturations.length; i++) if (pen[i]) saturations[i] = 0;
  const threshold = settings.threshold ?? tissueThreshold(rgb, saturations);
  const smooth = medianFilter({ data: saturations, width, height }, 3);
  const raw = { ...smooth, data: smooth.data.map((s) => Number(s > threshold)) };
  const closed = close(raw, Math.max(1, Math.round(settings.closeUm / pixelUm / 2)));
  const area = pixelUm * pixelUm;
  const kept = dropSmallObjects(closed, settings.smallestObjectUm2 / area);
  const filled = fillSmallHoles(kept, settings.smallestHoleUm2 / area);
  // Closing reaches over thin ink and the scanner's black border; what lies there is still no tissue.
  const border = blackBorder(rgb, width, height);
  return { ...filled, data: filled.data.map((value, i) => (border[i] || pen?.[i] ? 0 : value)) };
}

/** Glass is the brightest thing on a slide: the median saturation of the brightest pixels, and a margin. */
function tissueThreshold(rgb: Uint8Array, saturations: Uint8Array): number {
  /** How many pixels have brightness b and saturation s, at b * 256 + s. */
  const histogram = new Uint32Array(256 * 256);
  for (let i = 0; i < saturations.length; i++) {
    const brightness = Math.round((rgb[i * 3]! + rgb[i * 3 + 1]! + rgb[i * 3 + 2]!) / 3);
    histogram[brightness * 256 + saturations[i]!]!++;
  }
  const glass = new Uint32Array(256);
  let count = 0;
  // Pure white is what stands in for missing tiles, and says nothing of the glass.
  for (let b = 254; b > 0 && count < saturations.length * 0.005; b--) {
    for (let s = 0; s < 256; s++) {
      glass[s]! += histogram[b * 256 + s]!;
      count += histogram[b * 256 + s]!;
    }
  }
  let typical = 0;
  for (let seen = glass[0]!; seen <= count / 2 && typical < 255; ) seen += glass[++typical]!;
  if (count === 0) typical = 0;
  return Math.min(thresholdRange.most, Math.max(thresholdRange.least, typical + aboveGlass));
}

/** S of HSV, 0..255, of RGB pixels; black counts as grey. */
export function saturation(rgb: Uint8Array): Uint8Array {
  const out = new Uint8Array(rgb.length / 3);
  for (let i = 0; i < out.length; i++) {
    const [r, g, b] = [rgb[i * 3]!, rgb[i * 3 + 1]!, rgb[i * 3 + 2]!];
    const most = Math.max(r, g, b);
    out[i] = most < blackBelow ? 0 : Math.round((255 * (most - Math.min(r, g, b))) / most);
  }
  return out;
}

/** Share of `region` that is tissue, 0..1; what lies outside the slide is not. */
export function tissueShare(mask: TissueMask, region: Region): number {
  const left = region.x / mask.downsampleX;
  const top = region.y / mask.downsampleY;
  const right = left + region.width / mask.downsampleX;
  const bottom = top + region.height / mask.downsampleY;
  let sum = 0;
  for (let y = Math.max(0, Math.floor(top)); y < Math.min(mask.height, Math.ceil(bottom)); y++) {
    const rows = Math.min(y + 1, bottom) - Math.max(y, top);
    for (let x = Math.max(0, Math.floor(left)); x < Math.min(mask.width, Math.ceil(right)); x++) {
      if (mask.data[y * mask.width + x]) sum += rows * (Math.min(x + 1, right) - Math.max(x, left));
    }
  }
  return Math.min(1, sum / ((right - left) * (bottom - top)));
}

/** Tissue share from a patch's own pixels, for slides too large for a mask: a fixed threshold at the mask's resolution. */
export function tissueShareOfPixels(rgb: Uint8Array, spec: PatchSpec): number {
  const side = Math.max(1, Math.min(spec.pixels, Math.round((spec.pixels * spec.mpp) / maskMpp)));
  const source = { data: rgb, width: spec.pixels, height: spec.pixels, channels: 3 };
  const values = saturation(resample(source, side, side, "box"));
  return values.filter((s) => s > thresholdRange.least + aboveGlass).length / values.length;
}

/** Places a grid looks at: gaps are left where a mistyped um/px (50 for 0.50) or a hostile size would ask for billions. */
const mostPlaces = 1_000_000;

/**
 * At most `max` patches (level-0 pixels, integer origins) on a gap-free grid, wholly inside the slide, with at least
 * `minimumTissue` tissue. Evenly spread over the grid, and ordered so that every beginning of the list is spread evenly too.
 */
export function tissueGrid(
  mask: TissueMask,
  bounds: Region,
  calibration: Calibration,
  spec: PatchSpec,
  max: number,
  minimumTissue: number,
): readonly Region[] {
  const scale = mppOf(calibration);
  if (!scale || max < 1) return [];
  const width = (spec.pixels * spec.mpp) / scale.x;
  const height = (spec.pixels * spec.mpp) / scale.y;
  const found: Region[] = [];
  const places = (bounds.width / Math.ceil(width)) * (bounds.height / Math.ceil(height));
  const thin = Math.max(1, Math.ceil(Math.sqrt(places / mostPlaces)));
  for (let y = 0; y + height <= bounds.height; y += Math.ceil(height) * thin) {
    for (let x = 0; x + width <= bounds.width; x += Math.ceil(width) * thin) {
      const region: Region = { x, y, width, height };
      if (tissueShare(mask, region) >= minimumTissue) found.push(region);
    }
  }
  const count = Math.min(found.length, Math.floor(max));
  const spread = Array.from({ length: count }, (_, i) => found[Math.floor(((i + 0.5) * found.length) / count)]);
  return vanDerCorput(count).flatMap((i) => spread[i] ?? []);
}

/** 0..count-1 in bit-reversed order: halves before quarters before eighths. */
function vanDerCorput(count: number): readonly number[] {
  const bits = Math.ceil(Math.log2(Math.max(2, count)));
  const reversed = (i: number): number => {
    let out = 0;
    for (let b = 0; b < bits; b++) out |= ((i >> b) & 1) << (bits - 1 - b);
    return out;
  };
  return Array.from({ length: 2 ** bits }, (_, i) => reversed(i)).filter((i) => i < count);
}

function whiten(
  rgb: Uint8Array,
  width: number,
  height: number,
  hole: Rect<"level">,
  scale: Readonly<{ x: number; y: number }>,
): void {
  const fromX = Math.max(0, Math.floor(hole.x * scale.x));
  const toX = Math.min(width, Math.ceil((hole.x + hole.width) * scale.x));
  const fromY = Math.max(0, Math.floor(hole.y * scale.y));
  const toY = Math.min(height, Math.ceil((hole.y + hole.height) * scale.y));
  for (let y = fromY; y < toY; y++) rgb.fill(255, (y * width + fromX) * 3, (y * width + Math.max(fromX, toX)) * 3);
}
