// Real slides against OpenSlide, tifffile and Pillow, byte for byte: test/fixtures/slides/make_shared.py.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createNodeSlideService } from "../../src/platform/node/slide-service.ts";
import { differences, levelDifferences, type ReferenceSlides, sha256 } from "../support/reference-slides.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, "../shared/data/slides");
const reference: ReferenceSlides = JSON.parse(readFileSync(join(root, "test/fixtures/slides/shared.json"), "utf8"));

describe("patches and tiles of real slides equal the reference byte for byte", () => {
  for (const slide of reference.files) {
    const path = join(folder, slide.file);
    test.skipIf(!existsSync(path))(slide.file, async () => {
      expect(sha256(readFileSync(path)), "the fixture was made from another file").toBe(slide.sha256);
      const service = createNodeSlideService();
      const info = await service.open({ source: { kind: "url", url: path } });
      expect(await differences(service, info, slide)).toEqual([]);
      if (process.env.PATHOTUNE_LONG === "1") expect(await levelDifferences(service, info, slide)).toEqual([]);
      await service.close({ slideId: info.id });
    });
  }
});
