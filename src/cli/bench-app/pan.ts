// What moving the slide costs the main thread, with 10,000 labels and a map of 100,000 places over it and with nothing over it. Drives the
// built app in a headless Chromium on a slide drawn for it; costs are read from Chromium's own trace.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BrowserContext, Page } from "playwright-core";
import { mpp } from "../../base/brand.ts";
import { assert, Fault } from "../../base/fault.ts";
import { parseSheet, storedAnswers, storedSheet } from "../../domain/parse-sheet.ts";
import { writeProjectFile } from "../../domain/project-file.ts";
import { writeHugeSlide } from "../bench-slide/huge-slide.ts";
import { openApp, type ServedApp } from "./open-app.ts";
import { plantedMap, plantedProject } from "./planted-work.ts";
import { longTask, mainThreadCosts, type ThreadCosts, type TraceEvent } from "./trace-costs.ts";

/** A backbone's patches of 224 px are 317 x 317 on it. */
const side = 71_168;
const [labels, patch] = [10_000, 224];
const slideFile = "pan.tif";
const longest = 300_000;

export type PanCosts = Readonly<{
  /** One of each a round. */
  empty: readonly ThreadCosts[];
  full: readonly ThreadCosts[];
  places: number;
  labels: number;
  browser: string;
}>;

export const longTasks = ({ tasks }: ThreadCosts): number => tasks.filter((task) => task >= longTask).length;

/** Every round pans over both, one after the other. Fault `unsupported` where there is no Chromium. */
export async function measurePan(dist: string, rounds: number, log: (line: string) => void): Promise<PanCosts> {
  const folder = mkdtempSync(join(tmpdir(), "pathotune-pan-"));
  const path = join(folder, slideFile);
  log("a slide for panning is drawn");
  await writeHugeSlide(path, side, new AbortController().signal);
  const app = await openApp(dist, { [slideFile]: path });
  try {
    const [bare, worked] = [await app.context(), await app.context()];
    log(`${labels} labels and a map are planted`);
    const places = await plant(app, worked);
    const [empty, full]: [ThreadCosts[], ThreadCosts[]] = [[], []];
    for (let i = 0; i < rounds; i++) {
      log(`panning, ${i + 1} of ${rounds}: nothing over the slide`);
      empty.push(await panned(app, bare, false));
      log(`panning, ${i + 1} of ${rounds}: labels and map over it`);
      full.push(await panned(app, worked, true));
    }
    return { empty, full, places, labels, browser: `Chromium ${app.browser.version()}` };
  } finally {
    await app.close();
    rmSync(folder, { recursive: true });
  }
}

async function opened({ url }: ServedApp, context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  page.setDefaultTimeout(longest);
  await page.goto(`${url}?provider=wasm&slide=${slideFile}`);
  await page.waitForSelector('[data-testid="slide"] [data-shown="true"]');
  await page.waitForFunction(
    `/self-test passed/.test(document.querySelector('[data-testid="engine-chip"]')?.textContent ?? "")`,
  );
  return page;
}

/** Returns the map's number of places. */
async function plant(app: ServedApp, context: BrowserContext): Promise<number> {
  const page = await opened(app, context);
  // The app begins a map itself, so that what is planted lies where it looks.
  await page.getByTestId("map-start").click();
  await page.waitForSelector('[data-testid="map-panel"][data-state="running"]');
  await page.getByTestId("map-panel").getByRole("button", { name: "Cancel" }).click();
  const begun = parseSheet(await page.evaluate(readSheet));
  const { record, chunk } = plantedMap(begun);
  const slide = { id: record.slideId, side, mpp: mpp(record.mppX) };
  const file = writeProjectFile(plantedProject(slide, labels, patch), new Map(), { names: "kept" });
  await page.getByTestId("project-file").setInputFiles({
    name: "planted.pathotune.zip",
    mimeType: "application/zip",
    buffer: Buffer.from(file),
  });
  await page.waitForFunction(`${labelCount} === ${labels}`);
  await page.waitForFunction(`/^Saved/.test(document.querySelector('[data-testid="saved"]')?.textContent ?? "")`);
  const { cells, states, scores, ...answers } = storedAnswers(chunk);
  const numbers = [cells, states, scores].map((array) => Buffer.from(array.buffer).toString("base64"));
  await page.evaluate(`(${writeMap})(${JSON.stringify([storedSheet(record), answers, ...numbers])})`);
  await page.close();
  return cells.length;
}

const labelCount = `[...document.querySelectorAll('[data-testid="class-count"]')].reduce((n, e) => n + Number(e.textContent), 0)`;

const database = `new Promise((resolve, reject) => {
  const request = indexedDB.open("pathotune-maps");
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
})`;
const readSheet = `(async () => {
  const db = await ${database};
  const request = db.transaction("sheets").objectStore("sheets").getAll();
  const sheets = await new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
  db.close();
  return sheets[0];
})()`;
const writeMap = `async ([sheet, answers, cells, states, scores]) => {
  const bytes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer;
  const numbers = { cells: new Uint32Array(bytes(cells)), states: new Uint8Array(bytes(states)), scores: new Float32Array(bytes(scores)) };
  const db = await ${database};
  const tx = db.transaction(["sheets", "answers"], "readwrite");
  tx.objectStore("sheets").put(sheet, sheet.id);
  tx.objectStore("answers").put({ ...answers, ...numbers }, [sheet.id, 1000]);
  await new Promise((resolve, reject) => { tx.oncomplete = resolve; tx.onerror = () => reject(tx.error); });
  db.close();
}`;

/** All of the slide, then nearer: every label at once as dots, then hundreds, then frames with names. */
const zooms = ["Fit", "1.25×", "10×"] as const;

async function panned(app: ServedApp, context: BrowserContext, work: boolean): Promise<ThreadCosts> {
  const page = await opened(app, context);
  if (work) {
    await page.waitForFunction(`${labelCount} === ${labels}`);
    await page.waitForFunction(`document.querySelectorAll('[data-testid="map-class"]').length > 0`);
  }
  const parts: ThreadCosts[] = [];
  for (const zoom of zooms) {
    await page.getByRole("button", { name: zoom, exact: true }).click();
    await settled(page);
    await pan(page);
    await settled(page);
    await app.browser.startTracing(page, {
      categories: ["toplevel", "blink", "devtools.timeline", "disabled-by-default-devtools.timeline"],
    });
    await pan(page);
    const trace = JSON.parse((await app.browser.stopTracing()).toString()) as { traceEvents: readonly TraceEvent[] };
    const costs = mainThreadCosts(trace.traceEvents);
    if (!costs) throw new Fault("unsupported", "this system does not count a thread's own time");
    parts.push(costs);
  }
  await page.close();
  return { tasks: parts.flatMap(({ tasks }) => tasks), script: parts.flatMap(({ script }) => script) };
}

/** The view rests and its tiles are there. */
const settled = (page: Page): Promise<void> => page.waitForTimeout(1500);

/** There and back, 60 steps a second, without waiting for the page: a hand does not. */
async function pan(page: Page): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const box = await page.getByTestId("slide").boundingBox();
  assert(box, "the slide is on the screen");
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  const sent: Promise<unknown>[] = [];
  const mouse = (type: string, dx: number, dy: number): void => {
    const at = { x: x + dx, y: y + dy };
    sent.push(
      devtools.send("Input.dispatchMouseEvent", {
        type: type as "mouseMoved",
        ...at,
        button: "left",
        buttons: 1,
        clickCount: 1,
      }),
    );
  };
  mouse("mousePressed", 0, 0);
  const steps = 60;
  for (let i = 1; i <= steps; i++) {
    const along = Math.sin((2 * Math.PI * i) / steps);
    mouse("mouseMoved", 160 * along, 60 * along);
    await page.waitForTimeout(1000 / 60);
  }
  mouse("mouseReleased", 0, 0);
  await Promise.all(sent);
  await devtools.detach();
}
