// Patches and tiles of one slide against hashes made by other programs (test/fixtures/slides). Knows no format.
import { createHash } from "node:crypto";
import { mpp } from "../../src/base/brand.ts";
import type { PatchSpec } from "../../src/domain/patch.ts";
import type { SlideInfo, SlidePhotograph } from "../../src/domain/slide.ts";
import type { RawImage } from "../../src/platform/node/slide-service.ts";
import type { SlideApi } from "../../src/protocol/slide-api.ts";

/** x, y, um/px, filter, edge, level, snapped, hash. */
type PatchCase = readonly [number, number, number, PatchSpec["filter"], PatchSpec["edge"], number, boolean, string];
/** level, column, row, hash of the part inside the level; null where the file has no tile. */
type TileCase = readonly [number, number, number, string | null];

export type ReferenceSlide = Readonly<{
  file: string;
  sha256: string;
  pixels: number;
  mpp: readonly [number, number];
  levels: readonly (readonly [number, number])[];
  /** Hash of all pixels of each level; white where tiles are missing. */
  whole: readonly string[];
  /** name, width, height, hash. */
  photographs: readonly (readonly [SlidePhotograph["name"], number, number, string])[];
  /** sha256 of the ICC profile. */
  profile: string | null;
  patches: readonly PatchCase[];
  tiles: readonly TileCase[];
}>;
export type ReferenceSlides = Readonly<{ madeWith: string; files: readonly ReferenceSlide[] }>;

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const digest = (bytes: Uint8Array): string => sha256(bytes).slice(0, 32);

/** What differs, in words; empty where every byte is the reference's. */
export async function differences(
  service: SlideApi,
  info: SlideInfo,
  slide: ReferenceSlide,
): Promise<readonly string[]> {
  const wrong: string[] = [];
  const sizes = info.levels.map(({ width, height }) => [width, height]);
  if (JSON.stringify(sizes) !== JSON.stringify(slide.levels)) wrong.push(`levels ${JSON.stringify(sizes)}`);
  const [x, y] = slide.mpp;
  const slideId = info.id;
  await service.calibrate({ slideId, calibration: { kind: "declared", mppX: mpp(x), mppY: mpp(y), how: "stated" } });
  for (const [left, top, target, filter, edge, level, snapped, hash] of slide.patches) {
    const spec: PatchSpec = { pixels: slide.pixels, mpp: mpp(target), filter, edge, snap: 0.02 };
    const region = { x: left, y: top, width: (slide.pixels * target) / x, height: (slide.pixels * target) / y };
    const patch = await service.patch({ slideId, region, spec });
    const name = `patch ${left},${top} at ${target} (${filter}, ${edge}, level ${level}${snapped ? ", copied" : ""})`;
    if (patch.level !== level) wrong.push(`${name} was read from level ${patch.level}`);
    else if (digest(patch.data) !== hash) wrong.push(name);
  }
  for (const [level, column, row, hash] of slide.tiles) {
    const image = (await service.tile({ slideId, level, column, row })) as RawImage | null;
    if ((image && digest(insideOf(image, info, level, column, row))) !== hash)
      wrong.push(`tile ${level}/${column}/${row}`);
  }
  for (const [name, width, height, hash] of slide.photographs) {
    const listed = info.photographs?.find((p) => p.name === name);
    const image = (await service.photograph({ slideId, name })) as RawImage;
    if (listed?.width !== width || listed.height !== height || digest(image.rgb) !== hash) wrong.push(name);
  }
  const profile = await service.profile({ slideId });
  if ((profile && sha256(profile)) !== slide.profile) wrong.push("profile");
  return wrong;
}

/** Levels of which any pixel differs. */
export async function levelDifferences(
  service: SlideApi,
  info: SlideInfo,
  slide: ReferenceSlide,
): Promise<readonly number[]> {
  const wrong: number[] = [];
  for (const level of info.levels) {
    const { index, width, height, tileWidth, tileHeight } = level;
    const whole = new Uint8Array(width * height * 3).fill(255);
    for (let row = 0; row < level.rows; row++) {
      for (let column = 0; column < level.columns; column++) {
        const image = (await service.tile({ slideId: info.id, level: index, column, row })) as RawImage | null;
        if (!image) continue;
        const inside = insideOf(image, info, index, column, row);
        const across = Math.min(tileWidth, width - column * tileWidth) * 3;
        for (let y = 0; y * across < inside.length; y++) {
          const at = ((row * tileHeight + y) * width + column * tileWidth) * 3;
          whole.set(inside.subarray(y * across, (y + 1) * across), at);
        }
      }
    }
    if (digest(whole) !== slide.whole[index]) wrong.push(index);
  }
  return wrong;
}

/** RGB of the part of a tile that lies inside its level. */
function insideOf(image: RawImage, info: SlideInfo, index: number, column: number, row: number): Uint8Array {
  const level = info.levels[index];
  if (!level) throw new Error(`no level ${index}`);
  const width = Math.min(level.tileWidth, level.width - column * level.tileWidth);
  const height = Math.min(level.tileHeight, level.height - row * level.tileHeight);
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    out.set(image.rgb.subarray(y * image.width * 3, (y * image.width + width) * 3), y * width * 3);
  }
  return out;
}
