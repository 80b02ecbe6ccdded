// GPU memory stays flat over clicks and tunings, and a batch in parts gives what whole batches give, on WebGPU (software adapter).
import { expect, test } from "vitest";
import { collectErrors, hasBrowser, launch, serveSources, softwareWebGpu } from "../support/browser.ts";
import type { MemoryReport } from "./pages/memory.ts";

const long = process.env.PATHOTUNE_LONG === "1";

/**
 * Of a released session onnxruntime 1.30 keeps the inline constants (scalars, a row of zeros) until its last session goes: 1.1 KB for
 * the three graphs of a pair of tunings. One vector of the optimiser left behind in each step would be 12 KB.
 */
const constantsOfAPair = 2048;

test.skipIf(!hasBrowser)(
  "GPU buffers alive are the same bytes after many clicks, and after many tunings",
  async () => {
    const served = await serveSources();
    const browser = await launch(softwareWebGpu);
    try {
      const page = await browser.newPage();
      const errors = collectErrors(page);
      await page.goto(`${served.url}test/browser/pages/memory.html`, { timeout: 90_000 });
      await page.waitForFunction(() => "watchMemory" in window);
      const [clicks, pairs] = long ? ([1000, 10] as const) : ([12, 1] as const);
      const report = await page.evaluate(
        (asked): Promise<MemoryReport> => window.watchMemory(asked.clicks, asked.pairs),
        { clicks, pairs },
      );
      expect(report.provider).toBe("webgpu");
      const { first, clicked, tuned, released } = report.bytes;
      expect(first).toBeGreaterThan(0);
      expect(clicked).toBe(first);
      expect(tuned - clicked).toBeLessThanOrEqual(pairs * constantsOfAPair);
      expect(released).toBe(0);
      if (long) expect(report.runs).toBeGreaterThanOrEqual(2000);

      const { whole, parts } = report.prompts;
      const apart = Math.hypot(...parts.map((value, i) => value - (whole[i] ?? Number.NaN)));
      expect(apart / Math.hypot(...whole)).toBeLessThan(1e-4);
      expect(parts).not.toEqual(whole);
      expect(errors).toEqual([]);
    } finally {
      await browser.close();
      await served.close();
    }
  },
  1_800_000,
);
