// The whole path in Chromium, on the built app: open, click, label 3 classes x 6, tune on WASM with the embedded model, see the
// estimate, save, reload, find everything again, swap, and see predictions change.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Point } from "../../src/domain/geometry.ts";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, root, type Served, serveFolder } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";

const smallRegion = join(root, "..", "shared", "data", "slides", "svs", "CMU-1-Small-Region.svs");
const long = process.env.PATHOTUNE_LONG === "1";
const screenshots = process.env.PATHOTUNE_SCREENSHOTS;

type Story = Readonly<{
  query: string;
  view: string;
  classes: readonly Readonly<{ name: string; points: readonly Point<"slide">[] }>[];
  /** A place that carries no label, to ask before and after. */
  asked: Point<"slide">;
  glass: Point<"slide">;
  /** Depth and length of the tuning, typed under Advanced: what a test can wait for on two cores. */
  settings: Readonly<Record<string, number>>;
}>;

describe.skipIf(!hasBrowser)("the whole path", () => {
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;
  let app: AppPage;
  let errors: string[];

  beforeAll(async () => {
    served = await serveFolder(join(root, "dist"));
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1366, height: 768 }, acceptDownloads: true });
    const page = await context.newPage();
    errors = collectErrors(page);
    app = createAppPage(page, served.url);
  });
  afterEach(async () => {
    await context.close();
  });

  async function picture(name: string): Promise<void> {
    if (!screenshots) return;
    mkdirSync(screenshots, { recursive: true });
    await app.page.screenshot({ path: join(screenshots, `${name}.png`) });
  }

  async function walk(story: Story, name: string, afterOpen: () => Promise<void> = async () => {}): Promise<void> {
    const { page } = app;
    await app.open(story.query, story.view);
    await afterOpen();
    await app.ready();
    await picture(`${name}-1-first-screen`);

    expect((await app.click(story.glass)).answer).toBe("No tissue");
    await app.choosePromptSet("No prompts");
    const before = await app.click(story.asked);
    expect(before.answer).toBe("Tissue, no class");
    expect(before.scores).toEqual({});
    await picture(`${name}-2-after-a-click`);

    for (const [i, { name: className, points }] of story.classes.entries()) {
      await app.addClass(className);
      for (const point of points) await app.label(point, String(i + 1));
    }
    expect(await app.counts()).toEqual(story.classes.map(({ points }) => points.length));
    const preview = await app.click(story.asked);
    expect(Object.keys(preview.scores).toSorted()).toEqual(story.classes.map((c) => c.name).toSorted());
    expect(Object.values(preview.scores).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);

    await page.getByRole("button", { name: "Advanced" }).click();
    for (const [field, value] of Object.entries(story.settings)) {
      const input = page.getByLabel(field, { exact: false }).first();
      await input.fill(String(value));
      await input.blur();
    }
    const bytesSent = countBytesSent(page);
    await page.getByTestId("tune").click();
    await page.waitForSelector('[data-testid="tune-panel"][data-state="running"]');
    await page.waitForFunction(
      () =>
        Number(document.querySelector('[data-testid="tune-progress"] [role="progressbar"]')?.ariaValueNow ?? 0) > 20,
      undefined,
      { timeout: 300_000 },
    );
    await picture(`${name}-3-during-tuning`);
    await page.waitForSelector('[data-testid="tune-panel"][data-state="finished"]', { timeout: 400_000 });
    expect(bytesSent()).toBe(0);
    const headline = await app.text("estimate-panel");
    expect(headline).toMatch(/balanced accuracy|Label .+ in a second place/i);
    const tuned = await app.click(story.asked);
    expect(tuned.scores).not.toEqual(preview.scores);
    await picture(`${name}-4-after-tuning`);

    const sets = await app.promptSets();
    await app.saved();
    await page.reload();
    await afterOpen();
    await app.ready();
    expect(await app.counts()).toEqual(story.classes.map(({ points }) => points.length));
    expect(await app.promptSets()).toEqual(sets);
    const again = await app.click(story.asked);
    for (const [className, score] of Object.entries(tuned.scores)) {
      expect(again.scores[className], className).toBeCloseTo(score, 4);
    }
    await app.choosePromptSet("No prompts");
    const swapped = await app.click(story.asked);
    expect(swapped.scores).not.toEqual(again.scores);
    for (const [className, score] of Object.entries(preview.scores)) {
      expect(swapped.scores[className], className).toBeCloseTo(score, 4);
    }
    expect(errors).toEqual([]);
  }

  test("on the embedded slide: label, tune, reload, swap", { timeout: 900_000 }, async () => {
    const points = (tissue: string) => drawnPoints(tissue, 6);
    await walk(
      {
        query: "?provider=wasm",
        view: "#x=3584&y=2560&z=9.2",
        classes: [
          { name: "Tumour drawing", points: points("tumour") },
          { name: "Stroma drawing", points: points("stroma") },
          { name: "Follicle drawing", points: points("lymphocytes") },
        ],
        asked: { x: 3700, y: 3200 },
        glass: { x: 5240, y: 2560 },
        settings: long ? { "Blocks (last": 4, Epochs: 4 } : { "Blocks (last": 4, Epochs: 2, Views: 1 },
      },
      "embedded",
    );
    expect(await app.text("synthetic")).toBe("Synthetic: drawn by a program");
    await shareAndOpenElsewhere();
  });

  // The same path on a real slide: minutes of tuning on a processor.
  test.skipIf(!existsSync(smallRegion) || !long)(
    "on CMU-1-Small-Region.svs: label, tune, reload, swap (long; needs ../shared)",
    { timeout: 900_000 },
    async () => {
      const slides = await serveFolder(join(smallRegion, ".."), { headers: "shared" });
      try {
        await walk(
          {
            query: `?provider=wasm&slide=${encodeURIComponent(`${slides.url}CMU-1-Small-Region.svs`)}`,
            view: "#x=1110&y=1483&z=4.6",
            classes: [
              {
                name: "Epidermis",
                points: at([1260, 780], [1250, 1000], [1230, 1850], [1230, 2230], [650, 2700], [1660, 2560]),
              },
              {
                name: "Dermis",
                points: at([1000, 1200], [1000, 1450], [1000, 1900], [1000, 2500], [1680, 2050], [1360, 2560]),
              },
              {
                name: "Keratin",
                points: at([1480, 960], [1480, 1200], [1450, 1430], [1250, 1660], [1730, 1420], [1560, 1600]),
              },
            ],
            asked: { x: 870, y: 2150 },
            glass: { x: 300, y: 1800 },
            settings: { "Blocks (last": 4, Epochs: 8 },
          },
          "cmu-1",
          approve,
        );
      } finally {
        await slides.close();
      }
    },
  );

  /** The tuned set as a file, loaded by somebody who has nothing else: it is listed, answers, and carries what it was made of. */
  async function shareAndOpenElsewhere(): Promise<void> {
    await app.page.getByRole("button", { name: /^More about Tuned/ }).click();
    const saving = app.page.waitForEvent("download");
    await app.page.getByRole("menuitem", { name: "Save as a file" }).click();
    const file = await (await saving).path();
    const other = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    try {
      const page = await other.newPage();
      const elsewhere = createAppPage(page, served.url);
      await elsewhere.open("?provider=wasm", "#x=3584&y=2560&z=9.2");
      await elsewhere.ready();
      const choosing = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Load a prompt set" }).click();
      await (await choosing).setFiles({
        name: "tuned.safetensors",
        mimeType: "application/octet-stream",
        buffer: readFileSync(file),
      });
      await elsewhere.choosePromptSet(/^Tuned/);
      const answer = await elsewhere.click({ x: 3700, y: 3200 });
      expect(Object.keys(answer.scores).toSorted()).toEqual(["Follicle drawing", "Stroma drawing", "Tumour drawing"]);
      expect(await elsewhere.text("estimate-panel")).toContain("drawn by a program");
      const cut = readFileSync(file).subarray(0, 5000);
      const again = page.waitForEvent("filechooser");
      await page.getByRole("button", { name: "Load a prompt set" }).click();
      await (await again).setFiles({ name: "cut.safetensors", mimeType: "application/octet-stream", buffer: cut });
      await page
        .getByTestId("notice")
        .filter({ hasText: /damaged|truncated|ends|cut/i })
        .waitFor();
    } finally {
      await other.close();
    }
  }

  /** Another origin is asked about before its first byte. */
  async function approve(): Promise<void> {
    const dialog = app.page.getByTestId("origin-approve");
    await dialog.click({ timeout: 15_000 }).catch(() => undefined);
    await app.page.getByTestId("calibration").waitFor();
  }
});

const at = (...pairs: readonly (readonly [number, number])[]): readonly Point<"slide">[] =>
  pairs.map(([x, y]) => ({ x, y }));

/** Counts the bytes of request bodies from now on: nothing is uploaded. */
function countBytesSent(page: AppPage["page"]): () => number {
  let bytes = 0;
  page.on("request", (request) => {
    bytes += request.postDataBuffer()?.length ?? 0;
  });
  return () => bytes;
}
