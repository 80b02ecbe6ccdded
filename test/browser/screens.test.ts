// Every screen of the app in one walk: axe (WCAG 2.2 A and AA) finds nothing serious in either theme, and each looks as its reference.
// A part of them, drawn by the built app; with PATHOTUNE_LONG=1 all. PATHOTUNE_RENEW=1 makes those references anew that are
// missing or too far.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRandom, shuffled } from "../../src/math/random.ts";
import { findings } from "../support/axe.ts";
import { hasBrowser } from "../support/browser.ts";
import { buildSeed } from "../support/build-seed.ts";
import { distance, incomparable, renew, sayMade, sizes, themes, tolerance } from "../support/looks.ts";
import { screens, walk } from "../support/screens.ts";
import { openSmallApp, type SmallApp } from "../support/small-app.ts";

const renewing = process.env.PATHOTUNE_RENEW === "1";
/** Set to a folder to look at the screens. */
const pictures = process.env.PATHOTUNE_SCREENSHOTS;
const all = renewing || pictures !== undefined || process.env.PATHOTUNE_LONG === "1";
const names = screens.map(({ name }) => name);

const seed = buildSeed();
/** Where the breaks are tried: no dialog lies over it. */
const plain = "first";
const drawn = [plain, ...shuffled(createRandom(seed), names).filter((name) => name !== plain)];
const examined = new Set(all ? names : drawn.slice(0, 6));
const looked = new Set(all ? names : drawn.slice(0, 4));

/** Breaks that a look at the pictures must not miss. */
const breaks = {
  "a panel that is not there": ".pt-right { visibility: hidden !important; }",
  "letters as dark as their ground": ".pt-shell * { color: var(--pt-panel) !important; }",
  "a layout that fell apart": ".pt-shell { display: block !important; }",
};

describe.skipIf(!hasBrowser)(`the screens of the app (seed ${seed})`, () => {
  let small: SmallApp;
  let unfit: string | null;
  const found: Record<string, readonly string[]> = {};
  const far: Record<string, number> = {};
  const broken: Record<string, number> = {};

  const look = async (name: string): Promise<void> => {
    const { page } = small;
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const theme of themes) {
        await page.emulateMedia({ colorScheme: theme });
        await page.waitForSelector(`html[data-mantine-color-scheme="${theme}"]`);
        const full = `${name} ${size.width} ${theme}`;
        if (pictures) {
          mkdirSync(pictures, { recursive: true });
          await page.waitForTimeout(500);
          await page.screenshot({ path: join(pictures, `${full}.png`) });
        }
        if (renewing) {
          if (unfit !== null || (await distance(page, full)) > tolerance()) {
            await renew(page, full);
            console.log(`Made anew: ${full}`);
          }
        } else if (looked.has(name) && unfit === null) {
          far[full] = await distance(page, full);
          if (name === plain && Object.keys(broken).length === 0) {
            for (const [what, rules] of Object.entries(breaks)) broken[what] = await distance(page, full, rules);
          }
        }
        if (size === sizes[0]) found[`${name} ${theme}`] = await findings(page);
      }
      if (!looked.has(name)) break;
    }
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize(sizes[0]);
  };

  beforeAll(async () => {
    small = await openSmallApp({ reducedMotion: "reduce" });
    // Half-way into a change of theme no colour is the one that is meant.
    await small.page.addStyleTag({ content: "* { transition: none !important; animation: none !important; }" });
    unfit = await incomparable(small.browser, small.page);
    await walk(small.app, examined, look);
    if (renewing) await sayMade(small.browser, small.page);
  }, 1_200_000);
  afterAll(() => small?.close());

  test("have no serious accessibility issue in either theme", () => {
    expect(Object.keys(found)).toHaveLength(2 * examined.size);
    expect(Object.fromEntries(Object.entries(found).filter(([, one]) => one.length > 0))).toEqual({});
    expect(small.errors).toEqual([]);
  });

  test.skipIf(renewing)("look as their references, at two sizes and in both themes", ({ skip }) => {
    if (unfit !== null) skip(unfit);
    expect(Object.keys(far)).toHaveLength(4 * looked.size);
    expect(Object.fromEntries(Object.entries(far).filter(([, share]) => share > tolerance()))).toEqual({});
  });

  test.skipIf(renewing)("do not look so with a panel gone, unreadable letters or a broken layout", ({ skip }) => {
    if (unfit !== null) skip(unfit);
    for (const [what, share] of Object.entries(broken)) expect(share, what).toBeGreaterThan(2 * tolerance());
  });
});
