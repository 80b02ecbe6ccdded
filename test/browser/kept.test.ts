// What is shown as saved is kept, or the app says that it is not: two tabs on one project, a full disk, storage that is cleared under an
// open page. In Chromium on the built app with a small random backbone.
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { parseProjectFile } from "../../src/domain/project-file.ts";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, type Served } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { serveSmallApp } from "../support/small-app.ts";

const [a, b, c, d] = drawnPoints("tumour", 4) as [P, P, P, P];
type P = Readonly<{ x: number; y: number }>;
const view = "#x=3584&y=2560&z=9.2";

describe.skipIf(!hasBrowser)("work that is shown as saved", () => {
  let served: Served;
  let browser: Browser;
  let context: BrowserContext;
  beforeAll(async () => {
    [served, browser] = await Promise.all([serveSmallApp(), launch()]);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1366, height: 768 }, acceptDownloads: true });
  });
  afterEach(() => context.close());

  async function tab(): Promise<AppPage> {
    const app = createAppPage(await context.newPage(), served.url);
    await app.open("?provider=wasm", view);
    await app.settled();
    return app;
  }
  async function started(): Promise<AppPage> {
    const app = await tab();
    await app.ready();
    await app.addClass("Tumour");
    await app.label(a, "1");
    await app.saved();
    return app;
  }
  async function reloaded({ page, settled }: AppPage): Promise<void> {
    await page.reload();
    await settled();
  }
  const origin = (): string => new URL(served.url).origin;
  const unsaved = (page: Page) => page.getByTestId("saved").filter({ hasText: "Not saved" });

  /** Labels in the file that is offered where something is not saved. */
  async function offered(page: Page): Promise<number> {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      unsaved(page).getByRole("button", { name: "Save as a file" }).click(),
    ]);
    const bytes = readFileSync(await download.path());
    return parseProjectFile(bytes, "offered").events.filter(({ type }) => type === "label/put").length;
  }

  test("is what a second tab shows, which says that it only reads; whichever tab closes first, no label is lost", async () => {
    const first = await started();
    const second = await tab();
    expect(await second.counts()).toEqual([1]);
    await second.page.getByText("Read-only: this project is open in another tab").waitFor();
    const at = await second.screen(b);
    await second.page.mouse.move(at.x, at.y);
    await second.page.keyboard.press("1");
    await second.page.getByTestId("notice").filter({ hasText: "read-only" }).waitFor();
    expect(await second.counts()).toEqual([1]);

    await first.label(b, "1");
    await first.saved();
    // The one that reads goes and comes back: it reads what is there now.
    await reloaded(second);
    expect(await second.counts()).toEqual([2]);
    // The one that writes goes: the other may write once it is reloaded, and has everything.
    await first.page.close();
    await reloaded(second);
    expect(await second.counts()).toEqual([2]);
    await second.label(c, "1");
    await second.saved();
    await reloaded(second);
    expect(await second.counts()).toEqual([3]);
  }, 120_000);

  test("does not count what a full disk refuses: that is said, offered as a file, and saved once there is room", async () => {
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    // Before the page is there: how much room is left is asked for now and then only.
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: origin(), quotaSize: 20_000 });
    const app = createAppPage(page, served.url);
    await app.open("?provider=wasm", view);
    await app.ready();
    await app.addClass("Tumour");
    await app.label(a, "1");
    await unsaved(page).waitFor();
    expect(await app.text("saved")).toMatch(/^Not saved: \d changes\./);
    await page.getByTestId("notice").filter({ hasText: "storage for this page is full" }).first().waitFor();
    expect(await offered(page)).toBe(1);
    await devtools.send("Storage.overrideQuotaForOrigin", { origin: origin() });
    await unsaved(page).getByRole("button", { name: "Try again" }).click();
    await app.saved();
    await reloaded(app);
    expect(await app.counts()).toEqual([1]);
  }, 120_000);

  test("is no longer called saved when the site's data is cleared; with the next label all of it is kept again", async () => {
    const { page, ...app } = await started();
    const errors = collectErrors(page);
    await app.label(b, "1");
    await app.saved();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Storage.clearDataForOrigin", { origin: origin(), storageTypes: "all" });
    await unsaved(page).waitFor();
    expect(await app.text("saved")).toMatch(/^Not saved: everything on this page\./);
    await page.getByTestId("notice").filter({ hasText: "has cleared what it kept" }).waitFor();
    expect(await offered(page)).toBe(2);
    await app.label(c, "1");
    await app.saved();
    // Cleared a second time, and kept by hand.
    await devtools.send("Storage.clearDataForOrigin", { origin: origin(), storageTypes: "all" });
    await unsaved(page).getByRole("button", { name: "Try again" }).click();
    await app.saved();
    await reloaded({ page, ...app });
    expect(await app.counts()).toEqual([3]);
    expect(errors).toEqual([]);
  }, 120_000);

  test("stays when only the copy of the app is cleared, and the page goes on", async () => {
    const { page, ...app } = await started();
    await page.evaluate(async () => {
      for (const name of await caches.keys()) await caches.delete(name);
    });
    await app.label(d, "1");
    await app.saved();
    await reloaded({ page, ...app });
    expect(await app.counts()).toEqual([2]);
  }, 120_000);
});
