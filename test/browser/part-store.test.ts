// Half-downloaded backbones in IndexedDB, in Chromium: the contract, a browser without room, and the address of a mirror beside them.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hasBrowser, launch, type Served, serveSources } from "../support/browser.ts";
import { partStoreContract } from "../support/part-store-contract.ts";
import type { PartsPage } from "./pages/parts-page.ts";

declare const partsPage: PartsPage;

describe.skipIf(!hasBrowser)("downloads in IndexedDB", () => {
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSources()]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`${served.url}test/browser/pages/parts.html`);
    await page.waitForFunction("globalThis.partsPage");
  });
  afterEach(() => context.close());

  test.each(Object.keys(partStoreContract))("%s", async (name) => {
    await page.evaluate((n) => partsPage.contract(n), name);
  });

  test("a disk that fills up is said with the way on, and what fitted is kept", async () => {
    const devtools = await context.newCDPSession(page);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(served.url).origin, quotaSize: 3_000_000 });
    const { words, kept } = await page.evaluate(() => partsPage.tooLarge(500_000, 20));
    expect(words).toMatch(/^storage: The bytes that came could not be kept: .*is full.*what has come is kept/);
    expect(kept).toBeGreaterThan(0);
    expect(kept % 500_000).toBe(0);
  });

  test("the mirror is remembered; a damaged record is the hub itself", async () => {
    expect(await page.evaluate(() => partsPage.place())).toEqual([
      "https://huggingface.co",
      "https://mirror.org/hub",
      "hub",
    ]);
  });
});
