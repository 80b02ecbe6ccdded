// Learning from a slide's tissue without labels in the built app: offered, shown while it runs, cancelled, kept, and tuned on. A small random
// backbone stands in for the embedded one: what it learns does not matter here.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppPage } from "../support/app-page.ts";
import { hasBrowser, root } from "../support/browser.ts";
import { openSmallApp, type SmallApp } from "../support/small-app.ts";

/** Set to look at the pictures. */
const pictures = process.env.PATHOTUNE_PICTURES === undefined ? null : join(root, process.env.PATHOTUNE_PICTURES);

describe.skipIf(!hasBrowser)("learning from tissue", () => {
  let small: SmallApp;
  let page: Page;
  let app: AppPage;
  beforeAll(async () => {
    small = await openSmallApp();
    ({ page, app } = small);
    page.setDefaultTimeout(60_000);
  }, 240_000);
  afterAll(() => small?.close());

  /** In both themes. */
  const picture = async (name: string, id: string): Promise<void> => {
    if (pictures === null) return;
    mkdirSync(pictures, { recursive: true });
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      await page.getByTestId(id).first().scrollIntoViewIfNeeded();
      await page.waitForTimeout(300);
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
    }
    await page.emulateMedia({ colorScheme: "light" });
  };
  const choose = async (command: string): Promise<void> => {
    await page.keyboard.press("Control+k");
    await page.getByTestId("palette").waitFor();
    await page.keyboard.type(command);
    await page.keyboard.press("Enter");
  };
  const blocked = (id: string) => page.getByTestId(id).getAttribute("aria-disabled");

  test("is offered before there is a label, and cancelled it leaves nothing", async () => {
    expect(await blocked("learn")).toBe("false");
    expect(await app.text("learn-hint")).toMatch(/about 330 places of this slide/);
    await picture("offered", "learn");
    await page.keyboard.press("Shift+t");
    await page.getByTestId("learn-progress").waitFor();
    await picture("running", "learn-progress");
    await page.getByTestId("cancel-learn").click();
    await page.getByText("Cancelled: nothing was changed.").waitFor();
    expect(await page.getByTestId("start-from").count()).toBe(0);
  }, 120_000);

  test("keeps clear of the labels, shows how far it is while other work goes on, and ends in a set Tune starts from", async () => {
    await page.getByTestId("ready-labels").click();
    await expect.poll(() => blocked("tune")).toBe("false");
    await choose("Learn from this slide");
    await page.getByTestId("learn-progress").waitFor();
    expect(await app.text("tune-reason")).toMatch(/being learned from tissue/);
    await expect.poll(() => app.text("learn-section"), { timeout: 120_000 }).toMatch(/[1-9]\d? %/);
    await picture("running with labels", "learn-progress");
    expect((await app.click({ x: 3700, y: 3200 })).answer).not.toBe("");
    await page.getByTestId("learn-done").waitFor({ timeout: 300_000 });
    expect(await app.text("learn-done")).toMatch(/^Learned from \d+ places; Tune starts from them now\.$/);
    expect((await app.promptSets()).filter((row) => /learned without labels from \d+ places/.test(row))).toHaveLength(
      1,
    );
    expect(await page.getByTestId("start-from").inputValue()).toMatch(/^[0-9a-f]{64}$/);
    await picture("learned", "learn");
    await picture("sets", "prompt-sets");
  }, 420_000);

  test("a tuning on it takes the prompts as they are, and its figure is marked", async () => {
    await page.getByTestId("tune-panel").getByRole("button", { name: "Advanced" }).click();
    expect(await page.getByLabel("Epochs", { exact: false }).isDisabled()).toBe(true);
    expect(await page.getByLabel("Views", { exact: false }).isDisabled()).toBe(false);
    await picture("settings", "settings-given");
    await page.getByTestId("tune-panel").getByRole("button", { name: "Hide settings" }).click();
    await page.getByTestId("tune").click();
    await page.waitForSelector('[data-testid="tune-panel"][data-state="finished"]', { timeout: 180_000 });
    await page.getByTestId("transductive").waitFor();
    expect(await app.text("estimate-panel")).toMatch(/prompts learned without labels from \d+ places of 1 slide/);
    await picture("tuned", "estimate-panel");
    await picture("tuned sets", "prompt-sets");
    expect((await app.click({ x: 3700, y: 3200 })).scores).not.toEqual({});
    await page.getByTestId("prompt-set-row").first().getByRole("button").click();
    await page.getByRole("menuitem", { name: "Card…" }).click();
    await page.getByRole("dialog").waitFor();
    expect(await page.getByRole("dialog").innerText()).toContain("transductive");
    await picture("card", "prompt-card");
    await page.keyboard.press("Escape");
  }, 300_000);

  test("is still there after a reload, with its places, and labels only can be gone back to", async () => {
    await app.saved();
    await page.reload();
    await app.ready();
    expect(await page.getByTestId("start-from").inputValue()).toMatch(/^[0-9a-f]{64}$/);
    await page.getByTestId("tune").click();
    await page.waitForSelector('[data-testid="tune-panel"][data-state="finished"]', { timeout: 180_000 });
    await page.getByTestId("start-from").selectOption("labels");
    expect(await app.text("tune-numbers")).toMatch(/^Trains/);
    await page.getByTestId("start-from").selectOption({ index: 0 });
    expect(await page.getByTestId("tune-numbers").count()).toBe(0);
    expect(small.errors).toEqual([]);
  }, 300_000);
});
