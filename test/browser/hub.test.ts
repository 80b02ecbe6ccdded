// Open models on the built app, from two local servers that answer as the hub does, named as a mirror: the list asks nobody, a download is
// agreed to, breaks, goes on after a reload, is loaded through the form and answers. The backbone is a small committed one.
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, root, type Served } from "../support/browser.ts";
import { type HubServer, startHubServer } from "../support/hub-server.ts";
import { serveSmallApp } from "../support/small-app.ts";

const repo = "onnx-community/dinov2-small";
const entry = "DINOv2 ViT-S/14 (onnx-community)";
const onnx = readFileSync(join(root, "test", "fixtures", "vit-corpus", "timm-p8-cls-dynamo18.onnx"));
const files = { "README.md": new TextEncoder().encode("a model"), "onnx/model.onnx": new Uint8Array(onnx) };
/** Set to a folder to look at the screens. */
const pictures = process.env.PATHOTUNE_PICTURES;

describe.skipIf(!hasBrowser)("open models", () => {
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;
  let app: AppPage;
  let page: Page;
  let errors: string[];
  let server: HubServer;
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), serveSmallApp()]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  beforeEach(async () => {
    server = await startHubServer(repo, files);
    context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    page = await context.newPage();
    errors = collectErrors(page);
    app = createAppPage(page, served.url);
  });
  afterEach(async () => {
    await context.close();
    await server.close();
  });

  const look = async (name: string): Promise<void> => {
    if (!pictures) return;
    mkdirSync(pictures, { recursive: true });
    await page.screenshot({ path: join(pictures, `${name}.png`) });
  };
  const useMirror = async (hosts: string): Promise<void> => {
    const mirror = page.getByTestId("hub-mirror");
    if ((await mirror.getAttribute("open")) === null) await mirror.locator("summary").click();
    await page.getByTestId("mirror-address").fill(server.base);
    await page.getByTestId("mirror-hosts").fill(hosts);
    await page.getByTestId("mirror-use").click();
    await mirror.getByText(`Downloads come from the mirror ${new URL(server.base).host}`).waitFor();
  };
  const agree = async (): Promise<void> => {
    await page.getByTestId("hub-read").check();
    await page.getByTestId("hub-begin").click();
    await page.getByTestId("hub-list").waitFor();
  };
  const card = () => page.getByTestId("hub-dinov2-small-onnx-community");
  const fault = (words: RegExp) =>
    card().getByTestId("hub-fault").filter({ hasText: words }).waitFor({ timeout: 60_000 });

  test("are listed without a request; one is agreed to, breaks, goes on after a reload, is loaded and answers", {
    timeout: 600_000,
  }, async () => {
    await app.open("?provider=wasm", "#x=3584&y=2560&z=9.2");
    await app.ready();
    await page.getByTestId("browse-open-models").click();
    await page.getByTestId("hub-list").waitFor();
    await look("1-list");
    expect(await page.getByTestId("hub-list").locator("article").count()).toBeGreaterThan(9);
    await useMirror(server.cdn);
    await look("2-mirror");
    await page.getByRole("button", { name: `Download ${entry}`, exact: true }).click();
    expect(await app.text("hub-hosts")).toContain(new URL(server.base).host);
    expect(await app.text("hub-hosts")).toContain(new URL(server.cdn).host);
    expect(await app.text("hub-size")).toContain("88.5 MB");
    expect(await app.text("hub-terms")).toContain("Apache-2.0");
    await page.getByTestId("hub-begin").click({ force: true });
    await look("3-confirm");
    // Without having said that the terms were read nothing begins.
    expect(server.requests).toEqual([]);
    expect(await app.text("privacy-meter")).not.toContain("127.0.0.1");
    expect(await app.text("privacy-meter")).not.toContain("hosts");

    server.faults.speed = 40_000;
    // Broken at 50 000 bytes, and at every try after that.
    server.faults.cuts = [50_000, ...Array<number>(20).fill(0)];
    await agree();
    await card().getByTestId("hub-running").filter({ hasText: "of 90 KB" }).waitFor();
    await look("4-running");
    await card().getByTestId("hub-running").filter({ hasText: "The connection broke" }).waitFor();
    await fault(/connection broke while "onnx\/model.onnx" was coming: 50000 of 89656 bytes are here and kept/);
    await look("5-broken");
    await page.keyboard.press("Escape");
    await look("6-panel");

    await page.reload();
    await app.ready();
    await page.getByTestId("hub-paused").filter({ hasText: "Paused at 50 KB of 90 KB" }).waitFor();
    server.faults.cuts = [];
    server.faults.speed = null;
    const asked = server.requests.length;
    await page.getByTestId("hub-go-on").click();
    // Another visit: agreed to again.
    await agree();
    await card().getByTestId("hub-ready").waitFor({ timeout: 60_000 });
    expect(server.requests.slice(asked).filter((one) => one.startsWith("cdn GET"))).toEqual([
      "cdn GET onnx/model.onnx bytes=50000-",
    ]);
    expect(await app.text("privacy-meter")).toContain("nothing sent with them");
    expect(await card().innerText()).toContain(
      `onnx/model.onnx: sha256 as the server lists it for this commit (${server.sha256("onnx/model.onnx").slice(0, 12)}…)`,
    );
    await look("7-ready");
    await card().getByTestId("hub-load").click();

    await page.getByTestId("import-stated").filter({ hasText: "3, 24 wide" }).waitFor();
    expect(await page.getByTestId("import-name").inputValue()).toBe(entry);
    expect(await page.getByTestId("import-licenceId").inputValue()).toBe("Apache-2.0");
    expect(await page.getByTestId("import-licenceSource").inputValue()).toBe(`https://huggingface.co/${repo}`);
    // The small backbone is not the one the list means, and nobody is to believe its normalisation.
    expect(await app.text("import-contradicted")).toContain("width 384 and patches of 14 px, they have 24 and 8");
    await page.getByTestId("import-reason").filter({ hasText: "Still open: µm/px, normalisation." }).waitFor();
    await look("8-form");
    await page.getByTestId("import-mpp").fill("0.5");
    await page.getByTestId("import-normalisation").click();
    await page.getByRole("option", { name: /0\.5 \/ 0\.5/ }).click();
    await page.getByTestId("import-load").click();
    await page.getByTestId("import-dialog").waitFor({ state: "detached", timeout: 120_000 });
    await app.ready();
    expect(await app.text("backbone")).toContain(entry);
    expect((await app.click({ x: 3700, y: 3200 })).answer).not.toBe("");
    await page.getByTestId("backbone-row").filter({ hasText: "kept here" }).waitFor();
    expect(await page.getByTestId("hub-row").count()).toBe(0);

    await page.reload();
    await app.ready();
    expect(await app.text("backbone")).toContain(entry);
    await page.getByTestId("licence").click();
    expect(await app.text("backbone-dialog")).toMatch(
      /Downloaded from onnx-community\/dinov2-small on 127.0.0.1:\d+, at commit [0-9a-f]{12}/,
    );
    await look("9-origin");
    expect(
      errors.filter(
        (error) => !/net::ERR_(CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED|CONNECTION|FAILED|EMPTY)/.test(error),
      ),
    ).toEqual([]);
  });

  test("stop with the reason and the next step: a host nobody agreed to, one without permission, wrong bytes; by keyboard", {
    timeout: 600_000,
  }, async () => {
    await app.open("?provider=wasm", "#x=3584&y=2560&z=9.2");
    await app.ready();
    await page.getByTestId("browse-open-models").focus();
    await page.keyboard.press("Enter");
    await useMirror("");
    await page.getByRole("button", { name: `Download ${entry}`, exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByTestId("hub-read").focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    await fault(new RegExp(`sends "onnx/model.onnx" on to ${new URL(server.cdn).host}, which you have not agreed to`));
    await look("10-host");
    await useMirror(server.cdn);
    server.faults.cdnCors = false;
    await card().getByTestId("hub-go-on").click();
    await agree();
    await fault(/answers, but where it sends "onnx.model.onnx" on to does not, or does not let this page read it/);
    await look("11-cors");
    server.faults.cdnCors = true;
    server.faults.wrongByte = true;
    await card().getByTestId("hub-go-on").focus();
    await page.keyboard.press("Enter");
    await fault(/is not what the server says it is/);
    server.faults.wrongByte = false;
    await card().getByTestId("hub-go-on").click();
    await card().getByTestId("hub-ready").waitFor({ timeout: 60_000 });
    await card().getByRole("button", { name: "Remove what has come" }).click();
    await page.getByRole("button", { name: `Download ${entry}`, exact: true }).waitFor();
    // A gated one says how it is got.
    await page.getByRole("button", { name: "How to get UNI" }).click();
    expect(await app.text("hub-gated")).toContain("accept its terms");
    await look("12-gated");
  });
});
