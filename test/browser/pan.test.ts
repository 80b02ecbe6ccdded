// Moving a slide under thousands of labels, in Chromium on the built app: what is drawn and what stands on the page is counted, not timed.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ClassId, LabelId, ProjectId } from "../../src/base/brand.ts";
import { mpp } from "../../src/base/brand.ts";
import type { Label } from "../../src/domain/label.ts";
import { withOther } from "../../src/domain/other-class.ts";
import { emptyProject } from "../../src/domain/project.ts";
import { writeProjectFile } from "../../src/domain/project-file.ts";
import { readySlide } from "../../src/domain/ready-labels.ts";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, type Served } from "../support/browser.ts";
import { serveSmallApp } from "../support/small-app.ts";

const count = 3000;
const red = { id: "red" as ClassId, name: "Red", color: "#ff0000", key: 1 };
const places = Array.from({ length: count }, (_, i) => ({ x: 60 + (i % 60) * 115, y: 60 + Math.floor(i / 60) * 98 }));

function project(): Uint8Array {
  const labels = places.map(({ x, y }, i): readonly [LabelId, Label] => {
    const id = `label-${i}` as LabelId;
    const region = { x: x - 16, y: y - 16, width: 32, height: 32 };
    const label = { id, slideId: readySlide, classId: red.id, region, slideMpp: mpp(0.5), group: id };
    return [id, { ...label, origin: "imported" }];
  });
  const made = { ...emptyProject("many" as ProjectId), classes: withOther([red]), labels: new Map(labels) };
  return writeProjectFile(made, new Map(), { names: "kept" });
}

/** Counts what is drawn on the canvases over the slide. */
const counting = `
  window.marksDrawn = { times: 0, calls: 0 };
  for (const name of ["clearRect", "drawImage", "arc", "strokeRect", "fillRect", "fillText"]) {
    const real = CanvasRenderingContext2D.prototype[name];
    CanvasRenderingContext2D.prototype[name] = function (...args) {
      if (this.canvas.className === "pt-marks") window.marksDrawn[name === "clearRect" ? "times" : "calls"]++;
      return real.apply(this, args);
    };
  }
`;

describe.skipIf(!hasBrowser)(`a slide with ${count} labels`, () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  let app: AppPage;
  let errors: string[];
  beforeAll(async () => {
    [served, browser] = await Promise.all([serveSmallApp(), launch()]);
    page = await (await browser.newContext({ viewport: { width: 1366, height: 768 } })).newPage();
    errors = collectErrors(page);
    await page.addInitScript({ content: counting });
    app = createAppPage(page, served.url);
    await app.open("?provider=wasm", "#x=3584&y=2560&z=9.2");
    await app.ready();
    const file = { name: "many.pathotune.zip", mimeType: "application/zip", buffer: Buffer.from(project()) };
    await page.getByTestId("project-file").setInputFiles(file);
    await page.waitForFunction(
      (n) => document.querySelector('[data-testid="class-count"]')?.textContent === n,
      `${count}`,
    );
    await app.saved();
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  type Drawn = Readonly<{ times: number; calls: number }>;
  /** What one press of an arrow, some frames of movement, draws. */
  async function moved(key: string): Promise<Drawn> {
    await page.getByTestId("slide").locator('[role="application"]').focus();
    await app.settled();
    const read = (): Promise<Drawn> => page.evaluate("({ ...window.marksDrawn })");
    const before = await read();
    const hash = await page.evaluate(() => location.hash);
    await page.keyboard.press(key);
    await page.waitForFunction((old) => location.hash !== old, hash);
    await app.settled();
    const after = await read();
    return { times: after.times - before.times, calls: after.calls - before.calls };
  }

  /** Whether a label's colour is where the label is. */
  async function redAt(p: Readonly<{ x: number; y: number }>): Promise<boolean> {
    const { x, y } = await app.screen(p);
    const clip = { x: Math.round(x) - 1, y: Math.round(y) - 1, width: 2, height: 2 };
    const png = (await page.screenshot({ clip })).toString("base64");
    return page.evaluate(async (data) => {
      const bytes = await (await fetch(`data:image/png;base64,${data}`)).blob();
      const context = new OffscreenCanvas(2, 2).getContext("2d");
      context?.drawImage(await createImageBitmap(bytes), 0, 0);
      const [r = 0, g = 0] = context?.getImageData(0, 0, 1, 1).data ?? [];
      return r > 200 && g < 60;
    }, png);
  }

  test("is moved as a whole: its labels are drawn again at rest only, and lie where they belong", async () => {
    const { times, calls } = await moved("ArrowRight");
    expect(times).toBe(1);
    expect(calls).toBeLessThanOrEqual(count);
    for (const index of [1530, 1545, 1890]) expect(await redAt(places[index] ?? { x: 0, y: 0 })).toBe(true);
    expect(errors).toEqual([]);
  }, 60_000);

  test("has no element a label, and near by draws only the labels that are in view", async () => {
    expect(await page.evaluate(() => document.querySelectorAll("*").length)).toBeLessThan(count / 2);
    await page.getByRole("button", { name: "20×", exact: true }).click();
    const { times, calls } = await moved("ArrowDown");
    expect(times).toBeGreaterThan(0);
    expect(calls).toBeGreaterThan(0);
    // A frame with its name is four calls, and some 120 of them fit.
    expect(calls / times).toBeLessThan(count / 4);
    expect(errors).toEqual([]);
  }, 60_000);
});
