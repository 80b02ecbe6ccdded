// Rules of operators that compute: element-wise ones, products, norms. They run on rows wherever a flattening is pending.
import { broadcast } from "../dims.ts";
import { type Attributes, float, int, type Shape } from "../ir.ts";
import type { Op } from "../ops/op-names.ts";
import { floatOf, intOf, intsOf } from "../ops/op-rule.ts";
import type { ForeignNode } from "./foreign.ts";
import { turned } from "./frozen.ts";
import { integers, irNode } from "./integers.ts";
import { type Live, type Lowering, numbersInput, type Rule, shapeOf, unsupported, type Value } from "./values.ts";
import { reshapeVector } from "./views.ts";
import { emit, inRows, keepsShape, live, ownShape, reshaped, uniform, written } from "./write.ts";

/** Names of the foreign graph get a prefix: "pixels" and "features" are names of our own. */
export const nameOf = (node: ForeignNode): string => `m/${node.outputs[0] ?? node.name}`;

export function liveInput(value: Value | null | undefined, what: string): Live {
  if (value?.kind !== "live") throw unsupported(`${what} is not computed from the image`);
  return value;
}

const unary: Rule = (at, node, [x]) => {
  const from = liveInput(x, "its input");
  const name = at.b.op(irNode(node).op, [from.name], {}, nameOf(node));
  return [{ ...from, name }];
};

const gelu: Rule = (at, node, [x]) => {
  const approximate = node.attributes.approximate;
  if (approximate?.kind !== "string" || approximate.value === "none") {
    const from = liveInput(x, "its input");
    return [{ ...from, name: at.b.op("Gelu", [from.name], {}, nameOf(node)) }];
  }
  if (approximate.value !== "tanh") throw unsupported(`a GELU approximated by "${approximate.value}"`);
  // Hendrycks & Gimpel 2016: x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3))).
  const { b } = at;
  const from = liveInput(x, "its input");
  const { name } = from;
  const op = (kind: Op, ...inputs: string[]): string => b.op(kind, inputs, {}, `${nameOf(node)}/tanh_form`);
  const inner = op("Add", name, op("Mul", op("Mul", name, op("Mul", name, name)), b.scalar(0.044715)));
  const tanh = op("Tanh", op("Mul", inner, b.scalar(Math.sqrt(2 / Math.PI))));
  const half = op("Mul", name, b.scalar(0.5));
  return [{ ...from, name: b.op("Mul", [half, op("Add", tanh, b.scalar(1))], {}, nameOf(node)) }];
};

/** Numbers with which an operation leaves its left input as it is. */
const neutral: Readonly<Record<string, number>> = { Add: 0, Sub: 0, Mul: 1, Div: 1, Pow: 1 };

const binary: Rule = (at, node, [first, second]) => {
  const { b } = at;
  const { op } = irNode(node);
  if (!first || !second) throw unsupported("it lacks an input");
  // An integer beside floats is an exponent.
  const asFloat = (value: Value): Value =>
    value.kind === "integers"
      ? at.store.add(`${nameOf(node)}/${value.values.join("_")}`, {
          shape: value.shape,
          data: Float64Array.from(numbersInput(value, "an exponent") ?? []),
        })
      : value;
  const [x, y] = [asFloat(first), asFloat(second)];
  if (x.kind === "live" && uniform(at, y) === neutral[op] && keepsShape(at, x, y)) return [x];
  if (y.kind === "live" && (op === "Add" || op === "Mul") && uniform(at, x) === neutral[op] && keepsShape(at, y, x))
    return [y];

  if (x.kind === "live" && y.kind === "live") {
    const [own, other] = [ownShape(b, x), ownShape(b, y)];
    if (x.view.join() === y.view.join() && (own.join() === other.join() || reshapeVector(other, own))) {
      const name = b.op(op, [x.name, reshaped(b, y.name, own)], {}, nameOf(node));
      return [{ ...x, name }];
    }
    return [emit(at, op, [written(at, x), written(at, y)], {}, nameOf(node))];
  }
  const [value, constant] = x.kind === "live" ? [x, y] : [liveInput(y, "its input"), x];
  const name = rowwise(at, value, constant);
  const inputs = [name ?? written(at, value), written(at, constant)];
  const made = b.op(op, x.kind === "live" ? inputs : inputs.toReversed(), {}, nameOf(node));
  return [name === null ? live(b, made) : { ...value, name: made }];
};

/** The value where a constant that varies along the last axis only can meet it: before a pending reshape. */
function rowwise(at: Lowering, value: Live, constant: Value): string | null {
  const shape = shapeOf(constant);
  if (!keepsShape(at, value, constant) || shape.slice(0, -1).some((dim) => dim !== 1)) return null;
  return (shape.at(-1) ?? 1) === 1 ? value.name : inRows(at, value);
}

const matmul: Rule = (at, node, [first, second]) => {
  const { b } = at;
  if (!first || !second) throw unsupported("it lacks an input");
  if (first.kind === "live" && second.kind === "frozen" && second.shape.length === 2) {
    return [linear(at, first, written(at, second), null, nameOf(node))];
  }
  if (first.kind === "live" && second.kind === "live") {
    // Products by head over a joined axis of batch and heads run before the joining.
    const [x, y] = [ownShape(b, first), ownShape(b, second)];
    const joined = (own: Shape, view: Shape): boolean =>
      own.slice(-2).join() === view.slice(-2).join() && own.length > 3;
    const sameLead = x.slice(0, -2).join() === y.slice(0, -2).join();
    if (first.view.length === 3 && joined(x, first.view) && joined(y, second.view) && sameLead) {
      const name = b.op("MatMul", [first.name, second.name], {}, nameOf(node));
      return [{ kind: "live", name, view: [...first.view.slice(0, -1), second.view.at(-1) ?? 1] }];
    }
  }
  return [emit(at, "MatMul", [written(at, first), written(at, second)], {}, nameOf(node))];
};

function linear(at: Lowering, x: Live, weight: string, bias: string | null, name: string): Live {
  const { b } = at;
  const rows = inRows(at, x);
  const from = rows ?? written(at, x);
  const product = b.op("MatMul", [from, weight], {}, bias ? `${name}/product` : name);
  const made = bias ? b.op("Add", [product, bias], {}, name) : product;
  return { kind: "live", name: made, view: [...x.view.slice(0, -1), b.known(made).shape.at(-1) ?? 1] };
}

const gemm: Rule = (at, node, [x, weight, bias]) => {
  const plain = irNode(node);
  const scaled = floatOf(plain, "alpha", 1) !== 1 || floatOf(plain, "beta", 1) !== 1 || intOf(plain, "transA", 0) !== 0;
  const vector = !bias || (bias.kind === "frozen" && bias.shape.slice(0, -1).every((n) => n === 1));
  if (x?.kind === "live" && weight?.kind === "frozen" && !scaled && vector) {
    const right = intOf(plain, "transB", 0) ? turned(weight) : weight;
    const flat = bias?.kind === "frozen" ? { ...bias, shape: [bias.shape.at(-1) ?? 1] } : null;
    return [linear(at, x, written(at, right), flat && written(at, flat), nameOf(node))];
  }
  const inputs = [x, weight, bias].flatMap((value) => (value ? [written(at, value)] : []));
  return [emit(at, "Gemm", inputs, node.attributes, nameOf(node))];
};

const conv: Rule = (at, node, inputs) => {
  const auto = node.attributes.auto_pad;
  if (auto?.kind === "string" && !["NOTSET", "VALID", ""].includes(auto.value))
    throw unsupported(`padding ${auto.value}`);
  const { auto_pad: _, ...attributes } = node.attributes;
  return [
    emit(
      at,
      "Conv",
      inputs.flatMap((value) => (value ? [written(at, value)] : [])),
      attributes,
      nameOf(node),
    ),
  ];
};

/** Whether `axis` is the last one, so that the operator can run on rows; else a message. */
function checkLast(axis: number, rank: number): void {
  if (axis !== -1 && axis !== rank - 1) throw unsupported(`it runs along axis ${axis} of ${rank}`);
}

const softmax: Rule = (at, node, [x]) => {
  const from = liveInput(x, "its input");
  checkLast(intOf(irNode(node), "axis", at.opset < 13 ? 1 : -1), from.view.length);
  const rows = inRows(at, from);
  const name = at.b.op("Softmax", [rows ?? written(at, from)], { axis: int(-1) }, nameOf(node));
  return [rows ? { ...from, name } : live(at.b, name)];
};

const layerNorm: Rule = (at, node, [x, scale, bias]) => {
  const from = liveInput(x, "its input");
  if (!scale) throw unsupported("it lacks its scale");
  if (node.outputs.slice(1).some((name) => name !== "")) throw unsupported("its statistics are read");
  checkLast(intOf(irNode(node), "axis", -1), from.view.length);
  const rows = inRows(at, from);
  const inputs = [rows ?? written(at, from), scaleOf(at, scale, from), ...(bias ? [scaleOf(at, bias, from)] : [])];
  const attributes: Attributes = { axis: int(-1), epsilon: float(floatOf(irNode(node), "epsilon", 1e-5)) };
  const name = at.b.op("LayerNormalization", inputs, attributes, nameOf(node));
  return [rows ? { ...from, name } : live(at.b, name)];
};

function scaleOf(at: Lowering, value: Value, x: Live): string {
  if (value.kind !== "frozen" || value.shape.join() !== `${x.view.at(-1)}`)
    throw unsupported("its scale is no weight vector");
  return written(at, value);
}

const reduction: Rule = (at, node, [x, given]) => {
  const plain = irNode(node);
  const from = liveInput(x, "its input");
  const rank = from.view.length;
  const axes = (numbersInput(given, "its axes") ?? intsOf(plain, "axes") ?? from.view.map((_, i) => i)).map((axis) =>
    axis < 0 ? axis + rank : axis,
  );
  const keep = intOf(plain, "keepdims", 1) === 1;
  const rows = axes.join() === `${rank - 1}` && keep ? inRows(at, from) : null;
  const attributes: Attributes = { keepdims: int(keep ? 1 : 0) };
  if (rows === null) {
    return [emit(at, plain.op, [written(at, from), at.b.vector(axes)], attributes, nameOf(node))];
  }
  const name = at.b.op(plain.op, [rows, at.b.vector([-1])], attributes, nameOf(node));
  return [{ kind: "live", name, view: [...from.view.slice(0, -1), 1] }];
};

/** Casts between floats are left out: everything is computed in fp32. */
const cast: Rule = (_at, node, [x]) => {
  const to = intOf(irNode(node), "to", 1);
  if (!floatTypes.has(to)) throw unsupported("the image's values become integers");
  return [liveInput(x, "its input")];
};
export const floatTypes: ReadonlySet<number> = new Set([1, 10, 11, 16]);

const same: Rule = (_at, node, [x]) => {
  const from = liveInput(x, "its input");
  // Dropout's mask: all ones, and nobody may need it.
  return node.outputs.length > 1 ? [from, integers([1], [])] : [from];
};

const where: Rule = (_at, _node, [mask, a, b]) => {
  const values = mask?.kind === "integers" ? mask.values : [];
  const value = values.every((dim) => dim === 1) ? a : values.every((dim) => dim === 0) ? b : null;
  const [x, y] = [a ? shapeOf(a) : [], b ? shapeOf(b) : []];
  if (values.length === 0 || !value) throw unsupported("values are chosen by what is in the image");
  if (broadcast(x, y, "Where").join() !== shapeOf(value).join()) throw unsupported("a choice repeats what it chooses");
  return [value];
};

const sumAll: Rule = (at, node, inputs) => {
  const [first, ...rest] = inputs.filter((value) => value !== null);
  if (!first) throw unsupported("it lacks an input");
  const add: ForeignNode = { ...node, op: "Add" };
  return [rest.reduce<Value>((total, value) => binary(at, add, [total, value])[0] ?? total, first)];
};

export const arithmeticRules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(["Neg", "Exp", "Log", "Sqrt", "Reciprocal", "Tanh", "Sigmoid", "Erf"].map((op) => [op, unary])),
  ...Object.fromEntries(["Add", "Sub", "Mul", "Div", "Pow"].map((op) => [op, binary])),
  ...Object.fromEntries(
    ["ReduceMean", "ReduceSum", "ReduceSumSquare", "ReduceMax", "ReduceLogSumExp"].map((op) => [op, reduction]),
  ),
  Gelu: gelu,
  MatMul: matmul,
  Gemm: gemm,
  Conv: conv,
  Softmax: softmax,
  LayerNormalization: layerNorm,
  Cast: cast,
  Identity: same,
  Dropout: same,
  Where: where,
  Sum: sumAll,
};
