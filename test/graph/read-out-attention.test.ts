// The read-out token's row in the last block against timm's own attention (test/fixtures/read-out-attention/make.py).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { floatsOf, parseSafetensors } from "../../src/domain/safetensors.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import type { Graph } from "../../src/graph/ir.ts";
import type { Tensor } from "../../src/graph/ops/op-rule.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { instanceParts } from "../../src/graph/vit/carried-tokens.ts";
import { readCheckpoint } from "../../src/graph/vit/checkpoint.ts";
import { readerOf } from "../../src/graph/vit/checkpoint-values.ts";
import { baseGraph, type UpperShape } from "../../src/graph/vit/cut.ts";
import { attentionGraph, findReadOutAttention, type ReadOutAttention } from "../../src/graph/vit/read-out-attention.ts";
import type { WeightReader } from "../../src/graph/weight-file.ts";
import { compileWasm } from "./run-wasm.ts";
import { common, openVariant, promptsOf, variants } from "./vit-corpus-fixture.ts";
import { readWeight, expected as small, vitShape } from "./vit-fixture.ts";
import { twinCheckpoint, twinExport } from "./vit-twins-fixture.ts";

const fixtures = join(import.meta.dirname, "..", "fixtures");
const fileOf = (folder: string, name: string) => {
  const { tensors } = parseSafetensors(new Uint8Array(readFileSync(join(fixtures, folder, name))), name);
  return (key: string): Tensor => {
    const tensor = present(tensors.get(key), key);
    return tensorOf(tensor.shape, floatsOf(tensor));
  };
};
const rows = fileOf("read-out-attention", "rows.safetensors");
const kinds = fileOf("prompt-kinds", "kinds.safetensors");

/** The largest difference of two shares: a row sums to 1. */
function difference(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY;
  return Math.max(...Array.from(wanted, (value, i) => Math.abs(value - (actual[i] ?? Number.NaN))));
}

type Given = Readonly<{
  pixels: Tensor;
  firstBlock: number;
  shape: UpperShape;
  feeds: Readonly<Record<string, Tensor>>;
}>;

async function expectRow(graph: Graph, read: WeightReader, given: Given, wanted: Tensor): Promise<void> {
  const structure = analyseVit(graph);
  const { pixels, firstBlock, shape } = given;
  const { tokens } = evaluate(baseGraph(graph, structure, firstBlock), { pixels }, read);
  const feeds = { ...given.feeds, tokens: present(tokens, "tokens") };
  const made = attentionGraph(graph, structure, findReadOutAttention(graph, structure), firstBlock, shape);
  expect(difference(present(evaluate(made, feeds, read).attention, "a row").data, wanted.data)).toBeLessThan(1e-6);
  const program = await compileWasm(made, read);
  const onWasm = await program.run(feeds);
  await program.release();
  expect(difference(present(onWasm.attention, "a row"), wanted.data)).toBeLessThan(1e-5);
}

const found = (graph: Graph): Omit<ReadOutAttention, "map"> => {
  const { map: _, ...rest } = findReadOutAttention(graph, analyseVit(graph));
  return rest;
};

const networks = [
  {
    name: "timm-plain",
    side: 32,
    exports: ["legacy11", "legacy17", "dynamo18"],
    reads: { reads: "class", rows: { start: 0, end: 1 }, prefix: 1, side: 4 },
  },
  {
    name: "timm-reg-swiglu",
    side: 42,
    exports: ["legacy16", "dynamo20"],
    reads: { reads: "class-and-mean", rows: { start: 0, end: 1 }, prefix: 5, side: 3 },
  },
  {
    name: "timm-mean-tanh",
    side: 48,
    exports: ["legacy14", "dynamo21"],
    reads: { reads: "mean", rows: { start: 1, end: 10 }, prefix: 1, side: 3 },
  },
  {
    name: "timm-pretext",
    side: 32,
    exports: ["legacy15"],
    reads: { reads: "class", rows: { start: 1, end: 2 }, prefix: 2, side: 4 },
  },
] as const;

describe.each(networks)("in $name", ({ name, side, exports, reads }) => {
  const { container, facts } = twinCheckpoint(name);
  const shapes = new Map([...container.tensors].map(([key, tensor]) => [key, tensor.shape]));
  const checkpoint = readCheckpoint(shapes, facts, name);
  const own = readerOf(checkpoint.origins, (key) => floatsOf(present(container.tensors.get(key), key)));
  // A network built here has its class token first, whatever stood before it.
  const classFirst = name === "timm-pretext";
  const files: readonly (readonly [string, Graph, WeightReader])[] = [
    ...(classFirst ? [] : [["the checkpoint", buildVit(checkpoint.shape), own] as const]),
    ...exports.map((how) => {
      const { graph, read } = twinExport(name, how);
      return [how, graph, read] as const;
    }),
  ];

  test.each(files)("the row is timm's, read from %s", async (_, graph, read) => {
    expect(found(graph)).toEqual(reads);
    for (const [given, firstBlock, sets] of [
      ["none", 0, 0],
      ["deep", 0, 2],
      ["last", 1, 1],
    ] as const) {
      const prompts = sets > 0 ? { prompts: promptsOf(sets, 3) } : {};
      const case_ = { pixels: common(`pixels${side}`), firstBlock, shape: { visual: sets > 0 }, feeds: prompts };
      await expectRow(graph, read, case_, rows(`${name}.${given}`));
    }
  });
});

describe("with prompts of every kind", () => {
  const scale = kinds("textScale").data;
  const textual = kinds("textual").data.map((x, i) => x * scale[Math.floor(i / 48)]!);
  const carried = {
    textual: tensorOf([1, 2, 48], textual),
    ...Object.fromEntries(instanceParts.map((part) => [part, kinds(part)])),
  };

  test.each([0, 1])("from block %i on the row is timm's", async (firstBlock) => {
    const prompts = { prompts: kinds(`first${firstBlock}.prompts`) };
    const some = { instance: { tokens: 2, hidden: 8 }, textTokens: 2 };
    const pixels = small("pixels");
    for (const [name, shape, feeds] of [
      ["v", {}, prompts],
      ["it", { visual: false, ...some }, carried],
      ["vit", some, { ...prompts, ...carried }],
    ] as const) {
      await expectRow(
        buildVit(vitShape),
        readWeight,
        { pixels, firstBlock, shape, feeds },
        rows(`first${firstBlock}.${name}`),
      );
    }
  });
});

test("it is found in every export of the corpus, and its rows share out a whole", () => {
  for (const name of variants) {
    const { model, pixels } = openVariant(name);
    const { graph, structure, read } = model;
    const reading = findReadOutAttention(graph, structure);
    expect(structure.tokens, name).toBe(reading.prefix + reading.side ** 2);
    const last = structure.depth - 1;
    const { tokens } = evaluate(baseGraph(graph, structure, last), { pixels }, read);
    const made = attentionGraph(graph, structure, reading, last, { visual: false });
    const { shape, data } = present(evaluate(made, { tokens: tokens! }, read).attention, name);
    expect(shape, name).toEqual([pixels.shape[0], structure.tokens]);
    const sums = Array.from({ length: shape[0] ?? 0 }, (_, image) =>
      data.slice(image * structure.tokens, (image + 1) * structure.tokens).reduce((a, b) => a + b, 0),
    );
    for (const sum of sums) expect(sum, name).toBeCloseTo(1, 6);
  }
});

test("where the last attention has another form, or the patches cannot be told, the reason is said", () => {
  const graph = buildVit(vitShape);
  const structure = analyseVit(graph);
  const [from = "", middle = ""] = [structure.streams.at(-2), structure.middles.at(-1)];
  // Queries of tokens that were not normed: rows may be other tokens than it seems.
  const nodes = graph.nodes.map((node) =>
    node.outputs[0] === "blocks.2.attn.qkv.k.product" ? { ...node, inputs: [from, ...node.inputs.slice(1)] } : node,
  );
  expect(nodes).not.toEqual(graph.nodes);
  expect(middle).not.toBe("");
  expect(() => findReadOutAttention({ ...graph, nodes }, structure)).toThrow(/a way that is not known/);
  expect(() => findReadOutAttention(graph, { ...structure, prefixTokens: null })).toThrow(/which of its tokens/);
});
