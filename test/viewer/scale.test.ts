// Expected values are arithmetic: lengths in um over um per CSS pixel, 10 um/px being 1x.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import { lengthWords, mppWords, pixelWords, readMagnification, scaleBar } from "../../src/viewer/scale.ts";

describe("the scale bar", () => {
  test("is the longest of 1, 2, 5 x 10^n um that fits", () => {
    expect(scaleBar(0.5, 150)).toEqual({ um: 50, pixels: 100, words: "50 µm" });
    expect(scaleBar(4.56, 150)).toMatchObject({ um: 500, words: "500 µm" });
    expect(scaleBar(20, 150)).toEqual({ um: 2000, pixels: 100, words: "2 mm" });
  });

  test("is as long as its words say, at every zoom", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), (umPerPixel) => {
        const bar = scaleBar(umPerPixel, 150);
        expect(bar).not.toBeNull();
        if (!bar) return;
        expect(bar.pixels * umPerPixel).toBeCloseTo(bar.um, 6);
        expect(bar.pixels).toBeLessThanOrEqual(150 * (1 + 1e-6));
        expect(bar.pixels).toBeGreaterThan(150 / 2.6);
      }),
    );
  });

  test("is absent where nothing is known", () => {
    expect(scaleBar(Number.NaN, 150)).toBeNull();
    expect(scaleBar(0, 150)).toBeNull();
  });
});

describe("the magnification read-out", () => {
  test("says 20x where a 0.5 um/px slide is shown pixel for pixel", () => {
    expect(readMagnification(1, mpp(0.5))).toEqual({
      words: "20×",
      umPerPixel: "0.50 µm/px",
      digital: false,
      native: "20×",
    });
  });

  test("says that zooming beyond the slide's own pixels is digital", () => {
    expect(readMagnification(0.5, mpp(0.5))).toMatchObject({ words: "40×", digital: true });
    expect(readMagnification(4, mpp(0.25))).toMatchObject({ words: "10×", digital: false });
  });

  test("tells only the share of full size where um/px is unknown", () => {
    expect(readMagnification(4, null)).toMatchObject({ words: "25 % of full size", umPerPixel: null });
  });
});

describe("words", () => {
  test("units are written as a pathologist writes them", () => {
    expect(lengthWords(1500)).toBe("1.5 mm");
    expect(lengthWords(0.5)).toBe("0.5 µm");
    expect(mppWords(0.2525)).toBe("0.25 µm/px");
    expect(pixelWords(24812)).toBe("24\u2009812");
    expect(pixelWords(-12)).toBe("−12");
  });
});
