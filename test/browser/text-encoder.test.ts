// The text encoder in Chromium, offline: a BERT of random weights in transformers.js layout, against PyTorch (fixtures/tiny-bert/make.py).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, launch, type Served, serveSources } from "../support/browser.ts";

type Answer = Readonly<{ encoder: string; width: number; vectors: readonly (readonly number[])[]; fault?: string }>;
const expected = JSON.parse(
  readFileSync(join(import.meta.dirname, "..", "fixtures", "tiny-bert", "expected.json"), "utf8"),
) as Readonly<{ texts: readonly string[]; vectors: readonly (readonly number[])[] }>;

describe.skipIf(!hasBrowser)("the text encoder", () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  const elsewhere: string[] = [];
  beforeAll(async () => {
    served = await serveSources();
    browser = await launch();
    page = await browser.newPage();
    await page.context().route("**", (route) => {
      if (new URL(route.request().url()).hostname === "localhost") return route.continue();
      elsewhere.push(route.request().url());
      return route.abort();
    });
    await page.goto(`${served.url}test/browser/pages/text.html`);
    await page.waitForFunction(() => "encode" in window);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  const encode = (kind: string): Promise<Answer> =>
    page.evaluate(
      ([what, texts]) =>
        (window as unknown as { encode(kind: unknown, texts: unknown): Promise<Answer> }).encode(what, texts),
      [kind, expected.texts] as const,
    );

  test.each(["folder", "files"])(
    "gives PyTorch's vectors to 1e-4, from a %s, and asks nobody else for anything",
    async (kind) => {
      const { fault, width, vectors } = await encode(kind);
      expect(fault).toBeUndefined();
      expect(width).toBe(32);
      vectors.forEach((vector, i) => {
        const worst = Math.max(...vector.map((x, j) => Math.abs(x - (expected.vectors[i]?.[j] ?? Number.NaN))));
        expect(worst, expected.texts[i]).toBeLessThan(1e-4);
      });
      expect(vectors).toHaveLength(expected.texts.length);
      expect(elsewhere).toEqual([]);
    },
  );

  test("whose graph is missing is a fault that names it and the way on", async () => {
    const { fault } = await encode("missing");
    expect(fault).toMatch(/"my encoder" could not be loaded: .*model\.onnx.* Texts of the library need no encoder\./);
    expect(elsewhere).toEqual([]);
  });
});
