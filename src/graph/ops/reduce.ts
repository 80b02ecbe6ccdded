// Rows of the reductions and of Softmax and LayerNormalization: what looks along an axis.
import { Fault } from "../../base/fault.ts";
import { axisOf } from "../dims.ts";
import { float, int, type Node, type Shape } from "../ir.ts";
import {
  type Emit,
  floatOf,
  forEachIndex,
  input,
  intOf,
  intsOf,
  type Known,
  knownNumbers,
  label,
  type OpRule,
  sizeOf,
  stridesOf,
  type Tensor,
} from "./op-rule.ts";

/** Axes are an input since opset 13 (ReduceSum) and 18 (the others); absent or empty means all. */
function reducedAxes(node: Node, given: readonly number[] | null, rank: number): readonly number[] {
  const axes = given ?? intsOf(node, "axes") ?? [];
  if (axes.length === 0) {
    if (intOf(node, "noop_with_empty_axes", 0) === 1) {
      throw new Fault("unsupported", `${label(node)}: noop_with_empty_axes is not known here.`);
    }
    return Array.from({ length: rank }, (_, i) => i);
  }
  return axes.map((axis) => axisOf(axis, rank, label(node)));
}

function reducedShape(node: Node, shape: Shape, axes: readonly number[]): Shape {
  const keep = intOf(node, "keepdims", 1) === 1;
  return keep ? shape.map((dim, i) => (axes.includes(i) ? 1 : dim)) : shape.filter((_, i) => !axes.includes(i));
}

type Reduction = (values: readonly number[]) => number;
/** `full`: brings a value of the reduced shape back to rank with ones where axes were reduced. */
type ReduceVjp = (
  emit: Emit,
  x: string,
  full: (name: string) => string,
  y: string,
  dy: string,
  count: number,
) => string;

function reduction(f: Reduction, vjp: ReduceVjp | null): OpRule {
  return {
    infer: (node, inputs) => {
      const { dtype, shape } = input(inputs, 0, node);
      const axes = reducedAxes(node, inputs[1] ? knownNumbers(inputs, 1, node) : null, shape.length);
      return [{ dtype, shape: reducedShape(node, shape, axes) }];
    },
    evaluate: (node, inputs) => {
      const x = input(inputs, 0, node);
      const axes = reducedAxes(node, inputs[1] ? [...inputs[1].data] : null, x.shape.length);
      const kept = x.shape.map((n, i) => (axes.includes(i) ? 1 : n));
      const strides = stridesOf(kept).map((stride, i) => (axes.includes(i) ? 0 : stride));
      const groups: number[][] = Array.from({ length: sizeOf(kept) }, () => []);
      forEachIndex(x.shape, (flat, at) => {
        groups[at.reduce((n, c, i) => n + c * strides[i]!, 0)]!.push(x.data[flat]!);
      });
      return [{ shape: reducedShape(node, x.shape, axes) as number[], data: Float64Array.from(groups, f) }];
    },
    vjp:
      vjp &&
      ((emit, { node, grads }) => {
        const [dy] = grads;
        if (!dy) return [null];
        const x = node.inputs[0]!;
        const shape = emit.shape(x);
        const axes = reducedAxes(node, node.inputs[1] ? emit.ints(node.inputs[1]) : null, shape.length);
        const kept = shape.map((n, i) => (axes.includes(i) ? 1 : n));
        const full = (name: string): string =>
          emit.shape(name).length === kept.length ? name : emit.op("Reshape", [name, emit.vector(kept)]);
        return [
          vjp(
            emit,
            x,
            full,
            node.outputs[0]!,
            dy,
            axes.reduce((n, axis) => n * shape[axis]!, 1),
          ),
        ];
      }),
  };
}

const spread = (emit: Emit, value: string, x: string): string => emit.op("Expand", [value, emit.vector(emit.shape(x))]);
const total: Reduction = (values) => values.reduce((a, b) => a + b, 0);

/** Sum over the last axis of a o b, both [.., D]: [.., 1]. One product of a row and a column each. */
function rowDot(emit: Emit, a: string, b: string): string {
  const shape = emit.shape(a);
  const [lead, width] = [shape.slice(0, -1), shape.at(-1) ?? 1];
  const row = emit.op("Reshape", [a, emit.vector([...lead, 1, width])]);
  const column = emit.op("Reshape", [b, emit.vector([...lead, width, 1])]);
  return emit.op("Reshape", [emit.op("MatMul", [row, column]), emit.vector([...lead, 1])]);
}

/**
 * x - mean(x) over the last axis, in one pass: a normalisation whose epsilon 2^80 outweighs every variance (under 2^56 not a bit of
 * the quotient changes), times sqrt(2^80).
 */
function centred(emit: Emit, x: string): string {
  const width = emit.shape(x).at(-1) ?? 1;
  const attributes = { axis: int(-1), epsilon: float(2 ** 80) };
  return emit.op("LayerNormalization", [x, emit.filled(2 ** 40, width)], attributes);
}

export const reduceRules = {
  ReduceSum: reduction(total, (e, x, full, _y, dy) => spread(e, full(dy), x)),
  ReduceMean: reduction(
    (values) => total(values) / values.length,
    (e, x, full, _y, dy, count) => spread(e, e.op("Mul", [full(dy), e.scalar(1 / count)]), x),
  ),
  ReduceSumSquare: reduction(
    (values) => values.reduce((a, b) => a + b * b, 0),
    (e, x, full, _y, dy) => e.op("Mul", [x, e.op("Mul", [full(dy), e.scalar(2)])]),
  ),
  ReduceMax: reduction((values) => Math.max(...values), null),
  ReduceLogSumExp: reduction(
    (values) => {
      const max = Math.max(...values);
      return max + Math.log(values.reduce((a, b) => a + Math.exp(b - max), 0));
    },
    (e, x, full, y, dy) => e.op("Mul", [e.op("Exp", [e.op("Sub", [x, full(y)])]), full(dy)]),
  ),
  Softmax: {
    infer: (node, inputs) => {
      const { dtype, shape } = input(inputs, 0, node);
      const axis = axisOf(intOf(node, "axis", -1), shape.length, label(node));
      if (axis !== shape.length - 1) {
        throw new Fault("unsupported", `${label(node)}: only the last axis is known here, not ${axis}.`);
      }
      return [{ dtype, shape }];
    },
    evaluate: (node, inputs) => {
      const x = input(inputs, 0, node);
      const width = x.shape[x.shape.length - 1]!;
      const data = new Float64Array(x.data.length);
      for (let from = 0; from < data.length; from += width) {
        const row = x.data.subarray(from, from + width);
        const max = Math.max(...row);
        let norm = 0;
        for (let i = 0; i < width; i++) norm += data[from + i] = Math.exp(row[i]! - max);
        for (let i = 0; i < width; i++) data[from + i]! /= norm;
      }
      return [{ shape: x.shape, data }];
    },
    // dx = y * (dy - sum(dy * y)).
    vjp: (emit, { node, grads }) => {
      const [dy] = grads;
      if (!dy) return [null];
      const y = node.outputs[0]!;
      return [emit.op("Mul", [y, emit.op("Sub", [dy, rowDot(emit, dy, y)])])];
    },
  },
  LayerNormalization: {
    infer: (node, inputs) => {
      const { dtype, shape } = input(inputs, 0, node);
      lastAxisOnly(node, shape);
      const stats: Known = { dtype, shape: shape.map((dim, i) => (i === shape.length - 1 ? 1 : dim)) };
      return [{ dtype, shape }, stats, stats].slice(0, node.outputs.length);
    },
    evaluate: (node, inputs) => {
      const x = input(inputs, 0, node);
      const scale = input(inputs, 1, node);
      const bias = inputs[2] ?? null;
      lastAxisOnly(node, x.shape);
      const eps = floatOf(node, "epsilon", 1e-5);
      const width = x.shape[x.shape.length - 1]!;
      const rows = x.data.length / width;
      const y = new Float64Array(x.data.length);
      const [means, inverse] = [new Float64Array(rows), new Float64Array(rows)];
      for (let r = 0; r < rows; r++) {
        const row = x.data.subarray(r * width, (r + 1) * width);
        const mean = row.reduce((a, b) => a + b, 0) / width;
        const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / width;
        means[r] = mean;
        inverse[r] = 1 / Math.sqrt(variance + eps);
        for (let i = 0; i < width; i++) {
          y[r * width + i] = (row[i]! - mean) * inverse[r]! * scale.data[i]! + (bias ? bias.data[i]! : 0);
        }
      }
      const kept = x.shape.map((n, i) => (i === x.shape.length - 1 ? 1 : n));
      const outputs: Tensor[] = [
        { shape: x.shape, data: y },
        { shape: kept, data: means },
        { shape: kept, data: inverse },
      ];
      return outputs.slice(0, node.outputs.length);
    },
    // With g = dy * scale and h = (x - mean) * inverse: dx = inverse * (g - h * mean(g h) - mean(g)). Scale and bias are frozen.
    // h / sqrt(D) is a normalisation of x, one pass; and as mean(h) = 0, the mean may be taken from the difference.
    vjp: (emit, { node, grads, wants }) => {
      const [dy] = grads;
      if (!dy) return [null];
      if (wants[1] || wants[2]) throw new Fault("unsupported", `${label(node)}: its scale and bias are not tuned.`);
      const [x, scale] = [node.inputs[0]!, node.inputs[1]!];
      const width = emit.shape(x).at(-1) ?? 1;
      const g = emit.op("Mul", [dy, scale]);
      const { axis = int(-1), epsilon = float(1e-5) } = node.attributes;
      const inputs = [x, emit.filled(1 / Math.sqrt(width), width)];
      const [h = "", , inverse = ""] = emit.several("LayerNormalization", inputs, { axis, epsilon }, 3);
      const across = emit.op("Sub", [g, emit.op("Mul", [h, rowDot(emit, g, h)])]);
      return [emit.op("Mul", [centred(emit, across), inverse])];
    },
  },
} as const satisfies Record<string, OpRule>;

function lastAxisOnly(node: Node, shape: Shape): void {
  if (axisOf(intOf(node, "axis", -1), shape.length, label(node)) !== shape.length - 1) {
    throw new Fault("unsupported", `${label(node)}: only normalisation along the last axis is known here.`);
  }
}
