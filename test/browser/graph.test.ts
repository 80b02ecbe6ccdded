// The generated graphs on the native WebGPU provider in Chromium (software adapter), no node on the processor, against WASM.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launch, type Served, serveSources, softwareWebGpu } from "../support/browser.ts";

describe.skipIf(!hasBrowser)("graphs on WebGPU", () => {
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

  test("base, upper and training step equal WASM to 1e-4, sharing one set of weight buffers", {
    timeout: 300_000,
  }, async () => {
    const page = await browser.newPage();
    await page.goto(`${served.url}test/browser/pages/graph.html`);
    await page.waitForFunction(() => "compareGraphs" in window);
    const report = await page.evaluate(() =>
      (window as unknown as { compareGraphs(): Promise<Record<string, number>> }).compareGraphs(),
    );
    const { buffers, weights, ...differences } = report;
    expect(buffers).toBe(weights);
    for (const [name, difference] of Object.entries(differences)) {
      expect(difference, name).toBeLessThan(1e-4);
    }
    expect(Object.keys(differences)).toContain("train.gradTheta");
  });
});
