// Prompts as keys and values only, and the class token alone in the last block, against the plain way: every token through it all.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { createBuilder } from "../../src/graph/builder.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { countFlops } from "../../src/graph/flops.ts";
import { gradient } from "../../src/graph/gradient.ts";
import { float, type Graph, int, type Node } from "../../src/graph/ir.ts";
import { analyseVit, type VitStructure } from "../../src/graph/vit/analyse-vit.ts";
import { readAttention } from "../../src/graph/vit/attention.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { addUpper, instantiate, upperGraph } from "../../src/graph/vit/cut.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { openVariant, variants } from "./vit-corpus-fixture.ts";
import { readWeight, relativeError, vitShape } from "./vit-fixture.ts";

const batch = 2;
const random = createRandom(11);
const draw = (shape: readonly number[]) =>
  tensorOf(
    shape,
    Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => normal(random)),
  );

/** The slow oracle: prompts go through the whole block as tokens, and what became of them is cut off. */
function addSlowUpper(graph: Graph, { depth, streams, features, tokens: count, width }: VitStructure, first: number) {
  return (b: ReturnType<typeof createBuilder>, tokens: string, prompts: string): string => {
    let stream = tokens;
    const cut = (value: string, start: number, end: number, axis: number): string =>
      b.op("Slice", [value, b.vector([start]), b.vector([end]), b.vector([axis])]);
    for (let block = first; block < depth; block++) {
      const own = b.op("Expand", [cut(prompts, block - first, block - first + 1, 0), b.vector([batch, 1, width])]);
      const all = b.op("Concat", [stream, own], { axis: int(1) });
      stream = cut(instantiate(b, graph, streams[block] ?? "", streams[block + 1] ?? "", all), 0, count, 1);
    }
    return instantiate(b, graph, streams[depth] ?? "", features, stream);
  };
}

type Upper = (b: ReturnType<typeof createBuilder>, tokens: string, prompts: string) => string;

/** Features and the gradient of their squared length with respect to the prompts. */
function withGradient(structure: VitStructure, first: number, count: number, upper: Upper): Graph {
  const b = createBuilder();
  const { tokens: length, width, depth } = structure;
  const tokens = b.input("tokens", "float32", [batch, length, width]);
  const prompts = b.input("prompts", "float32", [depth - first, count, width]);
  const features = upper(b, tokens, prompts);
  const loss = b.op("ReduceSumSquare", [features, b.vector([0, 1])], { keepdims: int(1) });
  const { builder, gradients } = gradient(b.finish({ features, loss }), "loss", ["prompts"]);
  return builder.finish({ features: "features", gradPrompts: present(gradients.prompts, "gradient") });
}

/** Keys of tokens that were not normed: a form that is not plain. */
function withKeysOfStream(graph: Graph, { streams }: VitStructure): Graph {
  const keys = /^blocks\.(\d+)\.attn\.qkv\.k\.product$/;
  const nodes = graph.nodes.map((node): Node => {
    const block = keys.exec(node.outputs[0] ?? "")?.[1];
    return block === undefined ? node : { ...node, inputs: [streams[Number(block)] ?? "", ...node.inputs.slice(1)] };
  });
  return { ...graph, nodes };
}

/** A norm of the keys of every head, as timm's qk_norm. Scale and bias are those of norm1, cut to a head's width. */
function withNormedKeys(graph: Graph): Graph {
  const heads = /^blocks\.\d+\.attn\.k\.heads$/;
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const inputs = node.inputs.map((name) => (heads.test(name) ? `${name}/normed` : name));
    const [output = ""] = node.outputs;
    if (!heads.test(output)) return [{ ...node, inputs }];
    const name = `${output}/normed`;
    const attributes = { axis: int(-1), epsilon: float(1e-6) };
    return [
      node,
      { op: "LayerNormalization", name, inputs: [output, "head/scale", "head/bias"], outputs: [name], attributes },
    ];
  });
  const part = (name: string, key: string) =>
    ({ name, dtype: "float32", shape: [16], source: { kind: "weight", key, elementOffset: 0 } }) as const;
  const own = [part("head/scale", "blocks.0.norm1.weight"), part("head/bias", "blocks.0.norm1.bias")];
  return { ...graph, nodes, initializers: [...graph.initializers, ...own] };
}

const plain = buildVit(vitShape);
const forms = [
  { name: "class token read", graph: plain },
  { name: "mean read", graph: buildVit({ ...vitShape, readout: "mean" }) },
  { name: "keys normed", graph: withNormedKeys(plain) },
  { name: "keys of the stream", graph: withKeysOfStream(plain, analyseVit(plain)) },
] as const;

describe("prompts that are keys and values only", () => {
  test.each(forms)("give the features and gradients of prompts that go through whole blocks: $name", ({ graph }) => {
    const structure = analyseVit(graph);
    for (const [first, count] of [
      [0, 1],
      [0, 5],
      [1, 4],
      [2, 3],
    ] as const) {
      const feeds = { tokens: draw([batch, 17, 48]), prompts: draw([structure.depth - first, count, 48]) };
      const fast: Upper = (b, tokens, prompts) => addUpper(b, graph, structure, first, tokens, prompts);
      const [a, b] = [fast, addSlowUpper(graph, structure, first)].map((upper) =>
        evaluate(withGradient(structure, first, count, upper), feeds, readWeight),
      );
      expect(relativeError(a!.features!.data, b!.features!.data)).toBeLessThan(1e-12);
      expect(relativeError(a!.gradPrompts!.data, b!.gradPrompts!.data)).toBeLessThan(1e-12);
    }
  });

  test("go through the whole block where its attention has not the plain form", () => {
    const [normal, normed, other] = [plain, withNormedKeys(plain), withKeysOfStream(plain, analyseVit(plain))].map(
      (graph) => {
        const structure = analyseVit(graph);
        const { streams, middles, width } = structure;
        const attention = readAttention(graph, streams[0] ?? "", middles[0] ?? "", width);
        return { attention, flops: countFlops(upperGraph(graph, structure, 0), { B: 2, N: 5 }) };
      },
    );
    expect(normal?.attention?.keys.tokens).toBe("blocks.0.attn.qkv.k");
    expect(normed?.attention?.keys.tokens).toBe("blocks.0.norm1");
    expect(other?.attention).toBeNull();
    expect(normal?.flops).toBeLessThan(normed?.flops ?? 0);
    expect(normed?.flops).toBeLessThan(0.9 * (other?.flops ?? 0));
  });

  test("are normed for all blocks at once where the blocks' norms differ in scale and bias only", () => {
    const structure = analyseVit(plain);
    const normsOf = (graph: Graph): number => {
      const { nodes } = upperGraph(graph, structure, 0);
      return nodes.filter((node) => node.op === "LayerNormalization").length;
    };
    // Two of each block and the last one; one more for the prompts of all blocks, or for those of each.
    expect(normsOf(plain)).toBe(2 * 3 + 1 + 1);
    const coarse = (node: Node): Node =>
      node.outputs[0] === "blocks.1.norm1"
        ? { ...node, attributes: { ...node.attributes, epsilon: float(1e-3) } }
        : node;
    expect(normsOf({ ...plain, nodes: plain.nodes.map(coarse) })).toBe(2 * 3 + 1 + 3);
  });

  test.each(variants)("are so in every block of %s", (name) => {
    const { graph, structure } = openVariant(name).model;
    const { streams, middles, width } = structure;
    expect(middles.map((middle, i) => readAttention(graph, streams[i] ?? "", middle, width) === null)).toEqual(
      middles.map(() => false),
    );
  });
});

describe("the floating-point operations", () => {
  const [B, T, N, D, M, C] = [4, 17, 5, 48, 96, 3];
  /** Multiply-adds of keys and values of the prompts: the same for every image. */
  const prompts = 2 * N * D * D;
  const forward = {
    block: B * (4 * T * D * D + 2 * T * (T + N) * D + 2 * T * D * M) + prompts,
    last: B * (2 * T * D * D + 2 * D * D + 2 * (T + N) * D + 2 * D * M) + prompts,
  };

  test("of the forward part are those of the image's tokens, and of keys and values of the prompts once per batch", () => {
    const upper = upperGraph(plain, analyseVit(plain), 0);
    expect(countFlops(upper, { B, N })).toBe(2 * (2 * forward.block + forward.last));
  });

  test("of a step are no more than the derivative needs", () => {
    // Frozen factors have no gradient: one product back for one forth, two for each of the attention's two.
    const backward = {
      last: B * (2 * T * D * D + 2 * D * D + 4 * (T + N) * D + 2 * D * M) + prompts,
      block: B * (4 * T * D * D + 4 * T * (T + N) * D + 2 * T * D * M) + prompts,
      // Below it nothing is tuned: of its attention only what leads to its own prompts, of its queries nothing.
      lowest: B * (T * D * D + 3 * T * N * D + 2 * T * D * M) + prompts,
    };
    const head = 3 * B * C * D;
    const options = { firstBlock: 0, tokensPerBlock: N, batch: B, classes: C };
    const { graph } = trainGraph(plain, analyseVit(plain), options);
    const wanted = 2 * forward.block + forward.last + backward.lowest + backward.block + backward.last + head;
    expect(countFlops(graph)).toBe(2 * wanted);
  });
});
