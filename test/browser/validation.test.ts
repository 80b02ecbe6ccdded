// A second slide in Chromium: its labels only test, the set tuned on the first is tested on them, and its stain is warned of.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, type Served } from "../support/browser.ts";
import { dropFile } from "../support/drop-file.ts";
import { flat, jpeg } from "../support/jpeg-tiles.ts";
import { serveSmallApp } from "../support/small-app.ts";
import { buildPyramidTiff } from "../support/tiff-builder.ts";

const pictures = process.env.PATHOTUNE_PICTURES;
const tile = 256;
const glass = jpeg(flat(tile, [244, 243, 246]), tile);

/** A glass frame of one tile around two halves, 2048 x 2048 px. No um/px. */
function halves(left: readonly [number, number, number], right: readonly [number, number, number]): Uint8Array {
  const [a, b] = [jpeg(flat(tile, [...left]), tile), jpeg(flat(tile, [...right]), tile)];
  return buildPyramidTiff({
    width: 2048,
    height: 2048,
    tile,
    levels: 3,
    encode: (level, column, row) => {
      const side = 8 / 2 ** level;
      const edge = level < 2 && (column === 0 || row === 0 || column === side - 1 || row === side - 1);
      return edge ? glass : column < side / 2 ? a : b;
    },
  });
}

describe.skipIf(!hasBrowser)("a second slide", () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  let app: AppPage;
  let errors: string[];

  const picture = async (name: string): Promise<void> => {
    if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
  };
  const open = async (name: string, bytes: Uint8Array): Promise<void> => {
    await dropFile(page, name, bytes);
    await page.getByTestId("slide-name").getByText(name).waitFor();
    await page.getByTestId("calibration-banner").getByRole("button").click();
    await page.getByTestId("mpp-input").fill("0.5");
    await page.getByTestId("mpp-save").click();
    await page.getByTestId("calibration-banner").waitFor({ state: "detached" });
    await app.settled();
  };
  const state = async (fact: "stain" | "organ", text: string): Promise<void> => {
    await page.getByTestId("slide-name").click();
    await page.getByRole("menuitem", { name: "About this slide…" }).click();
    await page.getByTestId(`stated-${fact}`).fill(text);
    await page.getByTestId(`stated-${fact}`).press("Enter");
    await page.keyboard.press("Escape");
    await page.getByTestId(`stated-${fact}`).waitFor({ state: "detached" });
  };
  const left = (i: number) => ({ x: 400 + 120 * i, y: 500 + 200 * i });
  const right = (i: number) => ({ x: 1200 + 120 * i, y: 500 + 200 * i });

  beforeAll(async () => {
    served = await serveSmallApp();
    browser = await launch();
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, colorScheme: "dark" });
    page = await context.newPage();
    errors = collectErrors(page);
    app = createAppPage(page, served.url);
    await app.open("?provider=wasm");
    await app.ready();
    await open("first.tif", halves([214, 120, 170], [110, 70, 150]));
    await state("stain", "H&E");
    for (const [i, name] of ["pink", "violet"].entries()) {
      await app.addClass(name);
      for (let n = 0; n < 5; n++) await app.label(i === 0 ? left(n) : right(n), String(i + 1));
    }
    await page.getByRole("button", { name: "Tune on my labels" }).click();
    await page.getByTestId("prompt-set-row").filter({ hasText: "Tuned 1" }).waitFor({ timeout: 120_000 });
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test("is offered as a test, teaches nothing, and says how the set does on it", async () => {
    await open("second.tif", halves([200, 110, 160], [120, 80, 160]));
    await page.getByTestId("validation").waitFor();
    await page.getByRole("switch", { name: "Labels on this slide only test" }).click();
    await page.locator('[data-testid="validation"][data-on="true"]').waitFor();
    for (let n = 0; n < 2; n++) {
      await app.label(left(n), "1");
      await app.label(right(n), "2");
    }
    expect(await app.text("validation")).toContain("4 labels test");
    await page.getByTestId("validation-run").click();
    await page.getByTestId("validation-result").waitFor({ timeout: 60_000 });
    expect(await app.text("validation-result")).toMatch(
      /Correct: \d of 4, \d+ % \(\d+-\d+\) in 4 places; balanced accuracy \d+ %\./,
    );
    await page.getByTestId("validation").scrollIntoViewIfNeeded();
    await picture("validation");
  }, 120_000);

  test("of another stain is warned of beside its answers, with how like the labels the patch is", async () => {
    await state("stain", "PAS");
    await app.click(left(3));
    await page.getByTestId("mismatch").waitFor();
    expect(await app.text("mismatch")).toMatch(/was made for stain “H&E”; this slide is stated as “PAS”/);
    // Ten labels of two flat colours: each lies at distance 0 from its nearest, and no patch of another colour does.
    await page.getByTestId("answer-flag").waitFor();
    expect(await app.text("answer-flag")).toContain("Unlike all your labels");
    await picture("mismatch");
  }, 60_000);

  test("gives its labels to tuning only after a word of what is given up", async () => {
    await page.getByRole("switch", { name: "Labels on this slide only test" }).click();
    await page.getByTestId("end-validation").waitFor();
    await picture("end-validation");
    await page.getByTestId("end-validation-do").click();
    await page.getByTestId("validation").waitFor({ state: "detached" });
    expect(errors).toEqual([]);
  }, 60_000);
});
