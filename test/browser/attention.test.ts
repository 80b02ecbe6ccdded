// Where the model looked, asked of the built app with keys alone: another picture for another patch, and the click stays behind it.
// A small random backbone stands in for the embedded one: where it looks does not matter here.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { findings } from "../support/axe.ts";
import { hasBrowser, launch, type Served } from "../support/browser.ts";
import { serveSmallApp } from "../support/small-app.ts";

describe.skipIf(!hasBrowser)("where the model looked", () => {
  let browser: Browser;
  let served: Served;
  let app: AppPage;
  let page: Page;
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSmallApp()]);
    page = await (await browser.newContext({ viewport: { width: 1366, height: 768 } })).newPage();
    page.setDefaultTimeout(60_000);
    app = createAppPage(page, served.url);
    await app.open("?provider=wasm", "#x=3584&y=2560&z=4");
    await app.ready();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  /** Alpha of every square's veil, 0..255. */
  const veil = async (): Promise<readonly number[]> => {
    await page.waitForSelector('[data-testid="attention"][data-state="shown"]');
    return page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>(".pt-attention-veil");
      const image = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height);
      return [...(image?.data ?? [])].filter((_, i) => i % 4 === 3);
    });
  };
  const closed = async (): Promise<void> => {
    await page.keyboard.press("Escape");
    await page.getByTestId("attention").waitFor({ state: "detached" });
    expect(await page.getByTestId("patch-panel").getAttribute("data-state")).toBe("answered");
  };

  test("is asked by a key, seen over the patch, closed by Escape, and another for another patch", async () => {
    await app.click({ x: 3584, y: 2560 });
    await page.keyboard.press("e");
    const first = await veil();
    expect(first).toHaveLength(16);
    // The square that got most is seen through, the others are veiled.
    expect(first.filter((alpha) => alpha === 0)).toHaveLength(1);
    expect(await app.text("attention")).toContain("Attention is not an explanation of the answer");
    expect(await findings(page)).toEqual([]);
    await page.getByTestId("attention-veil").press(" ");
    await expect.poll(() => page.locator(".pt-attention-veil").isVisible()).toBe(false);
    await closed();

    await app.click({ x: 3300, y: 2900 });
    await page.getByTestId("show-attention").press("Enter");
    const second = await veil();
    expect(second).toHaveLength(16);
    expect(second).not.toEqual(first);
    await closed();
    // Whoever came by keys goes on where they were.
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-testid")))
      .toBe("show-attention");
  }, 240_000);
});
