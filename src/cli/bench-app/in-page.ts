// How long a person waits: from opening the page to shell, slide and first answer, and from a press to what it does on the screen. Drives
// the built app in a headless Chromium; all times are the page's own clock.
import type { Page } from "playwright-core";
import { openApp } from "./open-app.ts";

export type Times = Readonly<{
  shell: readonly number[];
  pixel: readonly number[];
  prediction: readonly number[];
  click: readonly number[];
  swap: readonly number[];
  undo: readonly number[];
  suggest: readonly number[];
  browser: string;
}>;

const longest = 300_000;
/** Near enough that a click means one patch, on tissue. */
const view = "#x=1900&y=2900&z=2.000";

/** Notes when each of these first stands on the page, from navigation on. */
const watch = `
  window.seen = {};
  const wanted = {
    shell: ".pt-shell .pt-top",
    pixel: '[data-testid="slide"] [data-shown="true"]',
    answered: '[data-testid="patch-panel"][data-state="answered"]',
  };
  const look = () => {
    for (const [name, selector] of Object.entries(wanted)) {
      if (!(name in window.seen) && document.querySelector(selector)) window.seen[name] = performance.now();
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  addEventListener("pointerup", () => { window.pressed = performance.now(); }, true);
  addEventListener("keydown", () => { window.pressed = performance.now(); }, true);
  window.untilShown = (test) => new Promise((resolve, reject) => {
    const each = () => {
      const waited = performance.now() - window.pressed;
      if (test()) resolve(waited);
      else if (waited > 60000) reject(new Error("nothing was shown within a minute"));
      else requestAnimationFrame(each);
    };
    each();
  });
`;

export async function measureInPage(dist: string, rounds: number, log: (line: string) => void): Promise<Times> {
  const app = await openApp(dist);
  try {
    const context = await app.context();
    const page = await context.newPage();
    page.setDefaultTimeout(longest);
    await page.addInitScript({ content: watch });
    const url = `${app.url}?provider=wasm${view}`;
    log("the app is opened once, to fill the cache");
    await page.goto(url);
    await ready(page);
    const [shell, pixel, prediction] = [[] as number[], [] as number[], [] as number[]];
    for (let i = 0; i < rounds; i++) {
      log(`opening ${i + 1} of ${rounds}`);
      await page.goto("about:blank");
      await page.goto(url);
      await ready(page);
      await clickAt(page, 0);
      await page.waitForFunction(`"answered" in window.seen`);
      const seen = (await page.evaluate("window.seen")) as Record<string, number>;
      shell.push(seen.shell ?? Number.NaN);
      pixel.push(seen.pixel ?? Number.NaN);
      prediction.push(seen.answered ?? Number.NaN);
    }
    log("clicks, swaps, undo, suggestions");
    const each = await interactions(page, 4 * rounds, log);
    return { shell, pixel, prediction, ...each, browser: `Chromium ${app.browser.version()}` };
  } finally {
    await app.close();
  }
}

async function ready(page: Page): Promise<void> {
  await page.waitForFunction(
    `/self-test passed/.test(document.querySelector('[data-testid="engine-chip"]')?.textContent ?? "")`,
  );
  await page.waitForFunction(`"pixel" in window.seen`);
}

/** A few dozen screen pixels apart. */
async function clickAt(page: Page, n: number): Promise<void> {
  await page.mouse.click(520 + (n % 6) * 34, 250 + Math.floor(n / 6) * 34);
}

const answered = `document.querySelector('[data-testid="patch-panel"]')?.dataset.state === "answered"`;
const untilShown = async (page: Page, test: string): Promise<number> =>
  (await page.evaluate(`window.untilShown(() => ${test})`)) as number;

async function interactions(
  page: Page,
  count: number,
  log: (line: string) => void,
): Promise<Pick<Times, "click" | "swap" | "undo" | "suggest">> {
  /** What cannot be done here (no second prompt set, no tissue) leaves its figure out, not the others. */
  const part = async (what: string, measure: () => Promise<void>): Promise<void> => {
    try {
      await measure();
    } catch (error) {
      log(`${what}: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`);
    }
  };
  const [click, swap, undo, suggest] = [[] as number[], [] as number[], [] as number[], [] as number[]];
  await part("clicks", async () => {
    for (let i = 1; i <= count; i++) {
      await page.keyboard.press("Escape");
      await page.waitForFunction(`!(${answered})`);
      await clickAt(page, i);
      click.push(await untilShown(page, answered));
    }
  });
  await page.getByTestId("ready-labels").click();
  const labels = `[...document.querySelectorAll('[data-testid="class-count"]')].reduce((n, e) => n + Number(e.textContent), 0)`;
  await page.waitForFunction(`${labels} === 18`);
  const by = `document.querySelector('[data-testid="patch-panel"]')?.textContent?.includes("Instant preview")`;
  // The shipped set steps back for the labels: from then on B goes between the two, and not before.
  await page.waitForFunction(`${answered} && ${by}`);
  await part("swaps", async () => {
    for (let i = 0; i < count; i++) {
      const preview = (await page.evaluate(by)) as boolean;
      await page.keyboard.press("b");
      swap.push(await untilShown(page, `${answered} && Boolean(${by}) === ${!preview}`));
    }
  });
  await part("undo", async () => {
    for (let i = 0; i < count; i++) {
      await page.mouse.move(520 + (i % 6) * 34, 560);
      await page.keyboard.press("1");
      await untilShown(page, `${labels} === 19`);
      await page.keyboard.press("Control+z");
      undo.push(await untilShown(page, `${labels} === 18`));
    }
  });
  const strip = `document.querySelector('[data-testid="suggest-strip"]')?.dataset.state === "shown"`;
  await part("suggestions", async () => {
    for (let i = 0; i < Math.max(2, count / 4); i++) {
      await page.keyboard.press("n");
      // The first look reads places of the slide; what it costs is told as the largest.
      suggest.push(await untilShown(page, strip));
      await page.keyboard.press("Escape");
      await page.waitForFunction(`!document.querySelector('[data-testid="suggest-strip"]')`);
    }
  });
  return { click, swap, undo, suggest };
}
