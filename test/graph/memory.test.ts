// The estimate of memory against graphs small enough to count by hand.
import { expect, test } from "vitest";
import { createBuilder } from "../../src/graph/builder.ts";
import { int } from "../../src/graph/ir.ts";
import { estimateMemory } from "../../src/graph/memory.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { trainGraph } from "../../src/graph/vit/train-graph.ts";
import { vitShape } from "./vit-fixture.ts";

test("a value is alive from the node that makes it to its last reader, an output to the end", () => {
  const b = createBuilder();
  const x = b.input("x", "float32", ["B", 10]);
  const a = b.op("Neg", [x]); // 10 B alive
  const wide = b.op("Concat", [a, a, a], { axis: int(1) }); // a, wide: 40 B
  const c = b.op("Exp", [wide]); // a, wide, c: 70 B, the most
  const sum = b.op("ReduceSum", [c, b.vector([1])], { keepdims: int(1) }); // a, c, sum: 41 B
  const out = b.op("Add", [a, sum]); // a, sum, out: 21 B
  const graph = b.finish({ early: sum, out });
  expect(estimateMemory(graph, { B: 1 })).toEqual({ peakBytes: 4 * 70, largestBytes: 4 * 30 });
  expect(estimateMemory(graph, { B: 3 })).toEqual({ peakBytes: 4 * 210, largestBytes: 4 * 90 });
});

test("an output is not given back: what follows it stands beside it", () => {
  const graphOf = (kept: boolean) => {
    const b = createBuilder();
    const first = b.op("Neg", [b.input("x", "float32", [100])]);
    const small = b.op("ReduceSum", [first, b.vector([0])], { keepdims: int(1) });
    const big = b.op("Expand", [small, b.vector([50])]);
    return b.finish({ big, ...(kept ? { first } : {}) });
  };
  expect(estimateMemory(graphOf(false)).peakBytes).toBe(4 * (100 + 1));
  expect(estimateMemory(graphOf(true)).peakBytes).toBe(4 * (100 + 1 + 50));
});

test("another shape of the same elements is no copy, and of an input it is nothing", () => {
  const b = createBuilder();
  const x = b.input("x", "float32", [6, 5]);
  const seen = b.op("Reshape", [x, b.vector([30])]);
  const a = b.op("Neg", [seen]); // 30
  const view = b.op("Reshape", [a, b.vector([5, 6])]);
  const c = b.op("Exp", [view]); // a and c: 60; a is read no more
  const d = b.op("Mul", [c, c]); // c and d: 60
  expect(estimateMemory(b.finish({ d }))).toEqual({ peakBytes: 4 * 60, largestBytes: 4 * 30 });
});

test("saved outputs of a norm count, integers with 8 bytes", () => {
  const b = createBuilder();
  const x = b.input("x", "float32", [4, 8]);
  const [scale, bias] = ["scale", "bias"].map((key) => b.weight(key, { key, elementOffset: 0 }, [8]));
  const y = b.op("LayerNormalization", [x, scale ?? "", bias ?? ""], { axis: int(-1) });
  const graph = b.finish({ y });
  const nodes = graph.nodes.map((node) =>
    node.op === "LayerNormalization" ? { ...node, outputs: [...node.outputs, "mean"] } : node,
  );
  const saving = { ...graph, nodes };
  expect(estimateMemory(graph).peakBytes).toBe(4 * 32);
  expect(estimateMemory(saving).peakBytes).toBe(4 * (32 + 4));
  const shape = createBuilder();
  const sizes = shape.op("Shape", [shape.input("x", "float32", [2, 3, 4])]);
  expect(estimateMemory(shape.finish({ sizes })).peakBytes).toBe(3 * 8);
});

test("a step takes memory in proportion to its batch, and more where more blocks are tuned", () => {
  const plain = buildVit(vitShape);
  const structure = analyseVit(plain);
  const peak = (firstBlock: number, batch: number): number =>
    estimateMemory(trainGraph(plain, structure, { firstBlock, tokensPerBlock: 5, batch, classes: 3 }).graph).peakBytes;
  expect(peak(0, 8) / peak(0, 4)).toBeGreaterThan(1.9);
  expect(peak(0, 8) / peak(0, 4)).toBeLessThanOrEqual(2);
  expect(peak(0, 4)).toBeGreaterThan(1.5 * peak(2, 4));
});
