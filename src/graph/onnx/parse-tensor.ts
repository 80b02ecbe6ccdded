// One TensorProto -> initializer: small constants are read, weights stay references into their file. Hostile input is normal.
import { Fault } from "../../base/fault.ts";
import { halfValue } from "../../math/half.ts";
import { type DType, elementCount, type Initializer } from "../ir.ts";
import type { WeightFile, WeightPlace } from "../weight-file.ts";
import type { TensorProto } from "./onnx_pb.ts";

const types: Readonly<Record<number, DType>> = { 1: "float32", 6: "int32", 7: "int64", 9: "bool", 10: "float16" };

export function dtypeOf(type: number, what: string): DType {
  const dtype = types[type];
  if (!dtype) throw new Fault("unsupported", `${what} has the ONNX element type ${type}, which is not read.`);
  return dtype;
}

/** The shortest decimal that rounds to the same fp32: 1e-6 stays 1e-6. */
export function shortestFloat(value: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

export function parseInitializer(proto: TensorProto, file: string, weights: WeightFinder | null): Initializer {
  const { name } = proto;
  const what = `${file}: tensor ${name}`;
  const dtype = dtypeOf(proto.dataType, what);
  const shape = proto.dims.map(Number);
  if (shape.length > 8 || shape.some((n) => !Number.isSafeInteger(n) || n < 0)) {
    throw new Fault("damaged", `${what} has no valid shape.`);
  }
  const count = elementCount(shape);
  if (Number(proto.dataLocation) === 1)
    return { name, dtype, shape, source: external(proto, what, count, dtype, weights) };
  const values = inlineValues(proto, dtype);
  if (values.length !== count) {
    throw new Fault("damaged", `${what} has ${values.length} values where its shape needs ${count}.`);
  }
  const scalar = dtype === "float32" && count <= 1;
  return { name, dtype, shape, source: { kind: "inline", values: scalar ? [...values].map(shortestFloat) : values } };
}

function inlineValues(proto: TensorProto, dtype: DType): Float32Array | readonly number[] {
  const raw = proto.rawData;
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const read = (size: number, at: (i: number) => number): number[] =>
    Array.from({ length: Math.floor(raw.length / size) }, (_, i) => at(i));
  switch (dtype) {
    case "float32":
      if (raw.length === 0) return Float32Array.from(proto.floatData);
      return new Float32Array(raw.slice(0, raw.length - (raw.length % 4)).buffer);
    case "int64":
      return raw.length > 0 ? read(8, (i) => Number(view.getBigInt64(i * 8, true))) : proto.int64Data.map(Number);
    case "int32":
      return raw.length > 0 ? read(4, (i) => view.getInt32(i * 4, true)) : proto.int32Data;
    case "bool":
      return raw.length > 0 ? [...raw] : proto.int32Data;
    case "float16":
      return (raw.length > 0 ? read(2, (i) => view.getUint16(i * 2, true)) : proto.int32Data).map(halfValue);
    default:
      return dtype satisfies never;
  }
}

/** Finds the tensor in which a byte of the weight file lies. */
export type WeightFinder = Readonly<{
  location: string;
  at(byte: number): Readonly<{ key: string; place: WeightPlace }> | null;
}>;

/** Sorted once, searched by halves: a hostile file may ask 100,000 times among 20,000 tensors. */
export function createWeightFinder({ location, tensors }: WeightFile): WeightFinder {
  const sorted = [...tensors]
    .filter(([, place]) => elementCount(place.shape) > 0)
    .toSorted(([, a], [, b]) => a.byteOffset - b.byteOffset);
  return {
    location,
    at(byte) {
      let [low, high] = [0, sorted.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        const start = sorted[middle]?.[1].byteOffset ?? 0;
        if (start <= byte) low = middle + 1;
        else high = middle;
      }
      const found = sorted[low - 1];
      return found ? { key: found[0], place: found[1] } : null;
    },
  };
}

function external(
  proto: TensorProto,
  what: string,
  count: number,
  dtype: DType,
  weights: WeightFinder | null,
): Initializer["source"] {
  const field = (key: string): string | undefined => proto.externalData.find((entry) => entry.key === key)?.value;
  const location = field("location");
  if (!weights || location !== weights.location) {
    throw new Fault("bad-model", `${what} lies in the file "${location}", which was not given with the model.`);
  }
  const size = dtype === "float16" ? 2 : 4;
  const from = Number(field("offset") ?? 0);
  const length = Number(field("length") ?? count * size);
  const found = weights.at(from);
  const elementOffset = found ? (from - found.place.byteOffset) / size : -1;
  const fits =
    found?.place.dtype === dtype &&
    length === count * size &&
    Number.isInteger(elementOffset) &&
    elementOffset + count <= elementCount(found.place.shape);
  if (!found || !fits) {
    throw new Fault("bad-model", `${what} points to no ${dtype} tensor of its shape in "${location}".`);
  }
  return { kind: "weight", key: found.key, elementOffset };
}
