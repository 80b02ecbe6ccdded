// What can be done to the view of a slide, in the built app: colours as stored or by profile, turning, and the label on demand. Pixels
// are read from the screen; what they must be was written by LittleCMS (managed.json) and by the fixtures' generator (twins.json).
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Point } from "../../src/domain/geometry.ts";
import { createAppPage } from "../support/app-page.ts";
import { hasBrowser, launch, root, type Served, serveFolder } from "../support/browser.ts";
import { dropFile } from "../support/drop-file.ts";

const slides = join(root, "test/fixtures/slides");
type Managed = readonly (readonly [number, number, readonly number[], readonly number[]])[];

describe.skipIf(!hasBrowser)("the view of a slide", () => {
  let browser: Browser;
  let served: Served;
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveFolder(join(root, "dist"))]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  /** Colours of the page at these places, of one moment. */
  const shownAt = async (
    page: Page,
    places: readonly Readonly<{ x: number; y: number }>[],
  ): Promise<readonly (readonly number[])[]> => {
    const png = (await page.screenshot()).toString("base64");
    return page.evaluate(
      async ([data, points]) => {
        const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
        const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
        const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
        context?.drawImage(image, 0, 0);
        return points.map(({ x, y }) => [...(context?.getImageData(x, y, 1, 1).data ?? [])].slice(0, 3));
      },
      [png, places] as const,
    );
  };
  const off = (seen: readonly number[], wanted: readonly number[]): number =>
    Math.max(...wanted.map((value, i) => Math.abs(value - (seen[i] ?? 999))));

  test("shows its colours as stored or by profile, turns, and shows the label only when asked", async () => {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    const crashes: string[] = [];
    page.on("pageerror", (error) => crashes.push(String(error)));
    // No backbone: nothing here asks one.
    await page.route(/\/models\//, (route) => route.abort());
    const app = createAppPage(page, served.url);

    await app.open("?provider=wasm", "#x=3584&y=2560&z=9&r=270");
    await page.getByTestId("turned").waitFor();
    expect(await app.text("turned")).toBe("turned −90°");
    await page.keyboard.press("r");
    await page.getByTestId("turned").waitFor({ state: "detached" });
    // Else the link of this slide, which names none, would fit the next.
    await app.settled();
    expect(await page.getByTestId("colours").count()).toBe(0);

    const file = "odd-profile.tif";
    const written: Readonly<Record<string, Managed>> = JSON.parse(readFileSync(join(slides, "managed.json"), "utf8"));
    // The others lie under what floats over the slide.
    const places = (written[file] ?? []).filter(([x, y]) => x >= 20 && y >= 30);
    expect(places.length).toBe(3);
    await dropFile(page, file, readFileSync(join(slides, "twins", file)));
    const colours = page.getByTestId("colours");
    await colours.waitFor();
    await app.settled();
    const centre = { x: 100, y: 68 };
    /** Waits until each place has its colour; a place is found where a slide turned so far about its centre has it. */
    const expectShown = async (which: 2 | 3, turned: (p: Point<"slide">) => Point<"slide">): Promise<void> => {
      const points: { x: number; y: number }[] = [];
      for (const [px, py] of places) {
        const at = turned({ x: px + 0.5 - centre.x, y: py + 0.5 - centre.y });
        points.push(await app.screen({ x: centre.x + at.x, y: centre.y + at.y }));
      }
      let apart = 999;
      for (let i = 0; i < 40 && apart > 12; i++) {
        if (i > 0) await page.waitForTimeout(50);
        const seen = await shownAt(page, points);
        apart = Math.max(...places.map((place, at) => off(seen[at] ?? [], place[which])));
      }
      expect(apart).toBeLessThanOrEqual(12);
    };
    const upright = (p: Point<"slide">) => p;
    const right = ({ x, y }: Point<"slide">): Point<"slide"> => ({ x: -y, y: x });
    await expectShown(2, upright);
    expect(await colours.getAttribute("data-shown")).toBe("stored");
    await page.getByRole("button", { name: "by profile" }).click();
    await expectShown(3, upright);
    expect(await colours.getAttribute("data-shown")).toBe("profile");
    await page.keyboard.press("r");
    await expectShown(3, right);
    expect(await app.text("turned")).toBe("turned 90°");
    await page.getByRole("button", { name: "as stored" }).click();
    await expectShown(2, right);
    await page.getByTestId("upright").click();
    await expectShown(2, upright);

    await dropFile(page, "photographs.svs", readFileSync(join(slides, "twins", "photographs.svs")));
    await page.getByTestId("slide-name").getByText("photographs.svs").waitFor();
    const openFacts = async () => {
      await page.getByTestId("slide-name").click();
      await page.getByRole("menuitem", { name: "About this slide" }).click();
      await page.getByTestId("photographs").waitFor();
    };
    await openFacts();
    const pictures = page.getByTestId("photographs").locator("canvas");
    expect(await pictures.count()).toBe(0);
    await page.getByRole("button", { name: "Show the label (may name the patient)" }).click();
    await page.getByTestId("photographs").locator("canvas[data-shown]").waitFor();
    const { width, height, rgb } = await pictures.evaluate((canvas) => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error("no canvas");
      const rgba = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
      return { width: canvas.width, height: canvas.height, rgb: [...rgba].filter((_, i) => i % 4 < 3) };
    });
    const hash = createHash("sha256").update(Uint8Array.from(rgb)).digest("hex").slice(0, 32);
    expect([width, height, hash]).toEqual([60, 70, "fc9fb25d648033ccc17e7d97335b0bc2"]);
    await page.keyboard.press("Escape");
    await openFacts();
    expect(await pictures.count()).toBe(0);
    expect(crashes).toEqual([]);
    await context.close();
  }, 60_000);
});
