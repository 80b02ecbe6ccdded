// Chromium for tests: one launch per test file, pages on the built app or on a Vite server for test pages.
// Knows nothing of what is tested.
import { existsSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { createServer as createViteServer } from "vite";
// @ts-expect-error plain JavaScript shared with `npm start`
import { createStaticServer, isolationHeaders } from "../../scripts/lib/static-server.mjs";
import { present } from "../../src/base/fault.ts";

export const root = join(import.meta.dirname, "..", "..");

const executable =
  process.env.PATHOTUNE_CHROMIUM ?? ["/usr/lib/chromium/chromium", "/usr/bin/chromium"].find(existsSync);

/** Use as `describe.skipIf(!hasBrowser)`: without a Chromium the file is skipped by name. */
export const hasBrowser = !process.env.PATHOTUNE_NO_BROWSER && executable !== undefined;

/** WebGPU in software (SwiftShader): right, not fast. */
export const softwareWebGpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

export async function launch(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: present(executable, "Chromium (npm test finds or installs one)"),
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...args,
    ],
  });
}

export type Served = Readonly<{ url: string; close(): Promise<void> }>;

/** What a server of slides must send for another origin's pages to read ranges. */
const sharedHeaders = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers": "Content-Range, Content-Length, ETag, Accept-Ranges",
};

/**
 * Serves a folder the way `npm start` does; `headers: "none"` leaves the special headers out, as a bare host would; `"shared"` is a
 * server of slides for other origins.
 */
export async function serveFolder(
  folder: string,
  options: Readonly<{ prefix?: string; headers?: "isolated" | "none" | "shared" }> = {},
): Promise<Served> {
  const headers = { isolated: isolationHeaders, none: {}, shared: sharedHeaders }[options.headers ?? "isolated"];
  const server = createStaticServer({ folder, prefix: options.prefix ?? "", headers });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${options.prefix ?? ""}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Serves the sources through Vite: for test pages under test/browser/pages. */
export async function serveSources(): Promise<Served> {
  const server = await createViteServer({
    root,
    logLevel: "error",
    // Node's test files run side by side: each Vite keeps its own cache of optimised dependencies.
    cacheDir: join(root, ".cache", `vite-${process.pid}`),
    server: { port: 0, strictPort: false, host: "127.0.0.1", hmr: false, watch: null },
  });
  await server.listen();
  const { port } = present(server.httpServer?.address(), "the server's address") as AddressInfo;
  return { url: `http://localhost:${port}/`, close: () => server.close() };
}

/** Errors a page reported, for `expect(errors).toEqual([])`. */
export function collectErrors(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  return errors;
}
