// The app in Chromium as a person uses it: pointer, keys, what stands on the screen. Knows the page's words and test ids only.
import type { Page } from "playwright-core";
import { present } from "../../src/base/fault.ts";
import type { Point } from "../../src/domain/geometry.ts";

export type AppPage = Readonly<{
  page: Page;
  /** Opens the app; `view` sets the deep link (level-0 centre and level-0 pixels per screen pixel). */
  open(query?: string, view?: string): Promise<void>;
  ready(): Promise<void>;
  /** Waits until a slide is shown and its view rests: the link in the address bar says the same for half a second. */
  settled(): Promise<void>;
  /** Screen position of a level-0 point, from the link in the address bar. */
  screen(p: Point<"slide">): Promise<{ x: number; y: number }>;
  click(p: Point<"slide">): Promise<Answer>;
  label(p: Point<"slide">, key: string): Promise<void>;
  addClass(name: string): Promise<void>;
  /** Of the classes the person named, without Other. */
  counts(): Promise<number[]>;
  text(testId: string): Promise<string>;
  choosePromptSet(name: string | RegExp): Promise<void>;
  promptSets(): Promise<string[]>;
  /** Waits until everything said is durable. */
  saved(): Promise<void>;
}>;

export type Answer = Readonly<{ answer: string; scores: Readonly<Record<string, number>>; similar: number }>;

export function createAppPage(page: Page, url: string): AppPage {
  const byId = (id: string) => page.getByTestId(id);

  const view = async () => {
    const hash = await page.evaluate(() => location.hash);
    const field = (name: string): number => Number(new RegExp(`[#&]${name}=([-0-9.e]+)`).exec(hash)?.[1] ?? Number.NaN);
    const box = present(await byId("slide").boundingBox(), "the slide on the screen");
    return { x: field("x"), y: field("y"), z: field("z"), box };
  };

  const settled = async (): Promise<void> => {
    // A link that was opened says so from the start: by itself it tells nothing.
    await byId("slide").waitFor({ timeout: 120_000 });
    for (let [hash, same] = ["", 0]; same < 5; ) {
      await page.waitForTimeout(100);
      const now = await page.evaluate(() => location.hash);
      same = now === hash && /[#&]z=/.test(now) ? same + 1 : 0;
      hash = now;
    }
  };

  const screen = async (p: Point<"slide">) => {
    const { x, y, z, box } = await view();
    return { x: box.x + box.width / 2 + (p.x - x) / z, y: box.y + box.height / 2 + (p.y - y) / z };
  };

  const answer = async (): Promise<Answer> => {
    await page.waitForSelector('[data-testid="patch-panel"][data-state="answered"]', { timeout: 60_000 });
    const scores: Record<string, number> = {};
    for (const row of await byId("score").all()) {
      scores[(await row.getAttribute("data-class")) ?? ""] = Number(await row.getAttribute("data-score"));
    }
    const similar = await page.locator('[data-testid="similar"] button').count();
    return { answer: (await byId("answer").innerText()).trim(), scores, similar };
  };

  return {
    page,
    async open(query = "", at = "") {
      await page.goto(`${url}${query}${at}`);
    },
    async ready() {
      await page.waitForFunction(
        () => /self-test passed/.test(document.querySelector('[data-testid="engine-chip"]')?.textContent ?? ""),
        undefined,
        { timeout: 120_000 },
      );
      await settled();
    },
    settled,
    screen,
    async click(p) {
      const at = await screen(p);
      // Another place first: an answer of the same place must not pass for a new one.
      await page.keyboard.press("Escape");
      await page.waitForSelector('[data-testid="patch-panel"][data-state="none"]');
      await page.mouse.click(at.x, at.y);
      return answer();
    },
    async label(p, key) {
      const at = await screen(p);
      const before = await total();
      await page.mouse.move(at.x, at.y);
      await page.waitForTimeout(30);
      await page.keyboard.press(key);
      await page.waitForFunction(
        (n) =>
          [...document.querySelectorAll('[data-testid="class-count"]')].reduce((s, e) => s + Number(e.textContent), 0) >
          n,
        before,
        { timeout: 10_000 },
      );
    },
    async addClass(name) {
      const input = page.getByLabel("Name of the new class");
      if (!(await input.isVisible())) await page.getByRole("button", { name: "Add class" }).click();
      await input.fill(name);
      await input.press("Enter");
      await byId("class-row")
        .filter({ has: page.getByText(name, { exact: true }) })
        .waitFor();
      if (await input.isVisible()) await input.press("Escape");
    },
    async counts() {
      const own = page.locator('[data-testid="class-row"]:not([data-other="true"]) [data-testid="class-count"]');
      return (await own.allInnerTexts()).map(Number);
    },
    text: async (id) => (await byId(id).innerText()).replaceAll("\u202f", " ").trim(),
    async choosePromptSet(name) {
      await page.locator('[data-testid="prompt-set-row"]', { hasText: name }).locator("input").check();
    },
    promptSets: async () => byId("prompt-set-row").allInnerTexts(),
    async saved() {
      await page.waitForFunction(() =>
        /^Saved/.test(document.querySelector('[data-testid="saved"]')?.textContent ?? ""),
      );
    },
  };

  async function total(): Promise<number> {
    return (await byId("class-count").allInnerTexts()).map(Number).reduce((a, b) => a + b, 0);
  }
}
