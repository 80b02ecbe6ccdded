// The built app with a small random backbone in the place of the embedded one: for what takes minutes on a software graphics card.
// Knows the layout of dist/ and of a model folder.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { type AppPage, createAppPage } from "./app-page.ts";
import { collectErrors, launch, root, type Served, serveFolder } from "./browser.ts";
import { type ModelFolder, tinyModel } from "./tiny-model.ts";

export async function serveSmallApp(model: ModelFolder = tinyModel()): Promise<Served> {
  const dist = join(root, "dist");
  const folder = mkdtempSync(join(tmpdir(), "pathotune-app-"));
  for (const name of readdirSync(dist).filter((entry) => entry !== "models")) {
    symlinkSync(join(dist, name), join(folder, name));
  }
  const place = join(folder, "models", "pathotune-tiny");
  mkdirSync(place, { recursive: true });
  for (const [path, bytes] of model) writeFileSync(join(place, path), bytes);
  const served = await serveFolder(folder);
  return {
    url: served.url,
    close: async () => {
      await served.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export type SmallApp = Readonly<{
  browser: Browser;
  context: BrowserContext;
  page: Page;
  app: AppPage;
  url: string;
  /** What the page complains of, as it comes. */
  errors: string[];
  close(): Promise<void>;
}>;

/** One page on it, in front of tissue of the embedded slide, its backbone ready on the processor. */
export async function openSmallApp(more: BrowserContextOptions = {}): Promise<SmallApp> {
  const [browser, served] = await Promise.all([launch(), serveSmallApp()]);
  const close = async (): Promise<void> => {
    await browser.close();
    await served.close();
  };
  try {
    const context = await browser.newContext({ viewport: { width: 1366, height: 768 }, ...more });
    const page = await context.newPage();
    const errors = collectErrors(page);
    const app = createAppPage(page, served.url);
    await app.open("?provider=wasm", "#x=3584&y=2560&z=9.2");
    await app.ready();
    return { browser, context, page, app, url: served.url, errors, close };
  } catch (error) {
    await close();
    throw error;
  }
}
