// Grids, plans, looks and figures of whole-slide maps: lattice arithmetic, and what may be counted.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import { figuresOf } from "../../src/domain/map-figures.ts";
import {
  cellAt,
  cellCentre,
  cellCount,
  cellPatch,
  cellRegion,
  cellsTouching,
  gridOf,
} from "../../src/domain/map-grid.ts";
import { differenceOf, look, looksOf, matchClasses } from "../../src/domain/map-look.ts";
import { planCells, tissueShares } from "../../src/domain/map-plan.ts";
import { regionAround } from "../../src/domain/patch.ts";
import type { Calibration } from "../../src/domain/slide.ts";
import { tissueShare } from "../../src/slide/tissue.ts";

const declared = (x: number, y = x): Calibration => ({ kind: "declared", mppX: mpp(x), mppY: mpp(y), how: "stated" });
const spec = { pixels: 224, mpp: mpp(0.5), filter: "bicubic", edge: "white", snap: 0.02 } as const;
const grids = fc
  .record({
    width: fc.integer({ min: 600, max: 9000 }),
    height: fc.integer({ min: 600, max: 9000 }),
    x: fc.double({ min: 0.2, max: 0.9, noNaN: true }),
    y: fc.double({ min: 0.2, max: 0.9, noNaN: true }),
    overlap: fc.constantFrom(1 as const, 2 as const),
  })
  .map(({ width, height, x, y, overlap }) => {
    const calibration = declared(x, y);
    return { width, height, calibration, grid: gridOf({ width, height }, calibration, spec, overlap)! };
  })
  .filter(({ grid }) => grid !== null);

describe("a map's grid", () => {
  test("of a slide of 448 x 672 px at 0.5 um/px is 2 x 3 patches of 224 px; half overlapping 3 x 5", () => {
    const slide = { width: 448, height: 672 };
    expect(gridOf(slide, declared(0.5), spec, 1)).toMatchObject({ columns: 2, rows: 3, stepX: 224, originX: 0 });
    const half = gridOf(slide, declared(0.5), spec, 2)!;
    expect(half).toMatchObject({ columns: 3, rows: 5, stepX: 112, originX: 56 });
    expect(cellPatch(half, 4)).toEqual({ x: 112, y: 112, width: 224, height: 224 });
  });

  test("is refused without um/px, and where no patch fits", () => {
    expect(gridOf({ width: 4000, height: 4000 }, { kind: "unknown" }, spec, 1)).toBeNull();
    expect(gridOf({ width: 200, height: 4000 }, declared(0.5), spec, 1)).toBeNull();
  });

  test("has patches wholly inside the slide, each the patch a click on its cell's centre asks about", () => {
    fc.assert(
      fc.property(grids, fc.nat(), ({ width, height, calibration, grid }, n) => {
        const cell = n % cellCount(grid);
        const patch = cellPatch(grid, cell);
        expect(patch).toEqual(regionAround(cellCentre(grid, cell), spec, calibration));
        // An origin is rounded to a whole pixel.
        expect(patch.x).toBeGreaterThanOrEqual(-0.5);
        expect(patch.y).toBeGreaterThanOrEqual(-0.5);
        expect(patch.x + patch.width).toBeLessThanOrEqual(width + 1);
        expect(patch.y + patch.height).toBeLessThanOrEqual(height + 1);
        expect(cellAt(grid, cellCentre(grid, cell))).toBe(cell);
        const { x, y } = cellRegion(grid, cell);
        expect([x, y].every(Number.isInteger)).toBe(true);
      }),
      { seed: 3, numRuns: 200 },
    );
  });

  test("tells which patches a label touches, as a look at every patch tells", () => {
    fc.assert(
      fc.property(grids, fc.nat(9000), fc.nat(9000), ({ grid }, x, y) => {
        const region = { x, y, width: grid.patchWidth, height: grid.patchHeight };
        const inCommon = (a: number, aw: number, b: number, bw: number) => Math.min(a + aw, b + bw) - Math.max(a, b);
        const all = Array.from({ length: cellCount(grid) }, (_, cell) => cell).filter((cell) => {
          const patch = cellPatch(grid, cell);
          const across = inCommon(patch.x, patch.width, region.x, region.width);
          return across >= 1 && inCommon(patch.y, patch.height, region.y, region.height) >= 1;
        });
        expect([...cellsTouching(grid, [region])].toSorted((a, b) => a - b)).toEqual(all);
      }),
      { seed: 4, numRuns: 60 },
    );
  });
});

describe("a plan", () => {
  test("asks for every wanted place once, every 16th first, halving until all", () => {
    const grid = gridOf({ width: 224 * 20, height: 224 * 18 }, declared(0.5), spec, 1)!;
    const cells = planCells(grid, (cell) => cell !== 7);
    expect([...cells].toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 360 }, (_, i) => i).filter((i) => i !== 7),
    );
    expect([...cells.subarray(0, 4)]).toEqual([0, 16, 16 * 20, 16 * 20 + 16]);
    const spacingOf = (cell: number): number => {
      const [column, row] = [cell % 20, Math.floor(cell / 20)];
      return [16, 8, 4, 2, 1].find((s) => column % s === 0 && row % s === 0)!;
    };
    const spacings = [...cells].map(spacingOf);
    expect(spacings).toEqual(spacings.toSorted((a, b) => b - a));
    expect([...planCells(grid, () => true, 4)].every((cell) => spacingOf(cell) >= 4)).toBe(true);
    expect(planCells(grid, () => true, 4)).toHaveLength(5 * 5);
  });

  test("sees the share of tissue that a click is told, to rounding", () => {
    const rows = fc.array(fc.boolean(), { minLength: 30 * 25, maxLength: 30 * 25 });
    fc.assert(
      fc.property(rows, grids, (bits, { width, height, grid }) => {
        const data = Uint8Array.from(bits, Number);
        const mask = { width: 30, height: 25, downsampleX: width / 30, downsampleY: height / 25, data };
        const shares = tissueShares(grid, mask);
        for (const cell of [0, Math.floor(cellCount(grid) / 2), cellCount(grid) - 1]) {
          expect(shares[cell]).toBeCloseTo(tissueShare(mask, cellPatch(grid, cell)), 5);
        }
      }),
      { seed: 5, numRuns: 40 },
    );
  });
});

describe("a map", () => {
  // Six places: two of A, one of B, one without a high score, one of glass, one not computed.
  const numbers = {
    states: Uint8Array.of(1, 1, 1, 1, 0, 0),
    tissue: Float32Array.of(1, 1, 1, 1, 0, 1),
    scores: Float32Array.of(0.9, 0.1, 0.7, 0.3, 0.2, 0.8, 0.55, 0.45, NaN, NaN, NaN, NaN),
    classes: 2,
  };
  const { background, notComputed, uncertain, negative } = look;

  test("tells classes, uncertain, background and not computed apart, by threshold alone", () => {
    expect([...looksOf(numbers, { threshold: 0.6, shown: [true, true] })]).toEqual([
      0,
      0,
      1,
      uncertain,
      background,
      notComputed,
    ]);
    expect([...looksOf(numbers, { threshold: 0.5, shown: [true, true] })]).toEqual([
      0,
      0,
      1,
      0,
      background,
      notComputed,
    ]);
    expect([...looksOf(numbers, { threshold: 0.6, shown: [false, true] })].slice(0, 3)).toEqual([
      negative,
      negative,
      1,
    ]);
  });

  test("counts patches and area of each class, with means and the highest scores, labelled places left out", () => {
    const figures = figuresOf(numbers, 0.6, new Set([0]), 0.0125, 2);
    expect(figures).toMatchObject({ uncertain: 1, notComputed: 1, background: 1, labelled: 1, answered: 3, top: 2 });
    expect(figures.classes.map(({ patches }) => patches)).toEqual([1, 1]);
    expect(figures.classes[0]?.areaMm2).toBeCloseTo(0.0125, 10);
    expect(figures.classes[0]?.mean).toBeCloseTo((0.7 + 0.2 + 0.55) / 3, 6);
    expect(figures.classes[0]?.topMean).toBeCloseTo((0.7 + 0.55) / 2, 6);
  });

  test("held against another shows where the class changed, also between sets that number their classes otherwise", () => {
    const match = matchClasses(
      [
        { id: "x" as never, name: "Tumour" },
        { id: "y" as never, name: "Stroma" },
      ],
      [
        { id: "p" as never, name: "stroma " },
        { id: "q" as never, name: "tumour" },
      ],
    );
    expect(match).toEqual([1, 0]);
    const before = Int16Array.of(0, 0, 1, uncertain, background, notComputed);
    const after = Int16Array.of(1, 0, 0, 0, background, 1);
    expect([...differenceOf(before, after, match)]).toEqual([
      negative,
      0,
      negative,
      uncertain,
      background,
      notComputed,
    ]);
  });
});
