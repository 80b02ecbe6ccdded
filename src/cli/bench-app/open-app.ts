// The built app behind a server and a headless Chromium to open it in. Knows the layout of dist/; measures nothing.
import { mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, type BrowserContext, chromium } from "playwright-core";
import { preview } from "vite";
import { Fault } from "../../base/fault.ts";

export type ServedApp = Readonly<{
  url: string;
  browser: Browser;
  /** A profile of its own, with nothing kept. */
  context(): Promise<BrowserContext>;
  close(): Promise<void>;
}>;

/** `beside`: files served next to the app, by name. Fault `unsupported` where there is no Chromium. */
export async function openApp(dist: string, beside: Readonly<Record<string, string>> = {}): Promise<ServedApp> {
  const executablePath = process.env.PATHOTUNE_CHROMIUM;
  if (!executablePath) throw new Fault("unsupported", "no Chromium was found (PATHOTUNE_CHROMIUM names one)");
  const folder = mkdtempSync(join(tmpdir(), "pathotune-bench-"));
  for (const name of readdirSync(dist)) symlinkSync(join(dist, name), join(folder, name));
  for (const [name, path] of Object.entries(beside)) symlinkSync(path, join(folder, name));
  // With the headers that `npm start` sends: vite.config.ts has them.
  const server = await preview({
    root: join(dist, ".."),
    logLevel: "silent",
    build: { outDir: folder },
    preview: { port: 4797, host: "localhost" },
  });
  const browser = await chromium.launch({
    executablePath,
    args: ["--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run"],
  });
  return {
    url: server.resolvedUrls?.local[0] ?? "",
    browser,
    // The app's own policy forbids what a driver does: to run a text. It changes no time that is measured.
    context: () => browser.newContext({ viewport: { width: 1366, height: 768 }, bypassCSP: true }),
    close: async () => {
      await browser.close();
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}
