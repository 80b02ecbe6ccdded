// A blind check as data: how patches are drawn, which comes next, and what a finished one says.
import { describe, expect, test } from "vitest";
import { rootAt } from "../../src/domain/json-reader.ts";
import type { CheckAnswer, MapCheck } from "../../src/domain/map-check.ts";
import { choicesOf, drawFrom, nextDraw, strataOf } from "../../src/domain/map-check.ts";
import { checkFigures } from "../../src/domain/map-check-figures.ts";
import type { MapGrid } from "../../src/domain/map-grid.ts";
import { look } from "../../src/domain/map-look.ts";
import { readMapCheck } from "../../src/domain/parse-map-check.ts";
import { mapCheck, tissueClass } from "../support/sample-project.ts";

const grid: MapGrid = {
  originX: 0,
  originY: 0,
  stepX: 10,
  stepY: 10,
  columns: 50,
  rows: 50,
  patchWidth: 10,
  patchHeight: 10,
};
const cells = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** A finished check: how many of each stratum were called what; "?" unsure. */
function judged(
  sizes: readonly number[],
  found: readonly (readonly (number | "?" | "none")[])[],
  choices = 2,
): MapCheck {
  const draws = found.flatMap((list, stratum) =>
    list.map((_, i) => ({ cell: i, region: { x: 0, y: 0, width: 1, height: 1 }, stratum })),
  );
  const answers = found.flat().map((value): CheckAnswer => {
    if (value === "?") return { kind: "unsure" };
    return value === "none" ? { kind: "none-of-these" } : { kind: "class", choice: value };
  });
  const mapped = sizes.length - 1;
  return {
    ...mapCheck(1),
    choices: Array.from({ length: Math.max(choices, mapped) }, (_, i) => tissueClass(i)),
    mapped,
    sizes,
    draws,
    answers,
    finished: true,
  };
}
const times = <T>(count: number, value: T): T[] => new Array<T>(count).fill(value);

describe("drawing", () => {
  test("takes 30 without a place twice, some of every class, in an order that tells no class", () => {
    const strata = [cells(0, 1000), cells(1000, 100), cells(1100, 3), []];
    const draws = drawFrom(strata, grid, 30, 11);
    expect(draws).toHaveLength(30);
    expect(new Set(draws.map(({ cell }) => cell)).size).toBe(30);
    expect([0, 1, 2, 3].map((h) => draws.filter(({ stratum }) => stratum === h).length)).toEqual([22, 5, 3, 0]);
    const order = draws.map(({ stratum }) => stratum);
    expect(order).not.toEqual([...order].sort());
    expect(draws).toEqual(drawFrom(strata, grid, 30, 11));
    expect(draws).not.toEqual(drawFrom(strata, grid, 30, 12));
  });

  test("gives every place of a class the same chance", () => {
    const counts = new Array<number>(40).fill(0);
    for (let seed = 0; seed < 2000; seed++)
      for (const { cell } of drawFrom([cells(0, 40)], grid, 10, seed)) counts[cell]!++;
    // Binomial, 2000 at 1/4: mean 500, standard deviation 19.4; 4.5 of these hold all of 40 but once in 4000 times.
    expect(Math.min(...counts)).toBeGreaterThan(500 - 88);
    expect(Math.max(...counts)).toBeLessThan(500 + 88);
  });

  test("draws neither glass nor what has no answer nor what is labelled; uncertain is a stratum of its own", () => {
    const looks = Int16Array.of(0, 1, look.uncertain, look.background, look.notComputed, look.unreadable, 0, 1);
    expect(strataOf(looks, 2, new Set([6]))).toEqual([[0], [1, 7], [2]]);
  });
});

test("a patch that was put off comes again after all others, the least often first", () => {
  const unsure: CheckAnswer = { kind: "unsure" };
  const off = (n: number): CheckAnswer => ({ kind: "skipped", times: n });
  expect(nextDraw({ answers: [off(1), null, unsure] })).toBe(1);
  expect(nextDraw({ answers: [off(2), unsure, off(1)] })).toBe(2);
  expect(nextDraw({ answers: [unsure, unsure] })).toBeNull();
});

test("the person answers with the project's classes, also those the map does not know", () => {
  const mine = [
    { ...tissueClass(1), name: "stroma " },
    { ...tissueClass(5), name: "Other" },
  ];
  const choices = choicesOf(
    [
      { ...tissueClass(8), name: "Stroma" },
      { ...tissueClass(9), name: "Tumour" },
    ],
    mine,
  );
  expect(choices.map(({ name, key }) => [name, key])).toEqual([
    ["stroma ", 1],
    ["Tumour", null],
    ["Other", 5],
  ]);
});

describe("a finished check", () => {
  test("says of the published example what was published: .95 overall, .88 and .73 precise, 235,086 of 10 million hectares", () => {
    // Olofsson et al. 2014, table 8: rows are what the map says.
    const table = [
      [66, 0, 5, 4],
      [0, 55, 8, 12],
      [1, 0, 153, 11],
      [2, 1, 9, 313],
    ];
    const found = table.map((row) => row.flatMap((count, k) => times(count, k)));
    const figures = checkFigures(judged([200_000, 150_000, 3_200_000, 6_450_000, 0], [...found, []], 4));
    expect(figures?.overall?.value).toBeCloseTo(0.947, 3);
    expect(figures?.precision.map((share) => share?.value.toFixed(2))).toEqual(["0.88", "0.73", "0.93", "0.96"]);
    expect((figures?.area?.[0]?.value ?? 0) * 1e7).toBeCloseTo(235_086, 0);
    expect(figures?.confusion.slice(0, 4).map((row) => row.slice(0, 4))).toEqual(table);
    expect(figures?.overallIfUnjudged).toBeNull();
  });

  test("leaves unsure patches out, and says what the figures would be if all were wrong and if all were right", () => {
    const figures = checkFigures(judged([100, 100, 0], [[...times(8, 0), "?", "?"], times(10, 1), []]));
    expect(figures).toMatchObject({ judged: 18, unjudged: 2, right: 18, called: 18 });
    expect(figures?.overall?.value).toBe(1);
    expect(figures?.overall?.bounds.low).toBeLessThan(0.9);
    expect(figures?.overallIfUnjudged).toEqual({ low: 0.9, high: 1 });
    expect(figures?.precisionIfUnjudged).toEqual([{ low: 0.8, high: 1 }, null]);
  });

  test("counts tissue of no class as wrong, and takes it off the corrected areas", () => {
    const figures = checkFigures(
      judged([50, 50, 0], [[...times(5, 0), ...times(5, "none" as const)], times(10, 1), []]),
    );
    expect(figures?.overall?.value).toBe(0.75);
    expect(figures?.area?.map(({ value }) => value)).toEqual([0.25, 0.5]);
  });

  test("counts uncertain places in the areas and not in the accuracy of what is called", () => {
    const figures = checkFigures(judged([60, 20, 20], [times(6, 0), times(4, 1), times(5, 1)]));
    expect(figures?.overall?.value).toBe(1);
    expect(figures?.area?.map(({ value }) => value)).toEqual([0.6, 0.4]);
  });

  test("gives no whole where no patch of a called class was judged, but still that of the others", () => {
    const figures = checkFigures(judged([60, 20, 0], [times(6, 0), ["?", "?"], []]));
    expect(figures?.overall).toBeNull();
    expect(figures?.area).toBeNull();
    expect(figures?.precision.map((share) => share?.value ?? null)).toEqual([1, null]);
  });

  test("and only a finished one", () => {
    expect(checkFigures(mapCheck(1))).toBeNull();
  });
});

test.each([
  ["finished while a patch was not looked at", { finished: true }],
  ["an answer of a class it does not have", { answers: [{ kind: "class", choice: 3 }, null, null] }],
  ["more answers than patches", { answers: [null, null, null, null] }],
  ["sizes for other strata", { sizes: [20, 10] }],
  ["more classes of the map than choices", { mapped: 4, sizes: [1, 1, 1, 1, 1] }],
  [
    "a stratum that is none",
    { draws: [{ cell: 1, region: { x: 0, y: 0, width: 1, height: 1 }, stratum: 3 }], answers: [null] },
  ],
  ["a digest that is none", { map: { ...mapCheck(1).map, digest: "x" } }],
])("a stored check with %s is refused", (_, change) => {
  const at = rootAt({ ...mapCheck(1), ...change }, "check");
  readMapCheck(at);
  expect(at.problems.length).toBeGreaterThan(0);
});

test("a stored check is read back as it was", () => {
  const at = rootAt(structuredClone(mapCheck(1)), "check");
  expect(readMapCheck(at)).toEqual(mapCheck(1));
  expect(at.problems).toEqual([]);
});
