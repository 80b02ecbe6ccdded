// Sharing in Chromium on the built app: a card, a report that is seen before it is written and harmless, a link without a file's name.
import { readFileSync } from "node:fs";
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppPage } from "../support/app-page.ts";
import { hasBrowser } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { openSmallApp, type SmallApp } from "../support/small-app.ts";

const pictures = process.env.PATHOTUNE_PICTURES;
const hostile = "<img src=x onerror=alert(1)>";

describe.skipIf(!hasBrowser)("sharing", () => {
  let small: SmallApp;
  let context: BrowserContext;
  let page: Page;
  let app: AppPage;
  let errors: string[];

  const picture = async (name: string): Promise<void> => {
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
  };
  const slideMenu = async (item: string | RegExp): Promise<void> => {
    await page.getByTestId("slide-name").click();
    await page.getByRole("menuitem", { name: item }).click();
  };

  beforeAll(async () => {
    small = await openSmallApp({ acceptDownloads: true });
    ({ context, page, app, errors } = small);
    for (const [i, [tissue, name]] of (
      [
        ["tumour", hostile],
        ["stroma", "stroma"],
      ] as const
    ).entries()) {
      await app.addClass(name);
      for (const point of drawnPoints(tissue, 4)) await app.label(point, String(i + 1));
    }
  }, 240_000);
  afterAll(() => small?.close());

  test("a tuned set has a card, cells of its held-out table open patches, and each class has its recall", async () => {
    await page.getByRole("button", { name: "Tune on my labels" }).click();
    await page.getByTestId("prompt-set-row").filter({ hasText: "Tuned 1" }).waitFor({ timeout: 60_000 });
    await page.getByTestId("confusion").waitFor({ timeout: 60_000 });
    expect((await page.getByTestId("recall").allInnerTexts())[1]).toMatch(/stroma: \d of 4 found, \d+ % \(\d+-\d+\)/);
    await page.locator('[data-testid="confusion"] .pt-cell').first().click();
    await page.getByTestId("patch-gallery").waitFor();
    await picture("held-out-gallery");
    expect(await page.locator('[data-testid="patch-gallery"] button').count()).toBeGreaterThan(0);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: /^More about Tuned 1/ }).click();
    await page.getByRole("menuitem", { name: "Card…" }).click();
    await page.getByTestId("prompt-card").waitFor();
    await picture("card");
    expect(await app.text("prompt-card")).toContain("8 patches of drawings");
    await page.keyboard.press("Escape");
  }, 120_000);

  test("an answer says how like the labels it is, or that these are too few", async () => {
    await app.click(drawnPoints("tumour", 6)[5]!);
    await page.getByTestId("answer-flag").waitFor();
    expect(await app.text("answer-flag")).toContain("there are 8");
    await picture("flag");
  }, 60_000);

  test("a report is seen whole before it is written, runs nothing a name says, and holds no name of a file", async () => {
    await slideMenu("Report of this slide…");
    await page.locator('[data-testid="report-dialog"][data-state="made"]').waitFor({ timeout: 60_000 });
    const frame = page.frameLocator(".pt-report");
    await frame.getByText("Labels of this project").waitFor();
    await page.waitForTimeout(500);
    await picture("report");
    expect(await frame.locator("img").count()).toBeGreaterThan(2);
    expect(
      await frame
        .locator("img")
        .first()
        .evaluate((img: HTMLImageElement) => img.naturalWidth),
    ).toBeGreaterThan(100);
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByTestId("report-save").click()]);
    const html = readFileSync(await download.path(), "utf8");
    expect(html).toContain("Research use only");
    expect(html).toContain("Synthetic: this slide is drawn by a program");
    expect(html).not.toMatch(/demo slide|synthetic-he/i);
    expect(html).not.toContain(hostile);
    // Opened as a file of its own it asks for nothing and runs nothing.
    const alone = await context.newPage();
    const asked: string[] = [];
    alone.on("request", (request) => {
      if (!request.url().startsWith("data:")) asked.push(request.url());
    });
    alone.on("dialog", () => asked.push("dialog"));
    await alone.setContent(html);
    await alone.waitForTimeout(300);
    if (pictures) await alone.screenshot({ path: `${pictures}/report-alone.png`, fullPage: true });
    expect(asked).toEqual([]);
    await alone.close();
    await page.keyboard.press("Escape");
  }, 120_000);

  test("a link to a view of a slide from disk names the place alone, and waits for the slide where it is not open", async () => {
    await slideMenu("Link to this view…");
    await page.getByTestId("share").waitFor();
    await picture("share");
    const link = await page.getByTestId("share-link").inputValue();
    expect(link).toMatch(/^http:\/\/localhost:\d+\/#x=\d+&y=\d+&z=[0-9.]+&s=[0-9a-f]{12}$/);
    expect(await page.getByTestId("share-address").count()).toBe(0);
    const other = await context.newPage();
    await other.goto(link.replace(/s=[0-9a-f]{12}$/, "s=0123456789ab"));
    await other.getByText("a slide that is not open here").waitFor({ timeout: 60_000 });
    await other.close();
    expect(errors).toEqual([]);
  }, 120_000);
});
