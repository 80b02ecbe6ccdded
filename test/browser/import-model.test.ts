// A backbone of one's own on the built app: files in, the form, an answer, a tuning, and everything there again after a reload; the
// embedded one and back; files that cannot be used. All backbones are small, the embedded one too: what they answer means nothing.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { floatsOf, serializeSafetensors } from "../../src/domain/safetensors.ts";
import { loadVariant } from "../graph/checkpoint-fixture.ts";
import { type AppPage, createAppPage } from "../support/app-page.ts";
import { collectErrors, hasBrowser, launch, root, type Served } from "../support/browser.ts";
import { drawnPoints } from "../support/drawn-points.ts";
import { serveSmallApp } from "../support/small-app.ts";
import { loadedEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { type ModelFolder, tinyModel } from "../support/tiny-model.ts";

const corpus = join(root, "test", "fixtures", "vit-corpus");
type Upload = Readonly<{ name: string; mimeType: string; buffer: Buffer }>;
const upload = (name: string, bytes: Uint8Array): Upload => ({
  name,
  mimeType: "application/octet-stream",
  buffer: Buffer.from(bytes),
});
const onnx = (name: string): Upload => upload(name, readFileSync(join(corpus, name)));

/** A checkpoint of the fixtures as its library would write it. */
function checkpoint(name: string): Upload {
  const tensors = [...loadVariant(name).container.values()].map((tensor) => ({
    name: tensor.name,
    dtype: "F32" as const,
    shape: tensor.shape,
    data: floatsOf(tensor),
  }));
  return upload(`${name}.safetensors`, serializeSafetensors(tensors, { format: "pt" }));
}

/** In the place of the embedded one, and shipped with a prompt set as that is. */
async function shippedWithASet(): Promise<ModelFolder> {
  const { engine } = await loadedEngine(tinyModel());
  const { bytes } = await engine.tune(tuneParams(2, 2, { epochs: 1 }, { estimate: false }));
  await engine.release();
  return tinyModel({ promptSets: [bytes] });
}
const embedded = "Tiny test ViT";

describe.skipIf(!hasBrowser)("a backbone of one's own", () => {
  let browser: Browser;
  let served: Served;
  let context: BrowserContext;
  let app: AppPage;
  let page: Page;
  let errors: string[];
  beforeAll(async () => {
    [browser, served] = await Promise.all([launch(), shippedWithASet().then(serveSmallApp)]);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });
  beforeEach(async () => {
    context = await browser.newContext({ viewport: { width: 1366, height: 768 } });
    page = await context.newPage();
    errors = collectErrors(page);
    app = createAppPage(page, served.url);
  });
  afterEach(() => context.close());

  const give = (...files: readonly Upload[]) => page.getByTestId("model-files").setInputFiles([...files]);
  const fill = (field: string, text: string) => page.getByTestId(`import-${field}`).fill(text);
  const choose = async (field: string, option: string | RegExp) => {
    await page.getByTestId(`import-${field}`).click();
    await page.getByRole("option", { name: option }).click();
  };
  const reason = (words: string | RegExp) => page.getByTestId("import-reason").filter({ hasText: words }).waitFor();
  const pressLoad = async () => {
    await page.getByTestId("import-load").click();
    await page.getByTestId("import-dialog").waitFor({ state: "detached", timeout: 120_000 });
  };
  const load = async () => {
    await pressLoad();
    await app.ready();
  };
  const backbone = (name: string) =>
    page.getByTestId("backbone").filter({ hasText: name }).waitFor({ timeout: 120_000 });
  const use = (name: string) => page.getByTestId("backbone-row").filter({ hasText: name }).locator("input").check();
  const alwaysAsked = async () => {
    await fill("mpp", "0,5");
    await choose("normalisation", /0\.5 \/ 0\.5/);
    await fill("licenceId", "MIT");
    await fill("licenceSource", "https://example.org/vit");
    await fill("licenceText", "Do what you like.");
  };

  test("as an ONNX file is asked about, answers, is tuned, and is there after a reload with its set", {
    timeout: 600_000,
  }, async () => {
    await app.open("?provider=wasm", "#x=3584&y=2560&z=2");
    await app.ready();
    expect(await app.promptSets()).toHaveLength(2);
    await give(onnx("timm-p8-cls-dynamo18.onnx"));
    await page.getByTestId("import-stated").filter({ hasText: "3, 24 wide" }).waitFor();
    await reason("Still open: µm/px, normalisation, licence, source.");
    expect(await page.getByTestId("import-mpp").inputValue()).toBe("");
    // Enter on an unfinished form leads to what is missing, and Escape loses nothing.
    await page.getByTestId("import-name").fill("My small ViT");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("data-testid"))).toBe("import-mpp");
    await page.keyboard.press("Escape");
    await page.getByTestId("import-dialog").waitFor({ state: "detached" });
    await page.getByTestId("bring-backbone").click();
    await page.getByTestId("import-stated").waitFor();
    expect(await page.getByTestId("import-name").inputValue()).toBe("My small ViT");
    await alwaysAsked();
    await load();
    expect(await app.text("backbone")).toMatch(/My small ViT.*3 blocks of width 24 · 32 px at 0.5 µm\/px.*MIT/s);
    await page.getByTestId("licence").click();
    expect(await app.text("licence-text")).toContain("Do what you like.");
    expect(await page.getByTestId("gates").locator("[data-passed=true]").count()).toBeGreaterThan(0);
    expect(await page.getByRole("link", { name: "https://example.org/vit" }).getAttribute("rel")).toContain("noopener");
    await page.keyboard.press("Escape");
    // What was shipped with the other backbone is not offered with this one.
    expect(await app.promptSets()).toHaveLength(1);

    const places = [drawnPoints("tumour", 3), drawnPoints("fat", 3)] as const;
    await app.open("?provider=wasm", "#x=3584&y=2560&z=9.2");
    await page.reload();
    await app.ready();
    await backbone("My small ViT");
    for (const [i, name] of ["Dark", "Bright"].entries()) {
      await app.addClass(name);
      for (const place of places[i] ?? []) await app.label(place, String(i + 1));
    }
    const asked = { x: 3700, y: 3200 };
    const preview = await app.click(asked);
    expect(Object.keys(preview.scores).toSorted()).toEqual(["Bright", "Dark"]);
    await page.getByRole("button", { name: "Advanced" }).click();
    await page.getByLabel("Epochs").fill("2");
    await page.getByLabel("Epochs").blur();
    await page.getByTestId("tune").click();
    await page.waitForSelector('[data-testid="tune-panel"][data-state="finished"]', { timeout: 300_000 });
    const tuned = await app.click(asked);
    await app.saved();

    await page.reload();
    await app.ready();
    await backbone("My small ViT");
    expect(await app.counts()).toEqual([3, 3]);
    const again = await app.click(asked);
    for (const [name, score] of Object.entries(tuned.scores)) expect(again.scores[name], name).toBeCloseTo(score, 4);

    await use("Embedded");
    await backbone(embedded);
    await app.ready();
    expect(await app.counts()).toEqual([3, 3]);
    expect((await app.promptSets()).join("\n")).toContain("was made for another backbone (My small ViT)");
    expect(Object.keys((await app.click(asked)).scores).toSorted()).toEqual(["Bright", "Dark"]);
    await use("My small ViT");
    await backbone("My small ViT");
    await app.ready();
    const back = await app.click(asked);
    for (const [name, score] of Object.entries(tuned.scores)) expect(back.scores[name], name).toBeCloseTo(score, 4);
    expect(errors).toEqual([]);
  });

  test("as a checkpoint is asked what its weights do not show; removed, it is gone", { timeout: 300_000 }, async () => {
    await app.open("?provider=wasm");
    await app.ready();
    await give(checkpoint("timm-plain"));
    await reason(/read-out, heads, epsilon, activation/);
    await alwaysAsked();
    await page.getByRole("radio", { name: /^Class token/ }).check();
    await fill("layerNormEps", "1e-6");
    await choose("activation", "GELU, exact");
    await fill("heads", "7");
    await page.getByText("The width 24 cannot be shared among 7 heads.").waitFor();
    await fill("heads", "3");
    await page.getByTestId("import-reason").filter({ hasText: /^$/ }).waitFor({ state: "attached" });
    await pressLoad();
    // Weights alone cannot be run by anything else here: nobody may take their answers for confirmed.
    await page.getByTestId("engine-chip").filter({ hasText: "checked only against itself" }).waitFor();
    expect(await app.text("checked-note")).toContain("Nothing outside this program says");
    await app.settled();
    expect(await app.text("backbone")).toContain("timm-plain");
    expect((await app.click({ x: 3700, y: 3200 })).answer).not.toBe("");
    await page.getByTestId("backbone-row").filter({ hasText: "kept here" }).waitFor();

    // The way out, whatever is remembered.
    await app.open("?provider=wasm&model=embedded");
    await app.ready();
    await backbone(embedded);
    await page.getByRole("button", { name: "More about timm-plain" }).click();
    await page.getByRole("menuitem", { name: "Remove from this browser" }).click();
    await page.getByTestId("backbone-row").first().waitFor({ state: "detached" });
    await app.open("?provider=wasm");
    await page.reload();
    await app.ready();
    await backbone(embedded);
    expect(errors).toEqual([]);
  });

  test("that cannot be used is refused in words; a file that was missing joins the others", {
    timeout: 300_000,
  }, async () => {
    await app.open("?provider=wasm");
    await app.ready();
    const fault = (words: RegExp) => page.getByTestId("import-fault").filter({ hasText: words }).waitFor();
    const other = async () => {
      await page.getByRole("button", { name: "Other files" }).click();
      await page.getByRole("button", { name: "Choose files" }).waitFor();
    };
    await give(upload("model.pth", new Uint8Array(100)));
    await fault(/PyTorch files can hold programs and are not opened/);
    await other();
    await give(upload("cut.safetensors", checkpoint("timm-plain").buffer.subarray(0, 9000)));
    await fault(/damaged/);
    await other();
    await give(onnx("half-weights-external.onnx"));
    await fault(/half-weights-external.onnx_data.*not given/s);
    await give(onnx("half-weights-external.onnx_data"));
    await page.getByTestId("import-stated").filter({ hasText: "3, 24 wide" }).waitFor();
    expect(await page.getByTestId("import-fault").count()).toBe(0);
    await other();
    // Several at once: one is chosen; a graph without a fixed side, with two outputs, asks for both and then for the read-out.
    await give(onnx("hf-dinov2-hub-legacy12.onnx"), onnx("gemm-dynamo18.onnx"));
    await page.getByRole("button", { name: /hf-dinov2-hub-legacy12/ }).click();
    await reason(/image side/);
    await fill("imagePixels", "42");
    await choose("output", /last_hidden_state/);
    await page.getByRole("radio", { name: /^Both/ }).check();
    await alwaysAsked();
    await load();
    expect(await app.text("backbone")).toContain("42 px at 0.5 µm/px");
    await page.getByTestId("licence").click();
    expect(await app.text("backbone-dialog")).toContain("48: class token and mean of the patches");
    expect(errors).toEqual([]);
  });
});
