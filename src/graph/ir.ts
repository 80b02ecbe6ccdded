// A graph as plain data: ONNX operators without protobuf, without bytes of weights and without a runtime.
// Everything here survives structuredClone. Operators are rows of ops/op-table.ts; weights are references by tensor key.
import { Fault } from "../base/fault.ts";
import type { Op } from "./ops/op-names.ts";

export type DType = "float32" | "float16" | "int64" | "int32" | "bool";

/** A number, or a symbol ("B", "N") or an expression of symbols ("(197+N)") that is known only when the graph runs. */
export type Dim = number | string;
export type Shape = readonly Dim[];

/** An input or output of a graph. Row-major. */
export type ValueInfo = Readonly<{ name: string; dtype: DType; shape: Shape }>;

export type Attribute =
  | Readonly<{ kind: "int"; value: number }>
  | Readonly<{ kind: "float"; value: number }>
  | Readonly<{ kind: "string"; value: string }>
  | Readonly<{ kind: "ints"; value: readonly number[] }>
  | Readonly<{ kind: "floats"; value: readonly number[] }>;
export type Attributes = Readonly<Record<string, Attribute>>;

/** `inputs` hold "" where an optional input is left out, `outputs` "" where an output is not wanted. */
export type Node = Readonly<{
  op: Op;
  name: string;
  inputs: readonly string[];
  outputs: readonly string[];
  attributes: Attributes;
}>;

/** Small constants live in the graph: floats as fp32, integers as numbers. */
export type InlineSource = Readonly<{ kind: "inline"; values: Float32Array | readonly number[] }>;

/**
 * Frozen weights: `elementOffset` elements into the tensor `key` (row-major), so that q, k and v are contiguous row ranges of
 * one fused tensor. How the tensor is stored (fp16, fp32, which file, which buffer) is not the graph's affair: here it is fp32.
 */
export type WeightSource = Readonly<{
  kind: "weight";
  key: string;
  elementOffset: number;
  /** The stored matrix is [columns, rows] of the shape here: linear layers are stored [out, in] and multiplied as [in, out]. */
  transposed?: true;
}>;

export type Initializer = Readonly<{
  name: string;
  dtype: DType;
  shape: readonly number[];
  source: InlineSource | WeightSource;
}>;

/** Nodes are in an order in which they can run. */
export type Graph = Readonly<{
  inputs: readonly ValueInfo[];
  outputs: readonly ValueInfo[];
  nodes: readonly Node[];
  initializers: readonly Initializer[];
  /** Version of the ai.onnx operator set. */
  opset: number;
}>;

export const int = (value: number): Attribute => ({ kind: "int", value });
export const float = (value: number): Attribute => ({ kind: "float", value });
export const ints = (value: readonly number[]): Attribute => ({ kind: "ints", value });

/** Number of elements; every dim must be a number. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The shape with every dim a number. Fault `unsupported` naming what stays symbolic. */
export function staticShape(shape: Shape, what: string): readonly number[] {
  return shape.map((dim) => {
    if (typeof dim === "number") return dim;
    throw new Fault("unsupported", `The shape of ${what} is known only when the graph runs: [${shape.join(", ")}].`);
  });
}
