// The exact pixels of a patch: the right level, an integer crop, one Pillow-identical resize. Knows no container and no decoder.
//
// Canonical algorithm. t = wanted um/px, m = um/px of a level (x and y apart).
//  1. Level: the one with the largest downsample whose m <= 1.005 t; level 0 where none is (then the patch is upsampled).
//  2. Box in level pixels: x0 = X / downsampleX, width = pixels * t / m. Where |t/m - 1| <= snap on both axes the box is
//     exactly pixels x pixels at the nearest integer origin, and nothing is resampled.
//  3. Window: the integer pixels that cover the box and the filter's reach. Beyond the slide and in missing tiles: the edge colour.
//  4. resample(window, pixels, filter, box relative to the window).
// The reference in tests is "integer crop of the level, then Image.resize(box=)", not OpenSlide's read_region at odd offsets.
import { mpp } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import type { Rect, Region } from "../domain/geometry.ts";
import type { EdgeRule, PatchPixels, PatchSpec } from "../domain/patch.ts";
import { type Calibration, type Level, mppOf } from "../domain/slide.ts";
import { filterReach, resample } from "../math/resample.ts";
import { readWindow, type TileStore } from "./tile-window.ts";

/** A level counts as fine enough while its um/px is at most this much above the wanted. */
export const levelTolerance = 0.005;
/** Pixels of the largest window that is read for one patch. */
const maxWindowPixels = 64 * 1024 * 1024;

export type PatchPlan = Readonly<{
  level: Level;
  /** Level pixels, fractions allowed. */
  box: Rect<"level">;
  /** Nothing is resampled: the box is an integer crop. */
  snapped: boolean;
  upsampled: boolean;
  effectiveMpp: number;
}>;

/** Which pixels a patch is made of. Faults: missing-calibration, invalid (the region was drawn at another um/px). */
export function planPatch(
  levels: readonly Level[],
  calibration: Calibration,
  region: Region,
  spec: PatchSpec,
): PatchPlan {
  const scale = mppOf(calibration);
  if (!scale) {
    throw new Fault(
      "missing-calibration",
      "The slide's um per pixel is unknown, so nothing can be classified. State it, or measure a known distance.",
    );
  }
  checkSpec(spec);
  const size = { width: (spec.pixels * spec.mpp) / scale.x, height: (spec.pixels * spec.mpp) / scale.y };
  const agrees = (a: number, b: number): boolean => Math.abs(a - b) <= Math.max(1, 0.01 * b);
  if (!agrees(region.width, size.width) || !agrees(region.height, size.height) || !isFinitePoint(region)) {
    throw new Fault(
      "invalid",
      `This patch was marked at another scale: it is ${round(region.width)} pixels wide, but ${round(size.width)} are needed ` +
        "at the slide's um/px now. Label the place again, or restore the scale it was labelled at.",
    );
  }
  const fine = levels.filter((level) => {
    const limit = spec.mpp * (1 + levelTolerance);
    return scale.x * level.downsampleX <= limit && scale.y * level.downsampleY <= limit;
  });
  const level = fine.at(-1) ?? levels[0];
  if (!level) throw new Fault("damaged", "The slide has no level to read from.");
  const mppX = scale.x * level.downsampleX;
  const mppY = scale.y * level.downsampleY;
  const origin = { x: region.x / level.downsampleX, y: region.y / level.downsampleY };
  const near = (m: number): boolean => Math.abs(spec.mpp / m - 1) <= spec.snap;
  if (near(mppX) && near(mppY)) {
    const box = {
      x: Math.floor(origin.x + 0.5),
      y: Math.floor(origin.y + 0.5),
      width: spec.pixels,
      height: spec.pixels,
    };
    return { level, box, snapped: true, upsampled: false, effectiveMpp: (mppX + mppY) / 2 };
  }
  const box = { ...origin, width: (spec.pixels * spec.mpp) / mppX, height: (spec.pixels * spec.mpp) / mppY };
  return { level, box, snapped: false, upsampled: fine.length === 0, effectiveMpp: spec.mpp };
}

const edgeColour: Readonly<Record<EdgeRule, number>> = { white: 255, black: 0 };

/** Reads a patch's pixels (all but the tissue share, which is the mask's to say). */
export async function readExactPatch(
  tiles: TileStore,
  plan: PatchPlan,
  spec: PatchSpec,
  signal: AbortSignal,
): Promise<Omit<PatchPixels, "tissue">> {
  const { level, box } = plan;
  const result = {
    pixels: spec.pixels,
    effectiveMpp: mpp(plan.effectiveMpp),
    level: level.index,
    upsampled: plan.upsampled,
  };
  if (plan.snapped) {
    const { data, missing } = await readWindow(tiles, level, box, edgeColour[spec.edge], box, signal);
    return { ...result, data, missing };
  }
  const window = windowAround(box, spec);
  const { data, missing } = await readWindow(tiles, level, window, edgeColour[spec.edge], box, signal);
  const x = box.x - window.x;
  const y = box.y - window.y;
  const source = { data, width: window.width, height: window.height, channels: 3 };
  const pixels = resample(source, spec.pixels, spec.pixels, spec.filter, [x, y, x + box.width, y + box.height]);
  return { ...result, data: pixels, missing };
}

/** Integer pixels that cover the box and what the filter reaches beyond it, with one pixel to spare for rounding. */
export function windowAround(box: Rect<"level">, spec: PatchSpec): Rect<"level"> {
  const reachX = filterReach(spec.filter, box.width, spec.pixels);
  const reachY = filterReach(spec.filter, box.height, spec.pixels);
  const x = Math.floor(box.x - reachX) - 1;
  const y = Math.floor(box.y - reachY) - 1;
  const width = Math.ceil(box.x + box.width + reachX) + 1 - x;
  const height = Math.ceil(box.y + box.height + reachY) + 1 - y;
  if (width * height > maxWindowPixels) {
    throw new Fault(
      "limit",
      `This patch would need ${width} x ${height} pixels of the slide at once: the slide has no level coarse enough for it. ` +
        "Rebuild the slide's pyramid, for example with libvips.",
    );
  }
  return { x, y, width, height };
}

function checkSpec(spec: PatchSpec): void {
  const sane =
    Number.isInteger(spec.pixels) && spec.pixels >= 1 && spec.pixels <= 4096 && spec.mpp > 0 && spec.mpp < 1000;
  if (!sane) throw new Fault("invalid", `A patch of ${spec.pixels} pixels at ${spec.mpp} um/px cannot be read.`);
}

const isFinitePoint = (r: Region): boolean => Number.isFinite(r.x) && Number.isFinite(r.y);
const round = (v: number): number => Math.round(v * 10) / 10;
