// Slides that are not one TIFF file, drawn and real: patches against pydicom, imagecodecs, zarr and Pillow
// (test/fixtures/slide-parts/make.py), and what each says of itself.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import type { PatchSpec } from "../../src/domain/patch.ts";
import { createNodeSlideService } from "../../src/platform/node/slide-service.ts";

const fixtures = join(import.meta.dirname, "../fixtures/slide-parts");
const shared = join(import.meta.dirname, "../../../shared/data/slides");
const pathOf = (name: string): string =>
  name.startsWith("shared/") ? join(shared, name.slice(7)) : join(fixtures, name);

type Case = readonly [x: number, y: number, target: number, level: number, sha256: string];
const { madeWith, ...slides }: Record<string, readonly Case[]> & { madeWith: string } = JSON.parse(
  readFileSync(join(fixtures, "patches.json"), "utf8"),
);
const service = createNodeSlideService();
const open = (name: string) => service.open({ source: { kind: "url", url: pathOf(name) } });
const pixels = 32;
const scale = 0.5;

describe(`patches equal ${madeWith} byte for byte`, () => {
  for (const [name, cases] of Object.entries(slides)) {
    test.skipIf(!existsSync(pathOf(name)))(`${name}: 8 places, 3 scales`, async () => {
      const { id } = await open(name);
      const declared = { kind: "declared", mppX: mpp(scale), mppY: mpp(scale), how: "stated" } as const;
      await service.calibrate({ slideId: id, calibration: declared });
      const wrong: string[] = [];
      for (const [x, y, target, level, sha256] of cases) {
        const spec: PatchSpec = { pixels, mpp: mpp(target), filter: "bicubic", edge: "white", snap: 0.02 };
        const side = (pixels * target) / scale;
        const patch = await service.patch({ slideId: id, region: { x, y, width: side, height: side }, spec });
        if (patch.level !== level) wrong.push(`${x},${y} at ${target}: level ${patch.level} instead of ${level}`);
        if (createHash("sha256").update(patch.data).digest("hex") !== sha256) wrong.push(`${x},${y} at ${target}`);
      }
      expect(cases.length).toBe(24);
      expect(wrong).toEqual([]);
      await service.close({ slideId: id });
    });
  }
});
