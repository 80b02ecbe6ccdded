// What becomes of runs when their graphics device goes: each ends, as device-lost, and never in a number. Software adapter.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launch, type Served, serveSources, softwareWebGpu } from "../support/browser.ts";
import type { LossReport } from "./pages/lost.ts";

describe.skipIf(!hasBrowser)("runs on a device that is lost", () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    served = await serveSources();
    browser = await launch(softwareWebGpu);
    page = await browser.newPage();
    await page.goto(`${served.url}test/browser/pages/lost.html`);
    await page.waitForFunction(() => "loseAfter" in window);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test.each([0, 10, 100])("%d ms after a run was begun end as device-lost, or whole", async (delay) => {
    const report = await page.evaluate((after): Promise<LossReport> => window.loseAfter(after), delay);
    const [before, underWay, waiting, after] = report.runs;
    const right = `value ${1 / 256}`;
    const lost = expect.stringMatching(/^device-lost: The graphics device was lost/);
    expect(before).toBe(right);
    // A run may have ended before its device did; then its number is the right one.
    for (const run of [underWay, waiting]) if (run !== right) expect(run).toEqual(lost);
    expect([after, report.resident, report.compiling]).toEqual([lost, lost, lost]);
    expect(report.lost).toBe("device-lost");
  });

  test("a device that is let go of is not lost", async () => {
    expect(await page.evaluate((): Promise<string> => window.letGo())).toBe("quiet");
  });
});
