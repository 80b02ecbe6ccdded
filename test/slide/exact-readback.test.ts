// A browser that changes what a page reads back must be found out before the first patch.
import { describe, expect, test } from "vitest";
import { readsBackExactly } from "../../src/platform/worker/exact-readback.ts";

describe("reading pixels back", () => {
  test("is believed where every byte comes back", async () => {
    expect(await readsBackExactly(async (rgba) => rgba)).toBe(true);
  });

  test("is not believed where one pixel comes back one step darker, even in the array that was drawn", async () => {
    const farbled = async (rgba: Uint8ClampedArray): Promise<Uint8ClampedArray> => {
      const at = rgba.findIndex((value, i) => i % 4 === 1 && value > 0);
      rgba[at] = (rgba[at] ?? 0) - 1;
      return rgba;
    };
    expect(await readsBackExactly(farbled)).toBe(false);
  });

  test("is not believed where nothing comes back, or all is white", async () => {
    expect(await readsBackExactly(async () => new Uint8ClampedArray(0))).toBe(false);
    expect(await readsBackExactly(async (rgba) => rgba.fill(255))).toBe(false);
  });
});
