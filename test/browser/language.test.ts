// The second language in the built app: chosen, remembered, whole on the screen, and no wider than the panels are.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launch, type Served } from "../support/browser.ts";
import { serveSmallApp } from "../support/small-app.ts";

describe.skipIf(!hasBrowser)("another language", () => {
  let browser: Browser;
  let served: Served;
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSmallApp()]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  /** All a person can read or is told of on the page. */
  const read = (page: Page): Promise<string> =>
    page.evaluate(() =>
      [
        document.body.innerText,
        ...[...document.querySelectorAll("[aria-label],[title],[placeholder]")].flatMap((element) =>
          ["aria-label", "title", "placeholder"].map((name) => element.getAttribute(name) ?? ""),
        ),
      ].join("\n"),
    );

  test("is chosen in the bar above, stays after a reload, and leaves neither a gap nor a foreign word", async () => {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    await page.goto(`${served.url}?provider=wasm`);
    await page.getByText("Research use only – not for diagnosis").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("en");
    await page.waitForSelector('[data-testid="engine-chip"][data-state="ready"]', { timeout: 60_000 });

    await page.getByRole("button", { name: "Language" }).click();
    await page.getByRole("menuitem", { name: "Deutsch" }).click();
    await page.getByText("Nur für Forschungszwecke – nicht für die Diagnostik").waitFor();
    // Also where nothing moves.
    await expect.poll(() => page.getByTestId("coordinates").innerText()).toMatch(/^Mitte x/);
    await page.reload();
    await page.getByText("Nur für Forschungszwecke – nicht für die Diagnostik").waitFor();
    await page.waitForSelector('[data-testid="engine-chip"][data-state="ready"]', { timeout: 60_000 });
    await page.getByTestId("zone-panel").waitFor();
    expect(await page.locator("html").getAttribute("lang")).toBe("de");

    // Names are data.
    const words = (await read(page)).replaceAll(/Demo slide \(synthetic H&E\)|Tiny test ViT/g, "");
    expect(words).toContain("Eigenen Schnitt öffnen");
    expect(words).not.toMatch(/undefined|\bNaN\b|\{\w+\}|\bnull\b/);
    // Words that only English has.
    expect(words.match(/\b(the|with|your|labels? are|nothing|slide|open|tissue)\b/g)).toBeNull();

    const wide = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll(".pt-panel, .pt-top, .pt-foot")]
        .filter((element) => element.scrollWidth > element.clientWidth)
        .map((element) => `${element.className}: ${element.scrollWidth} > ${element.clientWidth}`),
    );
    expect(wide).toEqual([]);

    await page.keyboard.press("Control+k");
    await page.getByRole("combobox").fill("Language English");
    expect(await page.getByRole("option").count()).toBe(0);
    await page.getByRole("combobox").fill("Sprache English");
    await page.keyboard.press("Enter");
    await page.getByText("Research use only – not for diagnosis").waitFor();
    await context.close();
  });

  test("is the browser's own where nothing was chosen, and the address's where it asks for one", async () => {
    const context = await browser.newContext({ locale: "de-AT" });
    const page = await context.newPage();
    await page.goto(`${served.url}?provider=wasm`);
    await page.getByText("Nur für Forschungszwecke").first().waitFor();
    await page.goto(`${served.url}?provider=wasm&lang=en`);
    await page.getByText("Research use only").first().waitFor();
    await context.close();
  });
});
