// Rows of the operators that pick, pad and join: Slice, Pad, Gather, Concat. Integer values (shapes, axes) are followed.
import { Fault } from "../../base/fault.ts";
import { axisOf, sum } from "../dims.ts";
import type { Dim, Node, Shape } from "../ir.ts";
import {
  gathered,
  input,
  intOf,
  type Known,
  knownNumbers,
  label,
  type OpRule,
  sizeOf,
  stridesOf,
  type Tensor,
} from "./op-rule.ts";

type Range = Readonly<{ axis: number; start: number; step: number; size: Dim }>;

/** The ranges of a Slice, with bounds clamped as ONNX says. Along a symbolic axis only a start inside it is understood. */
function ranges(node: Node, shape: Shape, args: readonly (readonly number[] | null)[]): readonly Range[] {
  const [starts, ends, axes, steps] = args;
  if (!starts || !ends) throw new Fault("bad-model", `${label(node)} lacks its bounds.`);
  return starts.map((rawStart, i) => {
    const axis = axisOf(axes?.[i] ?? i, shape.length, label(node));
    const step = steps?.[i] ?? 1;
    const end = ends[i] ?? 0;
    const dim = shape[axis]!;
    if (step < 1) throw new Fault("unsupported", `${label(node)}: slices that run backwards are not known here.`);
    if (typeof dim !== "number") {
      if (rawStart === 0 && step === 1 && end > 2 ** 30) return { axis, start: 0, step, size: dim };
      if (rawStart >= 0 && end >= rawStart && end < 2 ** 30 && step === 1) {
        return { axis, start: rawStart, step, size: end - rawStart };
      }
      throw new Fault("unsupported", `${label(node)}: cuts ${rawStart}..${end} from an axis of unknown length ${dim}.`);
    }
    const clamp = (n: number): number => Math.min(dim, Math.max(0, n < 0 ? n + dim : n));
    const start = clamp(rawStart);
    return { axis, start, step, size: Math.max(0, Math.ceil((clamp(end) - start) / step)) };
  });
}

const listOf = (tensor: Tensor | null | undefined): readonly number[] | null => (tensor ? [...tensor.data] : null);

function sliceRanges(node: Node, inputs: readonly (Known | null)[]): readonly Range[] {
  const args = [1, 2, 3, 4].map((i) => (inputs[i] ? knownNumbers(inputs, i, node) : null));
  return ranges(node, input(inputs, 0, node).shape, args);
}

export const selectingRules = {
  Concat: {
    infer: (node, inputs) => {
      const parts = inputs.map((_, i) => input(inputs, i, node));
      const first = parts[0]!;
      const axis = axisOf(intOf(node, "axis", 0), first.shape.length, label(node));
      if (parts.some((part) => part.shape.length !== first.shape.length)) {
        throw new Fault("bad-model", `${label(node)} joins values of different rank.`);
      }
      const length = parts.map((part) => part.shape[axis]!).reduce(sum);
      const shape = first.shape.map((dim, i) => (i === axis ? length : dim));
      const known = parts.every((part) => part.ints) ? { ints: parts.flatMap((part) => part.ints ?? []) } : {};
      return [{ dtype: first.dtype, shape, ...known }];
    },
    evaluate: (node, inputs) => {
      const parts = inputs.map((_, i) => input(inputs, i, node));
      const axis = axisOf(intOf(node, "axis", 0), parts[0]!.shape.length, label(node));
      const shape = parts[0]!.shape.map((n, i) => (i === axis ? parts.reduce((t, p) => t + p.shape[axis]!, 0) : n));
      const data = new Float64Array(sizeOf(shape));
      const outer = sizeOf(shape.slice(0, axis));
      let at = 0;
      for (let o = 0; o < outer; o++) {
        for (const part of parts) {
          const run = sizeOf(part.shape.slice(axis));
          data.set(part.data.subarray(o * run, (o + 1) * run), at);
          at += run;
        }
      }
      return [{ shape, data }];
    },
    vjp: (emit, { node, grads, wants }) => {
      const [dy] = grads;
      const axis = axisOf(intOf(node, "axis", 0), emit.shape(node.outputs[0]!).length, label(node));
      let from = 0;
      return node.inputs.map((name, i) => {
        const start = from;
        from += emit.shape(name)[axis]!;
        if (!dy || !wants[i]) return null;
        return emit.op("Slice", [dy, emit.vector([start]), emit.vector([from]), emit.vector([axis])]);
      });
    },
  },
  Slice: {
    infer: (node, inputs) => {
      const from = input(inputs, 0, node);
      const cut = sliceRanges(node, inputs);
      const shape = from.shape.map((dim, i) => cut.find((range) => range.axis === i)?.size ?? dim);
      const range = cut[0];
      const known =
        from.ints && range && cut.length === 1
          ? {
              ints: from.ints.filter(
                (_, i) =>
                  i >= range.start &&
                  (i - range.start) % range.step === 0 &&
                  (i - range.start) / range.step < Number(range.size),
              ),
            }
          : {};
      return [{ dtype: from.dtype, shape, ...known }];
    },
    evaluate: (node, inputs) => {
      const x = input(inputs, 0, node);
      const cut = ranges(
        node,
        x.shape,
        [1, 2, 3, 4].map((i) => listOf(inputs[i])),
      );
      const strides = stridesOf(x.shape);
      const on = x.shape.map((_, i) => cut.find((range) => range.axis === i));
      const shape = x.shape.map((n, i) => Number(on[i]?.size ?? n));
      const at = (c: readonly number[]): number =>
        c.reduce((n, v, i) => n + ((on[i]?.start ?? 0) + v * (on[i]?.step ?? 1)) * strides[i]!, 0);
      return [gathered(shape, x, at)];
    },
    vjp: (emit, { node, grads }) => {
      const [dy] = grads;
      if (!dy) return [null];
      const shape = emit.shape(node.inputs[0]!);
      const cut = ranges(
        node,
        shape,
        [1, 2, 3, 4].map((i) => (node.inputs[i] ? emit.ints(node.inputs[i]!) : null)),
      );
      if (cut.some((range) => range.step !== 1)) {
        throw new Fault("unsupported", `${label(node)}: no derivative of a slice with steps.`);
      }
      const before = shape.map((_, i) => cut.find((range) => range.axis === i)?.start ?? 0);
      const after = shape.map((n, i) => {
        const range = cut.find((one) => one.axis === i);
        return range ? n - range.start - Number(range.size) : 0;
      });
      const pads = [...before, ...after];
      return [pads.every((n) => n === 0) ? dy : emit.op("Pad", [dy, emit.vector(pads)])];
    },
  },
  Pad: {
    infer: (node, inputs) => {
      const { dtype, shape } = input(inputs, 0, node);
      const mode = node.attributes.mode;
      if ((mode?.kind === "string" && mode.value !== "constant") || inputs[2] || inputs[3]) {
        throw new Fault("unsupported", `${label(node)}: only padding with zeros on all axes is known here.`);
      }
      const pads = knownNumbers(inputs, 1, node);
      return [{ dtype, shape: shape.map((dim, i) => sum(sum(dim, pads[i]!), pads[i + shape.length]!)) }];
    },
    evaluate: (node, inputs) => {
      const x = input(inputs, 0, node);
      const pads = input(inputs, 1, node).data;
      const rank = x.shape.length;
      const strides = stridesOf(x.shape);
      const shape = x.shape.map((n, i) => n + pads[i]! + pads[i + rank]!);
      const at = (c: readonly number[]): number => {
        let index = 0;
        for (let i = 0; i < rank; i++) {
          const v = c[i]! - pads[i]!;
          if (v < 0 || v >= x.shape[i]!) return -1;
          index += v * strides[i]!;
        }
        return index;
      };
      return [gathered(shape, x, at)];
    },
    vjp: (emit, { node, grads }) => {
      const [dy] = grads;
      if (!dy) return [null];
      const shape = emit.shape(node.inputs[0]!);
      const pads = emit.ints(node.inputs[1]!);
      const starts = shape.map((_, i) => pads[i]!);
      return [
        emit.op("Slice", [
          dy,
          emit.vector(starts),
          emit.vector(starts.map((start, i) => start + shape[i]!)),
          emit.vector(shape.map((_, i) => i)),
        ]),
      ];
    },
  },
  Gather: {
    infer: (node, inputs) => {
      const from = input(inputs, 0, node);
      const index = input(inputs, 1, node);
      const axis = axisOf(intOf(node, "axis", 0), from.shape.length, label(node));
      const shape = [...from.shape.slice(0, axis), ...index.shape, ...from.shape.slice(axis + 1)];
      const known = from.ints && index.ints ? { ints: index.ints.map((i) => from.ints?.at(Number(i)) ?? 0) } : {};
      return [{ dtype: from.dtype, shape, ...known }];
    },
    evaluate: (node, inputs) => {
      const x = input(inputs, 0, node);
      const index = input(inputs, 1, node);
      const axis = axisOf(intOf(node, "axis", 0), x.shape.length, label(node));
      const strides = stridesOf(x.shape);
      const inner = stridesOf(index.shape);
      const rank = index.shape.length;
      const shape = [...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)];
      const at = (c: readonly number[]): number => {
        const raw = index.data[inner.reduce((n, stride, i) => n + stride * c[axis + i]!, 0)]!;
        let n = (raw < 0 ? raw + x.shape[axis]! : raw) * strides[axis]!;
        for (let i = 0; i < axis; i++) n += c[i]! * strides[i]!;
        for (let i = axis + 1; i < x.shape.length; i++) n += c[i + rank - 1]! * strides[i]!;
        return n;
      };
      return [gathered(shape, x, at)];
    },
    // One constant index per axis is a slice, whose derivative has a kernel everywhere; a list of indices has none yet.
    vjp: (emit, { node, grads }) => {
      const [dy] = grads;
      if (!dy) return [null, null];
      const shape = emit.shape(node.inputs[0]!);
      const axis = axisOf(intOf(node, "axis", 0), shape.length, label(node));
      const index = emit.ints(node.inputs[1]!);
      if (index.length !== 1) throw new Fault("unsupported", `${label(node)}: no derivative of a list of indices.`);
      const at = index[0]! < 0 ? index[0]! + shape[axis]! : index[0]!;
      const row = emit.op("Reshape", [dy, emit.vector(shape.map((n, i) => (i === axis ? 1 : n)))]);
      const pads = [
        ...shape.map((_, i) => (i === axis ? at : 0)),
        ...shape.map((n, i) => (i === axis ? n - at - 1 : 0)),
      ];
      return [emit.op("Pad", [row, emit.vector(pads)]), null];
    },
  },
} as const satisfies Record<string, OpRule>;
