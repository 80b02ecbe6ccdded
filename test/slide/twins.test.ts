// Small slides of every format and trap, written by other programs, byte for byte as those programs read them:
// test/fixtures/slides/make_twins.py. The never skipped twins of the real slides.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { differences, levelDifferences, type ReferenceSlides, sha256 } from "../support/reference-slides.ts";
import { faultOf, openBytes, service } from "../support/slide-service.ts";

const folder = join(import.meta.dirname, "../fixtures/slides");
const reference: ReferenceSlides = JSON.parse(readFileSync(join(folder, "twins.json"), "utf8"));
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, "twins", name)));

/** What only browsers decode: test/browser/slide.test.ts. */
const browserOnly = "webp-lossless.tif";

describe("patches and tiles equal the reference byte for byte", () => {
  for (const slide of reference.files.filter(({ file }) => file !== browserOnly)) {
    test(slide.file, async () => {
      const bytes = read(slide.file);
      expect(sha256(bytes), "the fixture was made from another file").toBe(slide.sha256);
      const info = await openBytes(bytes, slide.file);
      expect(await differences(service, info, slide)).toEqual([]);
      expect(await levelDifferences(service, info, slide)).toEqual([]);
      await service.close({ slideId: info.id });
    });
  }

  test(`${browserOnly} opens in Node, and its tiles say where they can be decoded`, async () => {
    const { id, levels } = await openBytes(read(browserOnly));
    expect(levels).toHaveLength(2);
    expect(await faultOf(service.tile({ slideId: id, level: 0, column: 0, row: 0 }))).toMatch(/unsupported: .*WebP/);
  });
});
