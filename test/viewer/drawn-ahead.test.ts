import { describe, expect, test } from "vitest";
import { type Frame, isSameFrame, margin, shiftSince } from "../../src/viewer/drawn-ahead.ts";
import type { Affine } from "../../src/viewer/slide-to-screen.ts";

/** Two level-0 pixels a CSS pixel, upright. */
const at: Affine = { a: 0.5, b: 0, c: 0, d: 0.5, e: -10_000, f: -20_000 };
const frame: Frame = { at, width: 800, height: 600, ratio: 1 };
const moved = (x: number, y: number, more: Partial<Affine> = {}): Frame => ({
  ...frame,
  at: { ...at, e: at.e + x, f: at.f + y, ...more },
});

describe("what is drawn ahead", () => {
  test("moves with the slide, by as many pixels", () => {
    expect(shiftSince(frame, moved(37.5, -12.25))).toEqual({ x: 37.5, y: -12.25 });
    expect(shiftSince(frame, frame)).toEqual({ x: 0, y: 0 });
  });

  test("is drawn again where it ends, at another zoom, turn, size or sharpness of the screen", () => {
    expect(shiftSince(frame, moved(margin, 0))).not.toBeNull();
    expect(shiftSince(frame, moved(margin + 1, 0))).toBeNull();
    expect(shiftSince(frame, moved(0, -margin - 1))).toBeNull();
    expect(shiftSince(frame, moved(0, 0, { a: 0.501, d: 0.501 }))).toBeNull();
    expect(shiftSince(frame, moved(0, 0, { b: 0.001, c: -0.001 }))).toBeNull();
    expect(shiftSince(frame, { ...frame, width: 801 })).toBeNull();
    expect(shiftSince(frame, { ...frame, ratio: 2 })).toBeNull();
  });

  test("takes rounding of a scale for no zoom, and moves by what the screen's middle moves", () => {
    // The middle lies 20,800 level-0 px from the corner: there this scale alone is 0.02 px.
    const shift = shiftSince(frame, moved(5, 0, { a: 0.5 + 1e-6 }));
    expect(shift?.x).toBeCloseTo(5.0208, 3);
    expect(shift?.y).toBeCloseTo(0, 6);
  });

  test("is the same frame only where nothing has moved", () => {
    expect(isSameFrame(frame, moved(0, 0))).toBe(true);
    expect(isSameFrame(frame, moved(0.01, 0))).toBe(false);
    expect(isSameFrame(frame, { ...frame, ratio: 2 })).toBe(false);
  });
});
