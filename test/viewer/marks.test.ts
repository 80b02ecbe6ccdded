// Contrast by WCAG 2.2 (relative luminance, 1.4.3): the reference for black against white ink.
import { describe, expect, test } from "vitest";
import { inkOn, onScreen, tagCorner, toScreen, type Window } from "../../src/viewer/marks.ts";

const window: Window = { x: 1000, y: 2000, slidePerPixel: 2, width: 800, height: 600 };

describe("marks", () => {
  test("a region lands where the view puts it", () => {
    expect(toScreen({ x: 1200, y: 2100, width: 224, height: 224 }, window)).toEqual({
      x: 100,
      y: 50,
      width: 112,
      height: 112,
    });
  });

  test("what lies outside the view is not drawn, what touches it is", () => {
    const at = (x: number) => toScreen({ x, y: 2100, width: 224, height: 224 }, window);
    expect(onScreen(at(1000 - 224 - 2), window, 0)).toBe(false);
    expect(onScreen(at(1000 - 222), window, 0)).toBe(true);
    expect(onScreen(at(1000 + 1601), window, 0)).toBe(false);
  });

  test("a name is written at the corner that is topmost, the left one of two, however the slide is turned", () => {
    const r = { x: 100, y: 50, width: 40, height: 20 };
    const corners = { 0: [100, 50], 90: [100, 70], 180: [140, 70], 270: [140, 50], 10: [100, 50], 350: [140, 50] };
    for (const [turned, [x, y]] of Object.entries(corners)) {
      expect({ turned, ...tagCorner(r, Number(turned)) }).toEqual({ turned, x, y });
    }
  });

  test("names are written in the ink with the higher contrast", () => {
    expect(inkOn("#f0e442")).toBe("#000000");
    expect(inkOn("#e69f00")).toBe("#000000");
    expect(inkOn("#0072b2")).toBe("#ffffff");
    expect(inkOn("#334155")).toBe("#ffffff");
  });
});
