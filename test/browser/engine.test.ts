// A full tuning in Chromium: on WebGPU (software adapter) with nothing on the processor, against the same tuning on WASM.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { collectErrors, hasBrowser, launch, type Served, serveSources, softwareWebGpu } from "../support/browser.ts";

type Report = Readonly<{
  provider: Readonly<{ kind: string; words: string; why: string | null }>;
  gates: readonly Readonly<{ name: string; error: number; passed: boolean }>[];
  losses: readonly number[];
  ended: string;
  scores: readonly number[];
  prompts: readonly number[];
}>;

describe.skipIf(!hasBrowser)("the engine in a browser", () => {
  let served: Served;
  let browser: Browser;
  beforeAll(async () => {
    served = await serveSources();
    browser = await launch(softwareWebGpu);
  });
  afterAll(async () => {
    await browser?.close();
    await served?.close();
  });

  const tuneOn = async (prefer: string): Promise<Report> => {
    const page = await browser.newPage();
    const errors = collectErrors(page);
    await page.goto(`${served.url}test/browser/pages/engine.html`);
    await page.waitForFunction(() => "tuneOn" in window);
    const report = await page.evaluate(
      (where) => (window as unknown as { tuneOn(prefer: string): Promise<Report> }).tuneOn(where),
      prefer,
    );
    expect(errors).toEqual([]);
    await page.close();
    return report;
  };

  test("tunes on WebGPU to what WASM gives, prompts, losses and answer", async () => {
    const gpu = await tuneOn("webgpu");
    const cpu = await tuneOn("wasm");
    expect(gpu.provider.kind).toBe("webgpu");
    expect(gpu.gates.map((gate) => [gate.name, gate.passed])).toEqual([
      ["golden-patch", true],
      ["batch", true],
      ["norm-conditioning", true],
      ["webgpu-against-wasm", true],
    ]);
    expect([gpu.ended, cpu.ended]).toEqual(["complete", "complete"]);
    gpu.losses.forEach((loss, i) => {
      expect(loss).toBeCloseTo(cpu.losses[i] ?? 0, 3);
    });
    expect(gpu.losses.at(-1)).toBeLessThan(gpu.losses[0] ?? 0);
    gpu.scores.forEach((score, i) => {
      expect(score).toBeCloseTo(cpu.scores[i] ?? 0, 3);
    });
    const difference = Math.hypot(...gpu.prompts.map((value, i) => value - (cpu.prompts[i] ?? 0)));
    expect(difference / Math.hypot(...cpu.prompts)).toBeLessThan(0.01);
    // A software adapter spends a minute preparing shaders where the machine is busy.
  }, 300_000);

  test("learns without labels on WebGPU what it learns on WASM", async () => {
    type Learned = Readonly<Record<"losses" | "prompts" | "features", readonly number[]> & { kind: string }>;
    const page = await browser.newPage();
    const errors = collectErrors(page);
    await page.goto(`${served.url}test/browser/pages/engine.html`);
    await page.waitForFunction(() => "learnOn" in window);
    const on = (prefer: string): Promise<Learned> =>
      page.evaluate(
        (where) => (window as unknown as { learnOn(prefer: string): Promise<Learned> }).learnOn(where),
        prefer,
      );
    const [gpu, cpu] = [await on("webgpu"), await on("wasm")];
    expect(errors).toEqual([]);
    expect(gpu.kind).toBe("webgpu");
    for (const part of ["losses", "prompts", "features"] as const) {
      const difference = Math.hypot(...gpu[part].map((value, i) => value - (cpu[part][i] ?? Number.NaN)));
      expect(difference / Math.hypot(...cpu[part]), part).toBeLessThan(0.01);
    }
    await page.close();
  }, 300_000);

  test("computes layer norms in two passes where a single one would lose the answer, and is refused where it does not", async () => {
    const page = await browser.newPage();
    await page.goto(`${served.url}test/browser/pages/engine.html`);
    await page.waitForFunction(() => "loadFarFromZero" in window);
    type Loaded = Readonly<{ gates: Report["gates"]; refused: string | null }>;
    const load = (unaware: boolean): Promise<Loaded> =>
      page.evaluate(
        (blind) =>
          (window as unknown as { loadFarFromZero(offset: number, unaware: boolean): Promise<Loaded> }).loadFarFromZero(
            400,
            blind,
          ),
        unaware,
      );
    const aware = await load(false);
    expect(aware.refused).toBeNull();
    const norms = aware.gates.find((gate) => gate.name === "norm-conditioning");
    expect(norms?.error).toBeGreaterThan(100);
    expect(aware.gates.every((gate) => gate.passed)).toBe(true);
    expect((await load(true)).refused).toMatch(/computes something else than it must/);
    await page.close();
  }, 300_000);

  test("does not choose a software adapter by itself, and says why", async () => {
    const { provider } = await tuneOn("auto");
    expect(provider.kind).toBe("wasm-threads");
    expect(provider.why).toMatch(/software/);
  });
});
