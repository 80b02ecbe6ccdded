// What is kept, in Chromium on the built app: shown by part, cleared, and forgotten until nothing of the origin is left.
import type { BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppPage } from "../support/app-page.ts";
import { hasBrowser } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { openSmallApp, type SmallApp } from "../support/small-app.ts";

const pictures = process.env.PATHOTUNE_PICTURES;

describe.skipIf(!hasBrowser)("what the browser keeps", () => {
  let small: SmallApp;
  let context: BrowserContext;
  let page: Page;
  let app: AppPage;
  let errors: string[];

  const picture = async (name: string): Promise<void> => {
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
  };
  /** Everything an origin can leave behind that a page can see. */
  const left = () =>
    page.evaluate(async () => ({
      databases: (await indexedDB.databases()).map(({ name }) => name ?? ""),
      caches: await caches.keys(),
      local: Object.keys(localStorage),
      session: Object.keys(sessionStorage),
      workers: (await navigator.serviceWorker.getRegistrations()).length,
      address: location.search + location.hash,
    }));

  beforeAll(async () => {
    small = await openSmallApp();
    ({ context, page, app, errors } = small);
    for (const [i, tissue] of ["tumour", "stroma"].entries()) {
      await app.addClass(tissue);
      for (const point of drawnPoints(tissue, 2)) await app.label(point, String(i + 1));
    }
    await app.saved();
  }, 240_000);
  afterAll(() => small?.close());

  test("is listed by part with sizes; a cleared part is gone and the project stays", async () => {
    expect(await page.getByTestId("storage-link").getAttribute("data-nag")).toBe("true");
    await page.getByTestId("storage-link").click();
    const part = (name: string) => page.locator(`[data-testid="kept-part"][data-part="${name}"]`);
    await part("project").waitFor();
    await picture("storage");
    expect(await part("project").innerText()).toMatch(/[0-9.]+ [KM]?B/);
    expect(await part("project").getByRole("button").count()).toBe(0);
    await part("gates").getByRole("button", { name: "Clear" }).click();
    await part("gates").waitFor({ state: "detached" });
    await page.keyboard.press("Escape");
    expect(await app.counts()).toEqual([2, 2]);
  }, 60_000);

  test("a slide that is forgotten leaves neither labels nor name nor identity in any database", async () => {
    const id = /s=([0-9a-f]+)/.exec(await page.evaluate(() => location.hash))?.[1] ?? "no slide";
    const everything = () =>
      page.evaluate(async () => {
        const texts: string[] = [];
        const plain = (value: unknown): string =>
          JSON.stringify(value, (_, v: unknown) => (ArrayBuffer.isView(v) ? "bytes" : v)) ?? "";
        for (const { name } of await indexedDB.databases()) {
          const db = await new Promise<IDBDatabase>((resolve, reject) => {
            const request = indexedDB.open(name ?? "");
            request.onsuccess = () => resolve(request.result);
            request.onerror = () => reject(request.error);
          });
          for (const store of db.objectStoreNames) {
            const of = db.transaction(store).objectStore(store);
            for (const request of [of.getAll(), of.getAllKeys()]) {
              const rows = await new Promise<unknown>((resolve) => {
                request.onsuccess = () => resolve(request.result);
              });
              texts.push(plain(rows));
            }
          }
          db.close();
        }
        return texts.join("\n");
      });
    expect(await everything()).toContain(id);
    await page.getByTestId("storage-link").click();
    await page.getByRole("button", { name: "Forget this slide…" }).click();
    await page.getByTestId("forget-slide").waitFor();
    await picture("forget-slide");
    expect(await app.text("forget-slide")).toContain("4 labels, 0 regions, 0 blind checks");
    await page.getByTestId("forget-slide-do").click();
    await page.getByTestId("forget-slide").waitFor({ state: "detached" });
    await page.getByText("Open the demo slide").waitFor();
    expect(await app.counts()).toEqual([0, 0]);
    const after = await everything();
    expect(after).not.toContain(id);
    expect(after).not.toMatch(/demo slide/i);
    expect(after).toContain("Forget a slide; the log before it was erased");
    expect(await page.evaluate(() => location.hash)).not.toContain(id);
  }, 60_000);

  test("everything that is forgotten leaves no database, no cache, no setting and no worker, also not by another tab", async () => {
    const other = await context.newPage();
    await other.goto(`${small.url}?provider=wasm`);
    await other.getByTestId("slide").waitFor({ timeout: 60_000 });
    await page.evaluate(() => localStorage.setItem("mantine-color-scheme-value", "dark"));
    expect((await left()).databases).toContain("pathotune");
    await page.getByTestId("storage-link").click();
    await page.getByTestId("forget-everything-open").click();
    await page.getByTestId("forget-everything").waitFor();
    await picture("forget-everything");
    expect(await page.getByTestId("forget-everything-do").getAttribute("aria-disabled")).toBe("true");
    await page.getByTestId("forget-sure").check();
    await page.getByTestId("forget-everything-do").click();
    await page.getByText("Everything is forgotten").waitFor({ timeout: 20_000 });
    await picture("forgotten");
    await other.getByText("Everything was forgotten in another tab").waitFor();
    const nothing = { databases: [], caches: [], local: [], session: [], workers: 0, address: "" };
    expect(await left()).toEqual(nothing);
    // Nor does anything come back while the tabs stay open.
    await page.waitForTimeout(2000);
    expect(await left()).toEqual(nothing);
    await other.close();
    await page.getByRole("button", { name: "Start again" }).click();
    await app.ready();
    expect(await app.counts()).toEqual([]);
    expect(errors).toEqual([]);
  }, 120_000);
});
