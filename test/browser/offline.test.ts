// The built app behind its service worker: isolated on a bare host, there without its server, and counting what leaves it.
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, BrowserContext } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, root, type Served, serveFolder } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";

/** Another host, which takes whatever is posted to it. */
async function listener(): Promise<Readonly<{ url: string; received(): number; server: Server }>> {
  let bytes = 0;
  const server = createServer((request, response) => {
    response.setHeader("Access-Control-Allow-Origin", "*");
    response.setHeader("Access-Control-Allow-Headers", "*");
    request.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
    });
    request.on("end", () => response.end("taken"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://localhost:${(server.address() as AddressInfo).port}/`, received: () => bytes, server };
}

describe.skipIf(!hasBrowser)("the service worker", () => {
  let browser: Browser;
  let context: BrowserContext;
  let served: Served;
  let app: AppPage;
  let errors: string[];
  beforeAll(async () => {
    served = await serveFolder(join(root, "dist"), { prefix: "/apps/pathotune", headers: "none" });
    browser = await launch();
    context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    const page = await context.newPage();
    errors = collectErrors(page);
    app = createAppPage(page, served.url);
    await app.open("", "#x=3584&y=2560&z=9.2");
    await app.ready();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  test("gives a page on a bare host several threads", async () => {
    expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(errors).toEqual([]);
  });

  test("asks nothing of a server nobody approved; a planted upload to an approved one moves the meter by its bytes", async () => {
    const { url, received, server } = await listener();
    const origin = new URL(url).origin;
    try {
      await app.page.reload();
      await app.ready();
      const meter = app.page.getByTestId("privacy-meter");
      await expect.poll(() => meter.textContent()).toBe("No requests since opening");
      const upload = (to: string) =>
        fetch(to, { method: "POST", body: "x".repeat(1000) }).then(
          () => "sent",
          () => "refused",
        );
      expect(await app.page.evaluate(upload, url)).toBe("refused");
      expect(await app.text("privacy-meter")).toBe("No requests since opening");
      expect(received()).toBe(0);
      await app.page.evaluate(
        (approved) =>
          new Promise<void>((resolve) => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => resolve();
            navigator.serviceWorker.controller?.postMessage({ kind: "approve", origins: [approved] }, [port2]);
          }),
        origin,
      );
      await app.page.reload();
      await app.ready();
      expect(await app.page.evaluate(upload, url)).toBe("sent");
      await expect.poll(() => meter.textContent()).toContain("1000 bytes sent");
      await app.page.evaluate((to) => {
        const source = `onmessage = ({ data }) => fetch(data, { method: "POST", body: new Uint8Array(234) })`;
        const worker = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
        worker.postMessage(to);
      }, url);
      await expect.poll(() => meter.textContent()).toBe(`2 requests to ${new URL(url).host}, 1234 bytes sent`);
      expect(received()).toBe(1234);
    } finally {
      server.close();
    }
  });

  test("starts, shows the embedded slide and classifies when its server is gone", async () => {
    await served.close();
    await app.page.reload();
    await app.ready();
    const [tumour] = drawnPoints("tumour", 1);
    expect((await app.click(tumour ?? { x: 0, y: 0 })).answer).not.toBe("No tissue");
    expect(await app.text("privacy-meter")).toBe("No requests since opening");
    expect(await app.page.evaluate(() => crossOriginIsolated)).toBe(true);
  });
});
