// Where is learned from: whole squares of tissue, away from labels, a part of each slide only.
import { describe, expect, test } from "vitest";
import type { SlideId } from "../../src/base/brand.ts";
import type { Region } from "../../src/domain/geometry.ts";
import { edgeGap } from "../../src/engine/estimate/islands.ts";
import { choosePlaces } from "../../src/engine/learn-places.ts";
import { createRandom } from "../../src/math/random.ts";

const side = 50;
const gridOf = (columns: number, rows: number): readonly Region[] =>
  Array.from({ length: columns * rows }, (_, i) => ({
    x: (i % columns) * side,
    y: Math.floor(i / columns) * side,
    width: side,
    height: side,
  }));
const [one, other] = ["1", "2"].map((digit) => digit.repeat(64) as SlideId) as [SlideId, SlideId];
const large = { slideId: one, regions: gridOf(56, 56) };
const group = (place: Readonly<{ slideId: SlideId; region: Region }>) => ({ ...place, group: "" });

describe("places to learn from", () => {
  test("lie in squares of sixteen, so that they and their guards close little of the slide", () => {
    const places = choosePlaces([large], [], 320, createRandom(1));
    expect(places).toHaveLength(320);
    const squares = new Set(places.map(({ region }) => `${Math.floor(region.x / 200)} ${Math.floor(region.y / 200)}`));
    expect(squares.size).toBe(20);
    const closed = large.regions.filter((region) =>
      places.some((place) => edgeGap(group(place), group({ slideId: one, region })) < 1),
    );
    // Twenty squares of eight by eight at most: a place is closed where less than a patch lies between it and one of them.
    expect(closed.length).toBeLessThanOrEqual(20 * 64);
    expect(closed.length).toBeLessThan(large.regions.length / 2);
  });

  test("none is within the guard of a label, on its slide only", () => {
    const avoid = [{ slideId: one, region: { x: 1010, y: 990, width: side, height: side } }];
    const places = choosePlaces([large, { slideId: other, regions: gridOf(8, 8) }], avoid, 6400, createRandom(2));
    for (const place of places) {
      if (place.slideId === one) expect(edgeGap(group(place), group(avoid[0]!))).toBeGreaterThanOrEqual(1);
    }
    expect(places.some(({ slideId }) => slideId === other)).toBe(true);
  });

  test("leave two thirds of a small slide's squares alone, and take from every slide in turn", () => {
    const small = { slideId: other, regions: gridOf(12, 12) };
    expect(choosePlaces([small], [], 330, createRandom(3))).toHaveLength(3 * 16);
    const both = choosePlaces([small, large], [], 330, createRandom(3));
    expect(both.filter(({ slideId }) => slideId === other)).toHaveLength(3 * 16);
    expect(both).toHaveLength(330);
    expect(choosePlaces([small, large], [], 330, createRandom(3))).toEqual(both);
    expect(choosePlaces([small, large], [], 330, createRandom(4))).not.toEqual(both);
  });

  test("of more pictures than there are places for, which ones is drawn", () => {
    const pictures = Array.from({ length: 900 }, (_, i) => ({
      slideId: String(i).padStart(64, "0") as SlideId,
      regions: gridOf(1, 1),
    }));
    const numbers = (seed: number): readonly number[] =>
      choosePlaces(pictures, [], 300, createRandom(seed)).map(({ slideId }) => Number(slideId));
    const drawn = numbers(1);
    expect(new Set(drawn).size).toBe(300);
    for (const third of [0, 1, 2]) {
      expect(drawn.filter((i) => Math.floor(i / 300) === third).length).toBeGreaterThan(60);
    }
    expect(numbers(2)).not.toEqual(drawn);
  });

  test("a slide without tissue gives none", () => {
    expect(choosePlaces([{ slideId: one, regions: [] }], [], 330, createRandom(1))).toEqual([]);
  });
});
