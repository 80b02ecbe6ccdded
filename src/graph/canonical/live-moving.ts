// Rules of operators that move elements of live values: Reshape and its kin become pending views, lists of indices become slices.
import { axisOf, product } from "../dims.ts";
import { type Dim, int, type Shape } from "../ir.ts";
import { intOf, intsOf } from "../ops/op-rule.ts";
import type { ForeignNode } from "./foreign.ts";
import { integers, irNode } from "./integers.ts";
import { liveInput, nameOf } from "./live-arithmetic.ts";
import {
  type Frozen,
  integerInput,
  type Live,
  type Lowering,
  numbersInput,
  type Rule,
  shapeOf,
  unsupported,
  type Value,
} from "./values.ts";
import { nominalOf, resolved, withSymbols } from "./views.ts";
import { emit, inRows, live, ownShape, transposed, withoutAxes, written } from "./write.ts";

const far = 2 ** 31 - 1;

/**
 * A shape computed or written by the exporter, for the elements of `from`: batch and tokens stay symbols. What is pending is
 * matched against the value as it lies, which still tells axes apart that a flattening joined.
 */
function viewed({ b, nominal }: Lowering, from: Live, wanted: Shape, allowZero: boolean): Shape {
  const numbers = (shape: Shape): readonly number[] => shape.map((dim) => nominalOf(dim, nominal));
  const sizes = resolved(numbers(from.view), numbers(wanted), allowZero)?.map(Number);
  const shape = sizes && (withSymbols(ownShape(b, from), sizes, nominal) ?? withSymbols(from.view, sizes, nominal));
  if (!shape) throw unsupported(`[${from.view.join(", ")}] becomes [${wanted.join(", ")}], which fits no other batch`);
  return shape;
}

const reshape: Rule = (at, node, [x, target]) => {
  const from = liveInput(x, "its input");
  const wanted = integerInput(target, "its shape") ?? [];
  return [{ ...from, view: viewed(at, from, wanted, intOf(irNode(node), "allowzero", 0) === 1) }];
};

const flatten: Rule = (_at, node, [x]) => {
  const from = liveInput(x, "its input");
  const axis = node.attributes.axis;
  const raw = axis?.kind === "int" ? axis.value : 1;
  const at = raw < 0 ? raw + from.view.length : raw;
  return [{ ...from, view: [product(from.view.slice(0, at)), product(from.view.slice(at))] }];
};

const axesOf = (node: ForeignNode, given: Value | null | undefined): readonly number[] | null =>
  numbersInput(given, "its axes") ?? intsOf(irNode(node), "axes");

const squeeze: Rule = (at, node, [x, given]) => {
  const from = liveInput(x, "its input");
  const axes = axesOf(node, given)?.map((axis) => axisOf(axis, from.view.length, node.name));
  const ones = from.view.flatMap((dim, i) => (dim === 1 ? [i] : []));
  return [withoutAxes(at, from, axes ?? ones, nameOf(node))];
};

const unsqueeze: Rule = (_at, node, [x, given]) => {
  const from = liveInput(x, "its input");
  const axes = axesOf(node, given) ?? [];
  const rank = from.view.length + axes.length;
  const at = axes.map((axis) => axisOf(axis, rank, node.name));
  const rest = [...from.view];
  return [{ ...from, view: Array.from({ length: rank }, (_, i) => (at.includes(i) ? 1 : (rest.shift() ?? 1))) }];
};

const transpose: Rule = (at, node, [x]) => {
  const from = liveInput(x, "its input");
  const perm = intsOf(irNode(node), "perm") ?? from.view.map((_, i) => from.view.length - 1 - i);
  return [transposed(at, from, perm, nameOf(node))];
};

const expand: Rule = (at, _node, [x, target]) => {
  const from = liveInput(x, "its input");
  const wanted = integerInput(target, "its shape") ?? [];
  const lead = from.view.length - wanted.length;
  const grows = wanted.some((dim, i) => {
    const own = from.view[i + lead];
    return dim !== 1 && (own === undefined || nominalOf(dim, at.nominal) !== nominalOf(own, at.nominal));
  });
  if (grows) throw unsupported("values of the image are repeated");
  return [from];
};

type Cut = Readonly<{ axis: number; start: number; end: number; step: number }>;

/** Part of a value, written on rows where only the last axis is cut. */
function sliced(at: Lowering, from: Live, cuts: readonly Cut[], name: string): Live {
  const { b } = at;
  const needed = cuts.filter(({ axis, start, end, step }) => {
    const dim = from.view[axis];
    return !(start === 0 && step === 1 && (end >= far || (typeof dim === "number" && end >= dim)));
  });
  const [only] = needed;
  if (!only) return from;
  const rows = needed.length === 1 && only.axis === from.view.length - 1 ? inRows(at, from) : null;
  const source = rows ?? written(at, from);
  const axis = (cut: Cut): number => (rows ? b.known(rows).shape.length - 1 : cut.axis);
  const vectors = [needed.map((cut) => cut.start), needed.map((cut) => cut.end), needed.map(axis)];
  const steps = needed.some((cut) => cut.step !== 1) ? [needed.map((cut) => cut.step)] : [];
  const made = b.op("Slice", [source, ...[...vectors, ...steps].map((list) => b.vector(list))], {}, name);
  if (!rows) return live(b, made);
  return { kind: "live", name: made, view: [...from.view.slice(0, -1), b.known(made).shape.at(-1) ?? 1] };
}

const slice: Rule = (at, node, [x, starts, ends, axes, steps]) => {
  const from = liveInput(x, "its input");
  const first = numbersInput(starts, "its start") ?? [];
  const last = integerInput(ends, "its end") ?? [];
  const along = numbersInput(axes, "its axes") ?? first.map((_, i) => i);
  const by = numbersInput(steps, "its steps") ?? first.map(() => 1);
  const cuts = first.map((start, i): Cut => {
    const axis = axisOf(along[i] ?? i, from.view.length, node.name);
    const dim = from.view[axis] ?? 1;
    const end = last[i] ?? far;
    const whole =
      end === dim || (typeof end === "number" && nominalOf(dim, at.nominal) === end && typeof dim === "string");
    if (!whole && typeof end !== "number") throw unsupported(`it ends at ${end}`);
    const limit = whole ? far : Math.min(far, Number(end));
    const size = typeof dim === "number" ? dim : null;
    const count = (n: number): number => (n < 0 && size !== null ? Math.max(0, n + size) : n);
    return { axis, start: count(start), end: size === null ? limit : Math.min(size, count(limit)), step: by[i] ?? 1 };
  });
  return [sliced(at, from, cuts, nameOf(node))];
};

const gather: Rule = (at, node, [x, index]) => {
  const from = liveInput(x, "its input");
  const axis = axisOf(intOf(irNode(node), "axis", 0), from.view.length, node.name);
  const dim = from.view[axis] ?? 1;
  const list = (numbersInput(index, "its index") ?? []).map((i) => (i < 0 && typeof dim === "number" ? i + dim : i));
  const [start = 0] = list;
  const shape = index ? shapeOf(index) : [];
  if (list.some((i, k) => i !== start + k) || shape.length > 1) throw unsupported("it picks from a list of places");
  const part = sliced(at, from, [{ axis, start, end: start + list.length, step: 1 }], nameOf(node));
  return [shape.length === 0 ? withoutAxes(at, part, [axis], `${nameOf(node)}/row`) : part];
};

const split: Rule = (at, node, [x, given]) => {
  const from = liveInput(x, "its input");
  const plain = { ...node, op: "Slice" };
  const axis = axisOf(intOf(irNode(plain), "axis", 0), from.view.length, node.name);
  const dim = from.view[axis];
  const count = node.outputs.length;
  const sizes =
    numbersInput(given, "its sizes") ??
    intsOf(irNode(plain), "split") ??
    (typeof dim === "number"
      ? Array.from({ length: count }, (_, i) => Math.min(Math.ceil(dim / count), dim - i * Math.ceil(dim / count)))
      : null);
  if (!sizes || typeof dim !== "number") throw unsupported("an axis of unknown length is split");
  let start = 0;
  return sizes.map((size, i) => {
    const cut = { axis, start, end: start + size, step: 1 };
    start += size;
    return sliced(at, from, [cut], `m/${node.outputs[i] ?? node.name}`);
  });
};

const concat: Rule = (at, node, inputs) => {
  const parts = inputs.filter((value) => value !== null);
  const model = parts.find((value) => value.kind === "live");
  if (model?.kind !== "live") throw unsupported("it joins no value of the image");
  const axis = axisOf(intOf(irNode(node), "axis", 0), model.view.length, node.name);
  const beside = live(at.b, written(at, model));
  const names = parts.map((value) => {
    if (value.kind === "frozen") return batched(at, value, beside, axis);
    return value === model ? beside.name : written(at, value);
  });
  return [emit(at, "Concat", names, { axis: int(axis) }, nameOf(node))];
};

/** A class token beside the image's tokens: [1,N,D] (or equal rows of a fixed batch) becomes [B,N,D]. */
function batched(at: Lowering, value: Frozen, beside: Live, axis: number): string {
  const { b, store } = at;
  const open = beside.view.findIndex((dim, i) => i !== axis && typeof dim === "string");
  if (open < 0 || value.shape.length !== beside.view.length) return written(at, value);
  if (open !== 0) throw unsupported("constants are joined to values whose batch is not their first axis");
  const { data } = store.tensor(value);
  const rows = value.shape[0] ?? 1;
  const size = data.length / rows;
  if (data.some((x, i) => x !== data[i % size])) throw unsupported("images of one batch get different constants");
  const one: Frozen = { ...value, shape: [1, ...value.shape.slice(1)] };
  const rank = beside.view.length;
  const corner = b.op(
    "Slice",
    [
      beside.name,
      ...[0, 1].map((n) => b.vector(new Array(rank - 1).fill(n))),
      b.vector(Array.from({ length: rank - 1 }, (_, i) => i + 1)),
    ],
    {},
    "batch/corner",
  );
  const zero = b.op("Mul", [corner, b.scalar(0)], {}, "batch/zero");
  return b.op("Add", [zero, written(at, one)], {}, `${value.name}/batch`);
}

export const shapeRule: Rule = (_at, node, [x]) => {
  const shape: readonly Dim[] = x ? shapeOf(x) : [];
  const plain = irNode(node);
  return [integers(shape.slice(intOf(plain, "start", 0), intOf(plain, "end", shape.length)))];
};

export const movingRules: Readonly<Record<string, Rule>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Expand: expand,
  Slice: slice,
  Gather: gather,
  Split: split,
  Concat: concat,
};
