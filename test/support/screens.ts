// The screens of the app, each with the way to it from the one before: one walk on the small app passes them all. Knows what a person
// presses; what is looked at on a screen is the caller's.
import type { AppPage } from "./app-page.ts";
import { drawnPoints } from "./drawn-points.ts";
import { dropFile } from "./drop-file.ts";

export type Screen = Readonly<{
  name: string;
  /** Test id of what is in sight in its panel; else all panels are at their top. */
  at?: string;
  /** What stays: done for the screens after it also where this one is not looked at. */
  before?: (app: AppPage) => Promise<void>;
  /** What is closed again. */
  open?: (app: AppPage) => Promise<void>;
  close?: (app: AppPage) => Promise<void>;
}>;

/** A slide whose name promises more than its bytes hold. */
const noSlide = new TextEncoder().encode("This is no slide.");
const asked = { x: 3700, y: 3200 };

const escapes = async ({ page }: AppPage): Promise<void> => {
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
};
const press =
  (testId: string) =>
  ({ page }: AppPage): Promise<void> =>
    page.getByTestId(testId).click();
const item =
  (name: string | RegExp) =>
  async ({ page }: AppPage): Promise<void> => {
    await page.getByTestId("slide-name").click();
    await page.getByRole("menuitem", { name }).click();
  };
const key =
  (name: string) =>
  ({ page }: AppPage): Promise<void> =>
    page.keyboard.press(name);

/** A dialog that is opened so, is there when `shown` is, and goes away by Escape. */
const dialog = (name: string, open: (app: AppPage) => Promise<void>, shown?: string): Screen => ({
  name,
  open: async (app) => {
    await open(app);
    await app.page.getByRole("dialog").waitFor();
    if (shown) await app.page.locator(shown).first().waitFor({ timeout: 60_000 });
  },
  close: escapes,
});

/** The view rests on the whole slide. */
async function whole({ page, settled }: AppPage): Promise<void> {
  await page.getByRole("button", { name: "Fit", exact: true }).click();
  await settled();
}

/** Tunes in one pass, and waits for the set and its figures. */
async function tune({ page }: AppPage): Promise<void> {
  const tunePanel = page.getByTestId("tune-panel");
  await tunePanel.getByRole("button", { name: "Advanced" }).click();
  // All that would else be chosen by how fast this machine is.
  const settings = { "Blocks (last": 2, "Tokens per block": 4, Epochs: 2, Batch: 8, Views: 1 };
  for (const [field, value] of Object.entries(settings)) {
    const input = page.getByLabel(field, { exact: false }).first();
    await input.fill(String(value));
    await input.blur();
  }
  await page.getByLabel("Frozen features beside the prompts").selectOption("none");
  await tunePanel.getByRole("button", { name: "Hide settings" }).click();
  await page.getByTestId("tune").click();
  await page.waitForSelector('[data-testid="tune-panel"][data-state="finished"]', { timeout: 180_000 });
  await page.getByTestId("confusion").waitFor({ timeout: 60_000 });
}

/** A map of one region, large enough for a check of 30 patches. */
async function mapRegion({ page, screen, settled }: AppPage): Promise<void> {
  await settled();
  await page.getByTestId("draw-rectangle").click();
  const [from, to] = [await screen({ x: 2900, y: 2000 }), await screen({ x: 3900, y: 2900 })];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.press("Escape");
  const panel = page.getByTestId("map-panel");
  await panel.getByRole("button", { name: "Options" }).click();
  await page.getByLabel("Where").selectOption("regions");
  await panel.getByRole("button", { name: "Hide options" }).click();
  await page.getByTestId("map-start").click();
  await page.waitForSelector('[data-testid="map-panel"][data-state="complete"]', { timeout: 180_000 });
  await page.getByTestId("map-class").first().waitFor({ timeout: 60_000 });
}

export const screens: readonly Screen[] = [
  { name: "first", before: whole },
  {
    name: "tour",
    open: async ({ page }) => {
      await page.getByTestId("tour-start").click();
      await page.getByTestId("tour").waitFor();
    },
    close: async ({ page }) => {
      await page.keyboard.press("Escape");
      await page.getByTestId("tour").waitFor({ state: "detached" });
    },
  },
  dialog("shortcuts", key("?")),
  dialog("palette", key("Control+k"), '[data-testid="palette"]'),
  dialog("capabilities", press("engine-chip"), '[data-testid="device-words"]'),
  dialog("calibration", press("calibration")),
  dialog("slide facts", item("About this slide")),
  dialog("share", item("Link to this view"), '[data-testid="share"]'),
  dialog("slide by address", item("Open a slide by its address")),
  dialog("storage", press("storage-link"), '[data-testid="kept-part"]'),
  dialog("backbone", press("licence"), '[data-testid="licence-text"]'),
  dialog("import backbone", press("bring-backbone"), '[data-testid="import-dialog"]'),
  dialog("open models", press("browse-open-models"), '[data-testid="hub-list"]'),
  {
    name: "similar places",
    before: async (app) => {
      await app.settled();
      await app.click(asked);
      // Of the whole slide, not of what was read so far.
      await app.page.getByText("Most similar places on this slide", { exact: true }).waitFor({ timeout: 120_000 });
    },
  },
  {
    name: "labelled",
    before: async (app) => {
      await app.settled();
      for (const [i, tissue] of ["tumour", "stroma"].entries()) {
        await app.addClass(tissue);
        for (const point of drawnPoints(tissue, 6)) await app.label(point, String(i + 1));
      }
      await app.click(asked);
    },
  },
  dialog("attention", key("e"), '[data-testid="attention"][data-state="shown"]'),
  {
    name: "suggestions",
    open: async ({ page }) => {
      await page.keyboard.press("n");
      await page.waitForSelector('[data-testid="suggest-strip"][data-state="shown"]', { timeout: 180_000 });
    },
    close: async (app) => {
      await app.page.keyboard.press("Escape");
      await app.page.getByTestId("suggest-strip").waitFor({ state: "detached" });
      await whole(app);
      await app.click(asked);
    },
  },
  dialog("review", key("g"), '[data-testid="reviewed"]'),
  { name: "tuned", at: "estimate-panel", before: tune },
  dialog(
    "prompt card",
    async ({ page }) => {
      await page.getByRole("button", { name: /^More about Tuned 1/ }).click();
      await page.getByRole("menuitem", { name: "Card…" }).click();
    },
    '[data-testid="prompt-card"]',
  ),
  dialog(
    "held-out patches",
    ({ page }) => page.locator('[data-testid="confusion"] .pt-cell').first().click(),
    '[data-testid="patch-gallery"] button',
  ),
  { name: "map", at: "map-panel", before: mapRegion },
  {
    name: "split",
    open: async ({ page }) => {
      await page.keyboard.press("v");
      await page.getByTestId("split").waitFor();
    },
    close: async ({ page }) => {
      await page.keyboard.press("v");
      await page.getByTestId("split").waitFor({ state: "detached" });
    },
  },
  {
    ...dialog("map check", press("map-check-resume"), '[data-testid="map-check"]'),
    // A check that was begun stays.
    before: async (app) => {
      await app.page.getByTestId("map-check-start").click();
      await app.page.getByTestId("map-check").waitFor();
      await escapes(app);
    },
  },
  dialog("report", async (app) => {
    await item("Report of this slide")(app);
    await app.page.locator('[data-testid="report-dialog"][data-state="made"]').waitFor({ timeout: 60_000 });
    await app.page.frameLocator(".pt-report").getByText("Labels of this project").waitFor();
  }),
  {
    name: "unreadable slide",
    open: async ({ page }) => {
      await dropFile(page, "broken.svs", noSlide);
      await page.getByRole("alert").first().waitFor();
    },
    close: ({ page }) => page.getByRole("alert").first().getByRole("button", { name: "Dismiss" }).click(),
  },
  dialog(
    "forget slide",
    async ({ page }) => {
      await page.getByTestId("storage-link").click();
      await page.getByRole("button", { name: "Forget this slide…" }).click();
    },
    '[data-testid="forget-slide"]',
  ),
  dialog(
    "forget everything",
    async ({ page }) => {
      await page.getByTestId("storage-link").click();
      await page.getByTestId("forget-everything-open").click();
    },
    '[data-testid="forget-everything"]',
  ),
  {
    name: "no slide",
    before: async ({ page }) => {
      await page.getByTestId("storage-link").click();
      await page.getByRole("button", { name: "Forget this slide…" }).click();
      await page.getByTestId("forget-slide-do").click();
      await page.getByTestId("forget-slide").waitFor({ state: "detached" });
      await page.getByText("Open the demo slide").waitFor();
      await page.getByTestId("engine-chip").getByText("self-test passed").waitFor({ timeout: 60_000 });
    },
  },
];

/** A panel is where what was pressed before left it: it goes to where this screen wants it. */
async function toSight({ page }: AppPage, testId: string | null): Promise<void> {
  await page.evaluate((id) => {
    for (const panel of document.querySelectorAll(".pt-panel")) panel.scrollTop = 0;
    if (id !== null) document.querySelector(`[data-testid="${id}"]`)?.scrollIntoView({ block: "start" });
  }, testId);
}

/** Passes the screens in their order and calls `look` on each that is wanted; none after the last of them. */
export async function walk(
  app: AppPage,
  wanted: ReadonlySet<string>,
  look: (name: string) => Promise<void>,
): Promise<void> {
  const last = screens.findLastIndex(({ name }) => wanted.has(name));
  for (const screen of screens.slice(0, last + 1)) {
    await screen.before?.(app);
    if (!wanted.has(screen.name)) continue;
    await screen.open?.(app);
    await toSight(app, screen.at ?? null);
    await look(screen.name);
    await screen.close?.(app);
  }
}
