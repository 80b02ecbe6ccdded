// The whole way by pointer alone, on a small random backbone: no key is pressed. What it answers does not matter here.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppPage } from "../support/app-page.ts";
import { hasBrowser } from "../support/browser.ts";
import { counter } from "../support/by-hand.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { openSmallApp, type SmallApp } from "../support/small-app.ts";

describe.skipIf(!hasBrowser)("by pointer alone", () => {
  let small: SmallApp;
  let page: Page;
  let app: AppPage;
  let typed: () => Promise<number>;
  beforeAll(async () => {
    small = await openSmallApp({ acceptDownloads: true, reducedMotion: "reduce" });
    ({ page, app } = small);
    typed = await counter(page, "keys");
  }, 240_000);
  afterAll(() => small?.close());

  const labels = async (): Promise<number> =>
    (await page.getByTestId("class-count").allInnerTexts()).map(Number).reduce((a, b) => a + b, 0);
  const fromMenu = async (opener: ReturnType<Page["locator"]>, item: string | RegExp): Promise<void> => {
    await opener.click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  const chosen = (): Promise<string> =>
    page.locator('[data-testid="prompt-set-row"]', { has: page.locator("input:checked") }).innerText();

  test("the demo slide is opened, looked at closer and whole again, and ready labels name the classes", async () => {
    await fromMenu(page.getByTestId("slide-name"), "Open the demo slide");
    await app.settled();
    await page.getByRole("button", { name: "10×", exact: true }).click();
    await expect.poll(() => app.text("magnification")).toContain("10×");
    await page.getByRole("button", { name: "Fit", exact: true }).click();
    await app.settled();
    await page.getByTestId("ready-labels").click();
    await expect.poll(labels).toBe(18);
    expect(await page.getByTestId("class-row").count()).toBe(3);
  }, 60_000);

  test("a class is chosen and clicks label with it; pressed again they only ask", async () => {
    const [first, second] = drawnPoints("fat", 2);
    if (!first || !second) throw new Error("no such tissue is drawn");
    const row = page.getByTestId("class-row").first().getByRole("button").first();
    await row.click();
    const at = await app.screen(first);
    await page.mouse.click(at.x, at.y);
    await expect.poll(labels).toBe(19);
    await row.click();
    const other = await app.screen(second);
    await page.mouse.click(other.x, other.y);
    await page.waitForSelector('[data-testid="patch-panel"][data-state="answered"]');
    expect(await labels()).toBe(19);
    // From the panel of the patch as well.
    await page.getByRole("group", { name: "Label this patch" }).getByRole("button").first().click();
    await expect.poll(labels).toBe(20);
  }, 60_000);

  test("a set is tuned, its estimate read, swapped and swapped back", async () => {
    await page.getByTestId("tune").click();
    await page.waitForSelector('[data-testid="tune-panel"][data-state="finished"]', { timeout: 180_000 });
    await page.getByTestId("estimate-headline").waitFor();
    expect(await app.text("estimate-headline")).toMatch(/balanced accuracy|second place/i);
    expect(await chosen()).toContain("Tuned 1");
    await app.choosePromptSet("No prompts");
    await expect.poll(chosen).toContain("No prompts");
    await app.choosePromptSet(/^Tuned 1/);
    await expect.poll(chosen).toContain("Tuned 1");
  }, 240_000);

  test("a step is taken back and done again, and the set and the project are saved", async () => {
    await page.getByRole("group", { name: "Label this patch" }).getByRole("button").nth(1).click();
    const [before] = await app.counts();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => (await app.counts())[0]).toBe((before ?? 0) + 1);
    await page.getByRole("button", { name: "Redo" }).click();
    await expect.poll(async () => (await app.counts())[0]).toBe(before);

    const [set] = await Promise.all([
      page.waitForEvent("download"),
      fromMenu(page.getByRole("button", { name: /^More about Tuned 1/ }), "Save as a file"),
    ]);
    expect(set.suggestedFilename()).toMatch(/\.safetensors$/);
    const [project] = await Promise.all([
      page.waitForEvent("download"),
      fromMenu(page.getByTestId("slide-name"), "Save the project as a file"),
    ]);
    expect(project.suggestedFilename()).toBe("project.pathotune.zip");
    expect(await typed()).toBe(0);
    expect(small.errors).toEqual([]);
  }, 60_000);
});
