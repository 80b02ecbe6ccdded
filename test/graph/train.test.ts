// The training step as a program: it learns, reads only what it needs, and says what it is.
import { describe, expect, test } from "vitest";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { countFlops } from "../../src/graph/flops.ts";
import { printGraph } from "../../src/graph/print.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { baseGraph } from "../../src/graph/vit/cut.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { compileWasm } from "./run-wasm.ts";
import { cases, readWeight, stepFeeds, vitShape } from "./vit-fixture.ts";

const plain = buildVit(vitShape);
const structure = analyseVit(plain);

/** The operators with a kernel on onnxruntime-web's native WebGPU provider, of those this floor knows. */
const withoutGpuKernel = new Set(["Shape", "Log", "Cast"]);

test("eight patches of noise with labels by chance are learnt to 100 % on WASM", async () => {
  const random = createRandom(8);
  const pixels = tensorOf(
    [8, 3, 32, 32],
    Float64Array.from({ length: 8 * 3072 }, () => normal(random)),
  );
  const base = await compileWasm(baseGraph(plain, structure, 1), readWeight);
  const { tokens, features } = await base.run({ pixels });
  await base.release();
  const labels = [0, 1, 2, 1, 0, 2, 2, 0];
  const { graph, layout } = trainGraph(plain, structure, { firstBlock: 1, tokensPerBlock: 4, batch: 8, classes: 3 });
  const program = await compileWasm(graph, readWeight);
  const centre = Float64Array.from({ length: 48 }, (_, j) =>
    labels.reduce((n, _, i) => n + features![i * 48 + j]! / 8, 0),
  );
  let theta = tensorOf(
    [layout.length],
    Float64Array.from({ length: layout.length }, () => 0.1 * normal(random)),
  );
  let m = tensorOf([layout.length], new Float64Array(layout.length));
  let v = m;
  const losses: number[] = [];
  let logits = new Float32Array();
  for (let step = 1; step <= 60; step++) {
    const out = await program.run({
      ...stepFeeds(layout.length, step),
      tokens: tensorOf([8, 17, 48], tokens!),
      targets: tensorOf(
        [8, 3],
        labels.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0))),
      ),
      sampleWeight: tensorOf([8], new Float64Array(8).fill(1)),
      centre: tensorOf([48], centre),
      learningRate: tensorOf([1], [0.02]),
      theta,
      m,
      v,
    });
    losses.push(out.loss![0]!);
    logits = Float32Array.from(out.logits!);
    [theta, m, v] = [out.thetaNext!, out.mNext!, out.vNext!].map((x) => tensorOf([x.length], x)) as [
      typeof theta,
      typeof m,
      typeof v,
    ];
  }
  await program.release();
  const answers = labels.map((_, i) => {
    const row = [...logits.subarray(i * 3, i * 3 + 3)];
    return row.indexOf(Math.max(...row));
  });
  expect(answers).toEqual(labels);
  expect(losses.at(-1)!).toBeLessThan(0.1 * losses[0]!);
});

describe("the training graph", () => {
  test.each(cases)("uses only operators with a kernel on the GPU and static shapes, first block $firstBlock", (c) => {
    const { graph } = trainGraph(plain, structure, { ...c, batch: 4, classes: 3 });
    expect(graph.nodes.filter((node) => withoutGpuKernel.has(node.op))).toEqual([]);
    expect(graph.inputs.flatMap(({ shape }) => shape).every((dim) => typeof dim === "number")).toBe(true);
    const read = new Set(graph.nodes.flatMap((node) => node.inputs));
    expect(graph.inputs.filter(({ name }) => !read.has(name))).toEqual([]);
  });

  test("computes no gradient of a frozen weight: its backward part costs no more than data gradients do", () => {
    // With the head small, d(tokens) of every product costs one product; attention's two cost two each.
    const options = { firstBlock: 0, tokensPerBlock: 5, batch: 4, classes: 3 };
    const deep = buildVit({ ...vitShape, imagePixels: 128, width: 96 });
    const { graph } = trainGraph(deep, analyseVit(deep), options);
    const forward = graph.nodes.findIndex((node) => node.name.startsWith("grad/"));
    const part = { ...graph, nodes: graph.nodes.slice(0, forward), outputs: [] };
    expect(countFlops(graph) / countFlops(part)).toBeLessThan(2.6);
  });

  test("prints itself, one line per node", () => {
    const { graph } = trainGraph(plain, structure, { firstBlock: 2, tokensPerBlock: 1, batch: 2, classes: 3 });
    const text = printGraph(graph);
    expect(text.split("\n")).toHaveLength(graph.nodes.length + 2);
    expect(text).toContain(
      "blocks.2.norm1/joined: float32[2, 18, 48] = Concat(blocks.2.norm1, blocks.2.norm1/prompts, axis=1)",
    );
    expect(text.split("\n").at(-1)).toBe("  return loss, logits, thetaNext, mNext, vNext");
  });

  test("moves nothing where the rate is scaled by zero", () => {
    const { graph, layout } = trainGraph(plain, structure, { firstBlock: 2, tokensPerBlock: 1, batch: 4, classes: 3 });
    const random = createRandom(3);
    const draw = (shape: readonly number[]) =>
      tensorOf(
        shape,
        Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(random)),
      );
    const zero = tensorOf([layout.length], new Float64Array(layout.length));
    const theta = draw([layout.length]);
    const half = tensorOf(
      [layout.length],
      zero.data.map((_, i) => (i < layout.headWeight.offset ? 0 : 1)),
    );
    const feeds = {
      ...stepFeeds(layout.length, 1),
      tokens: draw([4, 17, 48]),
      theta,
      m: zero,
      v: zero,
      rateScale: half,
    };
    const { thetaNext } = evaluate(graph, feeds, readWeight);
    const moved = [...thetaNext!.data].map((x, i) => x !== theta.data[i]);
    expect(moved.indexOf(true)).toBe(layout.headWeight.offset);
  });
});

test("a ViT-Tiny at 224 pixels costs 2.5 GFLOP, as published (1.26 G multiply-adds; Touvron et al. 2021)", () => {
  const tiny = { ...vitShape, imagePixels: 224, patchPixels: 16, width: 192, depth: 12, mlpWidth: 768 };
  expect(countFlops(buildVit(tiny), { B: 1 }) / 1e9).toBeCloseTo(2.51, 2);
});
