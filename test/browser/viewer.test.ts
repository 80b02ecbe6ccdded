// The viewer in Chromium on a painted slide: geometry on the screen, clicks, keys, both drawers.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launch, type Served, serveSources } from "../support/browser.ts";
import type {} from "./pages/viewer-report.ts";

describe.skipIf(!hasBrowser)("the viewer", () => {
  let browser: Browser;
  let served: Served;
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSources()]);
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  async function open(query = "?drawer=canvas", viewport = { width: 1000, height: 700 }): Promise<Page> {
    const page = await browser.newPage({ viewport });
    await page.goto(`${served.url}test/browser/pages/viewer.html${query}`);
    await page.waitForFunction(() => window.report?.ready === true, undefined, { timeout: 30_000 });
    return page;
  }

  for (const query of ["", "?drawer=canvas"]) {
    test(`the outline is as wide as the scale bar says, at every zoom (${query || "webgl"})`, async () => {
      const page = await open(query);
      for (const zoom of [1.7, 0.5]) {
        const um = await page.evaluate(async (slidePerPixel) => {
          window.report.viewer?.zoomTo(slidePerPixel);
          await new Promise((resolve) => setTimeout(resolve, 300));
          const outline = document.querySelector("[data-testid=patch-outline]")?.getBoundingClientRect().width ?? 0;
          const bar = document.getElementById("bar");
          return (outline / (bar?.getBoundingClientRect().width ?? 1)) * Number(bar?.dataset.um);
        }, zoom);
        // 224 px of 0.5 um.
        expect(Math.abs(um - 112)).toBeLessThan(0.5);
      }
      expect(await page.evaluate(() => window.report.failures)).toEqual([]);
      await page.close();
    }, 60_000);
  }

  test("the WebGL drawer takes decoded tiles as they are, and both drawers show the same slide", async () => {
    const colours = async (query: string): Promise<readonly number[]> => {
      const page = await open(query);
      const drawer = await page.evaluate(() => window.report.viewer?.drawer());
      if (query === "") expect(drawer).toEqual({ type: "wsi-webgl", formats: ["imageBitmap", "context2d", "image"] });
      else expect(drawer?.type).toBe("canvas");
      await page.waitForTimeout(1500);
      const png = (await page.screenshot()).toString("base64");
      const seen = await page.evaluate(async (data) => {
        const bytes = await (await fetch(`data:image/png;base64,${data}`)).blob();
        const image = await createImageBitmap(bytes);
        const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
        context?.drawImage(image, 0, 0);
        const places = [100, 230, 370, 610, 850].map((x) => context?.getImageData(x, 600, 1, 1).data ?? []);
        return places.flatMap((rgba) => [...rgba].slice(0, 3));
      }, png);
      await page.close();
      return seen;
    };
    const [webgl, canvas] = [await colours(""), await colours("?drawer=canvas")];
    expect(new Set(webgl).size).toBeGreaterThan(3);
    webgl.forEach((value, i) => {
      expect(Math.abs(value - (canvas[i] ?? 0))).toBeLessThan(12);
    });
  }, 60_000);

  test("turned by an odd angle, every tile shows its own place: both drawers draw the same", async () => {
    const shot = async (query: string): Promise<string> => {
      const page = await open(query, { width: 640, height: 460 });
      await page.evaluate(() => {
        window.report.viewer?.turnTo(33);
        window.report.viewer?.moveTo({ x: 7600, y: 6000 }, 6);
      });
      let [before, now] = ["", ""];
      for (let same = 0; same < 3; same = now === before ? same + 1 : 0) {
        before = now;
        await page.waitForTimeout(250);
        now = (await page.screenshot()).toString("base64");
      }
      await page.close();
      return now;
    };
    const [webgl, canvas] = [await shot(""), await shot("?drawer=canvas")];
    const page = await browser.newPage();
    const apart = await page.evaluate(
      async ([one = "", other = ""]) => {
        const side = 10;
        /** Greens, averaged over squares: the drawers sample sharp edges a little apart, which is no matter here. */
        const squares = async (data: string): Promise<readonly number[]> => {
          const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
          const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
          const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
          context?.drawImage(image, 0, 0);
          const rgba = context?.getImageData(0, 0, image.width, image.height).data ?? [];
          const columns = image.width / side;
          const sums = new Array<number>((columns * image.height) / side).fill(0);
          for (let i = 0; i < rgba.length / 4; i++) {
            const [x, y] = [i % image.width, Math.floor(i / image.width)];
            const at = Math.floor(y / side) * columns + Math.floor(x / side);
            sums[at] = (sums[at] ?? 0) + (rgba[i * 4 + 1] ?? 0) / side ** 2;
          }
          return sums;
        };
        const [a, b] = [await squares(one), await squares(other)];
        return a.filter((value, i) => Math.abs(value - (b[i] ?? 999)) > 48).length / a.length;
      },
      [webgl, canvas],
    );
    await page.close();
    // A shader that mistakes one tile for another gets a few hundredths of them wrong.
    expect(apart).toBeLessThan(0.001);
  }, 120_000);

  test("a slide without an overview of its own floods nobody with questions, and its small overview gets no hole", async () => {
    const page = await open("?drawer=canvas&levels=1");
    // 16 x 12 tiles for the overview, and those that are looked at.
    await page.waitForFunction(() => window.report.answered >= 192 && window.report.asking === 0, undefined, {
      timeout: 60_000,
    });
    // Eight of the view and two of the overview at a time.
    expect(await page.evaluate(() => window.report.mostAsked)).toBeLessThanOrEqual(10);
    expect(await page.evaluate(() => window.report.failures)).toEqual([]);
    await page.close();
  }, 90_000);

  test("a click tells the level-0 place under it, a drag tells nothing", async () => {
    const page = await open();
    // The view starts centred on (7600, 6000) at 1.7 level-0 pixels per CSS pixel.
    await page.mouse.click(500 + 100, 350 - 50);
    await page.waitForFunction(() => window.report.clicks.length === 1);
    const [click] = await page.evaluate(() => window.report.clicks);
    expect(Math.abs((click?.x ?? 0) - (7600 + 170))).toBeLessThan(3);
    expect(Math.abs((click?.y ?? 0) - (6000 - 85))).toBeLessThan(3);
    await page.mouse.move(300, 300);
    await page.mouse.down();
    await page.mouse.move(420, 360, { steps: 5 });
    await page.mouse.up();
    await page.waitForTimeout(200);
    expect(await page.evaluate(() => window.report.clicks.length)).toBe(1);
    await page.close();
  }, 60_000);

  test("r and f never turn the slide, and Enter asks about the centre", async () => {
    const page = await open();
    const before = await page.evaluate(() => window.report.viewer?.view());
    await page.keyboard.press("Tab");
    for (const key of ["r", "f", "R", "0"]) await page.keyboard.press(key);
    await page.waitForTimeout(200);
    expect(await page.evaluate(() => window.report.viewer?.view())).toEqual(before);
    await page.keyboard.press("Enter");
    const [click] = await page.evaluate(() => window.report.clicks);
    expect(Math.abs((click?.x ?? 0) - 7600)).toBeLessThan(3);
    await page.close();
  }, 60_000);
});
