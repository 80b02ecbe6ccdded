// math/resample against Pillow: test/fixtures/resample/make.py.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { filterReach, type Raster, type ResampleBox, type ResampleFilter, resample } from "../../src/math/resample.ts";

type Case = Readonly<{
  width: number;
  height: number;
  channels: number;
  outWidth: number;
  outHeight: number;
  box: ResampleBox | null;
  filter: ResampleFilter;
  sha256: string;
  first: readonly number[];
}>;

const fixture: { cases: Case[] } = JSON.parse(
  readFileSync(join(import.meta.dirname, "../fixtures/resample/cases.json"), "utf8"),
);

/** The recipe of make.py. */
function source(width: number, height: number, channels: number): Raster {
  let state = 12345;
  const data = Uint8Array.from({ length: width * height * channels }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return { data, width, height, channels };
}

describe("resample", () => {
  test.each(fixture.cases)(
    "equals Pillow byte for byte: $width x $height x $channels to $outWidth x $outHeight, $filter, box $box",
    (c) => {
      const raster = source(c.width, c.height, c.channels);
      const out = resample(raster, c.outWidth, c.outHeight, c.filter, c.box ?? undefined);
      expect([...out.subarray(0, 12)]).toEqual(c.first);
      expect(createHash("sha256").update(out).digest("hex")).toBe(c.sha256);
    },
  );

  test("does not touch or return its source, even where nothing changes", () => {
    const raster = source(8, 8, 3);
    const out = resample(raster, 8, 8, "bicubic");
    expect(out).not.toBe(raster.data);
    expect([...out]).toEqual([...raster.data]);
  });

  test("refuses a box outside the source", () => {
    const raster = source(8, 8, 3);
    expect(() => resample(raster, 4, 4, "box", [0, 0, 9, 8])).toThrow(RangeError);
    expect(() => resample(raster, 4, 4, "box", [5, 0, 5, 8])).toThrow(RangeError);
  });

  test("reaches beyond the box by the filter's support, scaled when shrinking", () => {
    expect(filterReach("bicubic", 448, 224)).toBe(4);
    expect(filterReach("bicubic", 100, 224)).toBe(2);
    expect(filterReach("lanczos", 224, 224)).toBe(3);
  });
});
