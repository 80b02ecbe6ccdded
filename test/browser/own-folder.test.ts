// A slide that is a folder of DICOM files, in the app: opened as one slide with its scale, labelled, asked for as a folder after a reload;
// and a slide by the address of its description on another server.
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAppPage } from "../support/app-page.ts";
import { hasBrowser, launch, root, type Served, serveFolder } from "../support/browser.ts";
import { partFixtures } from "../support/reference-patches.ts";

/** Milliseconds: on a machine with other work a page takes long to start. */
const patience = 90_000;
const twins = join(partFixtures, "twins");

/** Slides do not need one, and it would be busy all the while. */
const withoutModel = (page: Page): Promise<unknown> => page.route("**/models/**", (route) => route.abort());

describe.skipIf(!hasBrowser)("a slide of parts in the app", () => {
  let browser: Browser;
  let served: Served;
  let slides: Served;
  beforeAll(async () => {
    served = await serveFolder(join(root, "dist"));
    slides = await serveFolder(twins, { headers: "shared" });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await slides?.close();
  });

  test("opens, and after a reload its folder is asked for and recognised", async () => {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    await withoutModel(page);
    const app = createAppPage(page, served.url);
    await app.open("?provider=wasm");
    const give = (path: string) => page.getByTestId("slide-folder").setInputFiles(join(twins, path));
    const again = page.getByRole("menuitem", { name: /Open .dicom-series. again/ });

    await page.getByTestId("slide-name").filter({ hasText: "synthetic" }).waitFor();
    await give("dicom-series");
    await page.getByTestId("slide-name").filter({ hasText: "dicom-series" }).waitFor();
    expect(await app.text("calibration")).toContain("0.50");
    await app.saved();
    await page.reload();
    await page.getByTestId("slide-name").filter({ hasText: "synthetic" }).click();
    await again.waitFor();
    await page.keyboard.press("Escape");
    await give("dicom-series");
    await page.getByTestId("slide-name").filter({ hasText: "dicom-series" }).click();
    await page.getByRole("menuitem", { name: "Open the demo slide" }).waitFor();
    expect(await again.count()).toBe(0);
    await context.close();
  }, 300_000);

  test("opens by the address of its description, once its server is agreed to", async () => {
    const page = await browser.newPage();
    page.setDefaultTimeout(patience);
    await withoutModel(page);
    const app = createAppPage(page, served.url);
    await app.open("?provider=wasm");
    await page.getByTestId("slide-name").click();
    await page.getByRole("menuitem", { name: "by its address" }).click();
    await page.getByRole("textbox", { name: "Address" }).fill(`${slides.url}iiif-2/info.json`);
    await page.keyboard.press("Enter");
    await page.getByTestId("origin-approve").click();
    await page.getByTestId("slide-name").filter({ hasText: "iiif-2" }).waitFor();
    await page.getByTestId("notice").filter({ hasText: "compressed again" }).first().waitFor();
    await page.close();
  }, 300_000);
});
