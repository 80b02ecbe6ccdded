// Rows of the element-wise operators. Knows each one's value and derivative; broadcasting is NumPy's.
import { Fault } from "../../base/fault.ts";
import { broadcast } from "../dims.ts";
import { type Attributes, type DType, int } from "../ir.ts";
import { erf, normalCdf } from "./erf.ts";
import {
  type Emit,
  forEachIndex,
  input,
  intOf,
  type Known,
  label,
  type OpRule,
  sizeOf,
  stridesOf,
  type Tensor,
  tensor,
} from "./op-rule.ts";

/** Sums a gradient over the axes along which a value of shape `to` was broadcast. */
export function unbroadcast(emit: Emit, grad: string, to: readonly number[]): string {
  const from = emit.shape(grad);
  const lead = from.length - to.length;
  const axes = from.map((_, i) => i).filter((i) => i < lead || (to[i - lead] === 1 && from[i] !== 1));
  if (axes.length === 0) return grad;
  const summed = emit.op("ReduceSum", [grad, emit.vector(axes)], { keepdims: int(1) });
  return lead === 0 ? summed : emit.op("Reshape", [summed, emit.vector(to)]);
}

type UnaryVjp = (emit: Emit, x: string, y: string, dy: string) => string;

function unary(f: (x: number) => number, vjp: UnaryVjp): OpRule {
  return {
    infer: (node, inputs) => {
      const { dtype, shape } = input(inputs, 0, node);
      return [{ dtype, shape }];
    },
    evaluate: (node, inputs) => {
      const { shape, data } = input(inputs, 0, node);
      return [{ shape, data: data.map(f) }];
    },
    vjp: (emit, { node, grads }) => {
      const [dy] = grads;
      return [dy ? vjp(emit, node.inputs[0]!, node.outputs[0]!, dy) : null];
    },
  };
}

type BinaryVjp = Readonly<{
  a(emit: Emit, a: string, b: string, y: string, dy: string): string;
  b(emit: Emit, a: string, b: string, y: string, dy: string): string;
}>;

export function broadcastTensors(a: Tensor, b: Tensor, f: (x: number, y: number) => number, what: string): Tensor {
  const shape = broadcast(a.shape, b.shape, what) as readonly number[];
  const data = new Float64Array(sizeOf(shape));
  const step = (t: Tensor): readonly number[] => {
    const strides = stridesOf(t.shape);
    const lead = shape.length - t.shape.length;
    return shape.map((_, i) => (i < lead || t.shape[i - lead] === 1 ? 0 : strides[i - lead]!));
  };
  const sa = step(a);
  const sb = step(b);
  forEachIndex(shape, (flat, at) => {
    let i = 0;
    let j = 0;
    for (let axis = 0; axis < at.length; axis++) {
      i += at[axis]! * sa[axis]!;
      j += at[axis]! * sb[axis]!;
    }
    data[flat] = f(a.data[i]!, b.data[j]!);
  });
  return { shape, data };
}

function binary(f: (a: number, b: number) => number, vjp: BinaryVjp): OpRule {
  return {
    infer: (node, inputs) => {
      const a = input(inputs, 0, node);
      const b = input(inputs, 1, node);
      if (a.dtype !== b.dtype) throw new Fault("bad-model", `${label(node)} mixes ${a.dtype} and ${b.dtype}.`);
      const known: Known = { dtype: a.dtype, shape: broadcast(a.shape, b.shape, label(node)) };
      const numbers = [a.ints, b.ints];
      if (numbers.every((list) => list?.every((n) => typeof n === "number"))) {
        const wrap = (k: Known): Tensor => ({
          shape: k.shape as readonly number[],
          data: Float64Array.from(k.ints as readonly number[]),
        });
        return [{ ...known, ints: [...broadcastTensors(wrap(a), wrap(b), f, label(node)).data] }];
      }
      return [known];
    },
    evaluate: (node, inputs) => [broadcastTensors(input(inputs, 0, node), input(inputs, 1, node), f, label(node))],
    vjp: (emit, { node, grads, wants }) => {
      const [dy] = grads;
      const [a, b] = [node.inputs[0]!, node.inputs[1]!];
      const y = node.outputs[0]!;
      if (!dy) return [null, null];
      return [
        wants[0] ? unbroadcast(emit, vjp.a(emit, a, b, y, dy), emit.shape(a)) : null,
        wants[1] ? unbroadcast(emit, vjp.b(emit, a, b, y, dy), emit.shape(b)) : null,
      ];
    },
  };
}

const one = (emit: Emit): string => emit.scalar(1);
const mul = (emit: Emit, a: string, b: string): string => emit.op("Mul", [a, b]);

const onnxTypes: Readonly<Record<number, DType>> = { 1: "float32", 6: "int32", 7: "int64", 9: "bool", 10: "float16" };
export const onnxTypeOf: Readonly<Record<DType, number>> = { float32: 1, int32: 6, int64: 7, bool: 9, float16: 10 };

export const elementwiseRules = {
  Add: binary((a, b) => a + b, { a: (_e, _a, _b, _y, dy) => dy, b: (_e, _a, _b, _y, dy) => dy }),
  Sub: binary((a, b) => a - b, { a: (_e, _a, _b, _y, dy) => dy, b: (e, _a, _b, _y, dy) => e.op("Neg", [dy]) }),
  Mul: binary((a, b) => a * b, { a: (e, _a, b, _y, dy) => mul(e, dy, b), b: (e, a, _b, _y, dy) => mul(e, dy, a) }),
  Div: binary((a, b) => a / b, {
    a: (e, _a, b, _y, dy) => e.op("Div", [dy, b]),
    // Summed before it is divided, where b is repeated: there is less of it then.
    b: (e, _a, b, y, dy) => e.op("Neg", [e.op("Div", [unbroadcast(e, mul(e, dy, y), e.shape(b)), b])]),
  }),
  Pow: binary((a, b) => a ** b, {
    a: (e, a, b, _y, dy) => mul(e, dy, mul(e, b, e.op("Pow", [a, e.op("Sub", [b, one(e)])]))),
    b: (e, a, _b, y, dy) => mul(e, dy, mul(e, y, e.op("Log", [a]))),
  }),
  Neg: unary(
    (x) => -x,
    (e, _x, _y, dy) => e.op("Neg", [dy]),
  ),
  Exp: unary(Math.exp, (e, _x, y, dy) => mul(e, dy, y)),
  Log: unary(Math.log, (e, x, _y, dy) => e.op("Div", [dy, x])),
  Sqrt: unary(Math.sqrt, (e, _x, y, dy) => e.op("Div", [mul(e, dy, e.scalar(0.5)), y])),
  Reciprocal: unary(
    (x) => 1 / x,
    (e, _x, y, dy) => e.op("Neg", [mul(e, dy, mul(e, y, y))]),
  ),
  Tanh: unary(Math.tanh, (e, _x, y, dy) => mul(e, dy, e.op("Sub", [one(e), mul(e, y, y)]))),
  Sigmoid: unary(
    (x) => 1 / (1 + Math.exp(-x)),
    (e, _x, y, dy) => mul(e, dy, mul(e, y, e.op("Sub", [one(e), y]))),
  ),
  Erf: unary(erf, (e, x, _y, dy) =>
    mul(e, dy, mul(e, e.scalar(2 / Math.sqrt(Math.PI)), e.op("Exp", [e.op("Neg", [mul(e, x, x)])]))),
  ),
  Identity: {
    ...unary(
      (x) => x,
      (_e, _x, _y, dy) => dy,
    ),
    infer: (node, inputs) => [input(inputs, 0, node)],
  } satisfies OpRule,
  Gelu: {
    ...unary(
      (x) => x * normalCdf(x),
      // Phi(x) + x phi(x), the exact form (Hendrycks & Gimpel 2016). With u = x / sqrt(2) it is (1 + erf(u) + u e^(c - u^2)) / 2,
      // e^c = 2 / sqrt(pi): as few passes over the widest value of the network as there can be.
      (e, x, _y, dy) => {
        const u = mul(e, x, e.scalar(Math.SQRT1_2));
        const density = e.op("Exp", [e.op("Sub", [e.scalar(Math.log(2 / Math.sqrt(Math.PI))), mul(e, u, u)])]);
        const twice = e.op("Add", [e.op("Add", [e.op("Erf", [u]), mul(e, u, density)]), one(e)]);
        return mul(e, mul(e, dy, twice), e.scalar(0.5));
      },
    ),
    infer: (node, inputs) => {
      const approximate = node.attributes.approximate;
      if (approximate?.kind === "string" && approximate.value !== "none") {
        throw new Fault(
          "unsupported",
          `${label(node)}: GELU approximated by "${approximate.value}" is not known here.`,
        );
      }
      const { dtype, shape } = input(inputs, 0, node);
      return [{ dtype, shape }];
    },
  } satisfies OpRule,
  Cast: {
    infer: (node, inputs) => {
      const from = input(inputs, 0, node);
      const dtype = onnxTypes[intOf(node, "to", 0)];
      if (!dtype) throw new Fault("unsupported", `${label(node)}: the type it casts to is not known here.`);
      return [{ ...from, dtype }];
    },
    evaluate: (node, inputs) => {
      const to = onnxTypes[intOf(node, "to", 0)];
      const { shape, data } = input(inputs, 0, node);
      if (to === "bool") return [tensor(shape, (i) => (data[i] === 0 ? 0 : 1))];
      return [{ shape, data: to === "int32" || to === "int64" ? data.map(Math.trunc) : data }];
    },
    vjp: null,
  } satisfies OpRule,
} as const satisfies Record<string, OpRule>;

export const castTo = (dtype: DType): Attributes => ({ to: int(onnxTypeOf[dtype]) });
