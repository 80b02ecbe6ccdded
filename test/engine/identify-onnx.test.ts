// The name of a backbone across containers: one network, one digest and one record of its computation, whoever wrote the file.
import { describe, expect, test } from "vitest";
import { floatsOf, type SafeTensors } from "../../src/domain/safetensors.ts";
import { computationOf } from "../../src/engine/computation.ts";
import { graphDigest } from "../../src/engine/graph-digest.ts";
import { identifyOnnx } from "../../src/engine/identify-onnx.ts";
import { importCheckpoint } from "../../src/engine/import-checkpoint.ts";
import { weightsDigest } from "../../src/engine/weights-digest.ts";
import { elementCount, float, type Graph, type Node } from "../../src/graph/ir.ts";
import { fullShape } from "../../src/graph/vit/vit-shape.ts";
import { type WeightReader, weightsOf } from "../../src/graph/weight-file.ts";
import { halfBits, halfValue } from "../../src/math/half.ts";
import { openVariant, variants } from "../graph/vit-corpus-fixture.ts";
import { exportsOfTwins, networks, twinCheckpoint, twinExport } from "../graph/vit-twins-fixture.ts";

function identifyCheckpoint(name: string, change: (container: SafeTensors) => SafeTensors = (same) => same) {
  const { container, facts } = twinCheckpoint(name);
  const { checkpoint, tensors } = importCheckpoint(change(container), facts, name);
  const { shape } = checkpoint;
  return { shape, digest: weightsDigest(shape, tensors), computation: computationOf(shape) };
}
const checkpoints = new Map(networks.map((name) => [name, identifyCheckpoint(name)]));

/** The same weights, but for the number `index` of one tensor. */
const withOneChanged = (read: WeightReader, changed: string, index: number): WeightReader => {
  return (key) => {
    if (key !== changed) return read(key);
    const values = read(key).slice();
    const value = values[index] ?? 0;
    values[index] = value + 0.01 * Math.abs(value) + 1e-3;
    return values;
  };
};

describe("one network has one digest, shape and computation", () => {
  test.each(exportsOfTwins)("%s exported as %s, and as its library saves it", (name, how) => {
    const checkpoint = checkpoints.get(name)!;
    const { digest, computation, network } = identifyOnnx(twinExport(name, how));
    if (network.kind !== "plain") throw new Error(network.reason);
    expect(network.shape).toEqual(fullShape(checkpoint.shape));
    expect(computation).toEqual(checkpoint.computation);
    expect(digest).toBe(checkpoint.digest);
  });

  test("and different networks have different ones", () => {
    expect(new Set([...checkpoints.values()].map(({ digest }) => digest)).size).toBe(networks.length);
  });

  test("without a bias of zeros and a scale of ones, too", () => {
    const fill = (container: SafeTensors, pattern: RegExp, value: number): SafeTensors => {
      const tensors = [...container.tensors].map(([key, tensor]) => {
        const data = floatsOf(tensor).fill(value);
        return [key, pattern.test(key) ? { ...tensor, bytes: new Uint8Array(data.buffer) } : tensor] as const;
      });
      return { ...container, tensors: new Map(tensors) };
    };
    const without = (container: SafeTensors, pattern: RegExp): SafeTensors => {
      return { ...container, tensors: new Map([...container.tensors].filter(([key]) => !pattern.test(key))) };
    };
    for (const [name, pattern, value] of [
      ["timm-plain", /attn\.qkv\.bias$/, 0],
      ["timm-reg-swiglu", /\.ls[12]\.gamma$/, 1],
    ] as const) {
      const idle = identifyCheckpoint(name, (container) => fill(container, pattern, value)).digest;
      expect(identifyCheckpoint(name, (container) => without(container, pattern)).digest).toBe(idle);
      expect(identifyCheckpoint(name, (container) => fill(container, pattern, 0.5)).digest).not.toBe(idle);
      expect(checkpoints.get(name)!.digest).not.toBe(idle);
    }
  });
});

describe("one changed weight gives another digest", () => {
  test.each([
    ["timm-plain", "legacy17"],
    ["timm-reg-swiglu", "dynamo20"],
    ["hf-dinov2-reg-swiglu", "dynamo20-half"],
  ] as const)("whichever tensor of %s, exported as %s, it is in", { timeout: 30_000 }, (name, how) => {
    const { graph, structure, read } = twinExport(name, how);
    const places = new Map<string, Readonly<{ key: string; index: number }>>();
    for (const { source, shape } of weightsOf(graph)) {
      for (const index of [source.elementOffset, source.elementOffset + elementCount(shape) - 1]) {
        places.set(`${source.key} ${index}`, { key: source.key, index });
      }
    }
    const digests = [...places.values()].map(({ key, index }) => {
      const other = identifyOnnx({ graph, structure, read: withOneChanged(read, key, index) });
      expect(other.network.kind).toBe("plain");
      return other.digest;
    });
    expect(places.size).toBeGreaterThan(60);
    expect(new Set([...digests, checkpoints.get(name)!.digest]).size).toBe(places.size + 1);
  });
});

test("of the corpus of exports all but the one with normed queries and keys have the digest of their tensors", () => {
  const others = variants.filter((name) => identifyOnnx(openVariant(name).model).network.kind === "other");
  expect(variants).toHaveLength(20);
  expect(others).toEqual(["timm-p16-swiglu-legacy16"]);
});

describe("a network that is not of the plain form", () => {
  const { graph, structure, read } = openVariant("timm-p16-swiglu-legacy16").model;
  const own = graphDigest(graph, read);

  test("is named by its whole graph, and says what it knows of its computation", () => {
    const { digest, computation, network } = identifyOnnx({ graph, structure, read });
    expect(network.kind).toBe("other");
    expect(digest).toBe(own);
    expect(computation).toEqual({
      imagePixels: 48,
      patchPixels: 16,
      depth: 3,
      width: 24,
      heads: 6,
      tokens: 10,
      prefixTokens: 1,
      readout: null,
      featureWidth: 24,
      layerNormEps: 1e-6,
      activation: null,
    });
  });

  test("keeps its name under other names of values, another order of nodes, unused parts and fp16", () => {
    const renamed = (name: string): string => (name === "" ? "" : `x${[...name].reverse().join("")}`);
    const depth = new Map<string, number>();
    for (const { inputs, outputs } of graph.nodes) {
      const deepest = Math.max(0, ...inputs.map((name) => depth.get(name) ?? 0));
      for (const name of outputs) depth.set(name, deepest + 1);
    }
    const level = (node: Node): number => depth.get(node.outputs[0] ?? "") ?? 0;
    const unused: Node = { op: "Neg", name: "unused", inputs: ["pixels"], outputs: ["unused"], attributes: {} };
    const nodes = [unused, ...graph.nodes].toReversed().toSorted((a, b) => level(a) - level(b));
    expect(nodes.map(({ name }) => name)).not.toEqual(graph.nodes.map(({ name }) => name));
    const other: Graph = {
      inputs: graph.inputs.map((value) => ({ ...value, name: renamed(value.name) })),
      outputs: graph.outputs.map((value) => ({ ...value, name: renamed(value.name) })),
      nodes: nodes.map((node) => ({
        ...node,
        name: renamed(node.name),
        inputs: node.inputs.map(renamed),
        outputs: node.outputs.map(renamed),
        attributes: Object.fromEntries(Object.entries(node.attributes).toReversed()),
      })),
      initializers: graph.initializers
        .map((entry) => ({
          ...entry,
          name: renamed(entry.name),
          source: entry.source.kind === "weight" ? { ...entry.source, key: renamed(entry.source.key) } : entry.source,
        }))
        .toReversed(),
      opset: graph.opset,
    };
    const halves: WeightReader = (key) => read(renamed(key).slice(1, -1)).map((value) => halfValue(halfBits(value)));
    expect(graphDigest(other, halves)).toBe(own);
  });

  test("has another name with another operator, attribute, constant, wiring or weight", { timeout: 30_000 }, () => {
    const at = (op: string): number => graph.nodes.findIndex((node) => node.op === op);
    const withNode = (index: number, change: Partial<Node>): Graph => {
      return { ...graph, nodes: graph.nodes.map((node, i) => (i === index ? { ...node, ...change } : node)) };
    };
    const [norm, product] = [graph.nodes[at("LayerNormalization")]!, graph.nodes[at("Add")]!];
    const scaled = graph.initializers.map((entry) =>
      entry.name === "c:0.7071067811865476" ? { ...entry, source: { kind: "inline", values: [0.7] } as const } : entry,
    );
    const digests = [
      graphDigest(withNode(at("Sigmoid"), { op: "Tanh" }), read),
      graphDigest(
        withNode(at("LayerNormalization"), { attributes: { ...norm.attributes, epsilon: float(1e-5) } }),
        read,
      ),
      graphDigest({ ...graph, initializers: scaled }, read),
      graphDigest(withNode(at("Add"), { inputs: product.inputs.toReversed() }), read),
      ...weightsOf(graph).map(({ source }) =>
        graphDigest(graph, withOneChanged(read, source.key, source.elementOffset)),
      ),
    ];
    expect(weightsOf(graph).length).toBeGreaterThan(50);
    expect(new Set([own, ...digests]).size).toBe(digests.length + 1);
  });

  test("is told from the tensors of a network that is", () => {
    const plain = twinExport("timm-plain", "dynamo18");
    expect(graphDigest(plain.graph, plain.read)).not.toBe(identifyOnnx(plain).digest);
  });
});
