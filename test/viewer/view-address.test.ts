import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SlideId } from "../../src/base/brand.ts";
import { addressFits, formatViewAddress, parseViewAddress } from "../../src/viewer/view-address.ts";

const id = "0f3a".repeat(16) as SlideId;
const other = "1f3a".repeat(16) as SlideId;

describe("the link of a view", () => {
  test("brings back the place, the zoom and the turn it was made from", () => {
    const coordinate = fc.integer({ min: -1000, max: 10_000_000 });
    fc.assert(
      fc.property(
        coordinate,
        coordinate,
        fc.double({ min: 0.01, max: 1000, noNaN: true }),
        fc.integer({ min: 0, max: 359 }),
        (x, y, z, turned) => {
          const back = parseViewAddress(formatViewAddress({ centre: { x, y }, slidePerPixel: z, turned }, id));
          expect(back?.centre).toEqual({ x, y });
          expect(Math.abs((back?.slidePerPixel ?? 0) / z - 1)).toBeLessThan(1e-4);
          expect(back?.turned).toBe(turned);
        },
      ),
    );
  });

  test("moves only the slide it was made on", () => {
    const address = parseViewAddress(formatViewAddress({ centre: { x: 5, y: 6 }, slidePerPixel: 2, turned: 0 }, id));
    expect(address && addressFits(address, id)).toBe(true);
    expect(address && addressFits(address, other)).toBe(false);
  });

  test("written without a slide it fits any", () => {
    const address = parseViewAddress("#x=5&y=6&z=2");
    expect(address && addressFits(address, other)).toBe(true);
  });

  test.each(["", "#", "#x=1&y=2", "#x=1&y=2&z=0", "#x=1&y=2&z=-4", "#x=1e30&y=2&z=1", "#x=NaN&y=0&z=1", "#section"])(
    "%j is no view and is ignored",
    (hash) => expect(parseViewAddress(hash)).toBeNull(),
  );

  test("says nothing of a turn where there is none, and what is no turn is upright", () => {
    expect(formatViewAddress({ centre: { x: 5, y: 6 }, slidePerPixel: 2, turned: 360 }, id)).not.toContain("r=");
    for (const r of ["", "&r=", "&r=north", "&r=Infinity"])
      expect(parseViewAddress(`#x=5&y=6&z=2${r}`)?.turned).toBe(0);
    expect(parseViewAddress("#x=5&y=6&z=2&r=-90")?.turned).toBe(270);
  });

  test("no text whatever breaks it", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 600 }), (text) => {
        const address = parseViewAddress(`#${text}`);
        if (address) {
          expect(Number.isFinite(address.centre.x) && address.slidePerPixel > 0).toBe(true);
          expect(address.turned >= 0 && address.turned < 360).toBe(true);
        }
      }),
    );
  });
});
