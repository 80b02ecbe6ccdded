// axe-core (WCAG 2.2 A and AA) over the screens of the built app, in both themes: nothing serious on any. With PATHOTUNE_SCREENSHOTS
// each screen is kept as a picture at two sizes, to be looked at.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { findings } from "../support/axe.ts";
import { hasBrowser, launch, type Served } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { serveSmallApp } from "../support/small-app.ts";

const pictures = process.env.PATHOTUNE_SCREENSHOTS;
const sizes = [
  { width: 1366, height: 768 },
  { width: 1920, height: 1080 },
];

describe.skipIf(!hasBrowser)("the screens of the app", () => {
  let browser: Browser;
  let served: Served;
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSmallApp()]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  /** Each screen: its name, and how one comes to it from the one before. */
  const screens: readonly (readonly [string, (app: AppPage) => Promise<void>])[] = [
    [
      "first",
      async (app) => {
        await app.open("?provider=wasm", "#x=3584&y=2560&z=9.2");
        await app.ready();
      },
    ],
    [
      "labelled",
      async (app) => {
        for (const [i, tissue] of ["tumour", "stroma"].entries()) {
          await app.addClass(`${tissue} drawing`);
          for (const point of drawnPoints(tissue, 3)) await app.label(point, String(i + 1));
        }
        await app.click({ x: 3700, y: 3200 });
      },
    ],
    [
      "shortcuts",
      async ({ page }) => {
        await page.keyboard.press("?");
        await page.getByRole("dialog").waitFor();
      },
    ],
  ];

  test.each(["light", "dark"] as const)(
    "have no serious accessibility issue in the %s theme",
    async (theme) => {
      const context = await browser.newContext({ viewport: sizes[0] ?? null, colorScheme: theme });
      const page = await context.newPage();
      const app = createAppPage(page, served.url);
      const found: Record<string, readonly string[]> = {};
      for (const [name, reach] of screens) {
        await reach(app);
        found[name] = await findings(page);
        if (!pictures) continue;
        mkdirSync(pictures, { recursive: true });
        for (const size of sizes) {
          await page.setViewportSize(size);
          await page.waitForTimeout(500);
          await page.screenshot({ path: join(pictures, `${name}-${theme}-${size.width}.png`) });
        }
        await page.setViewportSize(sizes[0] ?? { width: 1366, height: 768 });
      }
      expect(found).toEqual(Object.fromEntries(screens.map(([name]) => [name, []])));
      await context.close();
    },
    300_000,
  );
});
