// Rewrites that save work: each gives the values of the graph as it was written, with less to do.
import { expect, test } from "vitest";
import { type Builder, createBuilder } from "../../src/graph/builder.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { countFlops } from "../../src/graph/flops.ts";
import { inferShapes } from "../../src/graph/infer.ts";
import { float, type Graph, int, ints } from "../../src/graph/ir.ts";
import { tidy } from "../../src/graph/tidy/tidy.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { relativeError } from "./vit-fixture.ts";

const random = createRandom(4);
const noWeights = (): never => {
  throw new Error("there are none");
};

/** The graph as written and tidied, after both gave the same values for noise. */
function both(write: (b: Builder) => Readonly<Record<string, string>>): Readonly<{ before: Graph; after: Graph }> {
  const b = createBuilder();
  const before = b.finish(write(b));
  const after = tidy(before);
  const feeds = Object.fromEntries(
    before.inputs.map(({ name, shape }) => {
      const sizes = shape.map(Number);
      const size = sizes.reduce((x, y) => x * y, 1);
      return [
        name,
        tensorOf(
          sizes,
          Float64Array.from({ length: size }, () => normal(random)),
        ),
      ];
    }),
  );
  const [x, y] = [before, after].map((graph) => evaluate(graph, feeds, noWeights));
  for (const { name, shape } of before.outputs) {
    expect(after.outputs.map((value) => value.name)).toContain(name);
    expect(y?.[name]?.shape).toEqual(shape);
    expect(relativeError(y?.[name]?.data ?? [], x?.[name]?.data ?? [])).toBeLessThan(1e-13);
  }
  return { before, after };
}

const opsOf = (graph: Graph): readonly string[] => graph.nodes.map((node) => node.op);
const swap = { perm: ints([0, 1, 3, 2]) };

test("rows of an attention's map times its derivative are summed along the heads, which are shorter", () => {
  const { before, after } = both((b) => {
    const map = b.op("Softmax", [b.input("logits", "float32", [2, 3, 7, 9])], { axis: int(-1) });
    const v = b.input("v", "float32", [2, 3, 9, 4]);
    const d = b.input("d", "float32", [2, 3, 7, 4]);
    const mixed = b.op("MatMul", [map, v]);
    const dMap = b.op("MatMul", [d, b.op("Transpose", [v], swap)]);
    const rows = b.op("Reshape", [dMap, b.vector([2, 3, 7, 1, 9])]);
    const columns = b.op("Reshape", [map, b.vector([2, 3, 7, 9, 1])]);
    return { mixed, out: b.op("MatMul", [rows, columns]) };
  });
  const sums = inferShapes(after).get(after.nodes.find((node) => node.outputs[0] === "out")?.inputs[0] ?? "");
  expect(sums?.shape).toEqual([2, 3, 7, 1, 4]);
  expect(countFlops(after)).toBe(countFlops(before) / 2);
});

test("numbers that multiply meet behind what is linear, and a sign goes into the sum that follows", () => {
  const { after } = both((b) => {
    const x = b.input("x", "float32", [3, 4]);
    const length = b.op("Exp", [b.input("y", "float32", [3, 1])]);
    const halved = b.op("Div", [b.op("Mul", [x, b.scalar(0.5)]), length]);
    const sums = b.op("ReduceSum", [b.op("Neg", [halved]), b.vector([1])], { keepdims: int(1) });
    return { out: b.op("Add", [x, b.op("Mul", [x, b.op("Mul", [sums, b.scalar(2)])])]) };
  });
  expect(opsOf(after).toSorted()).toEqual(["Div", "Exp", "Mul", "ReduceSum", "Sub"]);
});

test("a number that two nodes read, or that makes more of a value, stays where it is", () => {
  const { after } = both((b) => {
    const x = b.input("x", "float32", [3, 1]);
    const twice = b.op("Mul", [x, b.scalar(2)]);
    const many = b.op("Mul", [twice, b.input("many", "float32", [3, 4])]);
    return { out: b.op("Add", [many, twice]), one: b.op("Mul", [x, b.op("Expand", [b.scalar(1), b.vector([3, 4])])]) };
  });
  expect(opsOf(after).filter((op) => op === "Mul")).toHaveLength(3);
});

test("an axis of length 1 is turned by reshaping", () => {
  const { after } = both((b) => {
    const x = b.input("x", "float32", [2, 1, 3, 4]);
    const turned = b.op("Transpose", [x], { perm: ints([0, 2, 1, 3]) });
    return { out: b.op("Exp", [turned]), other: b.op("Transpose", [x], { perm: ints([0, 1, 3, 2]) }) };
  });
  expect(opsOf(after)).toEqual(["Reshape", "Exp", "Transpose"]);
});

test("a part cut out of a product is computed alone, through turning and reshaping", () => {
  const write = (b: Builder, alsoWhole: boolean): Readonly<Record<string, string>> => {
    const [q, s] = [b.input("q", "float32", [2, 3, 4, 7]), b.input("s", "float32", [2, 3, 7, 10])];
    const product = b.op("MatMul", [q, b.op("Mul", [s, b.scalar(3)])]);
    const turned = b.op("Transpose", [product], { perm: ints([0, 3, 1, 2]) });
    const tokens = b.op("Reshape", [turned, b.vector([2, 10, 12])]);
    const part = b.op("Slice", [tokens, b.vector([8]), b.vector([10]), b.vector([1])]);
    return alsoWhole ? { part, tokens } : { part };
  };
  const alone = both((b) => write(b, false));
  expect(countFlops(alone.after)).toBe(countFlops(alone.before) * (2 / 10));
  const whole = both((b) => write(b, true));
  expect(countFlops(whole.after)).toBe(countFlops(whole.before));
});

test("the first factor is cut where rows are wanted, and a side that is repeated stays whole", () => {
  const { before, after } = both((b) => {
    const [x, w] = [b.input("x", "float32", [6, 4]), b.input("w", "float32", [4, 5])];
    const moved = b.op("Sub", [b.op("MatMul", [x, w]), b.input("bias", "float32", [1, 5])]);
    return { out: b.op("Slice", [moved, b.vector([1]), b.vector([3]), b.vector([0])]) };
  });
  expect(countFlops(after)).toBe(countFlops(before) / 3);
});

test("a Reshape that mixes the axis is not crossed, and a slice of everything is nothing", () => {
  const { after } = both((b) => {
    const x = b.input("x", "float32", [4, 6]);
    const mixed = b.op("Reshape", [b.op("Mul", [x, x]), b.vector([6, 4])]);
    const all = b.op("Slice", [x, b.vector([0]), b.vector([4]), b.vector([0])]);
    return { part: b.op("Slice", [mixed, b.vector([2]), b.vector([5]), b.vector([0])]), all: b.op("Neg", [all]) };
  });
  expect(opsOf(after).toSorted()).toEqual(["Mul", "Neg", "Reshape", "Slice"]);
});

test("turning twice is turning once, and turning back is nothing", () => {
  const { after } = both((b) => {
    const x = b.input("x", "float32", [2, 3, 4, 5]);
    const once = b.op("Transpose", [x], { perm: ints([0, 2, 1, 3]) });
    const twice = b.op("Transpose", [once], swap);
    const back = b.op("Transpose", [once], { perm: ints([0, 2, 1, 3]) });
    return { twice, back: b.op("Neg", [back]) };
  });
  expect(opsOf(after)).toEqual(["Transpose", "Neg"]);
});

test("a value is not repeated for an operator that repeats it itself", () => {
  const { after } = both((b) => {
    const x = b.op("Expand", [b.input("x", "float32", [2, 1]), b.vector([2, 3])]);
    const needed = b.op("Expand", [b.input("y", "float32", [1, 1]), b.vector([2, 3])]);
    return { a: b.op("Mul", [x, b.input("z", "float32", [2, 3])]), b: b.op("Add", [needed, b.scalar(1)]) };
  });
  expect(opsOf(after).toSorted()).toEqual(["Add", "Expand", "Mul"]);
});

test("sums of products over all rows and factors of their rows are done by Gemm itself", () => {
  const { after } = both((b) => {
    const [w, v] = [b.input("w", "float32", [5, 4]), b.input("v", "float32", [5, 4])];
    const flat = (name: string): string => b.op("Reshape", [b.input(name, "float32", [2, 3, 4]), b.vector([6, 4])]);
    const layer = (x: string, weight: string): string =>
      b.op("Reshape", [b.op("Gemm", [x, weight], { transB: int(1), alpha: float(0.25) }), b.vector([2, 3, 5])]);
    const scaled = b.op("Mul", [flat("x"), b.scalar(0.5)]);
    const third = b.op("Exp", [b.input("z", "float32", [2, 3, 5])]);
    return { out: b.op("Add", [b.op("Add", [third, layer(scaled, w)]), layer(flat("y"), v)]) };
  });
  const gemms = after.nodes.filter((node) => node.op === "Gemm");
  expect(gemms.map((node) => node.inputs.length)).toEqual([3, 3]);
  expect(gemms.map((node) => node.attributes.alpha)).toContainEqual(float(0.125));
  expect(opsOf(after).filter((op) => op === "Add" || op === "Mul")).toEqual([]);
});

test("a Gemm without a third input may carry any beta, which says nothing of the sum it becomes", () => {
  const { after } = both((b) => {
    const given = [b.input("x", "float32", [3, 4]), b.input("w", "float32", [4, 5])];
    const product = b.op("Gemm", given, { beta: float(0.5), alpha: float(2) });
    return { out: b.op("Add", [product, b.input("y", "float32", [3, 5])]) };
  });
  expect(opsOf(after)).toEqual(["Gemm"]);
});

test("what two nodes read is not made twice", () => {
  const { after } = both((b) => {
    const product = b.op("Gemm", [b.input("x", "float32", [3, 4]), b.input("w", "float32", [4, 5])]);
    const other = b.input("y", "float32", [3, 5]);
    return { a: b.op("Add", [product, other]), b: b.op("Exp", [product]) };
  });
  expect(opsOf(after)).toEqual(["Gemm", "Add", "Exp"]);
});

test("an output is the value itself, not a copy", () => {
  const { after } = both((b) => {
    const x = b.op("Neg", [b.input("x", "float32", [2])], {}, "made");
    return { first: x, second: b.op("Exp", [x]), third: "x" };
  });
  expect(opsOf(after).toSorted()).toEqual(["Exp", "Identity", "Neg"]);
});
