// The journal over IndexedDB and the one-writer lock, in Chromium, in real tabs.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { hasBrowser, launch, type Served, serveSources } from "../support/browser.ts";
import { journalContract } from "../support/journal-contract.ts";
import type { JournalPage } from "./pages/journal-page.ts";

declare const journalPage: JournalPage;

describe.skipIf(!hasBrowser)("the journal over IndexedDB", () => {
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;

  const tab = async (): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(`${served.url}test/browser/pages/journal.html`);
    await page.waitForFunction("globalThis.journalPage");
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

  test.each(Object.keys(journalContract))("%s", async (name) => {
    const page = await tab();
    await page.evaluate((n) => journalPage.contract(n), name);
  });

  test("asks for strict durability at every write", async () => {
    const page = await tab();
    await page.evaluate(() => journalPage.open());
    const seen = await page.evaluate(() => journalPage.durabilities());
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen)).toEqual(new Set(["strict"]));
  });

  test("a second tab reads only, and writes after the first is closed and it is reloaded", async () => {
    const first = await tab();
    expect(await first.evaluate(() => journalPage.open())).toMatchObject({ role: "writer", labels: 0 });
    await first.evaluate(() => journalPage.append(3));
    const second = await tab();
    expect(await second.evaluate(() => journalPage.open())).toMatchObject({ role: "reader", labels: 3 });
    expect(await second.evaluate(() => journalPage.append(1))).toBe("read-only");
    await first.close();
    expect(await second.evaluate(() => journalPage.append(1))).toBe("read-only");
    await second.reload();
    await second.waitForFunction("globalThis.journalPage");
    expect(await second.evaluate(() => journalPage.open())).toMatchObject({ role: "writer", labels: 3 });
  });

  test("a tab that reloads is the writer again", async () => {
    const page = await tab();
    await page.evaluate(() => journalPage.open());
    for (let i = 0; i < 3; i++) {
      await page.reload();
      await page.waitForFunction("globalThis.journalPage");
      expect(await page.evaluate(() => journalPage.open())).toMatchObject({ role: "writer" });
    }
  });

  test("a crashed tab loses nothing that was appended and frees the lock", async () => {
    const page = await tab();
    await page.evaluate(() => journalPage.open());
    expect(await page.evaluate(() => journalPage.append(9))).toBe(null);
    const crashed = page.waitForEvent("crash");
    page.goto("chrome://crash").catch(() => {});
    await crashed;
    const again = await tab();
    expect(await again.evaluate(() => journalPage.open())).toEqual({ role: "writer", labels: 9, warnings: [] });
  });

  test("a file's handle opens it again after a reload; a file that is gone is said; a forgotten one is not", async () => {
    const page = await tab();
    expect(await page.evaluate(() => journalPage.reopenFile())).toBe(null);
    await page.evaluate(() => journalPage.rememberFile("a.svs", "pixels"));
    await page.reload();
    await page.waitForFunction("globalThis.journalPage");
    expect(await page.evaluate(() => journalPage.reopenFile())).toBe("pixels");
    await page.evaluate(() => journalPage.removeFile("a.svs"));
    expect(await page.evaluate(() => journalPage.reopenFile())).toBe(
      'read: "a.svs" is not where it was. Choose the file again.',
    );
    await page.evaluate(() => journalPage.forgetFile());
    expect(await page.evaluate(() => journalPage.reopenFile())).toBe(null);
  });

  test.each([
    ["Web Locks", "Object.defineProperty(Navigator.prototype, 'locks', { value: undefined })"],
    ["IndexedDB", "Object.defineProperty(globalThis, 'indexedDB', { value: undefined })"],
  ])("without %s opening says what it costs", async (_, script) => {
    const page = await context.newPage();
    await page.addInitScript({ content: script });
    await page.goto(`${served.url}test/browser/pages/journal.html`);
    await page.waitForFunction("globalThis.journalPage");
    const message = await page.evaluate(() => journalPage.open().catch((error: Error) => error.message));
    expect(message).toContain("lost when the tab closes");
  });
});
