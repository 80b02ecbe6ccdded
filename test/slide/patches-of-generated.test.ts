// Patches of slides written in memory: levels, edges, missing tiles, missing scale. The twin of the shared slides' traps.
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import { type PatchSpec, regionAround } from "../../src/domain/patch.ts";
import type { Calibration, Level } from "../../src/domain/slide.ts";
import { planPatch } from "../../src/slide/exact-patch.ts";
import { flat, jpeg } from "../support/jpeg-tiles.ts";
import { faultOf, openBytes, service } from "../support/slide-service.ts";
import { buildPyramidTiff, type PyramidOptions } from "../support/tiff-builder.ts";

const pink = jpeg(flat(64, [200, 120, 160]), 64);
const white = jpeg(flat(64, [245, 245, 245]), 64);
const spec = (pixels: number, at: number, more: Partial<PatchSpec> = {}): PatchSpec => ({
  pixels,
  mpp: mpp(at),
  filter: "bicubic",
  edge: "white",
  snap: 0.02,
  ...more,
});
const aperio = "Aperio Image Library v12\r\n256x256|AppMag = 20|MPP = 0.5";
const slide = (options: Partial<PyramidOptions> = {}) =>
  openBytes(buildPyramidTiff({ width: 256, height: 256, description: aperio, encode: () => pink, ...options }));
const square = (x: number, y: number, side: number) => ({ x, y, width: side, height: side });

describe("a patch", () => {
  test("of a slide without um/px is refused until the scale is declared", async () => {
    const { id } = await slide({ description: "no scale" });
    const ask = () => service.patch({ slideId: id, region: square(0, 0, 64), spec: spec(64, 0.5) });
    expect(await faultOf(ask())).toMatch(/missing-calibration: .*um per pixel/);
    const declared: Calibration = { kind: "declared", mppX: mpp(0.5), mppY: mpp(0.5), how: "stated" };
    expect((await service.calibrate({ slideId: id, calibration: declared })).calibration).toEqual(declared);
    expect((await ask()).effectiveMpp).toBe(0.5);
  });

  test("marked at another um/px is refused, not silently read at the wrong size", async () => {
    const { id } = await slide();
    const patch = service.patch({ slideId: id, region: square(0, 0, 128), spec: spec(64, 0.5) });
    expect(await faultOf(patch)).toMatch(/invalid: .*another scale/);
  });

  test("beyond the slide has the edge colour there and says how much is missing", async () => {
    const { id } = await slide();
    for (const [edge, value] of [
      ["white", 255],
      ["black", 0],
    ] as const) {
      const patch = await service.patch({ slideId: id, region: square(-32, 0, 64), spec: spec(64, 0.5, { edge }) });
      expect(patch.missing).toBe(0.5);
      expect([...patch.data.subarray(0, 3)]).toEqual([value, value, value]);
      expect(patch.data[32 * 3]).toBeGreaterThan(190);
    }
    const outside = await service.patch({ slideId: id, region: square(1000, 1000, 64), spec: spec(64, 0.5) });
    expect(outside.missing).toBe(1);
    expect(outside.tissue).toBe(0);
  });

  test("counts missing tiles as missing, in the slide's words too", async () => {
    const encode = (_: number, column: number, row: number) => (column === 1 && row === 0 ? null : pink);
    const info = await slide({ description: "PathoTune synthetic|MPP = 0.5", encode });
    expect(info.warnings.join()).toMatch(/1 tile is missing/);
    expect(await service.tile({ slideId: info.id, level: 0, column: 1, row: 0 })).toBeNull();
    const patch = await service.patch({ slideId: info.id, region: square(32, 0, 64), spec: spec(64, 0.5) });
    expect(patch.missing).toBe(0.5);
    expect([...patch.data.subarray(32 * 3, 32 * 3 + 3)]).toEqual([255, 255, 255]);
  });

  test("does not trust what an Aperio's coarser level shows in place of a tile that was lost on a finer one", async () => {
    const encode = (level: number, column: number, row: number) =>
      level === 0 && column === 0 && row === 0 ? null : pink;
    const { id } = await slide({ levels: 2, encode });
    const coarse = await service.patch({ slideId: id, region: square(0, 0, 128), spec: spec(64, 1) });
    expect(coarse).toMatchObject({ level: 1, missing: 0.25 });
    expect([...coarse.data.subarray(0, 3)]).toEqual([255, 255, 255]);
    expect(coarse.data[(40 * 64 + 40) * 3]).toBeGreaterThan(190);
    const elsewhere = await service.patch({ slideId: id, region: square(128, 128, 128), spec: spec(64, 1) });
    expect(elsewhere.missing).toBe(0);
  });

  test("counts a tile that was lost on two levels once", async () => {
    const encode = (level: number, column: number, row: number) =>
      level < 2 && column === 0 && row === 0 ? null : pink;
    const { id } = await slide({ width: 512, height: 512, levels: 3, encode });
    const coarse = await service.patch({ slideId: id, region: square(0, 0, 256), spec: spec(64, 2) });
    expect(coarse).toMatchObject({ level: 2, missing: 0.25 });
  });

  test("of glass has no tissue, of stained tissue it has", async () => {
    const encode = (_: number, column: number) => (column < 8 ? pink : white);
    const { id } = await slide({ width: 1024, height: 1024, encode });
    const tissue = async (x: number) =>
      (await service.patch({ slideId: id, region: square(x, 300, 112), spec: spec(112, 0.5) })).tissue;
    expect(await tissue(200)).toBe(1);
    expect(await tissue(800)).toBe(0);
  });

  test("of a slide that was closed is refused", async () => {
    const { id } = await slide();
    await service.close({ slideId: id });
    const patch = service.patch({ slideId: id, region: square(0, 0, 64), spec: spec(64, 0.5) });
    expect(await faultOf(patch)).toMatch(/invalid: .*not open/);
  });

  test("stops when its caller no longer wants it", async () => {
    const { id } = await slide();
    const params = { slideId: id, region: square(0, 0, 64), spec: spec(64, 0.5) };
    await expect(service.patch(params, { signal: AbortSignal.abort() })).rejects.toMatchObject({ name: "AbortError" });
  });
});

describe("which pixels a patch is made of", () => {
  const level = (index: number, downsample: number): Level => ({
    index,
    width: 10_000 / downsample,
    height: 10_000 / downsample,
    tileWidth: 256,
    tileHeight: 256,
    columns: 40,
    rows: 40,
    downsampleX: downsample,
    downsampleY: downsample,
  });
  const levels = [level(0, 1), level(1, 2), level(2, 4.002)];
  const at = (scale: number): Calibration => ({ kind: "declared", mppX: mpp(scale), mppY: mpp(scale), how: "stated" });
  const plan = (scale: number, target: number) => {
    const region = regionAround({ x: 5000, y: 5000 }, spec(224, target), at(scale));
    if (!region) throw new Error("no region");
    return planPatch(levels, at(scale), region, spec(224, target));
  };

  test.each([
    [0.25, 0.25, 0, true, false],
    [0.25, 0.5, 1, true, false],
    [0.25, 0.4, 0, false, false],
    [0.25, 1.0, 2, true, false], // 1.0005 um/px is within 0.5 %
    [0.25, 0.99, 1, false, false],
    [0.5, 0.25, 0, false, true],
    [0.2549, 0.25, 0, true, false], // coarser than wanted, but within the snap
    [0.2526, 0.5, 0, false, false], // level 1 is 1 % too coarse
  ])("at %f um/px for %f: level %i, snapped %s, upsampled %s", (scale, target, index, snapped, upsampled) => {
    expect(plan(scale, target)).toMatchObject({ level: { index }, snapped, upsampled });
  });
});
