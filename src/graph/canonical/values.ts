// What a value of a foreign graph is to the importer: integers known now, frozen numbers, or something that lives in the new graph.
import { Fault } from "../../base/fault.ts";
import { halvesToFloats } from "../../math/half.ts";
import type { Builder } from "../builder.ts";
import type { Dim, Shape, WeightSource } from "../ir.ts";
import type { Tensor } from "../ops/op-rule.ts";
import type { ForeignNode, ForeignTensor } from "./foreign.ts";

/** Shapes, axes, masks: they never reach the new graph. Dims may be symbols. */
export type Integers = Readonly<{ kind: "integers"; shape: readonly number[]; values: readonly Dim[] }>;
/** Weights and constants; `source` where they are a stored tensor as it is (or turned). */
export type Frozen = Readonly<{
  kind: "frozen";
  name: string;
  shape: readonly number[];
  source: Omit<WeightSource, "kind">;
}>;
/**
 * A value of the new graph. `view`: the shape the foreign graph gives it, of the same elements in the same order; the Reshape is
 * written only where somebody needs it.
 */
export type Live = Readonly<{ kind: "live"; name: string; view: Shape }>;
export type Value = Integers | Frozen | Live;

export type Numbers = Readonly<{ shape: readonly number[]; data: Float32Array | Float64Array }>;

/** Tensors by key: the stored ones, and those computed from them at import. */
export type FrozenStore = Readonly<{
  add(key: string, tensor: ForeignTensor | Numbers): Frozen;
  /** All elements as stored, widened to fp32. */
  read(key: string): Float32Array;
  /** The elements as the graph sees them, in float64. */
  tensor(value: Frozen): Tensor;
}>;

export function createFrozenStore(): FrozenStore {
  const kept = new Map<string, ForeignTensor | Numbers>();
  const read = (key: string): Float32Array => {
    const tensor = kept.get(key);
    if (!tensor) throw new Fault("bad-model", `The model has no tensor ${key}.`, { key });
    return "data" in tensor ? Float32Array.from(tensor.data) : floatsOf(tensor);
  };
  return {
    read,
    add(key, tensor) {
      kept.set(key, tensor);
      return { kind: "frozen", name: key, shape: tensor.shape, source: { key, elementOffset: 0 } };
    },
    tensor({ shape, source }) {
      const stored = kept.get(source.key);
      const all = stored && "data" in stored ? Float64Array.from(stored.data) : Float64Array.from(read(source.key));
      const count = shape.reduce((a, b) => a * b, 1);
      const data = all.subarray(source.elementOffset, source.elementOffset + count);
      if (!source.transposed) return { shape, data };
      const [rows = 0, columns = 0] = shape;
      return { shape, data: data.map((_, i) => data[(i % columns) * rows + Math.floor(i / columns)] ?? 0) };
    },
  };
}

export const isInteger = (tensor: ForeignTensor): boolean => ["int64", "int32", "bool"].includes(tensor.dtype);

export function integersOf({ dtype, shape, bytes }: ForeignTensor): Integers {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = shape.reduce((a, b) => a * b, 1);
  const at = (i: number): number =>
    dtype === "int64"
      ? Number(view.getBigInt64(i * 8, true))
      : dtype === "int32"
        ? view.getInt32(i * 4, true)
        : (bytes[i] ?? 0);
  return { kind: "integers", shape, values: Array.from({ length: count }, (_, i) => at(i)) };
}

function floatsOf({ dtype, bytes }: ForeignTensor): Float32Array {
  const copy = bytes.slice().buffer;
  switch (dtype) {
    case "float32":
      return new Float32Array(copy);
    case "float64":
      return Float32Array.from(new Float64Array(copy));
    case "float16":
      return halvesToFloats(new Uint16Array(copy));
    case "bfloat16":
      return new Float32Array(Uint32Array.from(new Uint16Array(copy), (bits) => bits << 16).buffer);
    default:
      throw new Fault("unsupported", `Weights of type ${dtype} are not read.`);
  }
}

/** What a rule works with. `nominal`: the number each symbol had in the file, where it had one. */
export type Lowering = Readonly<{
  b: Builder;
  store: FrozenStore;
  nominal: ReadonlyMap<string, number>;
  opset: number;
}>;

/** Values of the node's outputs. Faults say what is not understood. */
export type Rule = (at: Lowering, node: ForeignNode, inputs: readonly (Value | null)[]) => readonly Value[];

export const shapeOf = (value: Value): Shape => (value.kind === "live" ? value.view : value.shape);

export function unsupported(why: string): Fault {
  return new Fault("unsupported", why);
}

/** The numbers of an integer input; null where it is left out. */
export function integerInput(value: Value | null | undefined, what: string): readonly Dim[] | null {
  if (!value) return null;
  if (value.kind === "integers") return value.values;
  throw unsupported(`${what} is computed from the image`);
}

export function numbersInput(value: Value | null | undefined, what: string): readonly number[] | null {
  const dims = integerInput(value, what);
  return (
    dims?.map((dim) => {
      if (typeof dim === "number") return dim;
      throw unsupported(`${what} is ${dim}, known only when the graph runs`);
    }) ?? null
  );
}
