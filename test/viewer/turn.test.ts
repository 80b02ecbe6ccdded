import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { normalTurn, turnWords } from "../../src/viewer/turn.ts";

describe("a turned slide", () => {
  test("is turned by the same angle whatever the number of whole turns", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3599 }), fc.integer({ min: -50, max: 50 }), (tenths, turns) => {
        expect(normalTurn(tenths / 10 + turns * 360)).toBe(tenths / 10);
      }),
    );
  });

  test("four quarter turns either way make it upright", () => {
    for (const by of [90, -90]) {
      let turned = 0;
      for (let i = 0; i < 4; i++) turned = normalTurn(turned + by);
      expect(turned).toBe(0);
    }
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, 359.99, -0.01])("%d is upright, not minus nothing", (degrees) => {
    expect(Object.is(normalTurn(degrees), 0)).toBe(true);
  });

  test("says by how much and which way", () => {
    expect([0, 90, 180, 270, 33.3].map(turnWords)).toEqual([
      null,
      "turned 90°",
      "turned 180°",
      "turned −90°",
      "turned 33.3°",
    ]);
  });
});
