// "No node on the processor" is only worth saying if the switch that forbids it refuses a graph that needs the processor.
import { expect, test } from "vitest";
import { hasBrowser, launch, serveSources, softwareWebGpu } from "../support/browser.ts";

test.skipIf(!hasBrowser)(
  "a WebGPU session that forbids the processor refuses operators without a WebGPU kernel",
  async () => {
    const served = await serveSources();
    const browser = await launch(softwareWebGpu);
    try {
      const page = await browser.newPage();
      await page.goto(`${served.url}test/browser/pages/processor-nodes.html`);
      await page.waitForFunction(() => "openedOnGpuAlone" in window);
      const results = await page.evaluate(() =>
        (window as unknown as { openedOnGpuAlone(): Promise<Record<string, string>> }).openedOnGpuAlone(),
      );
      expect(results.Neg).toBe("ran: -2");
      expect(results.Sign).toMatch(/^refused: .*(CPU|cpu)/);
      expect(results.LogSoftmax).toMatch(/^refused: .*(CPU|cpu)/);
    } finally {
      await browser.close();
      await served.close();
    }
  },
);
