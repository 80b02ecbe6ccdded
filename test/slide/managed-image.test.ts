// Pictures with a slide's profile inside: what is embedded comes out again, and what cannot be applied is refused.
// That a browser shows the colours LittleCMS computes: test/browser/slide.test.ts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodePng, readPngHeader } from "../../src/slide/codec/png.ts";
import { readPlainJpeg } from "../../src/slide/jpeg/plain-jpeg.ts";
import { checkProfile, jpegWithProfile, pngWithProfile } from "../../src/slide/managed-image.ts";
import { flat, jpeg } from "../support/jpeg-tiles.ts";
import { faultOf, openBytes, service } from "../support/slide-service.ts";

const twin = new Uint8Array(readFileSync(join(import.meta.dirname, "../fixtures/slides/twins/odd-profile.tif")));
/** Larger than one JPEG segment. */
const long = Uint8Array.from({ length: 150_000 }, (_, i) => (i * 7) % 251);

describe("a colour profile", () => {
  test("goes into a JPEG in as many segments as it needs, and nothing else changes", () => {
    const plain = jpeg(flat(16, [200, 120, 160]), 16);
    const { profile, width, colour } = readPlainJpeg(jpegWithProfile(plain, long));
    expect(profile).toEqual(long);
    expect([width, colour]).toEqual([16, "ycbcr"]);
  });

  test("goes into a PNG whose pixels are those given", () => {
    const data = Uint8Array.from({ length: 5 * 3 * 4 }, (_, i) => i * 4);
    const png = pngWithProfile({ width: 5, height: 3, channels: 4, data }, long);
    const rgb = data.filter((_, i) => i % 4 !== 3);
    expect(decodePng(png, readPngHeader(png))).toEqual(rgb);
  });

  test("of the slide is used, one that is none of RGB is refused", async () => {
    const { id } = await openBytes(twin);
    const profile = await service.profile({ slideId: id });
    if (!profile) throw new Error("the twin has a profile");
    expect(() => checkProfile(profile)).not.toThrow();
    const cmyk = profile.slice();
    cmyk.set([0x43, 0x4d, 0x59, 0x4b], 16);
    for (const wrong of [cmyk, profile.slice(0, 100), profile.slice(0, 400), new Uint8Array(500)]) {
      expect(() => checkProfile(wrong)).toThrow(/shown as they are stored/);
    }
  });

  test("that cannot be applied here is not silently left out", async () => {
    const { id } = await openBytes(twin);
    const managed = service.tile({ slideId: id, level: 0, column: 0, row: 0, managed: true });
    expect(await faultOf(managed)).toMatch(/unsupported: .*no colour profile to apply/);
  });
});
