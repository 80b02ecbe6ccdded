// The built app on hosts that know nothing of it: under a sub-path, without special headers, on an insecure origin. It classifies,
// asks nobody else for anything, and says what is missing, what that costs and how to get it. offline.test.ts has its service worker.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, root, type Served, serveFolder } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";

const dist = join(root, "dist");

describe.skipIf(!hasBrowser)("dist/ on a bare static server", () => {
  let browser: Browser;
  let served: Served;
  beforeAll(async () => {
    served = await serveFolder(dist, { prefix: "/some/where/pathotune", headers: "none" });
    browser = await launch(["--host-resolver-rules=MAP slides.test 127.0.0.1"]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test("holds model, slide, runtime and licence", () => {
    const files = [
      "index.html",
      "LICENSE",
      "models/pathotune-tiny/manifest.json",
      "models/pathotune-tiny/model.onnx",
      "models/pathotune-tiny/weights.safetensors",
      "slides/synthetic-he.tif",
    ];
    expect(files.filter((file) => !existsSync(join(dist, file)))).toEqual([]);
  });

  test("classifies under a sub-path without special headers, with requests to its own folder alone", async () => {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, serviceWorkers: "block" });
    const page = await context.newPage();
    const errors = collectErrors(page);
    const elsewhere: string[] = [];
    page.context().on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(served.url) && !url.startsWith("blob:") && !url.startsWith("data:")) elsewhere.push(url);
    });
    const app = createAppPage(page, served.url);
    await app.open("", "#x=3584&y=2560&z=9.2");
    await app.ready();
    expect(await app.text("engine-chip")).toContain("1 thread");
    const [tumour] = drawnPoints("tumour", 1);
    const answer = await app.click(tumour ?? { x: 0, y: 0 });
    expect(answer.answer).not.toBe("No tissue");
    await page.getByTestId("engine-chip").click();
    const card = await app.text("capability-card");
    expect(card).toContain("not cross-origin isolated");
    expect(card).toContain("Cross-Origin-Opener-Policy: same-origin");
    expect(card).toMatch(/two to four times as long/);
    expect(elsewhere).toEqual([]);
    expect(errors).toEqual([]);
    await context.close();
  });

  test("on an insecure origin a card says what is missing, and the model still answers", async () => {
    const page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
    const app = createAppPage(page, served.url.replace("localhost", "slides.test"));
    await app.open("", "#x=3584&y=2560&z=9.2");
    await app.ready();
    expect(await page.evaluate(() => isSecureContext)).toBe(false);
    const [tumour] = drawnPoints("tumour", 1);
    expect((await app.click(tumour ?? { x: 0, y: 0 })).answer).not.toBe("No tissue");
    await page.getByTestId("engine-chip").click();
    const card = await app.text("capability-card");
    expect(card).toContain("plain http from another computer");
    expect(card).toContain("Open it over https, or from localhost");
    await page.close();
  });
});
