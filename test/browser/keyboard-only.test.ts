// The whole way by keys alone, on a small random backbone: no pointer is moved or pressed. What it answers does not matter here.
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppPage } from "../support/app-page.ts";
import { hasBrowser } from "../support/browser.ts";
import { counter, round, tabTo, unreached } from "../support/by-hand.ts";
import { openSmallApp, type SmallApp } from "../support/small-app.ts";

describe.skipIf(!hasBrowser)("by keys alone", () => {
  let small: SmallApp;
  let page: Page;
  let app: AppPage;
  let pointed: () => Promise<number>;
  beforeAll(async () => {
    small = await openSmallApp({ acceptDownloads: true, reducedMotion: "reduce" });
    ({ page, app } = small);
    pointed = await counter(page, "pointer");
  }, 240_000);
  afterAll(() => small?.close());

  const keys = async (...pressed: readonly string[]): Promise<void> => {
    for (const key of pressed) await page.keyboard.press(key);
  };
  const slide = () => page.getByRole("application");
  const centre = async (): Promise<Readonly<{ x: number; y: number }>> => {
    const [x = 0, y = 0] = (await app.text("coordinates"))
      .replaceAll(/[\s\u202f\u00a0]/g, "")
      .match(/\d+/g)
      ?.map(Number) ?? [0, 0];
    return { x, y };
  };
  const command = async (words: string): Promise<void> => {
    await keys("Control+k");
    await page.getByTestId("palette").waitFor();
    await page.keyboard.type(words);
    await keys("Enter");
    await page.getByTestId("palette").waitFor({ state: "detached" });
  };
  const chosen = (): Promise<string> =>
    page.locator('[data-testid="prompt-set-row"]', { has: page.locator("input:checked") }).innerText();

  test("every place of the page is reached by Tab, in sight, and shows that it has the focus", async () => {
    const stops = await round(page);
    expect(stops.filter(({ seen }) => !seen)).toEqual([]);
    expect(stops.filter(({ marked }) => !marked)).toEqual([]);
    expect(await unreached(page)).toEqual([]);
    // Reading order: what is said above comes first, then the left panel, the slide, the right panel, the strip below.
    const at = (what: RegExp): number => stops.findIndex((stop) => what.test(stop.what));
    const order = [/slide-name/, /Name of the new class/, /Arrow keys move/, /^button tune$/, /storage-link/].map(at);
    expect(order).not.toContain(-1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  }, 120_000);

  test("the demo slide is opened, classes are named, and the keys go on from where they were", async () => {
    await command("open the demo slide");
    await app.settled();
    await tabTo(page, page.getByLabel("Name of the new class"));
    // One after the other: r, t and s of the second name are letters, no commands.
    await page.keyboard.type("tumour");
    await keys("Enter");
    await page.keyboard.type("stroma");
    await keys("Enter");
    await page.getByTestId("class-row").nth(2).waitFor();
    expect(await page.getByTestId("turned").count()).toBe(0);
    // The field goes away; its place has the focus.
    await keys("Escape");
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent?.trim())).toBe("Add class");
    expect(await app.counts()).toEqual([0, 0]);
  }, 60_000);

  test("arrows move the slide under a frame in its middle, and a number labels what is in the frame", async () => {
    await tabTo(page, slide());
    const frame = page.locator(".pt-ghost");
    await expect.poll(() => frame.isVisible()).toBe(true);
    const before = await centre();
    await keys("ArrowRight", "ArrowDown");
    await expect.poll(async () => (await centre()).x).toBeGreaterThan(before.x);
    await expect.poll(async () => (await centre()).y).toBeGreaterThan(before.y);
    await keys("+");
    await app.settled();
    const middle = await page.getByTestId("slide").boundingBox();
    const box = await frame.boundingBox();
    const off = (a: number, b: number) => Math.abs(a - b);
    expect(off((box?.x ?? 0) + (box?.width ?? 0) / 2, (middle?.x ?? 0) + (middle?.width ?? 0) / 2)).toBeLessThan(2);
    expect(off((box?.y ?? 0) + (box?.height ?? 0) / 2, (middle?.y ?? 0) + (middle?.height ?? 0) / 2)).toBeLessThan(2);
    await keys("Enter");
    await page.waitForSelector('[data-testid="patch-panel"][data-state="answered"]');

    for (const [i, move] of ["ArrowLeft", "ArrowLeft", "ArrowUp", "ArrowLeft"].entries()) {
      await keys("1", move, move, move);
      await expect.poll(async () => (await app.counts())[0]).toBe(i + 1);
    }
    for (const [i, move] of ["ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight"].entries()) {
      await keys("2", move, move, move);
      await expect.poll(async () => (await app.counts())[1]).toBe(i + 1);
    }
    expect(await app.counts()).toEqual([4, 4]);
  }, 120_000);

  test("a set is tuned, its estimate read, swapped and swapped back", async () => {
    await keys("t");
    await page.waitForSelector('[data-testid="tune-panel"][data-state="finished"]', { timeout: 180_000 });
    await page.getByTestId("estimate-headline").waitFor();
    expect(await app.text("estimate-headline")).toMatch(/balanced accuracy|second place/i);
    expect(await chosen()).toContain("Tuned 1");
    await tabTo(page, page.locator('[data-testid="prompt-set-row"] input:checked'));
    await keys("ArrowDown");
    await expect.poll(chosen).toContain("No prompts");
    await keys("b");
    await expect.poll(chosen).toContain("Tuned 1");
  }, 240_000);

  test("a step is taken back and done again, and the set and the project are saved", async () => {
    await tabTo(page, slide());
    await keys("ArrowUp", "1");
    await expect.poll(() => app.counts()).toEqual([5, 4]);
    await keys("Control+z");
    await expect.poll(() => app.counts()).toEqual([4, 4]);
    await keys("Control+Shift+z");
    await expect.poll(() => app.counts()).toEqual([5, 4]);

    await tabTo(page, page.getByRole("button", { name: /^More about Tuned 1/ }), true);
    await keys("Enter");
    const save = page.getByRole("menuitem", { name: "Save as a file" });
    await save.waitFor();
    for (let i = 0; i < 6 && !(await save.evaluate((e) => e === document.activeElement)); i++) await keys("ArrowDown");
    const [set] = await Promise.all([page.waitForEvent("download"), keys("Enter")]);
    expect(set.suggestedFilename()).toMatch(/\.safetensors$/);
    const [project] = await Promise.all([page.waitForEvent("download"), command("save project as")]);
    expect(project.suggestedFilename()).toBe("project.pathotune.zip");
    expect(await pointed()).toBe(0);
    expect(small.errors).toEqual([]);
  }, 120_000);
});
