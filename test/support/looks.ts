// How a screen looks, held against a small committed picture of it. Knows what varies from run to run and covers it; knows no way to any
// screen. A picture is scaled down and packed like its reference, so that packing makes no difference.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import sharp from "sharp";
import { root } from "./browser.ts";

export const sizes = [
  { width: 1366, height: 768 },
  { width: 2560, height: 1440 },
] as const;
export const themes = ["light", "dark"] as const;

const folder = join(root, "test", "fixtures", "looks");
const madeFile = join(folder, "made.json");
const width = 512;
/** Of 255, in one channel: what counts as another colour. */
const otherColour = 24;

/** What the references were made with, and the share of a picture that may be of another colour. */
type Made = Readonly<{ chromium: number; letters: readonly number[]; tolerance: number }>;

const made = (): Made | null => (existsSync(madeFile) ? JSON.parse(readFileSync(madeFile, "utf8")) : null);
export const tolerance = (): number => made()?.tolerance ?? 0.008;

/** Clocks, sizes of what is kept, forecasts, ports, what is drawn by lot and what the machine is like: covered without moving what is around them. */
const covers = `
  *, *::before, *::after { transition: none !important; animation: none !important; caret-color: transparent !important; }
  .pt-foot > :not(:first-child),
  .pt-notice:not([data-tone="error"]),
  [role="tooltip"], .mantine-Tooltip-tooltip,
  .pt-check-pictures canvas,
  [data-testid="device-words"] > *,
  [data-testid="gates"] .pt-line > :last-child,
  [data-testid="memory"], [data-testid="storage-dialog"] > p:first-child, .pt-kept td { visibility: hidden !important; }
  [data-testid="engine-chip"] { visibility: hidden !important; width: 280px; }
  [data-testid="tune-panel"] .pt-hint, [data-testid="study-panel"] .pt-hint
    { visibility: hidden !important; height: 4em !important; overflow: hidden !important; }
  [data-testid="storage-dialog"] > p:first-child, [data-testid="device-words"] { height: 5em; overflow: hidden; }
  [data-testid="share-link"] { color: transparent !important; }
  [data-testid="report-save"] { color: transparent !important; width: 120px; }
`;

type Picture = Readonly<{ packed: Buffer; rgb: Buffer }>;

/** The page as it is now. `spoilt`: rules that break its look on purpose. */
async function picture(page: Page, spoilt = ""): Promise<Picture> {
  const shot = await page.screenshot({
    type: "jpeg",
    quality: 95,
    animations: "disabled",
    style: covers + spoilt,
    timeout: 60_000,
  });
  const packed = await sharp(shot).resize(width).webp({ quality: 50, effort: 6 }).toBuffer();
  return { packed, rgb: await unpack(packed) };
}

const unpack = (packed: Buffer): Promise<Buffer> => sharp(packed).removeAlpha().raw().toBuffer();

/** Share of the pixels that have another colour, 0..1. */
function apart(a: Buffer, b: Buffer): number {
  if (a.length !== b.length) return 1;
  let other = 0;
  for (let i = 0; i < a.length; i += 3) {
    const far = (c: number): boolean => Math.abs((a[i + c] ?? 0) - (b[i + c] ?? 0)) > otherColour;
    if (far(0) || far(1) || far(2)) other++;
  }
  return (3 * other) / a.length;
}

const fileOf = (name: string): string => join(folder, `${name.replaceAll(" ", "-")}.webp`);

/** The pointer rests where nothing answers it. */
async function rest(page: Page): Promise<void> {
  await page.mouse.move(1, 1);
  await page.evaluate(() => document.fonts.ready);
}

/** How far the page is from its reference, 0..1. Waits for late pictures as long as it is further than it may be. */
export async function distance(page: Page, name: string, spoilt = ""): Promise<number> {
  if (!existsSync(fileOf(name))) return 1;
  await rest(page);
  const reference = await unpack(readFileSync(fileOf(name)));
  let least = 1;
  for (let i = 0; i < 6 && least > tolerance(); i++) {
    if (i > 0) await page.waitForTimeout(400);
    least = Math.min(least, apart((await picture(page, spoilt)).rgb, reference));
    // What is spoilt stays so.
    if (spoilt !== "") break;
  }
  return least;
}

/** Keeps the page as the reference of this name, once it rests. */
export async function renew(page: Page, name: string): Promise<void> {
  await rest(page);
  let before = await picture(page);
  for (let i = 0; i < 12; i++) {
    await page.waitForTimeout(400);
    const now = await picture(page);
    const rests = apart(before.rgb, now.rgb) < 0.0005;
    before = now;
    if (rests) break;
  }
  writeFileSync(fileOf(name), before.packed);
}

const major = (browser: Browser): number => Number.parseInt(browser.version(), 10);

/** Widths of a line in the page's fonts: other fonts, other widths. */
const letters = (page: Page): Promise<readonly number[]> =>
  page.evaluate(() => {
    const context = document.createElement("canvas").getContext("2d");
    const family = getComputedStyle(document.body).fontFamily;
    return [`100px ${family}`, `bold 100px ${family}`, "100px ui-monospace, monospace"].map((font) => {
      if (!context) return 0;
      context.font = font;
      return Math.round(context.measureText("Tune 0.25 µm/px × 18 labels → ↓ WQgj").width);
    });
  });

/** Says what new references are made with; the tolerance stays. */
export async function sayMade(browser: Browser, page: Page): Promise<void> {
  const now: Made = { chromium: major(browser), letters: await letters(page), tolerance: tolerance() };
  mkdirSync(folder, { recursive: true });
  writeFileSync(madeFile, `${JSON.stringify(now, null, 2)}\n`);
}

/** Why the references say nothing about this browser; null: they do. */
export async function incomparable(browser: Browser, page: Page): Promise<string | null> {
  const then = made();
  if (!then) return "there are no references yet";
  if (then.chromium !== major(browser)) {
    return `the references are of Chromium ${then.chromium}, this is ${major(browser)}`;
  }
  const here = await letters(page);
  return `${here}` === `${then.letters}` ? null : `the references are of other fonts (${then.letters}, here ${here})`;
}
