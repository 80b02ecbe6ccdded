// Every row of the operator table: float64 values against onnxruntime, derivatives against central differences.
import { describe, expect, test } from "vitest";
import { type Builder, createBuilder } from "../../src/graph/builder.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { gradient } from "../../src/graph/gradient.ts";
import { type Attributes, float, type Graph, int, ints } from "../../src/graph/ir.ts";
import { castTo } from "../../src/graph/ops/elementwise.ts";
import { type Op, opNames } from "../../src/graph/ops/op-names.ts";
import { sizeOf } from "../../src/graph/ops/op-rule.ts";
import { opTable } from "../../src/graph/ops/op-table.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { compileWasm } from "./run-wasm.ts";
import { relativeError } from "./vit-fixture.ts";

/** Float inputs by shape, then constants; `positive`: inputs are drawn above zero. */
type Case = Readonly<{
  shapes: readonly (readonly number[])[];
  constants?: (b: Builder) => readonly string[];
  attributes?: Attributes;
  positive?: true;
}>;

const one = (...shape: number[]): Case => ({ shapes: [shape] });
const pair = (a: readonly number[], b: readonly number[], attributes: Attributes = {}): Case => ({
  shapes: [a, b],
  attributes,
});
const broadcasts = [pair([2, 3], [2, 3]), pair([2, 1, 3], [4, 1]), pair([3], [2, 3])];
const vectors =
  (...lists: readonly (readonly number[])[]) =>
  (b: Builder): readonly string[] =>
    lists.map((list) => b.vector(list));

const caseTable: Readonly<Record<Op, readonly Case[]>> = {
  Add: broadcasts,
  Sub: broadcasts,
  Mul: broadcasts,
  Div: broadcasts.map((c) => ({ ...c, positive: true })),
  Pow: [
    { ...pair([2, 3], [2, 3]), positive: true },
    { ...pair([2, 3], [1]), positive: true },
  ],
  Neg: [one(2, 3)],
  Exp: [one(2, 3)],
  Log: [{ ...one(2, 3), positive: true }],
  Sqrt: [{ ...one(2, 3), positive: true }],
  Reciprocal: [{ ...one(2, 3), positive: true }],
  Erf: [one(4, 5)],
  Tanh: [one(2, 3)],
  Sigmoid: [one(2, 3)],
  Gelu: [one(4, 5)],
  Identity: [one(2, 3)],
  Cast: [{ ...one(2, 3), attributes: castTo("float32") }],
  MatMul: [pair([2, 3], [3, 4]), pair([2, 5, 3], [3, 4]), pair([2, 1, 5, 3], [2, 4, 3, 2]), pair([1, 5, 3], [2, 3, 2])],
  Gemm: [
    pair([2, 3], [3, 4]),
    {
      shapes: [[3, 2], [4, 3], [4]],
      attributes: { transA: int(1), transB: int(1), alpha: float(0.5), beta: float(2) },
    },
    {
      shapes: [
        [2, 3],
        [4, 3],
        [1, 4],
      ],
      attributes: { transB: int(1), alpha: float(0.25) },
    },
    {
      shapes: [
        [3, 2],
        [3, 4],
        [2, 1],
      ],
      attributes: { transA: int(1) },
    },
  ],
  Conv: [
    { shapes: [[2, 3, 6, 6], [4, 3, 2, 2], [4]], attributes: { strides: ints([2, 2]) } },
    {
      shapes: [
        [1, 2, 5, 5],
        [3, 2, 3, 3],
      ],
      attributes: { pads: ints([1, 1, 1, 1]) },
    },
  ],
  Reshape: [{ ...one(2, 3, 4), constants: vectors([0, -1]) }],
  Squeeze: [{ ...one(2, 1, 3), constants: vectors([1]) }],
  Unsqueeze: [{ ...one(2, 3), constants: vectors([1, -1]) }],
  Transpose: [{ ...one(2, 3, 4), attributes: { perm: ints([2, 0, 1]) } }, one(2, 3)],
  Expand: [{ ...one(1, 3), constants: vectors([4, 2, 1]) }],
  Concat: [
    {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      attributes: { axis: int(-1) },
    },
    {
      shapes: [
        [1, 2, 2],
        [3, 2, 2],
      ],
      attributes: { axis: int(0) },
    },
  ],
  Slice: [
    { ...one(4, 5), constants: vectors([1, -3], [4, 1000], [0, 1]) },
    { ...one(2, 5, 3), constants: vectors([1], [2], [1]) },
  ],
  Pad: [{ ...one(2, 3), constants: vectors([0, 1, 2, 0]) }],
  Gather: [{ ...one(2, 4, 3), constants: vectors([1]), attributes: { axis: int(1) } }],
  Shape: [one(2, 3)],
  ReduceSum: [
    { ...one(2, 3, 4), constants: vectors([1]) },
    { ...one(2, 3), constants: vectors([-1, 0]), attributes: { keepdims: int(0) } },
  ],
  ReduceMean: [
    { ...one(2, 3, 4), constants: vectors([-1]) },
    { ...one(2, 3, 4), constants: vectors([1]), attributes: { keepdims: int(0) } },
  ],
  ReduceSumSquare: [{ ...one(2, 3), constants: vectors([1]) }],
  ReduceMax: [{ ...one(2, 3), constants: vectors([1]) }],
  ReduceLogSumExp: [
    { ...one(2, 3), constants: vectors([1]) },
    { ...one(2, 3), constants: vectors([1]), attributes: { keepdims: int(0) } },
  ],
  Softmax: [{ ...one(2, 3, 4), attributes: { axis: int(-1) } }],
  LayerNormalization: [{ shapes: [[2, 3, 8], [8], [8]], attributes: { axis: int(-1), epsilon: float(1e-6) } }],
};

/** Inputs of an operator that are frozen wherever it occurs, so that it has no derivative with respect to them. */
const frozen: Partial<Record<Op, readonly string[]>> = { LayerNormalization: ["x1", "x2"] };

const none = (): Float32Array => new Float32Array();

function graphOf(op: Op, { shapes, constants, attributes = {} }: Case): Graph {
  const b = createBuilder();
  const inputs = shapes.map((shape, i) => b.input(`x${i}`, "float32", shape));
  const y = b.op(op, [...inputs, ...(constants?.(b) ?? [])], attributes, "y");
  return b.finish({ y });
}

function feedsOf({ shapes, positive }: Case) {
  const random = createRandom(11);
  const draw = (): number => (positive ? 0.5 + Math.abs(normal(random)) : normal(random));
  return Object.fromEntries(
    shapes.map((shape, i) => [`x${i}`, tensorOf(shape, Float32Array.from({ length: sizeOf(shape) }, draw))] as const),
  );
}

describe.each(opNames)("%s", (op) => {
  test("gives onnxruntime's values", async () => {
    for (const c of caseTable[op]) {
      const graph = graphOf(op, c);
      const feeds = feedsOf(c);
      const y = evaluate(graph, feeds, none).y!;
      const program = await compileWasm(graph, none);
      const got = (await program.run(feeds)).y!;
      await program.release();
      // Shapes come back as int64.
      expect(relativeError(Array.from(got, Number), y.data)).toBeLessThan(2e-6);
    }
  });

  if (!opTable[op].vjp) return;

  test("has the derivative that central differences show", () => {
    for (const c of caseTable[op]) {
      const plain = graphOf(op, c);
      const feeds = feedsOf(c);
      const wrt = Object.keys(feeds).filter((name) => !frozen[op]?.includes(name));
      const b = createBuilder(plain);
      const shape = b.shape("y");
      const weights = b.input("weights", "float32", shape);
      const axes = b.vector(shape.map((_, i) => i));
      const loss = b.op("ReduceSum", [b.op("Mul", ["y", weights]), axes], { keepdims: int(0) }, "loss");
      const { builder, gradients } = gradient(b.finish({ loss }), "loss", wrt);
      const outputs = Object.fromEntries(wrt.map((name) => [`d_${name}`, gradients[name]!]));
      const graph = builder.finish({ loss_value: "loss", ...outputs });
      const random = createRandom(5);
      const weighting = tensorOf(
        shape,
        Float64Array.from({ length: sizeOf(shape) }, () => normal(random)),
      );
      const at = (changed: typeof feeds) => evaluate(graph, { ...changed, weights: weighting }, none);
      const analytic = at(feeds);
      for (const name of wrt) {
        const { shape: own, data } = feeds[name]!;
        const step = 1e-5;
        const numeric = data.map((_, i) => {
          const [up, down] = [step, -step].map((h) => {
            const moved = tensorOf(
              own,
              data.map((x, j) => (i === j ? x + h : x)),
            );
            return at({ ...feeds, [name]: moved }).loss_value!.data[0]!;
          });
          return (up! - down!) / (2 * step);
        });
        expect(relativeError(analytic[`d_${name}`]!.data, numeric)).toBeLessThan(1e-7);
      }
    }
  });
});

test("the gradient of slices that tile a value is one Concat", () => {
  const b = createBuilder();
  const x = b.input("x", "float32", [5, 2]);
  const part = (from: number, to: number): string =>
    b.op("Slice", [x, b.vector([from]), b.vector([to]), b.vector([0])]);
  const squares = [part(3, 5), part(0, 3)].map((name) => b.op("ReduceSumSquare", [name, b.vector([0, 1])]));
  const loss = b.op("Add", [squares[0]!, squares[1]!], {}, "loss");
  const { builder, gradients } = gradient(b.finish({ loss }), "loss", ["x"]);
  expect(builder.producer(gradients.x!)?.op).toBe("Concat");
  const data = Float64Array.from({ length: 10 }, (_, i) => i - 4);
  const { d } = evaluate(builder.finish({ d: gradients.x! }), { x: tensorOf([5, 2], data) }, none);
  expect([...d!.data]).toEqual([...data].map((v) => 2 * v));
});

test("an operator without a derivative on the way is named", () => {
  const b = createBuilder();
  const x = b.input("x", "float32", [2, 3]);
  const loss = b.op("ReduceMax", [x, b.vector([0, 1])], {}, "loss");
  expect(() => gradient(b.finish({ loss }), "loss", ["x"])).toThrow(/No derivative is known of ReduceMax/);
});
