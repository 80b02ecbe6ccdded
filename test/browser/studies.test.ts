// Questions to the labels in the app: asked, answered with chart and table, cancelled; a click in between is answered.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AppPage } from "../support/app-page.ts";
import { hasBrowser, root } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { openSmallApp, type SmallApp } from "../support/small-app.ts";

/** Set to look at the pictures. */
const pictures = process.env.PATHOTUNE_PICTURES === undefined ? null : join(root, process.env.PATHOTUNE_PICTURES);

describe.skipIf(!hasBrowser)("questions to the labels", () => {
  let small: SmallApp;
  let page: Page;
  let app: AppPage;
  let errors: string[];
  beforeAll(async () => {
    small = await openSmallApp({ viewport: { width: 1366, height: 900 } });
    ({ page, app, errors } = small);
  });
  afterAll(() => small?.close());
  const picture = async (name: string, id: string): Promise<void> => {
    await page.getByTestId(id).scrollIntoViewIfNeeded();
    if (pictures === null) return;
    mkdirSync(pictures, { recursive: true });
    await page.waitForTimeout(300);
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };

  test("say before labels are there what is missing", async () => {
    expect(await page.getByTestId("ask-curve").getAttribute("aria-disabled")).toBe("true");
    expect(await app.text("study-panel")).toMatch(/Add a class first/);
    await picture("empty", "study-panel");
  });

  test("the curve is drawn with its verdict and a table of the same figures", async () => {
    for (const [i, tissue] of ["Stroma", "Tumour"].entries()) {
      await app.addClass(tissue);
      for (const point of drawnPoints(tissue.toLowerCase() as "stroma" | "tumour", 12))
        await app.label(point, String(i + 1));
    }
    await page.getByTestId("ask-curve").click();
    await page.getByTestId("curve-result").waitFor({ timeout: 300_000 });
    expect(await app.text("curve-verdict")).toMatch(/^(More labels would probably|Cannot tell yet)/);
    const rows = await page.locator('[data-testid="curve-result"] tbody tr').allInnerTexts();
    expect(rows.map((row) => Number.parseInt(row, 10))).toEqual([1, 2, 4, 8]);
    for (const row of rows) expect(row).toMatch(/\d+ % \(\d+-\d+\)/);
    expect(await page.locator('[data-testid="curve-plot"] canvas').count()).toBe(1);
    await picture("curve", "curve-plot");
  });

  test("the comparison says how long it takes, gives way to a click, and can be cancelled", async () => {
    await page.getByRole("button", { name: "Advanced" }).click();
    const blocks = page.getByLabel("Blocks (last", { exact: false });
    await blocks.fill("2");
    await blocks.blur();
    const many = page.getByLabel("Epochs", { exact: false });
    await many.fill("400");
    await many.blur();
    await page.waitForFunction(() =>
      /^About/.test(document.querySelector('[data-testid="ablation-time"]')?.textContent ?? ""),
    );
    await picture("advanced", "class-weights");
    await page.getByTestId("ask-ablation").click();
    await page.getByTestId("cancel-study").waitFor();
    expect((await app.click({ x: 3700, y: 3200 })).answer).not.toBe("");
    await picture("asking", "study-progress");
    expect(await page.getByTestId("tune").getAttribute("aria-disabled")).toBe("true");
    await page.getByTestId("cancel-study").click();
    await page.getByTestId("ask-ablation").waitFor();
    expect(await page.getByTestId("ablation-result").count()).toBe(0);
  });

  test("of a few prompts it ends in a table with paired differences, and the curve knows that labels have changed", async () => {
    const epochs = page.getByLabel("Epochs", { exact: false });
    await epochs.fill("1");
    await epochs.blur();
    await page.getByRole("button", { name: "Choose", exact: true }).click();
    await page.getByLabel("Visual + instance", { exact: true }).uncheck();
    await page.getByTestId("ask-ablation").click();
    await page.getByTestId("ablation-result").waitFor({ timeout: 300_000 });
    const rows = await page.locator('[data-testid="ablation-result"] tbody tr').allInnerTexts();
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/^Frozen features, no prompts/);
    const difference = /[-+]?\d+ \([-+]?\d+ to [-+]?\d+\)|0 \(no label tells them apart\)/;
    for (const row of rows.slice(1)) expect(row).toMatch(difference);
    expect(await app.text("ablation-result")).toMatch(/Small differences mean nothing/);
    await picture("ablation", "ablation-result");
    expect(await app.text("study-panel")).not.toMatch(/have changed since/);
    await page.keyboard.press("Control+z");
    await page.getByText("Your labels have changed since").first().waitFor();
    expect(errors).toEqual([]);
  });

  test("after a tuning, scores say what they are worth or why not", async () => {
    await page.getByTestId("tune").click();
    await page.waitForSelector('[data-testid="tune-panel"][data-state="finished"]', { timeout: 300_000 });
    expect(await app.text("score-calibration")).toMatch(
      /Score, not a probability.*from 50 held-out labels in 5 places on; there are 2\d labels/,
    );
    await picture("calibration", "score-calibration");
    expect(errors).toEqual([]);
  });
});
