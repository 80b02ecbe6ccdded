// The reference patches of test/fixtures/slide-parts and how a slide is held against them. Knows no format.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { mpp, type SlideId } from "../../src/base/brand.ts";
import type { PatchSpec } from "../../src/domain/patch.ts";
import type { SlideApi } from "../../src/protocol/slide-api.ts";

export const partFixtures = join(import.meta.dirname, "../fixtures/slide-parts");
export const sharedSlides = join(import.meta.dirname, "../../../shared/data/slides");

type Case = readonly [x: number, y: number, target: number, level: number, sha256: string];
const { madeWith, ...slides }: Record<string, readonly Case[]> & { madeWith: string } = JSON.parse(
  readFileSync(join(partFixtures, "patches.json"), "utf8"),
);
export const patchesMadeWith = madeWith;
export const patchedSlides: readonly string[] = Object.keys(slides);

const pixels = 32;
const scale = 0.5;

/** What is needed of a slide service. */
type Patches = Readonly<{
  calibrate(params: Parameters<SlideApi["calibrate"]>[0]): Promise<unknown>;
  patch(params: Parameters<SlideApi["patch"]>[0]): Promise<Readonly<{ level: number; data: Uint8Array }>>;
}>;

/** Which patches of the open slide differ from the reference of `name`, in words; all are read at 0.5 um/px. */
export async function patchMismatches(service: Patches, slideId: SlideId, name: string): Promise<readonly string[]> {
  const cases = slides[name];
  if (cases?.length !== 24) throw new Error(`no 24 reference patches of ${name}`);
  await service.calibrate({
    slideId,
    calibration: { kind: "declared", mppX: mpp(scale), mppY: mpp(scale), how: "stated" },
  });
  const wrong: string[] = [];
  for (const [x, y, target, level, sha256] of cases) {
    const spec: PatchSpec = { pixels, mpp: mpp(target), filter: "bicubic", edge: "white", snap: 0.02 };
    const side = (pixels * target) / scale;
    const patch = await service.patch({ slideId, region: { x, y, width: side, height: side }, spec });
    if (patch.level !== level) wrong.push(`${x},${y} at ${target}: level ${patch.level} instead of ${level}`);
    if (createHash("sha256").update(patch.data).digest("hex") !== sha256) wrong.push(`${x},${y} at ${target}`);
  }
  return wrong;
}
