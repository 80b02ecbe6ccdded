// math/binary-mask against SciPy: test/fixtures/binary-mask/make.py.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { close, dropSmallObjects, fillSmallHoles, type Mask, medianFilter } from "../../src/math/binary-mask.ts";

const expected = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/binary-mask/cases.json"), "utf8"));
const sha = (mask: Mask): string => createHash("sha256").update(mask.data).digest("hex");

let state = 12345;
const image: Mask = {
  width: expected.width,
  height: expected.height,
  data: Uint8Array.from({ length: expected.width * expected.height }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  }),
};
const smooth = medianFilter(image, 1);
const mask: Mask = { ...smooth, data: smooth.data.map((v) => Number(v > expected.threshold)) };

describe("mask operations equal SciPy's", () => {
  test("median of 3 x 3 and of 7 x 7", () => {
    expect(sha(mask)).toBe(expected.mask);
    expect(sha(medianFilter(image, 3))).toBe(expected.median3);
  });
  test("closing", () => {
    expect(sha(close(mask, 1))).toBe(expected.close1);
    expect(sha(close(mask, 3))).toBe(expected.close3);
  });
  test("small objects (8-connected) and small holes (4-connected, inside)", () => {
    expect(sha(dropSmallObjects(mask, 20))).toBe(expected.drop20);
    expect(sha(fillSmallHoles(mask, 20))).toBe(expected.fill20);
  });
});
