// What a row of the operator table is: shapes, float64 values, and the derivative as more graph. Knows no operator.
import { Fault } from "../../base/fault.ts";
import type { Attributes, Dim, DType, Node, Shape } from "../ir.ts";
import type { Op } from "./op-names.ts";

/** What is known of a value before the graph runs. `ints`: the value itself, for small integer tensors (shapes, axes). */
export type Known = Readonly<{ dtype: DType; shape: Shape; ints?: readonly Dim[] }>;

/** A value in the reference evaluator; integers are held in float64 too. Row-major. */
export type Tensor = Readonly<{ shape: readonly number[]; data: Float64Array }>;

/** Where a derivative writes its nodes. Shapes are static there. */
export type Emit = Readonly<{
  op(op: Op, inputs: readonly string[], attributes?: Attributes): string;
  /** A node whose first `count` outputs are read. */
  several(op: Op, inputs: readonly string[], attributes: Attributes, count: number): readonly string[];
  shape(name: string): readonly number[];
  /** The value of a constant integer tensor. */
  ints(name: string): readonly number[];
  /** A constant of shape [] with this fp32 value. */
  scalar(value: number): string;
  /** A constant fp32 vector of `length` elements, all `value`. */
  filled(value: number, length: number): string;
  /** A constant int64 vector. */
  vector(values: readonly number[]): string;
}>;

/** `grads[i]`: gradient with respect to output i, null where none arrives. `wants[i]`: whether input i's gradient is asked for. */
export type VjpCall = Readonly<{ node: Node; grads: readonly (string | null)[]; wants: readonly boolean[] }>;
export type Vjp = (emit: Emit, call: VjpCall) => readonly (string | null)[];

export type OpRule = Readonly<{
  infer(node: Node, inputs: readonly (Known | null)[]): readonly Known[];
  evaluate(node: Node, inputs: readonly (Tensor | null)[]): readonly Tensor[];
  /** null: no gradient passes through this operator, and asking for one is a Fault. */
  vjp: Vjp | null;
}>;

export function input<T>(inputs: readonly (T | null)[], index: number, node: Node): T {
  const value = inputs[index];
  if (value === null || value === undefined) {
    throw new Fault("bad-model", `${label(node)} lacks its input ${index}.`);
  }
  return value;
}

export const label = (node: Node): string => `${node.op} ${node.name || `-> ${node.outputs[0] ?? "?"}`}`;

export function intOf(node: Node, key: string, fallback: number): number {
  const attribute = node.attributes[key];
  return attribute?.kind === "int" ? attribute.value : fallback;
}
export function floatOf(node: Node, key: string, fallback: number): number {
  const attribute = node.attributes[key];
  return attribute?.kind === "float" ? attribute.value : fallback;
}
export function intsOf(node: Node, key: string): readonly number[] | null {
  const attribute = node.attributes[key];
  return attribute?.kind === "ints" ? attribute.value : null;
}

/** The value of an integer input that must be known before the graph runs. */
export function knownInts(inputs: readonly (Known | null)[], index: number, node: Node): readonly Dim[] {
  const { ints } = input(inputs, index, node);
  if (!ints) {
    throw new Fault(
      "unsupported",
      `${label(node)}: its input ${index} is computed from data; only constants are understood.`,
    );
  }
  return ints;
}
export function knownNumbers(inputs: readonly (Known | null)[], index: number, node: Node): readonly number[] {
  return knownInts(inputs, index, node).map((dim) => {
    if (typeof dim === "number") return dim;
    throw new Fault("unsupported", `${label(node)}: ${dim} must be known before the graph runs.`);
  });
}

export function stridesOf(shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let i = shape.length - 2; i >= 0; i--) strides[i] = strides[i + 1]! * shape[i + 1]!;
  return strides;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export function tensor(shape: readonly number[], fill: (index: number) => number): Tensor {
  const data = new Float64Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) data[i] = fill(i);
  return { shape, data };
}

/** Calls `visit(flat, coordinates)` for every element; the coordinates array is reused. */
export function forEachIndex(shape: readonly number[], visit: (flat: number, at: readonly number[]) => void): void {
  const total = sizeOf(shape);
  const at = new Array<number>(shape.length).fill(0);
  for (let flat = 0; flat < total; flat++) {
    visit(flat, at);
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at[axis] = at[axis]! + 1;
      if (at[axis]! < shape[axis]!) break;
      at[axis] = 0;
    }
  }
}

/** Picks `at(coordinates of the output)` from the input for every element of the output. */
export function gathered(
  shape: readonly number[],
  from: Tensor,
  at: (coordinates: readonly number[]) => number,
): Tensor {
  const data = new Float64Array(sizeOf(shape));
  forEachIndex(shape, (flat, coordinates) => {
    const index = at(coordinates);
    data[flat] = index < 0 ? 0 : from.data[index]!;
  });
  return { shape, data };
}
