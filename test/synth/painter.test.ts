// What the generator draws: the same for a seed, the same however it is cut, and what the truth says.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { createMosaicLayout } from "../../src/synth/layout-mosaic.ts";
import { createSpecimenLayout, specimenSize } from "../../src/synth/layout-specimen.ts";
import { createPainter } from "../../src/synth/painter.ts";
import { shippedStyle, trainingStyle } from "../../src/synth/style.ts";
import { fineTissues, tissueNumber, tissues } from "../../src/synth/tissue.ts";
import { regionGrid, truthLattice, truthOf } from "../../src/synth/truth.ts";

const hash = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function cut(pixels: Uint8Array, width: number, x: number, y: number, w: number, h: number): Uint8Array {
  const out = new Uint8Array(w * h * 3);
  for (let row = 0; row < h; row++) {
    const from = ((y + row) * width + x) * 3;
    out.set(pixels.subarray(from, from + w * 3), row * w * 3);
  }
  return out;
}

test("the same seed draws the same bytes, another seed draws others", () => {
  const draw = (seed: number): Uint8Array =>
    createPainter(seed, shippedStyle, createSpecimenLayout(seed)).draw(2000, 1500, 96, 96);
  expect(hash(draw(7))).toBe(hash(draw(7)));
  expect(hash(draw(8))).not.toBe(hash(draw(7)));
});

test("a rectangle drawn alone equals the same rectangle cut from a larger one, in every tissue", () => {
  const painter = createPainter(7, shippedStyle, createSpecimenLayout(7));
  // Borders of tissues, where objects reach from one into another: mucosa/tumour, tumour/mucus, fat/stroma, graded islands.
  for (const [x, y] of [
    [2550, 700],
    [2900, 1750],
    [900, 2500],
    [5600, 760],
    [2200, 1800],
    [1200, 260],
  ] as const) {
    const large = painter.draw(x, y, 240, 200);
    const small = painter.draw(x + 101, y + 67, 64, 72);
    expect(hash(small), `at ${x}, ${y}`).toBe(hash(cut(large, 240, 101, 67, 64, 72)));
  }
});

test("a mosaic rectangle is independent of its surroundings too, left of and above the origin as well", () => {
  const painter = createPainter(31, trainingStyle(31), createMosaicLayout(31));
  for (const [x, y] of [
    [-700, -300],
    [400, 900],
    [5000, 120],
  ] as const) {
    const large = painter.draw(x, y, 240, 200);
    expect(hash(painter.draw(x + 90, y + 50, 80, 60))).toBe(hash(cut(large, 240, 90, 50, 80, 60)));
  }
});

test("the layout answers single places and areas alike", () => {
  for (const layout of [createSpecimenLayout(7), createMosaicLayout(3)]) {
    const area = layout.area(2380, 1820, 90, 70);
    for (let k = 0; k < 60; k++) {
      const x = (k * 37) % 90;
      const y = (k * 53) % 70;
      expect(area[y * 90 + x]).toBe(layout.at(2380 + x, 1820 + y));
    }
  }
});

test("glass is the style's background and tissue is darker, in the colours its stains make", () => {
  const painter = createPainter(7, shippedStyle, createSpecimenLayout(7));
  const mean = (x: number, y: number): readonly number[] => {
    const pixels = painter.draw(x, y, 128, 128);
    const sums = [0, 0, 0];
    pixels.forEach((value, i) => {
      sums[i % 3]! += value;
    });
    return sums.map((sum) => sum / (128 * 128));
  };
  const glass = mean(5120, 10);
  glass.forEach((value, c) => {
    expect(Math.abs(value - shippedStyle.background[c]!)).toBeLessThan(1);
  });
  const collagen = mean(3200, 3300 + 260);
  const lymph = mean(2290, 1890);
  // Eosin takes green more than blue, blue more than red; lymphoid tissue is darker in red than collagen.
  expect(collagen[0]).toBeGreaterThan(collagen[2]!);
  expect(collagen[2]).toBeGreaterThan(collagen[1]!);
  expect(lymph[0]).toBeLessThan(collagen[0]! - 20);
});

test("every tissue of the shipped slide lies in separate places, so that some can be labelled and others asked about", () => {
  const grid = regionGrid(createSpecimenLayout(7), specimenSize, truthLattice);
  for (const [number, name] of tissues.entries()) {
    if (name === "glass") continue;
    const areas = grid.area.filter((area, region) => grid.tissue[region] === number && area > 300 * 300);
    const total = areas.reduce((sum, area) => sum + area, 0);
    expect(total, name).toBeGreaterThan(900_000);
    // Stroma is one connected bed, wide enough to be parted by distance.
    const enough = areas.length >= 3 || (areas.length === 2 && total > 2_000_000) || total > 6_000_000;
    expect(enough, `${name}: ${areas.length} places, ${total} px`).toBe(true);
  }
});

test("truth polygons hold the area their regions have, and their corners lie on borders of the tissue", () => {
  const layout = createSpecimenLayout(7);
  const truth = truthOf(layout, specimenSize, { seed: 7, mpp: 0.5 });
  expect(truth.features.length).toBeGreaterThan(25);
  for (const feature of truth.features) {
    let area = 0;
    for (const ring of feature.geometry.coordinates) {
      for (let k = 0; k + 1 < ring.length; k++)
        area += (ring[k]![0] * ring[k + 1]![1] - ring[k + 1]![0] * ring[k]![1]) / 2;
      expect(ring[0]).toEqual(ring.at(-1));
    }
    expect(area, feature.id).toBe(feature.properties.areaPx);
  }
});

test("training styles are never near the shipped slide's stain, nor its shapes", () => {
  for (let seed = 0; seed < 400; seed++) {
    const style = trainingStyle(seed);
    const stain = Math.hypot(
      style.hematoxylinAmount - shippedStyle.hematoxylinAmount,
      style.eosinAmount - shippedStyle.eosinAmount,
    );
    const shape = Math.hypot(style.nucleus - shippedStyle.nucleus, (style.cryptRadius - shippedStyle.cryptRadius) / 80);
    expect(stain).toBeGreaterThan(0.05);
    expect(shape).toBeGreaterThan(0.05);
  }
});

test("training layouts never hold the fine-grained pair", () => {
  const fine: ReadonlySet<number> = new Set(fineTissues.map((tissue) => tissueNumber[tissue]));
  for (let seed = 0; seed < 20; seed++) {
    const layout = createMosaicLayout(seed);
    for (let k = 0; k < 300; k++) expect(fine.has(layout.at((k * 97) % 5000, (k * 193) % 5000))).toBe(false);
  }
});
