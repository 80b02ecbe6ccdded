// A slide of one's own, dropped on the page: um/px is asked for, bad files are refused in words and change nothing, and after a
// reload the work is there and asks for its file by name. All files are written here, in memory.

import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, type Served } from "../support/browser.ts";
import { dropFile } from "../support/drop-file.ts";
import { flat, jpeg } from "../support/jpeg-tiles.ts";
import { serveSmallApp } from "../support/small-app.ts";
import { buildPyramidTiff, long } from "../support/tiff-builder.ts";

const tile = 256;
const pink = jpeg(flat(tile, [214, 120, 170]), tile);
const violet = jpeg(flat(tile, [110, 70, 150]), tile);
const glass = jpeg(flat(tile, [244, 243, 246]), tile);

/** 2048 x 2048 px: a glass frame of one tile around pink and violet halves. No um/px. */
const slide = buildPyramidTiff({
  width: 2048,
  height: 2048,
  tile,
  levels: 3,
  encode: (level, column, row) => {
    const side = 8 / 2 ** level;
    const edge = level < 2 && (column === 0 || row === 0 || column === side - 1 || row === side - 1);
    return edge ? glass : column < side / 2 ? pink : violet;
  },
});

describe.skipIf(!hasBrowser)("a slide of one's own", () => {
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;
  let app: AppPage;
  let errors: string[];
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSmallApp()]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    errors = collectErrors(page);
    app = createAppPage(page, served.url);
    await app.open("?provider=wasm");
    await app.ready();
  });
  afterEach(async () => {
    await context.close();
  });

  test("without um/px is not classified until it is stated; then labels, reload, and the file is asked for by name", async () => {
    const { page } = app;
    await dropFile(page, "case 12.tif", slide);
    await page.getByTestId("calibration-banner").waitFor();
    await page.mouse.move(683, 384);
    await page.mouse.click(683, 384);
    expect(await page.getByTestId("answer").count()).toBe(0);

    await page.getByTestId("calibration-banner").getByRole("button").click();
    await page.getByTestId("mpp-input").fill("0.5");
    await page.getByTestId("mpp-save").click();
    await page.getByTestId("calibration-banner").waitFor({ state: "detached" });
    expect(await app.text("calibration")).toContain("0.50");

    await app.addClass("Pink");
    await app.addClass("Violet");
    await app.label({ x: 700, y: 700 }, "1");
    await app.label({ x: 1400, y: 1400 }, "2");
    const answer = await app.click({ x: 600, y: 1400 });
    expect(answer.answer).toBe("Pink");
    await app.saved();
    await page.reload();
    await app.ready();
    expect(await app.text("missing-slide")).toContain("case 12.tif");
    expect(await app.text("missing-slide")).toContain("2 of your labels are on it");

    // Another file by that name is not taken for it; the same bytes under another name are.
    await dropFile(page, "case 12.tif", buildPyramidTiff({ encode: () => pink, tile, width: 512, height: 512 }));
    await page.getByTestId("calibration-banner").waitFor();
    expect(await page.getByTestId("missing-slide").count()).toBe(1);
    await dropFile(page, "renamed.tif", slide);
    await page.getByTestId("missing-slide").waitFor({ state: "detached" });
    await app.settled();
    expect(await app.counts()).toEqual([1, 1]);
    // Above the notices of what was refused.
    expect((await app.click({ x: 600, y: 900 })).answer).toBe("Pink");
    expect(errors).toEqual([]);
  });

  test("is given its case by hand, which is there after a reload", async () => {
    const { page } = app;
    const openFacts = async () => {
      await page.getByTestId("slide-name").click();
      await page.getByRole("menuitem", { name: "About this slide" }).click();
      return page.getByTestId("case-input");
    };
    await (await openFacts()).fill("Patient A");
    await page.keyboard.press("Enter");
    await app.saved();
    await page.reload();
    await app.ready();
    expect(await (await openFacts()).inputValue()).toBe("Patient A");
    expect(errors).toEqual([]);
  });

  const encode = () => pink;
  const bad: readonly (readonly [string, Uint8Array, RegExp])[] = [
    ["notes.svs", new TextEncoder().encode("not a slide at all"), /not a|no .*slide|TIFF/i],
    ["cut.tif", slide.subarray(0, 4000), /cut|truncated|damaged|ends|beyond|not|outside/i],
    ["empty.tif", new Uint8Array(0), /empty|no bytes|not/i],
    [
      "huge.tif",
      buildPyramidTiff({
        encode,
        tile,
        width: 512,
        height: 512,
        extra: { 256: long(4294967280), 257: long(4294967280) },
      }),
      /tiles|large|limit|damaged|claims/i,
    ],
    ["lerc.tif", buildPyramidTiff({ encode, tile, width: 512, height: 512, extra: { 259: long(34887) } }), /LERC/],
  ];

  test("that cannot be read ends in a message, and the app goes on", async () => {
    for (const [name, bytes, words] of bad) {
      await dropFile(app.page, name, bytes);
      const notice = app.page.getByTestId("notice").filter({ hasText: words }).last();
      await notice.waitFor({ timeout: 10_000 });
      await notice.getByRole("button", { name: "Dismiss" }).click();
    }
    expect(await app.text("slide-name")).toContain("synthetic");
    expect((await app.click({ x: 3700, y: 3200 })).answer).not.toBe("");
  });
});
