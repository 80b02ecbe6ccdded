// Rows of the operators that reshape, turn and repeat: shapes may be symbolic here, and integer values (shapes, axes) are followed.
import { Fault } from "../../base/fault.ts";
import { axisOf, broadcast, product, quotient } from "../dims.ts";
import { ints, type Node, type Shape } from "../ir.ts";
import { broadcastTensors, unbroadcast } from "./elementwise.ts";
import {
  gathered,
  input,
  intOf,
  intsOf,
  type Known,
  knownInts,
  knownNumbers,
  label,
  type OpRule,
  sizeOf,
  stridesOf,
  type Tensor,
} from "./op-rule.ts";

function reshaped(node: Node, from: Shape, wanted: Shape): Shape {
  const filled = wanted.map((dim, i) => (dim === 0 && intOf(node, "allowzero", 0) === 0 ? (from[i] ?? 0) : dim));
  const free = filled.indexOf(-1);
  const total = product(from);
  const rest = product(filled.filter((_, i) => i !== free));
  if (free < 0) {
    if (rest !== total && typeof rest === "number" && typeof total === "number") {
      throw new Fault("bad-model", `${label(node)}: [${from.join(", ")}] has not the size of [${wanted.join(", ")}].`);
    }
    return filled;
  }
  const dim = quotient(total, rest);
  if (dim === null) {
    throw new Fault("bad-model", `${label(node)}: [${from.join(", ")}] cannot become [${wanted.join(", ")}].`);
  }
  return filled.map((old, i) => (i === free ? dim : old));
}

/** Axes of Squeeze and Unsqueeze: an input since opset 13. */
const axesInput = (node: Node, inputs: readonly (Known | null)[]): readonly number[] | null =>
  inputs[1] ? knownNumbers(inputs, 1, node) : intsOf(node, "axes");

function squeezed(node: Node, shape: Shape, axes: readonly number[] | null): Shape {
  const gone = axes?.map((axis) => axisOf(axis, shape.length, label(node)));
  return shape.filter((dim, i) => (gone ? !gone.includes(i) : dim !== 1));
}

function unsqueezed(node: Node, shape: Shape, axes: readonly number[]): Shape {
  const rank = shape.length + axes.length;
  const at = axes.map((axis) => axisOf(axis, rank, label(node)));
  const rest = [...shape];
  return Array.from({ length: rank }, (_, i) => (at.includes(i) ? 1 : rest.shift()!));
}

const numbers = (shape: Shape): readonly number[] => shape.map(Number);

/** Rule of an operator that keeps the elements in their order and changes the shape only. */
function reshaping(shapeOf: (node: Node, known: Known, inputs: readonly (Known | null)[]) => Shape): OpRule {
  return {
    infer: (node, inputs) => {
      const from = input(inputs, 0, node);
      return [{ ...from, shape: shapeOf(node, from, inputs) }];
    },
    evaluate: (node, inputs) => {
      const { shape, data } = input(inputs, 0, node);
      const known = inputs.map((t): Known | null =>
        t ? { dtype: "float32", shape: t.shape, ints: [...t.data] } : null,
      );
      return [{ shape: numbers(shapeOf(node, { dtype: "float32", shape }, known)), data }];
    },
    vjp: (emit, { node, grads }) => {
      const [dy] = grads;
      return [dy ? emit.op("Reshape", [dy, emit.vector(emit.shape(node.inputs[0]!))]) : null];
    },
  };
}

export const shapingRules = {
  Reshape: reshaping((node, from, inputs) => reshaped(node, from.shape, knownInts(inputs, 1, node))),
  Squeeze: reshaping((node, from, inputs) => squeezed(node, from.shape, axesInput(node, inputs))),
  Unsqueeze: reshaping((node, from, inputs) => unsqueezed(node, from.shape, axesInput(node, inputs) ?? [])),
  Shape: {
    infer: (node, inputs) => {
      const { shape } = input(inputs, 0, node);
      const part = shape.slice(intOf(node, "start", 0), intOf(node, "end", shape.length));
      return [{ dtype: "int64", shape: [part.length], ints: part }];
    },
    evaluate: (node, inputs) => {
      const { shape } = input(inputs, 0, node);
      const part = shape.slice(intOf(node, "start", 0), intOf(node, "end", shape.length));
      return [{ shape: [part.length], data: Float64Array.from(part) }];
    },
    vjp: null,
  },
  Transpose: {
    infer: (node, inputs) => {
      const { dtype, shape } = input(inputs, 0, node);
      const perm = intsOf(node, "perm") ?? shape.map((_, i) => shape.length - 1 - i);
      return [{ dtype, shape: perm.map((axis) => shape[axisOf(axis, shape.length, label(node))]!) }];
    },
    evaluate: (node, inputs) => {
      const x = input(inputs, 0, node);
      const perm = intsOf(node, "perm") ?? x.shape.map((_, i) => x.shape.length - 1 - i);
      const strides = stridesOf(x.shape);
      const shape = perm.map((axis) => x.shape[axis]!);
      return [gathered(shape, x, (at) => at.reduce((n, c, i) => n + c * strides[perm[i]!]!, 0))];
    },
    vjp: (emit, { node, grads }) => {
      const [dy] = grads;
      const rank = emit.shape(node.inputs[0]!).length;
      const perm = intsOf(node, "perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
      const back = perm.map((_, i) => perm.indexOf(i));
      return [dy ? emit.op("Transpose", [dy], { perm: ints(back) }) : null];
    },
  },
  Expand: {
    infer: (node, inputs) => {
      const { dtype, shape } = input(inputs, 0, node);
      return [{ dtype, shape: broadcast(shape, knownInts(inputs, 1, node), label(node)) }];
    },
    evaluate: (node, inputs) => {
      const shape = [...input(inputs, 1, node).data];
      const ones: Tensor = { shape, data: new Float64Array(sizeOf(shape)) };
      return [broadcastTensors(input(inputs, 0, node), ones, (a) => a, label(node))];
    },
    vjp: (emit, { node, grads }) => {
      const [dy] = grads;
      return [dy ? unbroadcast(emit, dy, emit.shape(node.inputs[0]!)) : null, null];
    },
  },
} as const satisfies Record<string, OpRule>;
