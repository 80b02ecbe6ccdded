// The label-free loss against PyTorch, and the chain rule by which its derivative reaches the prompts.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { alteredView } from "../../src/engine/altered-view.ts";
import { contrast } from "../../src/engine/contrast.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { baseGraph, upperGraph } from "../../src/graph/vit/cut.ts";
import { pullGraph } from "../../src/graph/vit/pull-graph.ts";
import { createRandom, normal, randomFor } from "../../src/math/random.ts";
import { compileWasm } from "../graph/run-wasm.ts";
import { expected, readWeight, relativeError, vitShape } from "../graph/vit-fixture.ts";

const path = join(import.meta.dirname, "..", "fixtures", "contrast", "contrast.json");
const torch: Readonly<{ temperature: number; features: number[]; centre: number[]; loss: number; pull: number[] }> =
  JSON.parse(readFileSync(path, "utf8"));

test("loss and derivative equal PyTorch's", () => {
  const { loss, pull } = contrast(
    Float32Array.from(torch.features),
    Float32Array.from(torch.centre),
    torch.temperature,
  );
  expect(loss).toBeCloseTo(torch.loss, 10);
  expect(relativeError(pull, torch.pull)).toBeLessThan(1e-6);
});

describe("the pull on prompts", () => {
  const plain = buildVit(vitShape);
  const structure = analyseVit(plain);
  const shape = { firstBlock: 1, tokensPerBlock: 2, batch: 2 };
  const tokens = evaluate(baseGraph(plain, structure, 1), { pixels: expected("pixels") }, readWeight).tokens;
  const [rows = 0, count = 0, width = 0] = tokens?.shape ?? [];
  const two = tensorOf([2, count, width], (tokens?.data ?? []).slice(0, 2 * count * width));
  const random = createRandom(3);
  const noise = (length: number): Float64Array => Float64Array.from({ length }, () => 0.3 * normal(random));
  const dims = [2, 2, width];
  const theta = noise(4 * width);
  const pull = noise(2 * structure.featureWidth);
  const before = noise(theta.length);
  const graph = pullGraph(plain, structure, shape);
  const feeds = {
    tokens: two,
    theta: tensorOf([theta.length], theta),
    pull: tensorOf([2, structure.featureWidth], pull),
    gradSum: tensorOf([theta.length], before),
  };

  test("is the derivative of features along it, added to what was there", () => {
    expect(rows).toBeGreaterThanOrEqual(2);
    const made = evaluate(graph, feeds, readWeight).gradSumNext?.data ?? [];
    const upper = upperGraph(plain, structure, 1);
    const along = (at: Float64Array): number => {
      const { features } = evaluate(upper, { tokens: two, prompts: tensorOf(dims, at) }, readWeight);
      return pull.reduce((sum, value, i) => sum + value * (features?.data[i] ?? Number.NaN), 0);
    };
    const h = 1e-5;
    const places = [0, 7, width, 2 * width + 3, 3 * width + 11, theta.length - 1];
    for (const place of places) {
      const [up, down] = [theta.slice(), theta.slice()];
      up[place] = (theta[place] ?? 0) + h;
      down[place] = (theta[place] ?? 0) - h;
      const slope = (along(up) - along(down)) / (2 * h);
      expect((made[place] ?? Number.NaN) - (before[place] ?? 0), `number ${place}`).toBeCloseTo(slope, 6);
    }
  });

  test("is the same on WASM", async () => {
    const wanted = evaluate(graph, feeds, readWeight).gradSumNext?.data ?? [];
    const program = await compileWasm(graph, readWeight);
    const made = await program.run(feeds);
    await program.release();
    expect(relativeError(made.gradSumNext ?? [], wanted)).toBeLessThan(1e-5);
  });
});

test("an altered view is of the same size, another picture each time, and the same of the same chance", () => {
  const side = 16;
  const rgb = Uint8Array.from({ length: 3 * side * side }, (_, i) => (i * 37) % 256);
  const once = alteredView(rgb, side, randomFor(1, "view"));
  expect(once).toHaveLength(rgb.length);
  expect(alteredView(rgb, side, randomFor(1, "view"))).toEqual(once);
  expect(alteredView(rgb, side, randomFor(2, "view"))).not.toEqual(once);
  expect(rgb[1]).toBe(37);
});

test("no stain is drawn so strong or so weak that a grey patch leaves the range the alteration names", () => {
  const side = 8;
  const grey = new Uint8Array(3 * side * side).fill(120);
  const density = -Math.log(121 / 256);
  for (let seed = 0; seed < 50; seed++) {
    const out = alteredView(grey, side, randomFor(seed, "grey"));
    for (const value of out.slice(0, 3)) {
      const d = -Math.log((value + 1) / 256);
      // Slope 1 +- 10 % for all channels and +- 20 % for each, offset +- 0.06; half a step of rounding beside.
      expect(d).toBeGreaterThan(density * 0.9 * 0.8 - 0.06 - 0.01);
      expect(d).toBeLessThan(density * 1.1 * 1.2 + 0.06 + 0.01);
    }
  }
});
