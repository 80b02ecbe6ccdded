// A slide that is a folder of DICOM files, in the app: opened as one slide with its scale, labelled, asked for as a folder after a reload;
// and a slide by the address of its description on another server.
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, root, type Served, serveFolder } from "../support/browser.ts";
import { partFixtures } from "../support/reference-patches.ts";

const twins = join(partFixtures, "twins");

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

  test("opens, is labelled, and after a reload the folder is asked for and recognised", async () => {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    const errors = collectErrors(page);
    const app = createAppPage(page, served.url);
    await app.open("?provider=wasm");
    await app.ready();
    const give = (path: string) => page.getByTestId("slide-folder").setInputFiles(join(twins, path));

    await give("dicom-series");
    await page.getByTestId("slide-name").filter({ hasText: "dicom-series" }).waitFor();
    await app.settled();
    expect(await app.text("calibration")).toContain("0.50");
    await app.addClass("Here");
    await app.label({ x: 100, y: 75 }, "1");
    await app.saved();
    await page.reload();
    await app.ready();
    expect(await app.text("missing-slide")).toContain("dicom-series");
    expect(await app.text("missing-slide")).toContain("Open this folder again");
    // Another folder is opened, but not taken for it.
    await give("zlib.zarr");
    await page.getByTestId("slide-name").filter({ hasText: "zlib.zarr" }).waitFor();
    expect(await page.getByTestId("missing-slide").count()).toBe(1);
    await give("dicom-series");
    await page.getByTestId("missing-slide").waitFor({ state: "detached" });
    expect(await app.counts()).toEqual([1]);

    await page.getByTestId("slide-name").click();
    await page.getByRole("menuitem", { name: "by its address" }).click();
    await page.getByLabel("Address").fill(`${slides.url}iiif-2/info.json`);
    await page.keyboard.press("Enter");
    await page.getByTestId("origin-approve").click();
    await page.getByTestId("slide-name").filter({ hasText: "iiif-2" }).waitFor();
    await page.getByTestId("notice").filter({ hasText: "compressed again" }).first().waitFor();
    expect(errors.filter((text) => !text.includes("404"))).toEqual([]);
    await context.close();
  });
});
