// What is kept of the labelled patches while a tuning runs: as much as the budget holds, and the same numbers whatever it holds.
import { describe, expect, test } from "vitest";
import { planExamples } from "../../src/engine/example-plan.ts";
import { textureSlide } from "../support/texture-slide.ts";
import { tinyEngine } from "../support/tiny-engine.ts";
import { tuneParams } from "../support/tiny-labels.ts";
import { sha256, tinyModel, tinySource } from "../support/tiny-model.ts";

const MiB = 2 ** 20;
const pixels = 3 * 224 * 224;
const tokensOf = (count: number, width: number): number => 4 * count * width;

describe("what is kept of each example", () => {
  test("is its tokens where all fit: those cost nothing to use again", () => {
    expect(planExamples(100, { tokens: tokensOf(197, 768), pixels }, 256 * MiB)).toEqual({
      tokens: 100,
      pixels: 0,
      nothing: 0,
    });
  });

  test("is its pixels where those are smaller and tokens do not fit; the room left over holds tokens all the same", () => {
    // ViT-B/16: 605,184 bytes of tokens, 150,528 of pixels a patch. 1,000 as pixels leave 117,907,456 bytes: 259 differences.
    const plan = planExamples(1000, { tokens: tokensOf(197, 768), pixels }, 256 * MiB);
    expect(plan).toEqual({ tokens: 259, pixels: 741, nothing: 0 });
    expect(259 * 605_184 + 741 * 150_528).toBeLessThanOrEqual(256 * MiB);
    expect(260 * 605_184 + 740 * 150_528).toBeGreaterThan(256 * MiB);
  });

  test("is nothing beyond the budget", () => {
    expect(planExamples(2000, { tokens: tokensOf(197, 768), pixels }, 256 * MiB)).toEqual({
      tokens: 0,
      pixels: 1783,
      nothing: 217,
    });
    // ViT-Tiny with tokens of 14-pixel patches at 224: 197,376 bytes; a model of 64 wide has tokens smaller than pixels.
    expect(planExamples(10, { tokens: tokensOf(197, 64), pixels }, 5 * tokensOf(197, 64))).toEqual({
      tokens: 5,
      pixels: 0,
      nothing: 5,
    });
    expect(planExamples(3, { tokens: 10, pixels: 5 }, 0)).toEqual({ tokens: 0, pixels: 0, nothing: 3 });
  });

  test("never exceeds the budget, and leaves no room for one more", () => {
    for (let seed = 0; seed < 500; seed++) {
      const [count, tokens, size] = [1 + (seed % 37), 1 + ((seed * 7) % 50), 1 + ((seed * 13) % 50)];
      const budget = (seed * 29) % 1500;
      const plan = planExamples(count, { tokens, pixels: size }, budget);
      const used = plan.tokens * tokens + plan.pixels * size;
      expect(plan.tokens + plan.pixels + plan.nothing).toBe(count);
      expect(used).toBeLessThanOrEqual(budget);
      if (plan.nothing > 0) expect(used + Math.min(tokens, size)).toBeGreaterThan(budget);
      else if (plan.pixels > 0) expect(used + tokens - size).toBeGreaterThan(budget);
    }
  });
});

describe("a tuning in a small budget", () => {
  const folder = tinyModel();
  // 2 x 6 patches; tokens of one are 17 x 48 floats, 3,264 bytes, its pixels 3,072.
  const params = tuneParams(2, 6, { batch: 4 });
  const tuneWithin = async (cacheBytes: number) => {
    const slide = textureSlide();
    const programs = new Set<string>();
    const { engine } = tinyEngine(
      folder,
      (runtime) => ({
        ...runtime,
        compile(graph, weights, options) {
          programs.add(options.name);
          return runtime.compile(graph, weights, options);
        },
      }),
      undefined,
      undefined,
      { cacheBytes, slides: slide },
    );
    await engine.load({ source: tinySource, prefer: "wasm" });
    const { bytes, estimate } = await engine.tune(params);
    return { digest: sha256(bytes), estimate, reads: slide.reads, recomputed: programs.has("lower@1") };
  };

  test("gives the same bytes as in a large one: from tokens, from pixels, and read again from the slide", async () => {
    const large = await tuneWithin(256 * MiB);
    expect(large).toMatchObject({ reads: 12, recomputed: false });
    const fromPixels = await tuneWithin(Math.ceil((12 * 3072 * 8) / 7) + 400);
    expect(fromPixels).toEqual({ ...large, recomputed: true });
    const fromSlide = await tuneWithin(8000);
    expect(fromSlide).toEqual({ ...large, reads: fromSlide.reads, recomputed: true });
    expect(fromSlide.reads).toBeGreaterThan(100);
  });

  test("of a cut at the image itself, too", async () => {
    const whole = { ...params, settings: { ...params.settings, blocks: 3 } };
    const digests: string[] = [];
    for (const cacheBytes of [256 * MiB, 4000]) {
      const { engine } = tinyEngine(folder, undefined, undefined, undefined, { cacheBytes });
      await engine.load({ source: tinySource, prefer: "wasm" });
      digests.push(sha256((await engine.tune(whole)).bytes));
    }
    expect(digests[1]).toBe(digests[0]);
  });

  test("does not depend on what was asked before: clicks and previews change no byte", async () => {
    const { engine } = tinyEngine(folder);
    await engine.load({ source: tinySource, prefer: "wasm" });
    const examples = params.examples.toReversed();
    for (const { patch } of examples.slice(0, 5)) {
      await engine.classify({ patch, scorer: { kind: "preview", classes: params.classes, examples } });
    }
    expect(sha256((await engine.tune(params)).bytes)).toBe((await tuneWithin(256 * MiB)).digest);
  });
});
