// Checkpoints of timm and Hugging Face against what these libraries compute with them (test/fixtures/vit-safetensors/make.py).
import { describe, expect, test } from "vitest";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { countFlops } from "../../src/graph/flops.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { readCheckpoint } from "../../src/graph/vit/checkpoint.ts";
import { readerOf } from "../../src/graph/vit/checkpoint-values.ts";
import { baseGraph, upperGraph } from "../../src/graph/vit/cut.ts";
import { type PositionResample, resamplePositions } from "../../src/graph/vit/resample-positions.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
import { doubles, fixtureFile, loadVariant, variantNames } from "./checkpoint-fixture.ts";
import { compileWasm } from "./run-wasm.ts";
import { relativeError } from "./vit-fixture.ts";

function open(name: string) {
  const loaded = loadVariant(name);
  const checkpoint = readCheckpoint(loaded.shapes, loaded.facts, name);
  const graph = buildVit(checkpoint.shape);
  return { ...loaded, checkpoint, graph, weights: readerOf(checkpoint.origins, loaded.read) };
}

// Where the library itself resamples positions it does so in fp32.
const float64 = (name: string): number => (name.endsWith("larger-grid") ? 1e-6 : 1e-12);
const head = fixtureFile("head");
const headTensor = (name: string) => doubles(head.get(name)!);

function stepFeeds(features: number, length: number) {
  const zero = tensorOf([length], new Float64Array(length));
  return {
    targets: headTensor("targets"),
    sampleWeight: tensorOf([2], [1, 1]),
    centre: tensorOf([features], headTensor("centre").data.subarray(0, features)),
    temperature: tensorOf([1], [10]),
    m: zero,
    v: zero,
    rateScale: tensorOf([length], new Float64Array(length).fill(1)),
    learningRate: tensorOf([1], [1e-3]),
    weightDecay: tensorOf([1], [0]),
    correction1: tensorOf([1], [10]),
    correction2: tensorOf([1], [1000]),
  };
}

describe.each(variantNames)("%s", (name) => {
  const { checkpoint, graph, weights, truth } = open(name);
  const feeds = { pixels: truth("pixels") };

  test("has PyTorch's features, in float64 and on WASM", async () => {
    const { features } = evaluate(graph, feeds, weights);
    expect(relativeError(features!.data, truth("features").data)).toBeLessThan(float64(name));
    const program = await compileWasm(graph, weights);
    expect(relativeError((await program.run(feeds)).features!, truth("features").data)).toBeLessThan(1e-5);
    await program.release();
  });

  test("has PyTorch's prompted features and gradients of prompts and head, in float64 and on WASM", async () => {
    const structure = analyseVit(graph);
    const { tokens } = evaluate(baseGraph(graph, structure, 0), feeds, weights);
    const prompts = truth("prompts");
    const { features } = evaluate(upperGraph(graph, structure, 0), { tokens: tokens!, prompts }, weights);
    expect(relativeError(features!.data, truth("prompted").data)).toBeLessThan(float64(name));

    const options = { firstBlock: 0, tokensPerBlock: 3, batch: 2, classes: 3, withGradient: true };
    const { graph: step, layout } = trainGraph(graph, structure, options);
    // The operators without a kernel on onnxruntime-web's native WebGPU provider, of those this floor knows.
    expect(step.nodes.filter(({ op }) => op === "Shape" || op === "Log" || op === "Cast")).toEqual([]);
    const width = structure.featureWidth;
    const start = headTensor("head");
    const rows = [0, 1, 2].flatMap((row) => [...start.data.subarray(row * 48, row * 48 + width)]);
    const theta = tensorOf([layout.length], [...prompts.data, ...rows]);
    const all = { ...stepFeeds(width, layout.length), tokens: tokens!, theta };
    const wanted = [...truth("gradPrompts").data, ...truth("gradHead").data];
    const exact = evaluate(step, all, weights);
    expect(relativeError(exact.loss!.data, truth("loss").data)).toBeLessThan(float64(name));
    expect(relativeError(exact.gradTheta!.data, wanted)).toBeLessThan(100 * float64(name));
    const program = await compileWasm(step, weights);
    const fast = await program.run(all);
    const split = layout.headWeight.offset;
    expect(relativeError(fast.gradTheta!.subarray(0, split), truth("gradPrompts").data)).toBeLessThan(1e-4);
    expect(relativeError(fast.gradTheta!.subarray(split), truth("gradHead").data)).toBeLessThan(1e-4);
    await program.release();
  });

  test("uses every tensor of the file or says what it is not used for", () => {
    const used = checkpoint.origins.flatMap(({ from }) => from);
    const rest = checkpoint.ignored.map(({ key }) => key);
    expect(new Set([...used, ...rest])).toEqual(new Set(loadVariant(name).container.keys()));
    expect(new Set(used).size).toBe(used.length);
  });
});

test.each([
  ["timm-dinov2", 1, 48],
  ["timm-swiglu-packed", 2, 36],
  ["pathoduet-cls", 1, 48],
  ["hf-dinov2-registers", 2, 32],
])("%s lets its class token alone through the last block", (name, halves, mlp) => {
  const { graph } = open(name);
  const structure = analyseVit(graph);
  const [width, prompts] = [24, 3];
  const tokens = structure.tokens + prompts;
  // Keys and values of all tokens, two products of one row with them, and the rest for one token: 2 FLOP per multiply-add.
  const own = 2 * width * width + halves * width * mlp + mlp * width;
  const wanted = 2 * (2 * tokens * width * width + 2 * tokens * width + own);
  expect(countFlops(upperGraph(graph, structure, 1), { B: 1, N: prompts })).toBe(wanted);
});

describe("positions of another grid", () => {
  const grids = fixtureFile("positions");
  const cases = ["6.4", "4.7", "5.5", "37.16"].flatMap((size) =>
    (["bicubic", "bicubic-antialias", "bicubic-offset"] as const).map((rule) => [size, rule] as const),
  );
  test.each(cases)("are PyTorch's, from and to %s, %s", (size: string, rule: PositionResample) => {
    const [from = 0, to = 0] = size.split(".").map(Number);
    const values = Float32Array.from(doubles(grids.get(`${size}.values`)!).data);
    const wanted = doubles(grids.get(`${size}.${rule}`)!).data;
    expect(relativeError(resamplePositions(values, from, to, rule), wanted)).toBeLessThan(1e-7);
  });
});
