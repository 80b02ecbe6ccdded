// A map on a slide with known corners, drawn and read from files of four formats, at several zooms and turned: off by at most one screen
// pixel. Read from screenshots. Slide and map are drawn as in the app.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launch, type Served, serveFolder, serveSources } from "../support/browser.ts";
import { writeCornerSlides } from "../support/corner-slides.ts";
import type {} from "./pages/map-report.ts";

describe.skipIf(!hasBrowser)("a map on a slide with known corners", () => {
  let browser: Browser;
  let served: Served;
  let folder: string;
  let slides: Served;
  let page: Page;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "corners-"));
    writeCornerSlides(folder);
    [browser, served, slides] = await Promise.all([
      launch(),
      serveSources(),
      serveFolder(folder, { headers: "shared" }),
    ]);
    page = await browser.newPage({ viewport: { width: 640, height: 460 } });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await slides?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  async function show(asked: Readonly<Record<string, string>>): Promise<void> {
    await page.goto(`${served.url}test/browser/pages/map.html?${new URLSearchParams(asked)}`, { timeout: 90_000 });
    await page.waitForFunction(() => window.mapReport?.ready === true, undefined, { timeout: 60_000 });
    expect(await page.evaluate(() => window.mapReport.failures)).toEqual([]);
  }

  const frames = (): Promise<void> =>
    page.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    });
  const shot = async (map: boolean): Promise<string> => {
    await page.evaluate((on) => window.mapReport.showMap(on), map);
    await frames();
    return (await page.screenshot()).toString("base64");
  };

  /** The slide alone, once two pictures in a row are the same: its tiles are there. */
  async function settledSlide(): Promise<string> {
    let before = "";
    for (let i = 0; i < 60; i++) {
      const now = await shot(false);
      const quiet = await page.evaluate(() => performance.now() - window.mapReport.lastTile);
      if (now === before && quiet > 800) return now;
      before = now;
      await page.waitForTimeout(200);
    }
    throw new Error("the slide does not come to rest");
  }

  /**
   * White pixels of one picture and red ones of another (`shift`: of the first itself, moved so far), and how many of each lie farther
   * than one pixel (diagonals count as one) from all of the other's.
   */
  const compare = (slide: string, map: string, shift = 0) =>
    page.evaluate(
      async ([first = "", second = "", moved = "0"]) => {
        const read = async (data: string) => {
          const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
          const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
          const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
          context?.drawImage(image, 0, 0);
          const { width, height } = image;
          return { width, height, rgba: context?.getImageData(0, 0, width, height).data ?? new Uint8ClampedArray(0) };
        };
        const [one, other] = [await read(first), await read(second)];
        const { width, height } = one;
        const white = new Uint8Array(width * height);
        const red = new Uint8Array(width * height);
        const by = Number(moved);
        for (let i = 0; i < white.length; i++) {
          white[i] = Number((one.rgba[i * 4 + 1] ?? 0) > 127);
          const [r, g] = [other.rgba[i * 4] ?? 0, other.rgba[i * 4 + 1] ?? 0];
          if (by === 0) red[i] = Number(r > 127 && g <= 127);
        }
        if (by > 0) for (let i = by; i < red.length; i++) red[i] = white[i - by] ?? 0;
        const beyond = (a: Uint8Array, b: Uint8Array): number => {
          let count = 0;
          for (let y = 1; y < height - 1; y++) {
            for (let x = 1; x < width - 1; x++) {
              if (!a[y * width + x]) continue;
              let near = 0;
              for (let dy = -width; dy <= width; dy += width)
                for (let dx = -1; dx <= 1; dx++) near |= b[y * width + x + dy + dx] ?? 0;
              if (near === 0) count++;
            }
          }
          return count;
        };
        const whites = white.reduce((sum, value) => sum + value, 0);
        return { whites, missed: beyond(white, red), astray: beyond(red, white) };
      },
      [slide, map, String(shift)],
    );

  type View = Readonly<{ x: number; y: number; z: number; turned: number }>;
  async function covers({ x, y, z, turned }: View): Promise<void> {
    await page.evaluate(
      ([cx = 0, cy = 0, scale = 1, degrees = 0]) => {
        window.mapReport.viewer?.turnTo(degrees);
        window.mapReport.viewer?.moveTo({ x: cx, y: cy }, scale);
      },
      [x, y, z, turned],
    );
    const slide = await settledSlide();
    const { whites, missed, astray } = await compare(slide, await shot(true));
    expect(whites).toBeGreaterThan(500);
    expect({ missed, astray }).toEqual({ missed: 0, astray: 0 });
    expect(await page.evaluate(() => window.mapReport.failures)).toEqual([]);
  }

  describe("that is drawn", () => {
    beforeAll(() => show({}), 180_000);
    const views: readonly View[] = [
      { x: 8000, y: 6000, z: 22, turned: 0 },
      { x: 8000, y: 6000, z: 27, turned: 33 },
      { x: 8300, y: 6300, z: 1.9, turned: 71 },
      { x: 15400, y: 11500, z: 0.7, turned: 90 },
      { x: 420, y: 400, z: 1.37, turned: 12 },
    ];
    test.each(views)(
      "at $z level-0 px a pixel, turned by $turned degrees, covers the cells it names and nothing else",
      covers,
      60_000,
    );

    test("ends at the slide's edge: nothing of what pads its last tiles is seen", async () => {
      await page.evaluate(() => {
        window.mapReport.viewer?.turnTo(0);
        window.mapReport.viewer?.moveTo({ x: 15800, y: 11900 }, 5.7);
      });
      const brightest = await page.evaluate(
        async (picture) => {
          const bytes = Uint8Array.from(atob(picture), (c) => c.charCodeAt(0));
          const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
          const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
          context?.drawImage(image, 0, 0);
          const at = window.mapReport.viewer?.slideToScreen();
          if (!context || !at) return Number.NaN;
          const [right, bottom] = [Math.round(at.a * 16000 + at.e), Math.round(at.d * 12000 + at.f)];
          const beside = context.getImageData(right - 3, 0, 6, bottom + 3).data;
          const below = context.getImageData(0, bottom - 3, right + 3, 6).data;
          return Math.max(...[...beside, ...below].filter((_, i) => i % 4 === 1));
        },
        await settledSlide(),
      );
      expect(brightest).toBeLessThan(8);
    });

    test("that lies elsewhere by two pixels is noticed by this very measure", async () => {
      const slide = await settledSlide();
      expect((await compare(slide, slide, 2)).astray).toBeGreaterThan(0);
    });
  });

  const files: Readonly<Record<string, (at: string) => Readonly<Record<string, string>>>> = {
    "a big-endian tiled TIFF": (at) => ({ slide: `${at}corners.tif` }),
    "a DICOM series": (at) => ({ slide: at, files: "corners-0.dcm,corners-1.dcm,corners-2.dcm" }),
    "an OME-Zarr": (at) => ({ slide: `${at}corners.zarr/` }),
    "a Deep Zoom": (at) => ({ slide: `${at}corners.dzi` }),
  };
  describe.each(Object.entries(files))("that is read from %s", (_, asked) => {
    beforeAll(() => show(asked(slides.url)), 180_000);
    const views: readonly View[] = [
      { x: 2000, y: 1504, z: 6.9, turned: 0 },
      { x: 2090, y: 1580, z: 0.9, turned: 90 },
      { x: 3850, y: 2870, z: 0.61, turned: 0 },
      { x: 140, y: 130, z: 0.83, turned: 37 },
    ];
    test.each(views)("at $z level-0 px a pixel, turned by $turned degrees, covers the cells it names", covers, 60_000);
  });
});
