// Norms of rows far from zero: how far is measured, and subtracting the mean first changes nothing but the rounding.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { createBuilder } from "../../src/graph/builder.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { countFlops } from "../../src/graph/flops.ts";
import { float, type Graph, int, type Node } from "../../src/graph/ir.ts";
import { centreNorms, probeNorms } from "../../src/graph/norms.ts";
import { floatOf, type Tensor } from "../../src/graph/ops/op-rule.ts";
import { opTable } from "../../src/graph/ops/op-table.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { baseGraph, upperGraph } from "../../src/graph/vit/cut.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
import { type WeightInitializer, type WeightReader, weightValues } from "../../src/graph/weight-file.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { compileWasm } from "./run-wasm.ts";
import { openVariant } from "./vit-corpus-fixture.ts";
import { expected, readWeight, relativeError, startTheta, stepFeeds, vitShape } from "./vit-fixture.ts";

const plain = buildVit(vitShape);
const structure = analyseVit(plain);
const pixels = expected("pixels");
const names = [0, 1, 2].flatMap((block) => [`blocks.${block}.norm1`, `blocks.${block}.norm2`]).concat("norm");

/** The network with `offset` on every token's every feature: the positions carry it into the residual stream. */
const shifted =
  (offset: number): WeightReader =>
  (key) =>
    key === "pos_embed" ? readWeight(key).map((x) => x + offset) : readWeight(key);

/** Greatest |mean| / sqrt(variance + eps) over the rows, straight from the definition. */
function conditioning({ shape, data }: Tensor, eps: number): number {
  const width = shape.at(-1) ?? 1;
  let greatest = 0;
  for (let from = 0; from < data.length; from += width) {
    const row = data.subarray(from, from + width);
    const mean = row.reduce((a, b) => a + b, 0) / width;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
    greatest = Math.max(greatest, Math.abs(mean) / Math.sqrt(variance + eps));
  }
  return greatest;
}

describe("the probe", () => {
  test("names every norm in the graph's order, and leaves the other outputs as they are", () => {
    const { graph, norms } = probeNorms(plain);
    expect(norms).toEqual(names);
    expect(graph.outputs.map(({ name, shape }) => [name, ...shape])).toEqual([
      ["features", "B", 48],
      ["normConditioning", 7],
    ]);
    const { features } = evaluate(graph, { pixels }, readWeight);
    expect([...features!.data]).toEqual([...evaluate(plain, { pixels }, readWeight).features!.data]);
  });

  test("gives |mean| / deviation of the worst row: 5 where a row is 10 with a deviation of 2", () => {
    const b = createBuilder();
    const x = b.input("x", "float32", [1, 2, 4]);
    const [scale, bias] = ["scale", "bias"].map((key) => b.weight(key, { key, elementOffset: 0 }, [4]));
    const y = b.op("LayerNormalization", [x, scale ?? "", bias ?? ""], { axis: int(-1), epsilon: float(1e-12) });
    const { graph } = probeNorms(b.finish({ y }));
    const feeds = { x: tensorOf([1, 2, 4], [-12, -8, -8, -12, 1, -1, 1, -1]) };
    const { normConditioning } = evaluate(graph, feeds, () => new Float32Array(4));
    expect(normConditioning!.data[0]).toBeCloseTo(5, 9);
  });

  test.each([0, 1000])("measures each norm's input, whatever its offset (%d), in fp32 on WASM too", async (offset) => {
    const { graph, norms } = probeNorms(plain);
    const read = shifted(offset);
    const inputs = norms.map((name) => present(plain.nodes.find((node) => node.outputs[0] === name)?.inputs[0], name));
    const values = evaluate(plain, { pixels }, read, inputs);
    const wanted = inputs.map((name) => conditioning(present(values[name], name), vitShape.layerNormEps));
    const { normConditioning } = evaluate(graph, { pixels }, read);
    expect(relativeError(normConditioning!.data, wanted)).toBeLessThan(1e-9);
    const program = await compileWasm(graph, read);
    const out = await program.run({ pixels });
    await program.release();
    expect(relativeError(out.normConditioning!, wanted)).toBeLessThan(1e-3);
    expect(Math.max(...wanted) > 100).toBe(offset === 1000);
  });
});

describe("subtracting the mean first", () => {
  const centred = centreNorms(plain, names);

  test("changes only what it is asked to", () => {
    const one = centreNorms(plain, ["blocks.1.norm2"]);
    const added = one.nodes.filter((node) => !plain.nodes.some((old) => old.outputs[0] === node.outputs[0]));
    expect(added.map((node) => node.op)).toEqual(["ReduceMean", "Sub"]);
    expect(centreNorms(plain, [])).toEqual(plain);
    expect(() => centreNorms(plain, ["blocks.1.norm3"])).toThrow("blocks.1.norm3");
  });

  test("leaves features, prompted features and gradients as they were to 1e-12, with the structure of the first graph", () => {
    const run = (graph: Graph) => {
      const base = evaluate(baseGraph(graph, structure, 1), { pixels }, readWeight);
      const prompts = expected("first1.n5.prompts");
      const upper = evaluate(upperGraph(graph, structure, 1), { tokens: base.tokens!, prompts }, readWeight);
      const options = { firstBlock: 1, tokensPerBlock: 5, batch: 4, classes: 3, withGradient: true };
      const train = trainGraph(graph, structure, options);
      const zero = tensorOf([train.layout.length], new Float64Array(train.layout.length));
      const feeds = { ...stepFeeds(train.layout.length, 1), theta: startTheta("first1.n5"), m: zero, v: zero };
      const step = evaluate(train.graph, { ...feeds, tokens: base.tokens! }, readWeight);
      return { values: [base.features!, upper.features!, step.gradTheta!], flops: countFlops(train.graph) };
    };
    const [before, after] = [plain, centred].map(run);
    before!.values.forEach(({ data }, i) => {
      expect(relativeError(after!.values[i]!.data, data)).toBeLessThan(1e-12);
    });
    // The same multiplications: prompts are still keys and values only, and the last block still runs for the class token alone.
    expect(after!.flops).toBe(before!.flops);
  });

  test("leaves an imported network's gradients as they were", () => {
    const { model, pixels: image } = openVariant("hf-vit-p8-cls-legacy13");
    const { norms } = probeNorms(model.graph);
    const random = createRandom(9);
    const noise = (shape: readonly number[]): Tensor =>
      tensorOf(
        shape,
        Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(random)),
      );
    const prompts = noise([3, 2, 24]);
    const [a, b] = [model.graph, centreNorms(model.graph, norms)].map((graph) => {
      const { tokens } = evaluate(baseGraph(graph, model.structure, 0), { pixels: image }, model.read);
      return evaluate(upperGraph(graph, model.structure, 0), { tokens: tokens!, prompts }, model.read);
    });
    expect(relativeError(b!.features!.data, a!.features!.data)).toBeLessThan(1e-12);
  });

  test("keeps the precision that a single-pass kernel in fp32 loses where rows lie at 1000", () => {
    const read = shifted(1000);
    const { features } = evaluate(plain, { pixels }, read);
    const [careless, careful] = [plain, centred].map((graph) =>
      relativeError(inSingles(graph, { pixels }, read).features!.data, features!.data),
    );
    expect(careless).toBeGreaterThan(1e-2);
    expect(careful).toBeLessThan(2e-3);
  });
});

/** The network in fp32, with norms of one pass: mean and mean square are summed together, as a WebGPU kernel does it. */
function inSingles(graph: Graph, feeds: Readonly<Record<string, Tensor>>, read: WeightReader): Record<string, Tensor> {
  const values = new Map<string, Tensor>(Object.entries(feeds));
  for (const entry of graph.initializers) {
    const data = entry.source.kind === "inline" ? entry.source.values : weightValues(entry as WeightInitializer, read);
    values.set(entry.name, tensorOf(entry.shape, data));
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => present(values.get(name), name));
    const outputs = node.op === "LayerNormalization" ? onePass(node, inputs) : opTable[node.op].evaluate(node, inputs);
    node.outputs.forEach((name, i) => {
      const { shape, data } = present(outputs[i], name);
      values.set(name, { shape, data: data.map(Math.fround) });
    });
  }
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, present(values.get(name), name)]));
}

function onePass(node: Node, [x, scale, bias]: readonly Tensor[]): readonly Tensor[] {
  const { shape, data } = present(x, "the rows");
  const width = shape.at(-1) ?? 1;
  const f = Math.fround;
  const out = new Float64Array(data.length);
  for (let from = 0; from < data.length; from += width) {
    let [sum, square] = [0, 0];
    for (let i = 0; i < width; i++) {
      const value = f(data[from + i] ?? 0);
      sum = f(sum + value);
      square = f(square + f(value * value));
    }
    const mean = f(sum / width);
    const variance = Math.max(0, f(f(square / width) - f(mean * mean)));
    const inverse = f(1 / Math.sqrt(f(variance + floatOf(node, "epsilon", 1e-5))));
    for (let i = 0; i < width; i++) {
      const unit = f(f(f(data[from + i] ?? 0) - mean) * inverse);
      out[from + i] = f(f(unit * (scale?.data[i] ?? 1)) + (bias?.data[i] ?? 0));
    }
  }
  return [{ shape, data: out }];
}
