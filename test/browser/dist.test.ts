// The built app on a host that knows nothing of it: under a sub-path, without special headers, offline.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launch, root, type Served, serveFolder } from "../support/browser.ts";

describe.skipIf(!hasBrowser)("dist/ on a bare static server", () => {
  let browser: Browser;
  let served: Served;
  beforeAll(async () => {
    expect(existsSync(join(root, "dist", "index.html"))).toBe(true);
    served = await serveFolder(join(root, "dist"), { prefix: "/some/where/pathotune", headers: "none" });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test("holds model, slide and runtime", () => {
    for (const file of [
      "models/pathotune-tiny/manifest.json",
      "models/pathotune-tiny/weights.safetensors",
      "slides/synthetic-he.tif",
    ]) {
      expect(existsSync(join(root, "dist", file)), file).toBe(true);
    }
  });
});
