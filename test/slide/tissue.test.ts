// The tissue mask on drawn overviews, the share of a patch, and the grid.
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import type { PatchSpec } from "../../src/domain/patch.ts";
import type { Calibration } from "../../src/domain/slide.ts";
import { defaultTissue } from "../../src/domain/zone.ts";
import { maskOf, saturation, tissueGrid, tissueMaskOf, tissueShare } from "../../src/slide/tissue.ts";

const size = 100;
type Rgb = readonly [number, number, number];
const glass: Rgb = [245, 244, 243];

function draw(background: Rgb, shapes: readonly { x: number; y: number; side: number; colour: Rgb }[]): Uint8Array {
  const rgb = new Uint8Array(size * size * 3);
  for (let i = 0; i < rgb.length; i++) rgb[i] = background[i % 3] ?? 0;
  for (const { x, y, side, colour } of shapes) {
    for (let dy = 0; dy < side; dy++) {
      for (let dx = 0; dx < side; dx++) rgb.set(colour, ((y + dy) * size + x + dx) * 3);
    }
  }
  return rgb;
}
const share = (rgb: Uint8Array): number =>
  maskOf(rgb, size, size, 8).data.reduce((sum, v) => sum + v, 0) / (size * size);
const block = (side: number, colour: Rgb, at = 20) => [{ x: at, y: at, side, colour }];

describe("the tissue mask", () => {
  test("finds stained tissue, strong or pale, and calls glass glass", () => {
    expect(share(draw(glass, []))).toBe(0);
    for (const colour of [
      [150, 60, 140],
      [235, 210, 225],
    ] as const) {
      expect(share(draw(glass, block(50, colour)))).toBeCloseTo(0.25, 1);
    }
  });
  test("finds pale tissue beside strong: the threshold follows the glass, not the stain", () => {
    const shapes = [...block(30, [150, 40, 140], 5), ...block(30, [236, 220, 230], 60)];
    expect(share(draw(glass, shapes))).toBeCloseTo(0.18, 1);
  });
  test("is not fooled by tinted glass", () => {
    const tinted: Rgb = [240, 236, 222];
    expect(share(draw(tinted, []))).toBe(0);
    expect(share(draw(tinted, block(50, [190, 120, 170])))).toBeCloseTo(0.25, 1);
  });
  test("takes neither black padding nor white filling for tissue", () => {
    expect(share(draw([2, 0, 3], []))).toBe(0);
    expect(share(draw([255, 255, 255], []))).toBe(0);
  });
  test("drops specks below 0.04 mm2 and fills holes below 0.036 mm2", () => {
    expect(share(draw(glass, block(12, [150, 60, 140])))).toBe(0);
    const holed = draw(glass, [...block(60, [150, 60, 140]), { x: 40, y: 40, side: 15, colour: glass }]);
    expect(share(holed)).toBeCloseTo(0.36, 1);
  });
  test("leaves out the scanner's black border, also where tissue lies at it", () => {
    const shapes = [
      ...block(50, [150, 60, 140], 10),
      ...block(100, [150, 60, 140], 0).map((b) => ({ ...b, side: 10, colour: [8, 3, 9] as const })),
    ];
    const rgb = draw(glass, shapes);
    for (let y = 0; y < size; y++) for (let x = 0; x < 10; x++) rgb.set([10, 2, 12], (y * size + x) * 3);
    const found = maskOf(rgb, size, size, 8).data;
    expect(
      Array.from({ length: size }, (_, y) => found.subarray(y * size, y * size + 10)).flatMap((row) => [...row]),
    ).not.toContain(1);
    expect(found.reduce((sum, v) => sum + v, 0)).toBeGreaterThan(2300);
  });
  test("leaves pen of any colour but red out where it is told to, and the tissue beside it in", () => {
    const pens: readonly Rgb[] = [
      [20, 60, 200],
      [0, 140, 60],
      [30, 30, 40],
    ];
    for (const colour of pens) {
      const rgb = draw(glass, [...block(40, [190, 90, 160], 5), { x: 55, y: 55, side: 40, colour }]);
      const without = maskOf(rgb, size, size, 8, { ...defaultTissue, excludePen: true }).data;
      const inside = (x0: number): number => {
        let sum = 0;
        for (let y = x0; y < x0 + 40; y++) for (let x = x0; x < x0 + 40; x++) sum += without[y * size + x] ?? 0;
        return sum / 1600;
      };
      expect(inside(55)).toBe(0);
      expect(inside(5)).toBeGreaterThan(0.95);
    }
  });
  test("follows its settings in um, and a person's strokes, the last one first", () => {
    const rgb = draw(glass, block(12, [150, 60, 140]));
    const overview = { data: rgb, width: size, height: size, downsampleX: 16, downsampleY: 16, pixelUm: 8 };
    const tissueShareOf = (settings: typeof defaultTissue): number =>
      tissueMaskOf(overview, settings).data.reduce((sum, v) => sum + v, 0);
    expect(tissueShareOf(defaultTissue)).toBe(0);
    expect(tissueShareOf({ ...defaultTissue, smallestObjectUm2: 5_000 })).toBeGreaterThan(100);
    // A square of 50 x 50 mask pixels, and a strip taken out of it again. Level-0 pixels.
    const square = (x: number, y: number, w: number, h: number) => [
      [
        { x, y },
        { x: x + w, y },
        { x: x + w, y: y + h },
        { x, y: y + h },
      ],
    ];
    const add = { mode: "add", rings: square(320, 320, 800, 800) } as const;
    const remove = { mode: "remove", rings: square(320, 320, 800, 160) } as const;
    expect(tissueShareOf({ ...defaultTissue, edits: [add] })).toBe(2500);
    expect(tissueShareOf({ ...defaultTissue, edits: [add, remove] })).toBe(2000);
    expect(tissueShareOf({ ...defaultTissue, edits: [remove, add] })).toBe(2500);
  });
  test("computes S of HSV", () => {
    expect([...saturation(Uint8Array.of(200, 100, 150, 0, 0, 0, 255, 255, 255, 255, 0, 0))]).toEqual([128, 0, 0, 255]);
  });
});

const mask = {
  width: 10,
  height: 10,
  downsampleX: 16,
  downsampleY: 16,
  data: Uint8Array.from({ length: 100 }, (_, i) => Number(i % 10 < 5)),
};

describe("the tissue share of a region", () => {
  test("counts fractions of mask pixels and nothing beyond the slide", () => {
    expect(tissueShare(mask, { x: 0, y: 0, width: 80, height: 80 })).toBe(1);
    expect(tissueShare(mask, { x: 80, y: 0, width: 80, height: 80 })).toBe(0);
    expect(tissueShare(mask, { x: 72, y: 8, width: 16, height: 16 })).toBe(0.5);
    expect(tissueShare(mask, { x: -40, y: 0, width: 80, height: 80 })).toBe(0.5);
    expect(tissueShare(mask, { x: 5000, y: 0, width: 80, height: 80 })).toBe(0);
  });
});

describe("the tissue grid", () => {
  const spec: PatchSpec = { pixels: 16, mpp: mpp(0.5), filter: "bicubic", edge: "white", snap: 0.02 };
  const calibration: Calibration = { kind: "declared", mppX: mpp(0.5), mppY: mpp(0.5), how: "stated" };
  const bounds = { x: 0, y: 0, width: 160, height: 160 };
  const grid = (max: number) => tissueGrid(mask, bounds, calibration, spec, max, 0.5);

  test("holds only tissue, inside the slide, without overlap, the same every time", () => {
    const all = grid(1000);
    expect(all).toHaveLength(50);
    expect(all.every((r) => r.x < 80 && r.x + r.width <= 160)).toBe(true);
    expect(new Set(all.map((r) => `${r.x},${r.y}`)).size).toBe(50);
    expect(grid(1000)).toEqual(all);
  });
  test("keeps to its maximum and spreads over the whole slide from its beginning on", () => {
    const some = grid(8);
    expect(some).toHaveLength(8);
    expect(Math.max(...some.map((r) => r.y)) - Math.min(...some.map((r) => r.y))).toBeGreaterThan(100);
    const [a, b] = grid(50);
    expect(Math.abs((a?.y ?? 0) - (b?.y ?? 0))).toBeGreaterThan(60);
  });
  test("looks at a bounded number of places, also where um/px was mistyped and a patch is a pixel wide", () => {
    const mistyped: Calibration = { kind: "declared", mppX: mpp(50), mppY: mpp(50), how: "stated" };
    const large = { x: 0, y: 0, width: 1600, height: 1600 };
    const all = tissueGrid(mask, large, mistyped, spec, Number.POSITIVE_INFINITY, 0);
    expect(all.length).toBeGreaterThan(100_000);
    expect(all.length).toBeLessThanOrEqual(1_000_000);
    expect(Math.max(...all.slice(0, 64).map((r) => r.x))).toBeGreaterThan(800);
  });
  test("is empty where the scale is unknown", () => {
    expect(tissueGrid(mask, bounds, { kind: "unknown" }, spec, 10, 0.5)).toEqual([]);
  });
});
