// A map judged by a stratified sample: the worked example of Olofsson et al. 2014 (tables 8 and 9), and what small samples cannot say.
import { describe, expect, test } from "vitest";
import { allocate, mapAccuracy } from "../../src/math/stratified.ts";

// Deforestation, forest gain, stable forest, stable non-forest; patches of one hectare.
const published = [
  { size: 200_000, found: [66, 0, 5, 4] },
  { size: 150_000, found: [0, 55, 8, 12] },
  { size: 3_200_000, found: [1, 0, 153, 11] },
  { size: 6_450_000, found: [2, 1, 9, 313] },
];

describe("the published example", () => {
  const result = mapAccuracy(published);

  test("overall accuracy .95 +- .02", () => {
    expect(result?.overall.value).toBeCloseTo(0.947, 2);
    expect(result?.overall.halfWidth).toBeCloseTo(0.02, 2);
  });

  test("user's accuracies .88 +- .07, .73 +- .10, .93 +- .04, .96 +- .02", () => {
    const wanted = [
      [0.88, 0.07],
      [0.73, 0.1],
      [0.93, 0.04],
      [0.96, 0.02],
    ] as const;
    wanted.forEach(([value, halfWidth], i) => {
      expect(result?.precision[i]?.value).toBeCloseTo(value, 2);
      expect(result?.precision[i]?.halfWidth).toBeCloseTo(halfWidth, 2);
    });
  });

  test("235,086 +- 68,418 hectares of deforestation", () => {
    const [deforestation] = result?.area ?? [];
    expect((deforestation?.value ?? 0) * 1e7).toBeCloseTo(235_086, 0);
    // Drawn without replacement from whole hectares here: a hair less than the published 68,418.
    expect(Math.abs((deforestation?.halfWidth ?? 0) * 1e7 - 68_418)).toBeLessThan(10);
  });
});

describe("what a sample cannot say", () => {
  test("a class nobody looked at leaves the whole unknown", () => {
    expect(
      mapAccuracy([
        { size: 10, found: [5, 0] },
        { size: 3, found: [0, 0] },
      ]),
    ).toBeNull();
    expect(mapAccuracy([])).toBeNull();
  });

  test("one patch of a class says nothing of the spread; all patches of it leave none", () => {
    expect(
      mapAccuracy([
        { size: 10, found: [1, 0] },
        { size: 4, found: [0, 2] },
      ])?.overall.halfWidth,
    ).toBeNull();
    const all = mapAccuracy([
      { size: 2, found: [1, 1] },
      { size: 3, found: [0, 3] },
    ]);
    expect(all?.overall).toEqual({ value: 0.8, halfWidth: 0 });
    expect(all?.area.map(({ value }) => value)).toEqual([0.2, 0.8]);
  });

  test("a class the map never calls is no stratum, and may still be found", () => {
    const result = mapAccuracy([
      { size: 10, found: [3, 1] },
      { size: 0, found: [0, 0] },
    ]);
    expect(result?.precision[1]).toBeNull();
    expect(result?.area[1]?.value).toBeCloseTo(0.25, 12);
  });
});

describe("how many of each class are drawn", () => {
  test.each([
    [[1000, 100, 10], 30, 5, [20, 5, 5]],
    [[1000, 3, 0], 30, 5, [27, 3, 0]],
    [[4, 2], 30, 5, [4, 2]],
    [[50, 50, 50, 50], 8, 5, [5, 5, 5, 5]],
  ])("of %j, %i wanted, at least %i: %j", (sizes, wanted, least, counts) => {
    expect(allocate(sizes, wanted, least)).toEqual(counts);
  });
});
