// A map in Chromium on the built app with a small random backbone: a drawn region is swept, kept over a reload, looked at, corrected and
// saved as a file, with the pointer and the keys a person uses.
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppPage } from "../support/app-page.ts";
import { hasBrowser } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { openSmallApp, type SmallApp } from "../support/small-app.ts";

describe.skipIf(!hasBrowser)("a map", () => {
  let small: SmallApp;
  let page: Page;
  let app: AppPage;
  let errors: string[];

  beforeAll(async () => {
    small = await openSmallApp({ acceptDownloads: true });
    ({ page, app, errors } = small);
  }, 240_000);
  afterAll(() => small?.close());

  const complete = (): Promise<unknown> =>
    page.waitForSelector('[data-testid="map-panel"][data-state="complete"]', { timeout: 120_000 });
  const figures = async (): Promise<readonly number[]> =>
    (await page.getByTestId("map-class-patches").allInnerTexts()).map((text) => Number(text.replaceAll(",", "")));
  /** A map of fewer labels is there before: its figures are other ones. */
  const previewOf = (labels: number): Promise<void> => page.getByText(`Preview from ${labels} labels`).waitFor();
  /** Share of the map's canvas that is painted. */
  const painted = (): Promise<number> =>
    page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('[data-testid="map-canvas"]');
      if (!canvas || canvas.hidden) return 0;
      const data = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      let count = 0;
      for (let i = 3; i < data.length; i += 4) if ((data[i] ?? 0) > 0) count++;
      return count / (data.length / 4);
    });

  test("of a region that was drawn is computed, coloured by labels, and there again after a reload", async () => {
    await page.getByTestId("draw-rectangle").click();
    const [from, to] = [await app.screen({ x: 3400, y: 2400 }), await app.screen({ x: 3640, y: 2560 })];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
    expect(await app.text("zone-row")).toMatch(/Region 1\s+120 × 80 µm/);
    await page.keyboard.press("Escape");

    await page.getByTestId("map-panel").getByRole("button", { name: "Options" }).click();
    await page.getByLabel("Where").selectOption("regions");
    await page.getByTestId("map-start").click();
    await complete();
    expect(await painted()).toBeGreaterThan(0.2);

    for (const [i, tissue] of ["tumour", "stroma"].entries()) {
      await app.addClass(tissue);
      for (const point of drawnPoints(tissue, 2)) await app.label(point, String(i + 1));
    }
    await previewOf(4);
    expect((await figures()).reduce((a, b) => a + b, 0)).toBeGreaterThan(20);
    await app.saved();
    const before = await figures();
    await page.reload();
    await app.ready();
    await previewOf(4);
    await expect.poll(figures).toEqual(before);
    expect(await app.text("map-notComputed")).toMatch(/Not computed/);
    expect(errors).toEqual([]);
  }, 240_000);

  test("tells its value under the pointer; a class key there labels that patch and takes it out of the figures", async () => {
    const at = await app.screen({ x: 3500, y: 2480 });
    await page.mouse.move(at.x, at.y);
    await page.getByTestId("map-value").waitFor();
    expect(await app.text("map-value")).toMatch(/(tumour|stroma) [01]\.\d\d/);
    const total = (await figures()).reduce((a, b) => a + b, 0);
    const labels = (await app.counts()).reduce((a, b) => a + b, 0);
    await page.keyboard.press("1");
    await expect.poll(async () => (await app.counts()).reduce((a, b) => a + b, 0)).toBe(labels + 1);
    await expect.poll(async () => (await figures()).reduce((a, b) => a + b, 0)).toBe(total - 1);
    await page.keyboard.press("Control+z");
    await expect.poll(async () => (await figures()).reduce((a, b) => a + b, 0)).toBe(total);
  }, 60_000);

  test("is hidden by its key, and its opacity follows Alt and the wheel", async () => {
    await page.keyboard.press("m");
    await expect.poll(painted).toBe(0);
    await page.keyboard.press("m");
    await expect.poll(painted).toBeGreaterThan(0.2);
    const hash = await page.evaluate(() => location.hash);
    await page.keyboard.down("Alt");
    await page.mouse.wheel(0, -100);
    await page.keyboard.up("Alt");
    await page.getByText("Opacity 65 %").waitFor();
    expect(await page.evaluate(() => location.hash)).toBe(hash);
  }, 60_000);

  test("is saved as tiles that QuPath reads, for research only and without the slide's name", async () => {
    await page.getByRole("button", { name: "More about the map" }).click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: /tiles/ }).click(),
    ]);
    const text = readFileSync(await download.path(), "utf8");
    const { features, notice } = JSON.parse(text);
    expect(notice).toContain("Research use only");
    expect(text).not.toMatch(/demo slide/i);
    expect(features.length).toBeGreaterThan(20);
    for (const { geometry, properties } of features) {
      expect(properties.objectType).toBe("tile");
      expect(Object.keys(properties.measurements)).toEqual(["prob_tumour", "prob_stroma"]);
      expect(geometry.coordinates[0]).toHaveLength(5);
    }
    expect(errors).toEqual([]);
  }, 60_000);
});
