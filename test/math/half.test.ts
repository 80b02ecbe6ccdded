// fp16 against NumPy (test/fixtures/half/make.py).
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { floatsToHalves, halfBits, halfValue, halvesToFloats } from "../../src/math/half.ts";

const fixture = JSON.parse(readFileSync(join(import.meta.dirname, "../fixtures/half/half.json"), "utf8"));
const sha256 = (values: ArrayBufferView): string =>
  createHash("sha256")
    .update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
    .digest("hex");

describe("fp16", () => {
  test("all 65,536 patterns widen to NumPy's values", () => {
    const every = halvesToFloats(Uint16Array.from({ length: 65536 }, (_, i) => i));
    expect(sha256(every.map((value) => (Number.isNaN(value) ? 0 : value)))).toBe(fixture.widened_sha256_without_nan);
  });

  test("every finite value and every tie between neighbours rounds as NumPy rounds", () => {
    const finite = Float32Array.from({ length: 65536 }, (_, i) => halfValue(i)).filter(Number.isFinite);
    const ordered = Float32Array.from(new Set(finite.map((value) => value + 0))).sort();
    const middles = ordered.slice(1).map((value, i) => (value + (ordered[i] ?? 0)) / 2);
    const rounded = floatsToHalves(new Float32Array([...ordered, ...middles]));
    expect(sha256(rounded)).toBe(fixture.all_ordered_and_middles_sha256);
    for (const [value, bits] of fixture.sample) expect([value, halfBits(value) & 0xffff]).toEqual([value, bits]);
  });

  test("what was rounded once rounds to itself", () => {
    const positive = Array.from({ length: 0x7c00 }, (_, bits) => bits);
    expect(positive.map((bits) => halfBits(halfValue(bits)))).toEqual(positive);
  });
});
