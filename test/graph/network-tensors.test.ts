// Tensors of a graph by what they do: what is read computes the same, and what could be read in two ways is not read.
import { expect, test } from "vitest";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { float, type Graph, type Initializer, ints, type Node } from "../../src/graph/ir.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { readCheckpoint } from "../../src/graph/vit/checkpoint.ts";
import { readerOf } from "../../src/graph/vit/checkpoint-values.ts";
import { networkTensors } from "../../src/graph/vit/network/network-tensors.ts";
import { fullShape, type VitShape, vitTensors } from "../../src/graph/vit/vit-shape.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { loadVariant, variantNames } from "./checkpoint-fixture.ts";
import { openVariant, variants } from "./vit-corpus-fixture.ts";
import { relativeError } from "./vit-fixture.ts";

const ambiguous = "pathoduet-mean";

test.each(variantNames.filter((name) => name !== ambiguous))(
  "of the graph built of %s are the checkpoint's, number by number",
  (name) => {
    const { shapes, facts, read } = loadVariant(name);
    const { shape, origins } = readCheckpoint(shapes, facts, name);
    const graph = buildVit(shape);
    const own = readerOf(origins, read);
    const found = networkTensors(graph, analyseVit(graph), own);
    if (found.kind !== "plain") throw new Error(found.reason);
    expect(found.shape).toEqual(fullShape(shape));
    expect([...found.tensors.keys()]).toEqual(vitTensors(shape).map(({ key }) => key));
    for (const [key, tensor] of found.tensors) expect([key, tensor.values()]).toEqual([key, own(key)]);
  },
);

test("are not told where two tokens stand before the patches and neither is read: either may be the class token", () => {
  const { shapes, facts, read } = loadVariant(ambiguous);
  const { shape, origins } = readCheckpoint(shapes, facts, ambiguous);
  const graph = buildVit(shape);
  const found = networkTensors(graph, analyseVit(graph), readerOf(origins, read));
  expect(found).toEqual({ kind: "other", reason: expect.stringContaining("either may be the class token") });
});

/** Variants of the corpus that are not of the plain form, and why. */
const others: Readonly<Record<string, RegExp>> = {
  "timm-p16-swiglu-legacy16": /computes the queries of its attention by LayerNormalization/,
};

test.each(variants)(
  "of the export %s make a network with the export's features, or it is said why there are none",
  (name) => {
    const { model, pixels } = openVariant(name);
    const found = networkTensors(model.graph, model.structure, model.read);
    const wanted = others[name];
    if (wanted) {
      expect(found).toEqual({ kind: "other", reason: expect.stringMatching(wanted) });
      return;
    }
    if (found.kind !== "plain") throw new Error(found.reason);
    const { features } = evaluate(model.graph, { pixels }, model.read);
    const values = (key: string) => found.tensors.get(key)!.values();
    const again = evaluate(buildVit(found.shape), { pixels }, values);
    // Some exporters keep the scale of the attention as two fp32 roots.
    expect(relativeError(again.features!.data, features!.data)).toBeLessThan(1e-7);
  },
);

/** As many heads as channels a head: sizes alone tell nothing. */
const square: VitShape = {
  imagePixels: 16,
  patchPixels: 8,
  width: 16,
  depth: 2,
  heads: 4,
  mlpWidth: 24,
  layerNormEps: 1e-6,
  prefixTokens: 1,
  readout: "cls",
};

function randomReader(shape: VitShape) {
  const random = createRandom(11);
  const values = new Map(
    vitTensors(shape).map(({ key, shape: dims }) => {
      const count = dims.reduce((a, b) => a * b, 1);
      return [key, Float32Array.from({ length: count }, () => 0.3 * normal(random))] as const;
    }),
  );
  return (key: string): Float32Array => values.get(key)!;
}

type Change = Readonly<{ node?: (node: Node) => Node; constant?: (entry: Initializer) => Initializer }>;

function changed(shape: VitShape, { node = (n) => n, constant = (e) => e }: Change): Graph {
  const graph = buildVit(shape);
  return { ...graph, nodes: graph.nodes.map(node), initializers: graph.initializers.map(constant) };
}

function reasonOf(shape: VitShape, change: Change): string {
  const graph = changed(shape, change);
  const found = networkTensors(graph, analyseVit(graph), randomReader(shape));
  return found.kind === "other" ? found.reason : "";
}

test("are not told of heads whose channels lie apart, though every size is the same", () => {
  const turns: Readonly<Record<string, readonly number[]>> = {
    "q.by_head": [0, 3, 1, 2],
    "k.by_head": [0, 3, 2, 1],
    "v.by_head": [0, 3, 1, 2],
    joined: [0, 2, 3, 1],
  };
  const node = (one: Node): Node => {
    const perm = turns[/\.attn\.(.*)$/.exec(one.name)?.[1] ?? ""];
    return perm ? { ...one, attributes: { perm: ints(perm) } } : one;
  };
  expect(reasonOf(square, {})).toBe("");
  expect(reasonOf(square, { node })).toMatch(/into heads in another order/);
});

/** Nodes put behind the value `after`, which the node `reader` then reads. */
function inserted(shape: VitShape, after: string, reader: string, added: readonly Node[]): Graph {
  const graph = buildVit(shape);
  const last = added.at(-1)!.outputs[0]!;
  const nodes = graph.nodes.flatMap((one): readonly Node[] => {
    const inputs = one.name === reader ? one.inputs.map((name) => (name === after ? last : name)) : one.inputs;
    return one.name === after ? [one, ...added] : [{ ...one, inputs }];
  });
  return { ...graph, nodes };
}
const turn = (from: string, name: string, perm: readonly number[]): Node => {
  return { op: "Transpose", name, inputs: [from], outputs: [name], attributes: { perm: ints(perm) } };
};

test("are not told where queries and keys change places, or where an MLP moves its tokens", () => {
  const logits = "blocks.0.attn.logits";
  const turned = inserted(square, logits, "blocks.0.attn.map", [turn(logits, "turned", [0, 1, 3, 2])]);
  expect(networkTensors(turned, analyseVit(turned), randomReader(square))).toEqual({
    kind: "other",
    reason: "it compares queries and keys by Transpose",
  });
  const thought = "blocks.1.mlp.fc2";
  const mixed = inserted(square, thought, "blocks.1.out", [turn(thought, "mixed", [0, 1, 2])]);
  expect(networkTensors(mixed, analyseVit(mixed), randomReader(square))).toEqual({
    kind: "other",
    reason: "it ends its MLP with Transpose, not with a linear layer",
  });
});

test("are not told where a scale of the attention may be folded into its weights", () => {
  const constant = (entry: Initializer): Initializer =>
    entry.source.kind === "inline" && entry.source.values[0] === 0.5
      ? { ...entry, source: { kind: "inline", values: [1] } }
      : entry;
  expect(reasonOf(square, { constant })).toMatch(/scales its attention by 1 .* may be in its weights/);
});

test("are not told of another activation, of norms that differ, of a changed image, of another mean", () => {
  const replaced = (name: string, other: Partial<Node>) => ({
    node: (one: Node): Node => (one.name === name ? { ...one, ...other } : one),
  });
  expect(reasonOf(square, replaced("blocks.1.mlp.act", { op: "Tanh" }))).toMatch(/an activation that is not GELU/);
  const epsilon = { attributes: { axis: { kind: "int", value: -1 }, epsilon: float(1e-5) } } as const;
  expect(reasonOf(square, replaced("blocks.1.norm2", epsilon))).toMatch(
    /differ from each other \(0\.000001, 0\.00001\)/,
  );
  const mean = { ...square, readout: "mean" } as const;
  const skipped = buildVit(mean);
  const nodes = skipped.nodes.filter(({ name }) => name !== "read/patch_tokens");
  const ofAll: Graph = {
    ...skipped,
    nodes: nodes.map((one) => (one.name === "read/mean" ? { ...one, inputs: ["norm", "i:[1]"] } : one)),
  };
  expect(reasonOf(mean, {})).toBe("");
  expect(networkTensors(ofAll, analyseVit(ofAll), randomReader(mean))).toEqual({
    kind: "other",
    reason: "it reads out the mean of other tokens than its patches",
  });
  const graph = buildVit(square);
  const [first, ...rest] = graph.nodes;
  const inverted: Graph = {
    ...graph,
    nodes: [
      { op: "Neg", name: "inverted", inputs: ["pixels"], outputs: ["inverted"], attributes: {} },
      { ...first!, inputs: ["inverted", ...first!.inputs.slice(1)] },
      ...rest,
    ],
  };
  expect(networkTensors(inverted, analyseVit(inverted), randomReader(square))).toEqual({
    kind: "other",
    reason: "it changes its image before it cuts it into patches",
  });
});

test("of a gated MLP begin with the gate, wherever the graph has it", () => {
  const gated: VitShape = { ...square, ffn: "swiglu", activation: "silu" };
  const swapped = (entry: Initializer): Initializer => {
    const [, part] = /mlp\.fc1\.(?:weight|bias)#(gate|value)$/.exec(entry.name) ?? [];
    if (!part || entry.source.kind !== "weight") return entry;
    const half = 24 * (entry.shape.length === 2 ? 16 : 1);
    return { ...entry, source: { ...entry.source, elementOffset: part === "gate" ? half : 0 } };
  };
  const read = randomReader(gated);
  const graph = changed(gated, { constant: swapped });
  const found = networkTensors(graph, analyseVit(graph), read);
  if (found.kind !== "plain") throw new Error(found.reason);
  const [weight, own] = [found.tensors.get("blocks.0.mlp.fc1.weight")!.values(), read("blocks.0.mlp.fc1.weight")];
  expect(weight).toEqual(Float32Array.of(...own.subarray(24 * 16), ...own.subarray(0, 24 * 16)));
  const image = tensorOf([1, 3, 16, 16], read("patch_embed.proj.weight").slice(0, 768));
  const before = evaluate(graph, { pixels: image }, read).features!;
  const after = evaluate(buildVit(found.shape), { pixels: image }, (key) => found.tensors.get(key)!.values()).features!;
  expect(relativeError(after.data, before.data)).toBeLessThan(1e-12);
});
