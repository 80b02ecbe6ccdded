// The safetensors container (github.com/huggingface/safetensors): 8 bytes header length, JSON header, tensor bytes.
// Knows names, dtypes, shapes and byte ranges; refuses to know what the tensors mean. Hostile input is normal.
import { Fault } from "../base/fault.ts";
import { halvesToFloats } from "../math/half.ts";

const dtypeBytes = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, I16: 2, I8: 1, U8: 1, BOOL: 1 } as const;
export type SafeDtype = keyof typeof dtypeBytes;

/** `bytes` is a view into the file, little endian, row-major. `start` is its offset from the beginning of the file. */
export type SafeTensor = Readonly<{
  name: string;
  dtype: SafeDtype;
  shape: readonly number[];
  bytes: Uint8Array;
  start: number;
}>;

export type SafeTensors = Readonly<{
  tensors: ReadonlyMap<string, SafeTensor>;
  metadata: Readonly<Record<string, string>>;
}>;

/** What the header says of a tensor: everything but its values. `end` is exclusive. */
export type SafePlace = Readonly<{
  name: string;
  dtype: SafeDtype;
  shape: readonly number[];
  start: number;
  end: number;
}>;

export type SafeHeader = Readonly<{
  places: ReadonlyMap<string, SafePlace>;
  metadata: Readonly<Record<string, string>>;
}>;

export type SafeLimits = Readonly<{ fileBytes: number; headerBytes: number; tensors: number }>;
export const modelLimits: SafeLimits = { fileBytes: 2 ** 31, headerBytes: 2 ** 24, tensors: 20_000 };

const isDtype = (value: unknown): value is SafeDtype => typeof value === "string" && Object.hasOwn(dtypeBytes, value);
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Parses a whole file. `name` is how messages call it. Tensors must lie inside the file, must not overlap and must leave no
 * hole, as the format demands. Throws Fault `damaged` or `limit`.
 */
export function parseSafetensors(file: Uint8Array, name: string, limits: SafeLimits = modelLimits): SafeTensors {
  const length = headerEnd(file.subarray(0, 8), file.length, name, limits);
  const { places, metadata } = parseSafetensorsHeader(file.subarray(0, length), file.length, name, limits);
  const tensors = [...places].map(([key, { dtype, shape, start, end }]) => {
    return [key, { name: key, dtype, shape, start, bytes: file.subarray(start, end) }] as const;
  });
  return { tensors: new Map(tensors), metadata };
}

/** Where the header of a file of `fileBytes` ends, by its first 8 bytes. Throws Fault `damaged` or `limit`. */
export function headerEnd(head: Uint8Array, fileBytes: number, name: string, limits: SafeLimits = modelLimits): number {
  if (fileBytes > limits.fileBytes) {
    throw new Fault("limit", `${name} has ${fileBytes} bytes; at most ${limits.fileBytes} are read.`);
  }
  if (fileBytes < 10 || head.length < 8) throw damaged(name, `it has only ${fileBytes} bytes`);
  const length = new DataView(head.buffer, head.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(fileBytes - 8)) throw damaged(name, "its header is longer than the file");
  if (length > BigInt(limits.headerBytes)) {
    throw new Fault("limit", `${name} has a header of ${length} bytes; at most ${limits.headerBytes} are read.`);
  }
  return 8 + Number(length);
}

const damaged = (name: string, why: string): Fault =>
  new Fault("damaged", `${name} is damaged or no safetensors file: ${why}.`);

/** `head`: the first bytes of the file, up to `headerEnd`. The rules are those of `parseSafetensors`. */
export function parseSafetensorsHeader(
  head: Uint8Array,
  fileBytes: number,
  name: string,
  limits: SafeLimits = modelLimits,
): SafeHeader {
  const dataStart = head.length;
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(head.subarray(8)));
  } catch {
    throw damaged(name, "its header is not JSON");
  }
  if (!isObject(header)) throw damaged(name, "its header is not an object");
  const entries = Object.entries(header).filter(([key]) => key !== "__metadata__");
  if (entries.length > limits.tensors) {
    throw new Fault("limit", `${name} has ${entries.length} tensors; at most ${limits.tensors} are read.`);
  }
  const metadata: Record<string, string> = Object.create(null);
  const rawMetadata = Object.hasOwn(header, "__metadata__") ? header.__metadata__ : {};
  if (!isObject(rawMetadata)) throw damaged(name, "__metadata__ is not an object");
  for (const [key, value] of Object.entries(rawMetadata)) {
    if (typeof value !== "string") throw damaged(name, `__metadata__.${key} is not text`);
    metadata[key] = value;
  }
  const places = entries.map(([key, raw]): SafePlace => {
    if (!isObject(raw)) throw damaged(name, `tensor ${key} is not described`);
    const { dtype, shape, data_offsets: offsets } = raw;
    if (!isDtype(dtype)) throw damaged(name, `tensor ${key} has the unknown type ${String(dtype)}`);
    if (!isNaturalList(shape) || shape.length > 8) throw damaged(name, `tensor ${key} has no valid shape`);
    if (!isNaturalList(offsets) || offsets.length !== 2) throw damaged(name, `tensor ${key} has no valid place`);
    const [from = 0, to = 0] = offsets;
    const size = shape.reduce((product, n) => product * n, dtypeBytes[dtype]);
    if (to < from || dataStart + to > fileBytes) throw damaged(name, `tensor ${key} lies outside the file`);
    if (to - from !== size) throw damaged(name, `tensor ${key} has ${to - from} bytes where its shape needs ${size}`);
    return { name: key, dtype, shape, start: dataStart + from, end: dataStart + to };
  });
  let end = dataStart;
  for (const place of places.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (place.start !== end) throw damaged(name, `tensor ${place.name} overlaps another or leaves a hole`);
    end = place.end;
  }
  if (end !== fileBytes) throw damaged(name, `${fileBytes - end} bytes belong to no tensor`);
  return { places: new Map(places.map((place) => [place.name, place])), metadata };
}

function isNaturalList(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((n) => Number.isSafeInteger(n) && n >= 0);
}

/** A float tensor's values as fp32: fp16 and bf16 are widened exactly, fp32 is copied. Throws Fault `unsupported` on others. */
export function floatsOf(tensor: SafeTensor): Float32Array {
  const { bytes, dtype } = tensor;
  // Copied: a tensor may start at any byte, typed arrays only at multiples of their size. Not by slice(), which Node's Buffer
  // turns into a view of the whole file.
  const copy = (): ArrayBuffer => new Uint8Array(bytes).buffer;
  switch (dtype) {
    case "F32":
      return new Float32Array(copy());
    case "F16":
      return halvesToFloats(new Uint16Array(copy()));
    case "BF16": {
      const halves = new Uint16Array(copy());
      const words = new Uint32Array(halves.length);
      for (let i = 0; i < halves.length; i++) words[i] = (halves[i] as number) << 16;
      return new Float32Array(words.buffer);
    }
    default:
      throw new Fault("unsupported", `Tensor ${tensor.name} is ${dtype}; weights must be F32, F16 or BF16.`);
  }
}

export type TensorToWrite = Readonly<{
  name: string;
  dtype: SafeDtype;
  shape: readonly number[];
  data: Float32Array | Uint16Array | Uint8Array | BigInt64Array | Int32Array;
}>;

/**
 * Writes a file whose bytes depend on nothing but the arguments: metadata keys and tensors sorted by code unit, tensors in that
 * order in the data, header padded with spaces to a multiple of 8.
 */
export function serializeSafetensors(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const order = tensors.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const header: [string, unknown][] = [["__metadata__", Object.fromEntries(sortedEntries(metadata))]];
  let offset = 0;
  for (const { name, dtype, shape, data } of order) {
    header.push([name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] }]);
    offset += data.byteLength;
  }
  // Written by hand because JSON.stringify moves keys that look like array indices to the front.
  const text = `{${header.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")}}`;
  const encoded = new TextEncoder().encode(text);
  const headerLength = Math.ceil(encoded.length / 8) * 8;
  const file = new Uint8Array(8 + headerLength + offset).fill(0x20, 8, 8 + headerLength);
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true);
  file.set(encoded, 8);
  let at = 8 + headerLength;
  for (const { data } of order) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return file;
}

function sortedEntries(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).toSorted(([a], [b]) => (a < b ? -1 : 1));
}
