// The tab is killed at random moments of a scripted piece of work: what was shown as saved is there again, and of what was only
// shown at most the last action is missing. Seeded; 20 moments, in the long run 200 in 10 pieces of work. A plain model says what each action shows.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { createRandom, integer, type Random, uniform } from "../../src/math/random.ts";
import { createAppPage } from "../support/app-page.ts";
import { hasBrowser, launch, type Served } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { serveSmallApp } from "../support/small-app.ts";

const long = process.env.PATHOTUNE_LONG === "1";
/** One piece of work each, from nothing. */
const seeds = Array.from({ length: long ? 10 : 1 }, (_, i) => 20 + i);
const moments = 20;
const view = "#x=3584&y=2560&z=9.2";
const names = ["Alveoli", "Bone", "Cartilage", "Dermis"];
const points = ["tumour", "stroma", "lymphocytes"].flatMap((tissue) => [...drawnPoints(tissue, 6)]);

/** What the project holds: classes in order, and the class of each labelled point. */
type Work = Readonly<{ classes: readonly string[]; labels: ReadonlyMap<number, number> }>;
const nothing: Work = { classes: [], labels: new Map() };

/** As the class list shows it. */
function shown({ classes, labels }: Work): string {
  const count = (i: number): number => [...labels.values()].filter((at) => at === i).length;
  return classes.map((name, i) => `${name} ${count(i)}`).join(", ");
}

type Step = Readonly<{ after: Work; undone?: boolean; run: (page: Page) => Promise<void> }>;

/** The next action on `work`; `before` is what an undo goes back to. */
function choose(random: Random, work: Work, before: Work | null, app: ReturnType<typeof createAppPage>): Step {
  const dice = uniform(random);
  if (work.classes.length < 2 || (work.classes.length < names.length && dice < 0.1)) {
    const name = present(names[work.classes.length], "a name");
    return { after: { ...work, classes: [...work.classes, name] }, run: () => app.addClass(name) };
  }
  if (before && dice < 0.25) return { after: before, undone: true, run: (page) => page.keyboard.press("Control+z") };
  const point = integer(random, points.length);
  const other = integer(random, work.classes.length);
  const key = work.labels.get(point) === other ? (other + 1) % work.classes.length : other;
  return {
    after: { ...work, labels: new Map(work.labels).set(point, key) },
    run: async (page) => {
      const { x, y } = await app.screen(present(points[point], "a point"));
      await page.mouse.move(x, y);
      await page.waitForTimeout(20);
      await page.keyboard.press(String(key + 1));
    },
  };
}

const readShown = (): string =>
  [...document.querySelectorAll('[data-testid="class-row"]')]
    .map((row) => [
      row.querySelector(".pt-cut")?.textContent,
      row.querySelector('[data-testid="class-count"]')?.textContent,
    ])
    .filter(([name]) => name !== "Other")
    .map((pair) => pair.join(" "))
    .join(", ");

async function untilShown(page: Page, wanted: string): Promise<void> {
  const end = performance.now() + 60_000;
  for (let now: string | null = null; now !== wanted; now = await page.evaluate(readShown)) {
    if (performance.now() > end) throw new Error(`the page shows "${now}" and not "${wanted}"`);
    await page.waitForTimeout(10);
  }
}

describe.skipIf(!hasBrowser)("a tab that is killed while a person works", () => {
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSmallApp()]);
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
  });
  afterEach(() => context.close());
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  /** Works until the tab is gone; says what may be found afterwards. */
  async function workUntilKilled(
    page: Page,
    found: Work,
    random: Random,
    killSoon: () => unknown,
    dead: () => boolean,
  ) {
    const app = createAppPage(page, served.url);
    const history: Work[] = [found];
    // Undo reaches back to this page's first action only.
    const undo: Work[] = [];
    // By actions and not by the clock alone, so that a slow machine is killed at work too.
    const first = integer(random, 6);
    let done = 0;
    let saved = 0;
    try {
      for (;;) {
        const now = present(history.at(-1), "work");
        if (history.length - 1 === first) killSoon();
        const step = choose(random, now, undo.at(-1) ?? null, app);
        history.push(step.after);
        await step.run(page);
        await untilShown(page, shown(step.after));
        done = history.length - 1;
        if (step.undone) undo.pop();
        else undo.push(now);
        await page.waitForTimeout(uniform(random) * 120);
        const footer = await page.getByTestId("saved").allInnerTexts();
        if (footer.some((text) => text.startsWith("Saved"))) saved = done;
      }
    } catch (error) {
      if (!dead()) throw error;
    }
    return { history, done, saved };
  }

  const name = `loses at most the last action, at ${moments} moments (seed %i)`;
  test.each(seeds)(name, { timeout: moments * 60_000 }, async (seed) => {
    const random = createRandom(seed);
    let held: readonly Work[] = [nothing];
    // What the last page had shown before it was killed.
    let last = shown(nothing);
    let [actions, unsaved, lost, whileOpening] = [0, 0, 0, 0];
    for (let moment = 0; moment < moments; moment++) {
      const page = await context.newPage();
      let dead = false;
      let again: ReturnType<typeof setInterval> | undefined;
      const crash = new Promise<unknown>((resolve) => page.once("crash", resolve));
      const devtools = await context.newCDPSession(page);
      // Some are killed while they open, before anybody can act.
      const opening = uniform(random) < 0.15;
      const blow = (): unknown => devtools.send("Page.crash").catch(() => {});
      const kill = (): void => {
        dead = true;
        blow();
        // A blow that falls between two renderers of one tab hits neither, and the work would go on for ever.
        again = setInterval(blow, 2000);
      };
      const wait = uniform(random);
      if (opening) setTimeout(kill, wait * 1500);
      try {
        await page.goto(`${served.url}?provider=wasm${view}`);
        await createAppPage(page, served.url).settled();
        const text = await page.evaluate(readShown);
        const found = held.find((work) => shown(work) === text);
        expect(held.map(shown), `found again at moment ${moment}`).toContain(text);
        // Found is what was shown, or what was begun after it, or one action less.
        if (text !== last && text === shown(present(held[0], "work"))) lost++;
        last = text;
        const work = present(found, "work");
        held = [work];
        if (!opening) {
          // A label is of the backbone's patch: before it is there a key does nothing.
          await page.getByTestId("backbone").waitFor({ timeout: 120_000 });
          const killSoon = (): unknown => setTimeout(kill, wait * 600);
          const { history, done, saved } = await workUntilKilled(page, work, random, killSoon, () => dead);
          held = history.slice(Math.max(saved, done - 1));
          last = shown(present(history[done], "work"));
          actions += done;
          unsaved += done > saved ? 1 : 0;
        }
      } catch (error) {
        if (!dead || !opening) throw error;
      }
      if (opening) whileOpening++;
      await crash;
      clearInterval(again);
      await page.close();
    }
    console.log(
      `killed ${moments} tabs, ${whileOpening} while opening, ${unsaved} with unsaved work, after ${actions} actions; ${lost} lost the last action`,
    );
    expect(actions).toBeGreaterThan(moments);
  });
});
