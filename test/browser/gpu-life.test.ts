// What a graphics device refuses is told to whoever asks next, however late it says so. On the software adapter, by WebGPU alone.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectErrors, hasBrowser, launch, type Served, serveSources, softwareWebGpu } from "../support/browser.ts";

describe.skipIf(!hasBrowser)("the life of a graphics device", () => {
  let served: Served;
  let browser: Browser;
  beforeAll(async () => {
    served = await serveSources();
    browser = await launch(softwareWebGpu);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test("a refusal that comes after its task seemed done fails the next one, and only that", async () => {
    const page = await browser.newPage();
    const errors = collectErrors(page);
    await page.goto(`${served.url}test/browser/pages/gpu-life.html`);
    await page.waitForFunction(() => "refusedLate" in window);
    expect(errors).toEqual([]);
    const seen = await page.evaluate(() =>
      (window as unknown as { refusedLate(): Promise<readonly string[]> }).refusedLate(),
    );
    expect(seen).toEqual(["done", "runtime", "done"]);
    await page.close();
  });
});
