// Slides of parts in Chromium's worker: from servers of other origins and from folders, the same pixels as pydicom, zarr and Pillow;
// and what a page is told by a server that does not let it read.
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectErrors, hasBrowser, launch, type Served, serveFolder, serveSources } from "../support/browser.ts";
import { partFixtures, patchMismatches } from "../support/reference-patches.ts";
import type { SlideBench } from "./pages/slide.ts";

declare const bench: SlideBench;
const twins = join(partFixtures, "twins");

describe.skipIf(!hasBrowser)("slides of parts in Chromium", () => {
  let browser: Browser;
  let served: Served;
  let slides: Served;
  let page: Page;
  let errors: string[];

  beforeAll(async () => {
    served = await serveSources();
    slides = await serveFolder(twins, { headers: "shared" });
    browser = await launch();
    page = await browser.newPage();
    await page.goto(`${served.url}test/browser/pages/slide.html`);
    await page.waitForFunction(() => "bench" in globalThis);
    errors = collectErrors(page);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
    await slides?.close();
  });

  /** The worker as a slide service, as far as patches need one. */
  const inBrowser = {
    calibrate: ({ slideId }: Readonly<{ slideId: unknown }>) =>
      page.evaluate((id) => bench.declare(id), slideId as Parameters<SlideBench["declare"]>[0]),
    patch: (patch: Parameters<SlideBench["patchBytes"]>[0]) => page.evaluate((p) => bench.patchBytes(p), patch),
  };
  const mismatches = (slideId: Parameters<typeof patchMismatches>[1], name: string) =>
    patchMismatches(
      {
        calibrate: inBrowser.calibrate,
        patch: async (patch) => {
          const { level, bytes } = await inBrowser.patch(patch);
          return { level, data: Uint8Array.from(bytes) };
        },
      },
      slideId,
      name,
    );

  test.each([
    ["twins/deep-zoom-jpg/slide.dzi", "deep-zoom-jpg/slide.dzi"],
    ["twins/iiif-3", "iiif-3/info.json"],
    ["twins/blosc.zarr", "blosc.zarr/.zattrs"],
    ["twins/sharded.zarr", "sharded.zarr/zarr.json"],
    ["twins/dicom-jpeg-ls.dcm", "dicom-jpeg-ls.dcm"],
    ["twins/dicom-jpeg-2000.dcm", "dicom-jpeg-2000.dcm"],
    ["twins/dicom-jpeg-rgb.dcm", "dicom-jpeg-rgb.dcm"],
  ])("%s from another origin, byte for byte", async (name, path) => {
    const info = await page.evaluate((url) => bench.openUrl(url), `${slides.url}${path}`);
    expect(await mismatches(info.id, name)).toEqual([]);
    const tile = { slideId: info.id, level: 0, column: 0, row: 0 };
    expect((await page.evaluate((p) => bench.tileSize(p), tile)).length).toBe(2);
  });

  test("a folder of DICOM files, byte for byte", async () => {
    await page.setInputFiles("#folder", join(twins, "dicom-series"));
    const info = await page.evaluate(() => bench.openFolder());
    expect(info.levels).toHaveLength(3);
    expect(await mismatches(info.id, "twins/dicom-series")).toEqual([]);
    expect(errors.filter((text) => !text.includes("404"))).toEqual([]);
  });

  test("a server that forbids reading is told from one that is gone, where the page is not isolated", async () => {
    const forbidding = await serveFolder(twins, { headers: "none" });
    const gone = await serveFolder(twins, { headers: "none" });
    await gone.close();
    // A page of a bare host, without the headers that isolate it; any document will do.
    const plain = await serveFolder(twins, { headers: "none" });
    const other = await browser.newPage();
    try {
      await other.goto(`${plain.url}dicom-series.json`);
      // As text: what a test file imports is rewritten for Node.
      const inPage = (url: string) =>
        other.evaluate<string>(`import("${served.url}src/platform/worker/http-source.ts")
          .then(({ openHttpSource }) => openHttpSource(${JSON.stringify(url)}, new AbortController().signal))
          .then(() => "opened", (fault) => fault.detail.reason + ": " + fault.message)`);
      expect(await inPage(`${forbidding.url}dicom-raw.dcm`)).toMatch(/^cors: .*answers.*Access-Control-Allow-Origin/);
      expect(await inPage(`${gone.url}dicom-raw.dcm`)).toMatch(/^unreachable: .*does not answer/);
      const isolated = await page.evaluate((u) => bench.faultOfUrl(u), `${forbidding.url}dicom-raw.dcm`);
      expect(isolated).toMatch(
        /^network\/unreachable: .*does not answer, or does not allow.*Access-Control-Allow-Origin/,
      );
    } finally {
      await plain.close();
      await forbidding.close();
    }
  });
});
