// Labelling in the built app with the keyboard: field, ready labels, suggestions, review, painting, ruler, commands. A small random
// backbone stands in for the embedded one: what it answers does not matter here.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { hasBrowser, launch, type Served } from "../support/browser.ts";
import { serveSmallApp } from "../support/small-app.ts";

describe.skipIf(!hasBrowser)("labelling", () => {
  let browser: Browser;
  let served: Served;
  let app: AppPage;
  let page: Page;
  const errors: string[] = [];
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSmallApp()]);
    page = await (await browser.newContext({ viewport: { width: 1366, height: 768 } })).newPage();
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => errors.push(error.message));
    app = createAppPage(page, served.url);
    await app.open("?provider=wasm");
    await app.ready();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  const labels = async (): Promise<number> =>
    (await page.getByTestId("class-count").allInnerTexts()).map(Number).reduce((a, b) => a + b, 0);
  const place = (): Promise<number> => page.getByTestId("suggested-place").count();
  const shot = async (name: string): Promise<void> => {
    if (process.env.PATHOTUNE_SHOTS) await page.screenshot({ path: `${process.env.PATHOTUNE_SHOTS}/${name}.png` });
  };

  test("the field is chosen before the first label, with its outline in the view, and belongs to the labels then", async () => {
    await page.getByRole("button", { name: "Change", exact: true }).click();
    const slider = page.getByRole("slider", { name: "Field size in micrometres" });
    const before = Number(await page.getByTestId("field").getAttribute("data-um"));
    await slider.focus();
    await page.keyboard.press("ArrowRight");
    await expect.poll(async () => Number(await page.getByTestId("field").getAttribute("data-um"))).toBe(before + 1);
    await shot("field");
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => Number(await page.getByTestId("field").getAttribute("data-um"))).toBe(before);
  }, 120_000);

  test("ready labels come with a class Other that is not empty, and are marked", async () => {
    expect(await page.getByTestId("class-row").count()).toBe(1);
    await page.getByTestId("ready-labels").click();
    await expect.poll(labels).toBe(18);
    expect(await app.counts()).toEqual([6, 6]);
    expect(await app.text("label-mix")).toContain("18 ready labels");
    expect(await page.getByText("fixed", { exact: true }).isVisible()).toBe(true);
    await shot("ready");
  }, 120_000);

  test("suggestions are answered by keys alone, and undo brings a place back", async () => {
    await page.keyboard.press("n");
    await page.waitForSelector('[data-testid="suggest-strip"][data-state="shown"]', { timeout: 180_000 });
    const offered = await place();
    expect(offered).toBeGreaterThan(4);
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute("data-testid")))
      .toBe("suggested-place");
    await shot("suggested");
    await page.keyboard.press("Enter");
    await expect.poll(labels).toBe(19);
    await page.keyboard.press("0");
    await expect.poll(labels).toBe(20);
    await page.keyboard.press(" ");
    await page.keyboard.press("u");
    await expect.poll(place).toBe(offered - 4);
    expect(await labels()).toBe(20);
    await page.keyboard.press("Control+z");
    await expect.poll(place).toBe(offered - 3);
    await page.keyboard.press("Shift+Enter");
    await expect.poll(place).toBe(0);
    await shot("answered");
    await page.keyboard.press("Control+z");
    await expect.poll(place).toBe(offered - 3);
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByTestId("suggest-strip").count()).toBe(0);
  }, 300_000);

  test("the review shows every label, relabels what is chosen, and takes it back", async () => {
    const all = await labels();
    await page.keyboard.press("g");
    await page.getByTestId("review-said").waitFor();
    await expect.poll(() => page.getByTestId("reviewed").count()).toBe(all);
    await expect.poll(() => app.text("review-said")).toContain("by all the others");
    await page.getByTestId("reviewed").first().focus();
    await page.keyboard.press(" ");
    await page.keyboard.press("0");
    await shot("review");
    await page.keyboard.press("Control+z");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByTestId("review").count()).toBe(0);
    expect(await labels()).toBe(all);
  }, 120_000);

  test("a painted stroke labels the patches under it in one step", async () => {
    const all = await labels();
    await page.keyboard.press("Alt+2");
    await app.settled();
    await page.keyboard.press("p");
    await page.getByTestId("class-row").first().getByRole("button").first().click();
    const surface = await page.getByTestId("draw-surface").boundingBox();
    const [x, y] = [(surface?.x ?? 0) + 300, (surface?.y ?? 0) + 300];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 60, y + 4, { steps: 4 });
    await page.mouse.up();
    await expect.poll(labels).toBeGreaterThan(all);
    await shot("painted");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+z");
    await expect.poll(labels).toBe(all);
  }, 120_000);

  test("the ruler says a length and leaves nothing", async () => {
    const all = await labels();
    await page.keyboard.press("l");
    const box = await page.getByTestId("slide").boundingBox();
    const [x, y] = [(box?.x ?? 0) + 200, (box?.y ?? 0) + 200];
    await page.mouse.click(x, y);
    await page.mouse.click(x + 200, y);
    // 200 screen pixels at 5x, which is 2 um a pixel.
    await expect.poll(() => app.text("ruler")).toContain("400 µm");
    await shot("ruler");
    await page.keyboard.press("Escape");
    expect(await page.getByTestId("ruler").count()).toBe(0);
    expect(await labels()).toBe(all);
  }, 120_000);

  test("two maps stand side by side, or say what is missing", async () => {
    await page.keyboard.press("v");
    await page.getByTestId("split").waitFor();
    expect(await app.text("split-right")).toContain("No second map");
    await shot("split");
    // Either half leads: dragged on the right, the left goes along and the address says where both are.
    await page.waitForSelector('[data-testid="split"] [data-ready="true"]');
    const half = present(await page.getByTestId("split").boundingBox(), "the right half");
    const before = await page.evaluate(() => location.hash);
    await page.mouse.move(half.x + half.width / 2, half.y + half.height / 2);
    await page.mouse.down();
    await page.mouse.move(half.x + half.width / 2 - 80, half.y + half.height / 2 + 40, { steps: 5 });
    await page.mouse.up();
    await expect.poll(() => page.evaluate(() => location.hash)).not.toBe(before);
    await page.keyboard.press("v");
    await expect.poll(() => page.getByTestId("split").count()).toBe(0);
  }, 120_000);

  test("every command is found by typing, and the list of keys is the keyboard's own", async () => {
    await page.keyboard.press("Control+k");
    await page.getByTestId("palette").waitFor();
    await page.keyboard.type("show around");
    await page.keyboard.press("Enter");
    await page.getByTestId("tour").waitFor();
    await shot("tour");
    await page.keyboard.press("Escape");
    await expect.poll(() => page.getByTestId("tour").count()).toBe(0);
    await page.keyboard.press("?");
    await page.getByText("Suggest patches to label").waitFor();
    await shot("keys");
    await page.keyboard.press("Escape");
  }, 120_000);

  test("a field for a name that is empty gives way to the slide: a number over tissue is a label", async () => {
    const before = await labels();
    await page.keyboard.press("Home");
    await app.settled();
    await page.getByRole("button", { name: "Add class" }).click();
    const at = await app.screen({ x: 3140, y: 2360 });
    await page.mouse.move(at.x, at.y);
    await page.getByLabel("Name of the new class").waitFor({ state: "detached" });
    await page.keyboard.press("1");
    await expect.poll(labels).toBe(before + 1);
    await page.keyboard.press("Control+z");
    await expect.poll(labels).toBe(before);
  }, 60_000);

  test("this device is told in sentences", async () => {
    await page.getByTestId("engine-chip").click();
    await page.getByTestId("device-words").waitFor();
    expect(await app.text("device-words")).toContain("processor computes");
    await shot("device");
    await page.keyboard.press("Escape");
    expect(errors).toEqual([]);
  }, 120_000);
});
