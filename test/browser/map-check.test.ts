// A blind check in Chromium: patches of a map named by keys without seeing its answer, left and resumed over a reload, and its figures.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppPage } from "../support/app-page.ts";
import { hasBrowser } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { openSmallApp, type SmallApp } from "../support/small-app.ts";

const pictures = process.env.PATHOTUNE_PICTURES;

describe.skipIf(!hasBrowser)("a blind check", () => {
  let small: SmallApp;
  let page: Page;
  let app: AppPage;
  let errors: string[];
  const at = async (): Promise<string | null> => page.getByTestId("map-check").getAttribute("data-at");
  const picture = async (name: string): Promise<void> => {
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
  };

  beforeAll(async () => {
    small = await openSmallApp();
    ({ page, app, errors } = small);
    for (const [i, tissue] of ["tumour", "stroma"].entries()) {
      await app.addClass(tissue);
      for (const point of drawnPoints(tissue, 2)) await app.label(point, String(i + 1));
    }
    await page.getByTestId("draw-rectangle").click();
    const [from, to] = [await app.screen({ x: 2900, y: 2000 }), await app.screen({ x: 3900, y: 2900 })];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
    await page.keyboard.press("Escape");
    await page.getByTestId("map-panel").getByRole("button", { name: "Options" }).click();
    await page.getByLabel("Where").selectOption("regions");
    await page.getByTestId("map-start").click();
    await page.waitForSelector('[data-testid="map-panel"][data-state="complete"]', { timeout: 180_000 });
    await page.waitForFunction(() => document.querySelectorAll('[data-testid="map-class"]').length === 2);
  }, 480_000);
  afterAll(() => small?.close());

  test("shows patches without answer or colour, takes keys, takes back, and goes on after a reload", async () => {
    await page.getByTestId("map-check-start").click();
    await page.getByTestId("map-check").waitFor();
    await picture("check-first");
    const classes = await page.getByTestId("map-check-class").allInnerTexts();
    expect(classes.map((text) => text.replaceAll(/\s+/g, " ").trim())).toEqual(["1 tumour", "2 stroma"]);
    // Nothing behind the dialog can be seen, and nothing in it has a class's colour.
    expect(await page.locator('[data-testid="map-check"] .pt-swatch').count()).toBe(0);
    const covered = await page.evaluate(() => {
      const slide = document.querySelector('[data-testid="slide"]')?.getBoundingClientRect();
      const top = slide && document.elementFromPoint(slide.x + 20, slide.y + slide.height / 2);
      return (
        top?.closest('[data-testid="slide"]') === null && getComputedStyle(top).backgroundColor !== "rgba(0, 0, 0, 0)"
      );
    });
    expect(covered).toBe(true);

    await page.keyboard.press("1");
    await page.keyboard.press("u");
    await expect.poll(at).toBe("2");
    await page.keyboard.press("Control+z");
    await expect.poll(at).toBe("1");
    await page.keyboard.press("s");
    await expect.poll(at).toBe("2");
    await page.keyboard.press("Escape");
    await page.getByTestId("map-check").waitFor({ state: "detached" });
    expect(await app.text("map-check-card")).toContain("1 of 30 looked at, 1 put off");
    expect(await page.getByTestId("map-check-result").count()).toBe(0);
    await app.saved();
    await page.reload();
    await app.ready();
    await page.getByTestId("map-check-resume").click();
    await expect.poll(at).toBe("2");
  }, 120_000);

  test("gives figures with its last patch, and a cell of its table opens the patches and flies to one", async () => {
    for (let i = 2; i < 30; i++) {
      await expect.poll(at).toBe(String(i));
      await page.keyboard.press(i % 3 === 0 ? "2" : "1");
    }
    await expect.poll(at).toBe("1");
    await picture("check-skipped");
    await page.keyboard.press("u");
    await page.getByTestId("map-check-result").waitFor();
    expect(await app.text("map-check-headline")).toMatch(/^Accuracy of this map \d+ % \(\d+-\d+\)$/);
    const words = await app.text("map-check-result");
    expect(words).toMatch(/of 29 judged patches are what the map calls them/);
    expect(words).toMatch(/1 patch unsure or skipped is left out: \d+ % if all of them were wrong/);
    await page.getByTestId("map-check-result").scrollIntoViewIfNeeded();
    await picture("check-result");
    const before = await page.evaluate(() => location.hash);
    await page.locator('[data-testid="map-check-result"] .pt-cell').first().click();
    await page.getByTestId("patch-gallery").waitFor();
    await page.waitForTimeout(500);
    await picture("check-gallery");
    await page.locator('[data-testid="patch-gallery"] button').first().click();
    await expect.poll(() => page.evaluate(() => location.hash), { timeout: 20_000 }).not.toBe(before);
  }, 120_000);

  test("keeps its labels out of the counts until they are released, and then the map it was of has changed", async () => {
    expect(await app.counts()).toEqual([2, 2]);
    expect(await page.getByTestId("map-check-result").getAttribute("data-binding")).toBe("this-map");
    await page.getByTestId("map-check-card").getByRole("button", { name: "More about this check" }).click();
    await page.getByRole("menuitem", { name: /Release/ }).click();
    await page.getByTestId("release-check-dialog").waitFor();
    await picture("check-release");
    await page.getByTestId("release-check").click();
    await expect.poll(async () => (await app.counts()).reduce((a, b) => a + b, 0)).toBe(4 + 29);
    await expect.poll(() => page.getByTestId("map-check-result").getAttribute("data-binding")).toBe("changed");
    expect(await app.text("map-check-binding")).toContain("released");
    expect(errors).toEqual([]);
  }, 60_000);
});
