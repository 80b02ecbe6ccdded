// Prompts as keys and values only, and the class token alone in the last block, against the plain way: every token through it all.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { createBuilder } from "../../src/graph/builder.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { countFlops } from "../../src/graph/flops.ts";
import { gradient } from "../../src/graph/gradient.ts";
import { float, type Graph, int, ints, type Node } from "../../src/graph/ir.ts";
import { prune } from "../../src/graph/prune.ts";
import { analyseVit, type VitStructure } from "../../src/graph/vit/analyse-vit.ts";
import { readAttention } from "../../src/graph/vit/attention.ts";
import { buildVit, repeater } from "../../src/graph/vit/build-vit.ts";
import { addUpper, instantiate, upperGraph } from "../../src/graph/vit/cut.ts";
import { addPlainBlock } from "../../src/graph/vit/prompted-block.ts";
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

/** Every value of this name, for its readers what `write` makes of it. */
function changed(graph: Graph, pattern: RegExp, write: (b: Writer, value: string) => string): Graph {
  const nodes: Node[] = [];
  const initializers = new Map(graph.initializers.map((entry) => [entry.name, entry]));
  const now = new Map<string, string>();
  const b: Writer = {
    op(op, inputs, attributes = {}) {
      const name = `changed/${nodes.length}`;
      nodes.push({ op, name, inputs, outputs: [name], attributes });
      return name;
    },
    weight(key, count) {
      const name = `changed/${key}/${count}`;
      const source = { kind: "weight", key, elementOffset: 0 } as const;
      initializers.set(name, { name, dtype: "float32", shape: [count], source });
      return name;
    },
    axis(axis) {
      const name = `changed/axis/${axis}`;
      initializers.set(name, { name, dtype: "int64", shape: [1], source: { kind: "inline", values: [axis] } });
      return name;
    },
  };
  for (const node of graph.nodes) {
    nodes.push({ ...node, inputs: node.inputs.map((name) => now.get(name) ?? name) });
    const [output = ""] = node.outputs;
    if (pattern.test(output)) now.set(output, write(b, output));
  }
  return prune({ ...graph, nodes, initializers: [...initializers.values()] });
}

type Writer = Readonly<{
  op(op: Node["op"], inputs: readonly string[], attributes?: Node["attributes"]): string;
  weight(key: string, count: number): string;
  axis(axis: number): string;
}>;

/** A norm of the keys of every head, as timm's qk_norm. Scale and bias are those of norm1, cut to a head's width. */
const withNormedKeys = (graph: Graph): Graph =>
  changed(graph, /^blocks\.\d+\.attn\.k\.heads$/, (b, heads) => {
    const [scale, bias] = [b.weight("blocks.0.norm1.weight", 16), b.weight("blocks.0.norm1.bias", 16)];
    return b.op("LayerNormalization", [heads, scale, bias], { axis: int(-1), epsilon: float(1e-6) });
  });

/** h * sigmoid(w * mean of h over all tokens) before fc2: what a token becomes depends on all others. */
const withGateOfAll = (graph: Graph): Graph =>
  changed(graph, /^blocks\.\d+\.mlp\.act$/, (b, h) => {
    const mean = b.op("ReduceMean", [h, b.axis(1)], { keepdims: int(1) });
    const gate = b.op("Mul", [mean, b.weight("blocks.0.mlp.fc1.bias", 96)]);
    return b.op("Mul", [h, b.op("Sigmoid", [gate])]);
  });

const turned = (b: Writer, value: string, perm: readonly number[]): string =>
  b.op("Transpose", [value], { perm: ints(perm) });
const swap = [0, 1, 3, 2];

/** What the attention gave, less its mean over all tokens, which a Transpose has brought to the last axis. */
const withoutMeanOfAll = (graph: Graph): Graph =>
  changed(graph, /^blocks\.\d+\.attn\.tokens$/, (b, tokens) => {
    const mean = b.op("ReduceMean", [turned(b, tokens, [0, 2, 1]), b.axis(-1)], { keepdims: int(1) });
    return b.op("Sub", [tokens, turned(b, mean, [0, 2, 1])]);
  });

/** softmax((k q^T)^T) v: the same attention, its keys the first factor. */
const withKeysFirst = (graph: Graph): Graph =>
  changed(graph, /^blocks\.\d+\.attn\.logits$/, (b, logits) => {
    const [q, k] = ["q", "k"].map((part) => turned(b, logits.replace("logits", `${part}.by_head`), swap));
    return turned(b, b.op("MatMul", [k ?? "", q ?? ""]), swap);
  });

/** A map that sums to one over the tokens that look, not over those that are looked at. */
const withMapOverQueries = (graph: Graph): Graph =>
  changed(graph, /^blocks\.\d+\.attn\.(logits|map)$/, (b, value) => turned(b, value, swap));

const plain = buildVit(vitShape);
/** Something in them looks from one token at all others, or their keys are not where they are looked for. */
const unfit = [
  { name: "an MLP that looks at all tokens", graph: withGateOfAll(plain) },
  {
    name: "an MLP that looks at all tokens, mean read",
    graph: withGateOfAll(buildVit({ ...vitShape, readout: "mean" })),
  },
  { name: "a mean over turned tokens", graph: withoutMeanOfAll(plain) },
  { name: "keys as the first factor", graph: withKeysFirst(plain) },
  { name: "a turned map over queries", graph: withMapOverQueries(plain) },
] as const;
const forms = [
  { name: "class token read", graph: plain },
  { name: "mean read", graph: buildVit({ ...vitShape, readout: "mean" }) },
  { name: "keys normed", graph: withNormedKeys(plain) },
  { name: "keys of the stream", graph: withKeysOfStream(plain, analyseVit(plain)) },
  ...unfit,
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
    expect(normal?.flops).toBe(normed?.flops);
    expect(normed?.flops).toBeLessThan(0.9 * (other?.flops ?? 0));
  });

  test.each(unfit)("go through the whole block, and the image's tokens through all of it: $name", ({ graph }) => {
    const structure = analyseVit(graph);
    const b = createBuilder();
    const tokens = b.input("tokens", "float32", ["B", structure.tokens, structure.width]);
    const prompts = { tokens: b.input("prompts", "float32", [1, "N", structure.width]), repeated: repeater(b, tokens) };
    for (let block = 0; block < structure.depth; block++) {
      expect(addPlainBlock(b, graph, structure, block, tokens, prompts)).toBeNull();
    }
  });

  test.each(variants)("have the plain form in every block of %s", (name) => {
    const { graph, structure } = openVariant(name).model;
    const b = createBuilder();
    const tokens = b.input("tokens", "float32", ["B", structure.tokens, structure.width]);
    const prompts = { tokens: b.input("prompts", "float32", [1, "N", structure.width]), repeated: repeater(b, tokens) };
    for (let block = 0; block < structure.depth; block++) {
      expect(addPlainBlock(b, graph, structure, block, tokens, prompts)).not.toBeNull();
    }
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
  /** Multiply-adds of keys and values of the prompts, made for every image: one product with the image's tokens. */
  const prompts = B * 2 * N * D * D;
  const forward = {
    block: B * (4 * T * D * D + 2 * T * (T + N) * D + 2 * T * D * M) + prompts,
    last: B * (2 * T * D * D + 2 * D * D + 2 * (T + N) * D + 2 * D * M) + prompts,
  };

  test("of the forward part are those of the image's tokens, and of keys and values of the prompts", () => {
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
