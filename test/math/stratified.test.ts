// A map judged by a stratified sample: the worked example of Olofsson et al. 2014 (tables 8 and 9), and what small samples cannot say.
import { describe, expect, test } from "vitest";
import { createRandom, integer } from "../../src/math/random.ts";
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
    expect(all?.overall).toEqual({ value: 0.8, halfWidth: 0, bounds: { low: 0.8, high: 0.8 } });
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

describe("bounds of small samples", () => {
  test("of one large stratum are Wilson's: 37 of 40 is 80 to 97 %, 30 of 30 at least 88.6 %", () => {
    const bounds = (found: number[]) =>
      mapAccuracy([
        { size: 1e9, found },
        { size: 0, found: [0, 0] },
      ])?.overall.bounds;
    // scipy.stats.binomtest(37, 40).proportion_ci(method="wilson"), and of 30 of 30.
    expect(bounds([37, 3])?.low).toBeCloseTo(0.8014, 3);
    expect(bounds([37, 3])?.high).toBeCloseTo(0.9742, 3);
    expect(bounds([30, 0])?.low).toBeCloseTo(0.8865, 3);
    expect(bounds([30, 0])?.high).toBe(1);
  });

  test("agree with the published interval where samples are large", () => {
    const { value = 0, bounds } = mapAccuracy(published)?.overall ?? {};
    expect(Math.abs(value - (bounds?.low ?? 0) - 0.0185)).toBeLessThan(0.004);
    expect(Math.abs((bounds?.high ?? 0) - value - 0.0185)).toBeLessThan(0.004);
  });

  test("hold the truth in at least 94 of 100 draws of 30 patches, where the normal interval holds it in fewer than 80", () => {
    // Right of all patches of a stratum: 97, 90 and 70 %; overall 0.9565.
    const population = [
      { size: 2000, right: 1940 },
      { size: 300, right: 270 },
      { size: 60, right: 42 },
    ];
    const truth = population.reduce((sum, { right }) => sum + right, 0) / 2360;
    const counts = allocate([2000, 300, 60], 30, 5);
    const random = createRandom(20_260_101);
    const draws = 2000;
    let [held, heldByNormal] = [0, 0];
    for (let i = 0; i < draws; i++) {
      const strata = population.map(({ size, right }, h) => {
        let [left, good, hits] = [size, right, 0];
        for (let k = 0; k < (counts[h] ?? 0); k++, left--)
          if (integer(random, left) < good) [good, hits] = [good - 1, hits + 1];
        const found = [0, 0, 0];
        found[h] = hits;
        found[(h + 1) % 3] = (counts[h] ?? 0) - hits;
        return { size, found };
      });
      const { value = 0, halfWidth, bounds } = mapAccuracy(strata)?.overall ?? {};
      held += Number((bounds?.low ?? 1) <= truth && truth <= (bounds?.high ?? 0));
      heldByNormal += Number(Math.abs(value - truth) <= (halfWidth ?? 0));
    }
    expect(held / draws).toBeGreaterThan(0.94);
    expect(heldByNormal / draws).toBeLessThan(0.8);
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
