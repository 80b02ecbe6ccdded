// Pages of the suite in a headless Chromium: serves the sources, opens pages, calls their functions. Knows no figure.
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { createServer } from "vite";
import { Fault, present } from "../../base/fault.ts";

const root = join(import.meta.dirname, "..", "..", "..");

export type PageOptions = Readonly<{
  page: "jaxjs" | "webgpu" | "webgpu-times";
  /** With cross-origin isolation a page has shared memory, and so threads; without, one thread. */
  threads: number;
  /** WebGPU in software, where there is no other. */
  args?: readonly string[];
}>;

export type BenchPage = Readonly<{
  call<T>(name: string, argument?: unknown): Promise<T>;
  browser: string;
  close(): Promise<void>;
}>;

const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** Fault `unsupported` where no Chromium was found (npm run bench looks for one, or installs it). */
export async function openPage({ page: name, threads, args = [] }: PageOptions): Promise<BenchPage> {
  const executablePath = process.env.PATHOTUNE_CHROMIUM;
  if (!executablePath) throw new Fault("unsupported", "no Chromium was found (PATHOTUNE_CHROMIUM names one)");
  const server = await serve(threads > 1);
  const browser = await chromium.launch({
    executablePath,
    args: ["--headless=new", "--no-sandbox", "--disable-quic", "--no-first-run", ...args],
  });
  const close = async (): Promise<void> => {
    await browser.close();
    await server.close();
  };
  try {
    const page = await browser.newPage();
    // Both sides of a comparison ask this number how many threads to start.
    // As text: what a transpiler adds to functions does not exist in the page.
    const content = `Object.defineProperty(navigator, "hardwareConcurrency", { get: () => ${threads} })`;
    await page.addInitScript({ content });
    const failed = firstError(page);
    await page.goto(`${server.url}src/cli/bench-engine/pages/${name}.html`);
    await Promise.race([page.waitForFunction(() => "callBench" in window, null, { timeout: 120_000 }), failed]);
    return {
      browser: `Chromium ${browser.version()}`,
      close,
      call: <T>(called: string, argument: unknown = null) =>
        page.evaluate(([one, given]) => window.callBench(one, given), [called, argument] as const) as Promise<T>,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Rejects with what the page's script died of, instead of waiting for it in vain. */
function firstError(page: Page): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    page.on("pageerror", (error) => reject(new Fault("runtime", `the page failed: ${error.message}`)));
  });
  failed.catch(() => {});
  return failed;
}

async function serve(isolated: boolean): Promise<Readonly<{ url: string; close(): Promise<void> }>> {
  const server = await createServer({
    configFile: false,
    root,
    logLevel: "error",
    cacheDir: join(root, ".cache", "vite-bench"),
    optimizeDeps: {
      entries: ["src/cli/bench-engine/pages/*.html"],
      include: ["@jax-js/jax", "@jax-js/onnx"],
      exclude: ["onnxruntime-web/wasm", "onnxruntime-web/webgpu", "onnxruntime-web/jspi"],
    },
    server: { port: 0, host: "127.0.0.1", hmr: false, watch: null, headers: isolated ? isolation : {} },
  });
  await server.listen();
  const { port } = present(server.httpServer?.address(), "the server's address") as AddressInfo;
  return { url: `http://localhost:${port}/`, close: () => server.close() };
}
