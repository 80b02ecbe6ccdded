// The built app with a small random backbone: a prompt file of others is declared and marked, and instance and textual prompts are tuned
// from the library of texts, with nothing asked of any other host.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parsePromptSet } from "../../src/domain/prompt-set-file.ts";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, root, type Served } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { serveSmallApp } from "../support/small-app.ts";

describe.skipIf(!hasBrowser)("kinds of prompts in the app", () => {
  let served: Served;
  let browser: Browser;
  let page: Page;
  let app: AppPage;
  let errors: string[];
  const elsewhere: string[] = [];
  const ofEncoder: string[] = [];
  beforeAll(async () => {
    served = await serveSmallApp();
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 1366, height: 900 } });
    errors = collectErrors(page);
    page.on("request", (request) => {
      const { hostname, protocol } = new URL(request.url());
      if (/transformers|text-worker/.test(request.url())) ofEncoder.push(request.url());
      if (/^https?:$/.test(protocol) && hostname !== "localhost") elsewhere.push(request.url());
    });
    app = createAppPage(page, served.url);
    await app.open("?provider=wasm", "#x=3584&y=2560&z=9.2");
    await app.ready();
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  const row = (name: string) => page.locator('[data-testid="prompt-set-row"]', { hasText: name });
  const downloaded = async (item: string, name: string): Promise<Uint8Array> => {
    await row(name).getByRole("button").click();
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("menuitem", { name: item }).click(),
    ]);
    return new Uint8Array(readFileSync(await download.path()));
  };

  test("a promptstate is loaded only as declared, and is marked wherever it shows", async () => {
    const fits = readFileSync(join(root, "test", "fixtures", "promptstate", "fits.pth"));
    const file = { name: "theirs.pth", mimeType: "application/octet-stream", buffer: fits };
    await page.getByTestId("prompt-set-file").setInputFiles(file);
    const dialog = page.getByTestId("declare-dialog");
    expect(await dialog.innerText()).toMatch(/does not say for which backbone/);
    expect(await page.getByTestId("declare-load").isDisabled()).toBe(true);
    await page.getByTestId("declare-sure").check();
    await page.getByTestId("declare-load").click();
    await row("theirs").waitFor();
    expect(await row("theirs").innerText()).toMatch(/declared, not verified/);
    expect(await app.text("estimate-panel")).toMatch(/without a held-out estimate and is declared, not verified/);
    const { scores } = await app.click({ x: 3700, y: 3200 });
    expect(Object.keys(scores).toSorted()).toEqual(["Output 0", "Output 1", "Output 2"]);
    expect(await page.getByTestId("patch-panel").innerText()).toMatch(/“theirs” \(declared, not verified\)/);
    expect(parsePromptSet(await downloaded("Save as a file", "theirs")).metadata.declared?.source).toBe("promptstate");
  });

  test("instance and textual prompts are tuned from texts of the library, and counted before", async () => {
    for (const [i, tissue] of ["Stroma", "Tumour"].entries()) {
      await app.addClass(tissue);
      for (const point of drawnPoints(tissue.toLowerCase() as "stroma" | "tumour", 2))
        await app.label(point, String(i + 1));
    }
    await page.getByRole("button", { name: "Advanced" }).click();
    for (const [field, value] of Object.entries({ "Blocks (last": 2, Epochs: 1 })) {
      const input = page.getByLabel(field, { exact: false });
      await input.fill(String(value));
      await input.blur();
    }
    const plain = await app.text("prompt-numbers");
    await page.getByTestId("kind-instance").check();
    await page.getByTestId("kind-text").check();
    const counted = await app.text("prompt-numbers");
    expect(counted).not.toBe(plain);
    await page.getByText("Encoded already, with the app").waitFor();
    await page.getByTestId("tune").click();
    await page.waitForSelector('[data-testid="tune-panel"][data-state="finished"]', { timeout: 120_000 });
    const numbers = /Trains ([\d,]+) numbers/.exec(counted)?.[1] ?? "?";
    expect(await row("Tuned 1").innerText()).toContain(`${numbers} numbers`);
    const { metadata } = parsePromptSet(await downloaded("Save as a file", "Tuned 1"));
    expect(metadata.method).toMatchObject({
      kind: "three-kinds",
      instance: { tokens: 2, hidden: 16 },
      textual: {
        encoder: "all-MiniLM-L6-v2 (library)",
        texts: ["a histopathology image of Stroma", "a histopathology image of Tumour"],
      },
    });
    const npz = await downloaded("Save as .npz (numpy)", "Tuned 1");
    expect([...npz.subarray(0, 2)]).toEqual([0x50, 0x4b]);
    expect(errors).toEqual([]);
    expect(elsewhere).toEqual([]);
  });

  test("a text that is not in the library says so, and what can be done", async () => {
    await page.getByLabel("Text of the prompts").first().fill("something nobody encoded: {class}");
    await page.getByTestId("text-missing").waitFor();
    await page.getByTestId("tune").click();
    await page
      .getByText(/are not in the library of encoded texts/)
      .first()
      .waitFor();
    expect(elsewhere).toEqual([]);
    // Nothing of the encoder is loaded before a person chooses one.
    expect(ofEncoder).toEqual([]);
  });
});
