// Backbones kept in IndexedDB, in Chromium: the contract, a browser without room, and one that keeps nothing.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hasBrowser, launch, type Served, serveSources } from "../support/browser.ts";
import { modelStoreContract } from "../support/model-store-contract.ts";
import type { ModelsPage } from "./pages/models-page.ts";

declare const modelsPage: ModelsPage;

describe.skipIf(!hasBrowser)("backbones in IndexedDB", () => {
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;

  const tab = async (script?: string): Promise<Page> => {
    const page = await context.newPage();
    if (script !== undefined) await page.addInitScript({ content: script });
    await page.goto(`${served.url}test/browser/pages/models.html`);
    await page.waitForFunction("globalThis.modelsPage");
    return page;
  };

  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSources()]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext();
  });
  afterEach(() => context.close());

  test.each(Object.keys(modelStoreContract))("%s", async (name) => {
    const page = await tab();
    await page.evaluate((n) => modelsPage.contract(n), name);
  });

  test("a full disk is said, and nothing is left of what did not fit", async () => {
    const page = await tab();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: new URL(served.url).origin, quotaSize: 500_000 });
    const { words, kept } = await page.evaluate(() => modelsPage.tooLarge(5_000_000));
    expect(words).toMatch(/^storage: The backbone could not be kept: .*storage for this page is full/);
    expect(kept).toBe(0);
  });

  test("without IndexedDB it is said that nothing can be kept", async () => {
    const page = await tab("Object.defineProperty(globalThis, 'indexedDB', { value: undefined })");
    expect(await page.evaluate(() => modelsPage.put())).toContain("keeps nothing");
  });
});
