// The slide worker in Chromium: the browser's own decoder gives the same bytes as OpenSlide and Pillow.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SlideId } from "../../src/base/brand.ts";
import type { Patch } from "../../src/domain/patch.ts";
import { collectErrors, hasBrowser, launch, root, type Served, serveSources } from "../support/browser.ts";
import { flat, jpeg } from "../support/jpeg-tiles.ts";
import type { ReferenceSlide, ReferenceSlides } from "../support/reference-slides.ts";
import { buildPyramidTiff } from "../support/tiff-builder.ts";
import type { SlideBench } from "./pages/slide.ts";

declare const bench: SlideBench;

type Fixture = Readonly<{
  slideMpp: number;
  pixels: number;
  snap: number;
  cases: readonly Readonly<{ x: number; y: number; mpp: number; filter: string; edge: string; sha256: string }>[];
}>;
const fixture = (name: string): Fixture =>
  JSON.parse(readFileSync(join(root, "test/fixtures/exact-patch", name), "utf8"));

const slides = (name: string): ReferenceSlides["files"] =>
  JSON.parse(readFileSync(join(root, "test/fixtures/slides", name), "utf8")).files;

const cmu = join(root, "../shared/data/slides/svs/CMU-1-Small-Region.svs");

describe.skipIf(!hasBrowser)("the slide worker in Chromium", () => {
  let browser: Browser;
  let served: Served;
  let page: Page;
  let errors: string[];
  const folder = mkdtempSync(join(tmpdir(), "pathotune-"));

  beforeAll(async () => {
    served = await serveSources();
    browser = await launch();
    page = await browser.newPage();
    errors = collectErrors(page);
    await page.goto(`${served.url}test/browser/pages/slide.html`);
    await page.waitForFunction(() => "bench" in globalThis);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function mismatches(slideId: SlideId, { cases, slideMpp, pixels, snap }: Fixture): Promise<string[]> {
    const wrong: string[] = [];
    for (const c of cases) {
      const side = (pixels * c.mpp) / slideMpp;
      const patch = {
        slideId,
        region: { x: c.x, y: c.y, width: side, height: side },
        spec: { pixels, mpp: c.mpp, filter: c.filter, edge: c.edge, snap },
      } as Patch;
      const hash = await page.evaluate((p) => bench.patchHash(p), patch);
      if (hash !== c.sha256) wrong.push(`${c.x},${c.y} at ${c.mpp}`);
    }
    return wrong;
  }

  test("reads the embedded slide by HTTP ranges, byte for byte as OpenSlide and Pillow", async () => {
    const info = await page.evaluate(() => bench.openUrl("/slides/synthetic-he.tif"));
    expect(info.origin).toBe("generated");
    expect(await mismatches(info.id, fixture("synthetic-he.json"))).toEqual([]);
    const level = info.levels.length - 1;
    const tile = await page.evaluate((p) => bench.tileSize(p), { slideId: info.id, level, column: 0, row: 0 });
    expect(tile).toEqual([info.levels[level]?.tileWidth, info.levels[level]?.tileHeight]);
    const region = { x: 0, y: 0, width: info.width, height: info.height };
    const preview = await page.evaluate((p) => bench.previewSize(p), { slideId: info.id, region, maxPixels: 200 });
    expect(Math.max(...preview)).toBe(200);
    expect(errors).toEqual([]);
  });

  test.skipIf(!existsSync(cmu))("reads CMU-1-Small-Region.svs from a picked file, byte for byte too", async () => {
    await page.setInputFiles("#slide", cmu);
    const info = await page.evaluate(() => bench.openFile());
    expect(await mismatches(info.id, fixture("cmu-1-small-region.json"))).toEqual([]);
  });

  /** Patches of a slide of test/fixtures/slides, as the browser reads them. */
  async function wrongPatches(slide: ReferenceSlide, path: string): Promise<readonly string[]> {
    await page.setInputFiles("#slide", path);
    const { id } = await page.evaluate(() => bench.openFile());
    const [x, y] = slide.mpp;
    await page.evaluate((p) => bench.calibrate(p.id, p.x, p.y), { id, x, y });
    const asked = slide.patches.map(([left, top, target, filter, edge]) => ({
      slideId: id,
      region: { x: left, y: top, width: (slide.pixels * target) / x, height: (slide.pixels * target) / y },
      spec: { pixels: slide.pixels, mpp: target, filter, edge, snap: 0.02 },
    }));
    const hashes = await page.evaluate((p) => bench.patchHashes(p), asked as Patch[]);
    const wrong = slide.patches.filter((p, i) => hashes[i]?.slice(0, 32) !== p[7]);
    const shown = await page.evaluate((p) => bench.tileHashes(p.id, p.tiles), {
      id,
      tiles: slide.tiles.map(([level, column, row]) => [level, column, row] as const),
    });
    const lost = slide.tiles.filter(([, , , hash], i) => (shown[i]?.slice(0, 32) ?? null) !== hash);
    await page.evaluate((p) => bench.close(p), id);
    return [
      ...wrong.map((p) => `${slide.file}: ${p.slice(0, 6).join(" ")}`),
      ...lost.map((t) => `${slide.file}: tile ${t}`),
    ];
  }

  test("reads every format and trap byte for byte as in Node, WebP too", async () => {
    const wrong: string[] = [];
    for (const slide of slides("twins.json")) {
      wrong.push(...(await wrongPatches(slide, join(root, "test/fixtures/slides/twins", slide.file))));
    }
    expect(wrong).toEqual([]);
    expect(errors).toEqual([]);
  });

  type Managed = readonly (readonly [number, number, readonly number[], readonly number[]])[];
  const colours: Readonly<Record<string, Managed>> = JSON.parse(
    readFileSync(join(root, "test/fixtures/slides/managed.json"), "utf8"),
  );
  for (const [name, pixels] of Object.entries(colours)) {
    test(`shows ${name} through its profile where asked, and as it is stored where not`, async () => {
      await page.setInputFiles("#slide", join(root, "test/fixtures/slides/twins", name));
      const { id } = await page.evaluate(() => bench.openFile());
      const places = pixels.map(([x, y]) => [x, y] as const);
      const ask = (managed: boolean) =>
        page.evaluate((p) => bench.tilePixels(p.id, p.managed, p.places), { id, managed, places });
      expect(await ask(false)).toEqual(pixels.map(([, , stored]) => stored));
      const shown = await ask(true);
      // LittleCMS and the browser's engine round apart.
      const off = pixels.flatMap(([, , , wanted], i) => wanted.map((v, c) => Math.abs(v - (shown[i]?.[c] ?? -99))));
      expect(Math.max(...off)).toBeLessThanOrEqual(3);
      await page.evaluate((p) => bench.close(p), id);
    });
  }

  const tcga = "svs/tcga-cr-7395-01a-01-ts1.svs";
  const real = [tcga, "ndpi/test3-DAPI-2-387.ndpi", "gen/pyr3_deflate_subifd_be.ome.tif", "gen/pyr3_jpeg420_le.tif"];
  for (const slide of slides("shared.json").filter(({ file }) => real.includes(file))) {
    const path = join(root, "../shared/data/slides", slide.file);
    test.skipIf(!existsSync(path))(`reads ${slide.file} byte for byte too`, async () => {
      expect(await wrongPatches(slide, path)).toEqual([]);
    });
  }

  test("refuses a hostile file in words and goes on", async () => {
    const tile = jpeg(flat(64, [200, 120, 160]), 64);
    const bad = join(folder, "loop.tif");
    const good = join(folder, "good.tif");
    writeFileSync(bad, buildPyramidTiff({ encode: () => tile, loopTo: 0 }));
    writeFileSync(good, buildPyramidTiff({ encode: () => tile }));
    await page.setInputFiles("#slide", bad);
    expect(await page.evaluate(() => bench.faultOfFile())).toMatch(/^damaged: .*circle/);
    await page.setInputFiles("#slide", good);
    expect(await page.evaluate(() => bench.faultOfFile())).toBe("opened");
  });
});
