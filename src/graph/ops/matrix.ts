// Rows of the matrix products and the convolution. Frozen factors get no gradient: only what is wanted is emitted.
import { Fault } from "../../base/fault.ts";
import { broadcast } from "../dims.ts";
import { type Dim, float, int, ints, type Shape } from "../ir.ts";
import { unbroadcast } from "./elementwise.ts";
import {
  type Emit,
  floatOf,
  input,
  intOf,
  intsOf,
  label,
  type OpRule,
  sizeOf,
  stridesOf,
  type Tensor,
} from "./op-rule.ts";

const refuse = (what: string, a: Shape, b: Shape): never => {
  throw new Fault("bad-model", `${what}: shapes [${a.join(", ")}] and [${b.join(", ")}] do not fit.`);
};

const last = (shape: Shape, back: number): Dim => shape[shape.length - back] ?? 1;

function matmul(a: Tensor, b: Tensor, what: string): Tensor {
  const m = a.shape[a.shape.length - 2]!;
  const k = a.shape[a.shape.length - 1]!;
  const n = b.shape[b.shape.length - 1]!;
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const batch = broadcast(batchA, batchB, what) as readonly number[];
  const total = sizeOf(batch);
  const shape = [...batch, m, n];
  const data = new Float64Array(sizeOf(shape));
  const strides = stridesOf(batch);
  const offset = (own: readonly number[], index: number): number => {
    const ownStrides = stridesOf(own);
    const lead = batch.length - own.length;
    return own.reduce((sum, size, i) => {
      const at = Math.floor(index / strides[i + lead]!) % batch[i + lead]!;
      return sum + (size === 1 ? 0 : at) * ownStrides[i]!;
    }, 0);
  };
  for (let z = 0; z < total; z++) {
    const oa = offset(batchA, z) * m * k;
    const ob = offset(batchB, z) * k * n;
    const oc = z * m * n;
    for (let i = 0; i < m; i++) {
      for (let p = 0; p < k; p++) {
        const x = a.data[oa + i * k + p]!;
        for (let j = 0; j < n; j++) data[oc + i * n + j]! += x * b.data[ob + p * n + j]!;
      }
    }
  }
  return { shape, data };
}

function transpose2(t: Tensor): Tensor {
  const [rows = 0, columns = 0] = t.shape;
  const data = new Float64Array(t.data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) data[j * rows + i] = t.data[i * columns + j]!;
  return { shape: [columns, rows], data };
}

/** Swaps the last two axes. */
function swapped(emit: Emit, name: string): string {
  const rank = emit.shape(name).length;
  const perm = Array.from({ length: rank }, (_, i) => (i < rank - 2 ? i : rank - 1 - (i - (rank - 2))));
  return emit.op("Transpose", [name], { perm: ints(perm) });
}

export const matrixRules = {
  MatMul: {
    infer: (node, inputs) => {
      const a = input(inputs, 0, node);
      const b = input(inputs, 1, node);
      if (a.shape.length < 2 || b.shape.length < 2 || !fits(last(a.shape, 1), last(b.shape, 2))) {
        return refuse(label(node), a.shape, b.shape);
      }
      const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2), label(node));
      return [{ dtype: a.dtype, shape: [...batch, last(a.shape, 2), last(b.shape, 1)] }];
    },
    evaluate: (node, inputs) => [matmul(input(inputs, 0, node), input(inputs, 1, node), label(node))],
    vjp: (emit, { node, grads, wants }) => {
      const [dy] = grads;
      if (!dy) return [null, null];
      const [a, b] = [node.inputs[0]!, node.inputs[1]!];
      const da = (): string => {
        const shape = emit.shape(a);
        // A 2-D right factor is a linear layer: one Gemm over all rows needs no transposed copy of it.
        if (emit.shape(b).length === 2) {
          const [k = 0, n = 0] = emit.shape(b);
          const rows = emit.op("Reshape", [dy, emit.vector([-1, n])]);
          const flat = emit.op("Gemm", [rows, b], { transB: int(1) });
          return k === 0 ? flat : emit.op("Reshape", [flat, emit.vector(shape)]);
        }
        return unbroadcast(emit, emit.op("MatMul", [dy, swapped(emit, b)]), shape);
      };
      // A^T dY, or (dY^T A)^T where dY is the smaller one to turn: of an attention's map no turned copy is made.
      const db = (): string => {
        const turned =
          sizeOf(emit.shape(dy)) < sizeOf(emit.shape(a))
            ? swapped(emit, emit.op("MatMul", [swapped(emit, dy), a]))
            : emit.op("MatMul", [swapped(emit, a), dy]);
        return unbroadcast(emit, turned, emit.shape(b));
      };
      return [wants[0] ? da() : null, wants[1] ? db() : null];
    },
  },
  Gemm: {
    infer: (node, inputs) => {
      const a = input(inputs, 0, node);
      const b = input(inputs, 1, node);
      if (a.shape.length !== 2 || b.shape.length !== 2) return refuse(label(node), a.shape, b.shape);
      const [ta, tb] = [intOf(node, "transA", 0), intOf(node, "transB", 0)];
      const [m, k] = ta ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
      const [kb, n] = tb ? [b.shape[1]!, b.shape[0]!] : [b.shape[0]!, b.shape[1]!];
      if (!fits(k, kb)) return refuse(label(node), a.shape, b.shape);
      return [{ dtype: a.dtype, shape: [m, n] }];
    },
    evaluate: (node, inputs) => {
      const a = input(inputs, 0, node);
      const b = input(inputs, 1, node);
      const c = inputs[2] ?? null;
      const y = matmul(
        intOf(node, "transA", 0) ? transpose2(a) : a,
        intOf(node, "transB", 0) ? transpose2(b) : b,
        label(node),
      );
      const [alpha, beta] = [floatOf(node, "alpha", 1), floatOf(node, "beta", 1)];
      const [m = 0, n = 0] = y.shape;
      const at = (i: number, j: number): number => {
        if (!c) return 0;
        const columns = c.shape[c.shape.length - 1] ?? 1;
        const rows = c.shape.length === 2 ? c.shape[0]! : 1;
        return c.data[(rows === 1 ? 0 : i) * columns + (columns === 1 ? 0 : j)]!;
      };
      const data = new Float64Array(m * n);
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) data[i * n + j] = alpha * y.data[i * n + j]! + beta * at(i, j);
      }
      return [{ shape: y.shape, data }];
    },
    vjp: (emit, { node, grads, wants }) => {
      const [dy] = grads;
      if (!dy) return [null, null, null];
      const [a, b, c] = node.inputs;
      const [ta, tb] = [intOf(node, "transA", 0), intOf(node, "transB", 0)];
      const alpha = floatOf(node, "alpha", 1);
      const gemm = (x: string, y: string, transA: number, transB: number): string =>
        emit.op("Gemm", [x, y], {
          ...(alpha === 1 ? {} : { alpha: float(alpha) }),
          ...(transA ? { transA: int(1) } : {}),
          ...(transB ? { transB: int(1) } : {}),
        });
      const dc = (): string => {
        const summed = unbroadcast(emit, dy, emit.shape(c!));
        const beta = floatOf(node, "beta", 1);
        return beta === 1 ? summed : emit.op("Mul", [summed, emit.scalar(beta)]);
      };
      return [
        wants[0] ? (ta ? gemm(b!, dy, tb, 1) : gemm(dy, b!, 0, tb ? 0 : 1)) : null,
        wants[1] ? (tb ? gemm(dy, a!, 1, ta) : gemm(a!, dy, ta ? 0 : 1, 0)) : null,
        c && wants[2] ? dc() : null,
      ];
    },
  },
  Conv: {
    infer: (node, inputs) => {
      const x = input(inputs, 0, node);
      const w = input(inputs, 1, node);
      if (x.shape.length !== 4 || w.shape.length !== 4) return refuse(label(node), x.shape, w.shape);
      const { kernel, strides, pads } = convGeometry(node, w.shape);
      const size = (axis: 0 | 1): number => {
        const pixels = x.shape[2 + axis];
        if (typeof pixels !== "number")
          throw new Fault("unsupported", `${label(node)}: image size ${pixels} is not fixed.`);
        return Math.floor((pixels + pads[axis]! + pads[axis + 2]! - kernel[axis]!) / strides[axis]!) + 1;
      };
      if (!fits(x.shape[1]!, w.shape[1]!)) return refuse(label(node), x.shape, w.shape);
      return [{ dtype: x.dtype, shape: [x.shape[0]!, w.shape[0]!, size(0), size(1)] }];
    },
    evaluate: (node, inputs) => {
      const x = input(inputs, 0, node);
      const w = input(inputs, 1, node);
      const bias = inputs[2] ?? null;
      const { kernel, strides, pads } = convGeometry(node, w.shape);
      const [kh = 0, kw = 0] = kernel;
      const [batch = 0, channels = 0, height = 0, width = 0] = x.shape;
      const outputs = w.shape[0]!;
      const h = Math.floor((height + pads[0]! + pads[2]! - kh) / strides[0]!) + 1;
      const v = Math.floor((width + pads[1]! + pads[3]! - kw) / strides[1]!) + 1;
      const data = new Float64Array(batch * outputs * h * v);
      let at = 0;
      for (let b = 0; b < batch; b++)
        for (let o = 0; o < outputs; o++)
          for (let i = 0; i < h; i++)
            for (let j = 0; j < v; j++) {
              let sum = bias ? bias.data[o]! : 0;
              for (let c = 0; c < channels; c++)
                for (let p = 0; p < kh; p++)
                  for (let q = 0; q < kw; q++) {
                    const row = i * strides[0]! + p - pads[0]!;
                    const column = j * strides[1]! + q - pads[1]!;
                    if (row < 0 || column < 0 || row >= height || column >= width) continue;
                    sum +=
                      x.data[((b * channels + c) * height + row) * width + column]! *
                      w.data[((o * channels + c) * kh + p) * kw + q]!;
                  }
              data[at++] = sum;
            }
      return [{ shape: [batch, outputs, h, v], data }];
    },
    // Pixels are never tuned: no gradient reaches the patch embedding.
    vjp: null,
  },
} as const satisfies Record<string, OpRule>;

const fits = (a: Dim, b: Dim): boolean => a === b || typeof a === "string" || typeof b === "string";

function convGeometry(node: Parameters<typeof intOf>[0], weight: Shape) {
  const kernel = weight.slice(2).map(Number);
  const strides = intsOf(node, "strides") ?? [1, 1];
  const pads = intsOf(node, "pads") ?? [0, 0, 0, 0];
  const dilations = intsOf(node, "dilations") ?? [1, 1];
  if (intOf(node, "group", 1) !== 1 || dilations.some((d) => d !== 1)) {
    throw new Fault("unsupported", `${label(node)}: grouped or dilated convolutions are not known here.`);
  }
  return { kernel, strides, pads };
}
