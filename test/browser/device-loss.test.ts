// The built app on a software graphics card whose device is destroyed in the middle of a tuning: the engine is started again, the
// tuning goes on, and what it makes is what it makes undisturbed. One way of losing it is drawn; with PATHOTUNE_LONG=1 all are gone through.
import type { Browser, Page, Worker } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import type { PromptSet } from "../../src/domain/prompt-set.ts";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { createRandom, shuffled } from "../../src/math/random.ts";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { hasBrowser, launch, type Served, softwareWebGpu } from "../support/browser.ts";
import { buildSeed } from "../support/build-seed.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { serveSmallApp } from "../support/small-app.ts";

const long = process.env.PATHOTUNE_LONG === "1";
const seed = buildSeed();

/** Runs in the engine worker, before it asks for a device: the last device it got stays at hand. */
function captureDevice(): void {
  const adapter = GPUAdapter.prototype;
  const { requestDevice } = adapter;
  adapter.requestDevice = async function (...asked) {
    const device = await requestDevice.apply(this, asked);
    Object.assign(globalThis, { capturedDevice: device });
    return device;
  };
}

/** "destroyed": the device was there and is gone now. */
function destroyDevice(): string {
  const { capturedDevice } = globalThis as unknown as { capturedDevice?: GPUDevice };
  capturedDevice?.destroy();
  return capturedDevice ? "destroyed" : "there was none";
}

/** Prompt sets the page keeps, oldest first is not promised. */
async function keptSets(page: Page): Promise<readonly PromptSet[]> {
  const files = await page.evaluate(async () => {
    const [{ name = "" } = {}] = await indexedDB.databases();
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = () => reject(opening.error);
    });
    const all = await new Promise<Uint8Array[]>((resolve, reject) => {
      const asked = db.transaction("promptSets").objectStore("promptSets").getAll();
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    db.close();
    return all.map((bytes) => Array.from(bytes));
  });
  return files.map((bytes) => parsePromptSet(Uint8Array.from(bytes)));
}

describe.skipIf(!hasBrowser)(`a graphics device that is lost (seed ${seed})`, () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  let app: AppPage;
  const engines: Worker[] = [];

  beforeAll(async () => {
    served = await serveSmallApp();
    browser = await launch(softwareWebGpu);
    page = await browser.newPage({ viewport: { width: 1366, height: 768 } });
    page.on("worker", (worker) => {
      if (!/engine-worker/.test(worker.url())) return;
      engines.push(worker);
      void worker.evaluate(captureDevice).catch(() => undefined);
    });
    app = createAppPage(page, served.url);
    await app.open("?provider=webgpu", "#x=3584&y=2560&z=9.2");
    await app.ready();
    for (const [i, tissue] of ["tumour", "stroma"].entries()) {
      await app.addClass(tissue);
      for (const point of drawnPoints(tissue, 2)) await app.label(point, String(i + 1));
    }
    await page.getByRole("button", { name: "Advanced" }).click();
    for (const [field, value] of Object.entries({ "Blocks (last": 2, Epochs: 4, Batch: 2, Views: 1 })) {
      const input = page.getByLabel(field, { exact: false }).first();
      await input.fill(String(value));
      await input.blur();
    }
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  const breakWorker = (): Promise<void> =>
    present(engines.at(-1), "the engine").evaluate(() => {
      setTimeout(() => {
        throw new Error("broken on purpose");
      });
    });
  /** Each takes the device or the worker away in its own way. */
  const losses = {
    "the device is destroyed": async () => {
      expect(await present(engines.at(-1), "the engine").evaluate(destroyDevice)).toBe("destroyed");
    },
    "the browser's graphics process crashes": async () => {
      const session = await browser.newBrowserCDPSession();
      // Its answer goes down with what it crashes.
      await session.send("Browser.crashGpuProcess").catch(() => undefined);
    },
    "the worker breaks": breakWorker,
  };
  const ways = Object.entries(losses);
  const drawn = long ? ways : shuffled(createRandom(seed), ways).slice(0, 1);

  test("while nothing runs is replaced before anybody asks, and a click is answered", async () => {
    const before = engines.length;
    expect(await present(engines.at(-1), "the engine").evaluate(destroyDevice)).toBe("destroyed");
    await expect.poll(() => engines.length, { timeout: 60_000 }).toBe(before + 1);
    // With those in the tuning these are four within minutes: the page has given up replacing it by itself when the last comes, and the
    // tuning goes on all the same.
    for (let more = drawn.length; more < ways.length; more++) {
      const now = engines.length;
      await breakWorker();
      await expect.poll(() => engines.length, { timeout: 60_000 }).toBe(now + 1);
    }
    await app.ready();
    const { scores } = await app.click({ x: 3700, y: 3200 });
    expect(Object.keys(scores).toSorted()).toEqual(["stroma", "tumour"]);
  }, 300_000);

  const panel = (state: string) => `[data-testid="tune-panel"][data-state="${state}"]`;
  const progress = (): Promise<number> =>
    page.evaluate(() =>
      Number(document.querySelector('[data-testid="tune-progress"] [role="progressbar"]')?.ariaValueNow ?? 0),
    );
  const tuneUntil = async (percent: number): Promise<void> => {
    await page.getByTestId("tune").click();
    await page.waitForSelector(panel("running"), { timeout: 240_000 });
    while ((await progress()) < percent) await page.waitForTimeout(50);
  };
  const finished = async (): Promise<void> => {
    await page.waitForSelector(panel("finished"), { timeout: 300_000 });
    await app.saved();
  };

  test("in the middle of a tuning costs some seconds: said while it happens, and the same set comes out", async () => {
    await tuneUntil(0);
    await finished();
    const first = present((await keptSets(page))[0], "the undisturbed set");

    await tuneUntil(30);
    for (const [how, lose] of drawn) {
      const [at, before] = [await progress(), engines.length];
      await lose();
      const said = page.getByTestId("notice").filter({ hasText: /(lost|stopped); going on from step \d+/i });
      await said.first().waitFor({ timeout: 60_000 });
      await expect.poll(() => engines.length, { timeout: 60_000, message: how }).toBe(before + 1);
      await page.waitForSelector(panel("running"));
      // Further than where it was, and the notice gone: the next one is the next loss's.
      await expect.poll(progress, { timeout: 300_000, interval: 50, message: how }).toBeGreaterThan(at + 3);
      await expect.poll(() => said.count(), { timeout: 60_000 }).toBe(0);
    }
    await finished();

    const sets = await keptSets(page);
    expect(sets.length).toBe(2);
    const again = present(
      sets.find(({ id }) => id !== first.id),
      "the second set",
    );
    expect({ ...again.metadata, name: "" }).toEqual({ ...first.metadata, name: "" });
    expect(again.prompts).toEqual(first.prompts);
    expect(again.headWeight).toEqual(first.headWeight);
    expect(again.headCentre).toEqual(first.headCentre);
  }, 900_000);
});
