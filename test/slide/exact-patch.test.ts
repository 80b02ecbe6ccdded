// Patches of real files against OpenSlide's integer crops resized by Pillow: test/fixtures/exact-patch/make.py.
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import type { PatchSpec } from "../../src/domain/patch.ts";
import { createNodeSlideService } from "../../src/platform/node/slide-service.ts";

const root = join(import.meta.dirname, "../..");

type Case = Readonly<{
  x: number;
  y: number;
  mpp: number;
  filter: PatchSpec["filter"];
  edge: PatchSpec["edge"];
  level: number;
  snapped: boolean;
  sha256: string;
}>;
type Fixture = Readonly<{
  slideSha256: string;
  slideMpp: number;
  pixels: number;
  snap: number;
  cases: readonly Case[];
}>;

const slides = [
  {
    name: "CMU-1-Small-Region.svs (RGB JPEG without a marker)",
    path: join(root, "../shared/data/slides/svs/CMU-1-Small-Region.svs"),
    fixture: "cmu-1-small-region.json",
  },
  { name: "the embedded slide", path: join(root, "public/slides/synthetic-he.tif"), fixture: "synthetic-he.json" },
];

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("exact patches", () => {
  for (const { name, path, fixture } of slides) {
    test.skipIf(!existsSync(path))(`of ${name} equal OpenSlide and Pillow byte for byte`, async () => {
      const text = readFileSync(join(root, "test/fixtures/exact-patch", fixture), "utf8");
      const expected: Fixture = JSON.parse(text);
      expect(sha256(readFileSync(path)), "the fixture was made from another file: run make.py again").toBe(
        expected.slideSha256,
      );
      const service = createNodeSlideService();
      const { id } = await service.open({ source: { kind: "url", url: path } });
      const wrong: string[] = [];
      for (const c of expected.cases) {
        const spec: PatchSpec = {
          pixels: expected.pixels,
          mpp: mpp(c.mpp),
          filter: c.filter,
          edge: c.edge,
          snap: expected.snap,
        };
        const side = (expected.pixels * c.mpp) / expected.slideMpp;
        const patch = await service.patch({
          slideId: id,
          region: { x: c.x, y: c.y, width: side, height: side },
          spec,
        });
        expect(patch.level).toBe(c.level);
        expect(patch.effectiveMpp).toBeCloseTo(
          c.snapped ? expected.slideMpp * (patch.level === 0 ? 1 : 2 ** patch.level) : c.mpp,
          6,
        );
        if (sha256(patch.data) !== c.sha256) wrong.push(`${c.x},${c.y} at ${c.mpp} um/px (${c.filter}, ${c.edge})`);
      }
      expect(wrong).toEqual([]);
      await service.close({ slideId: id });
    });
  }
});
