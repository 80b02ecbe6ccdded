// Tensors of a file written by torch.save (a zip since torch 1.6), as data. Knows the zip, the storages and how a tensor lies in one;
// executes nothing (pickle.ts) and knows no meaning.
import { unzipSync } from "fflate";
import { Fault } from "../base/fault.ts";
import { halvesToFloats } from "../math/half.ts";
import { type Pickled, readPickle } from "./pickle.ts";

/** fp32, row-major. */
export type TorchTensor = Readonly<{ kind: "tensor"; shape: readonly number[]; data: Float32Array }>;
/** What was saved: dictionaries by their keys, tensors, and everything else as text of no use. */
export type TorchValue = TorchTensor | ReadonlyMap<string, TorchValue> | Readonly<{ kind: "other"; words: string }>;

const most = {
  fileBytes: 256 * 2 ** 20,
  entries: 4096,
  entryBytes: 256 * 2 ** 20,
  elements: 2 ** 26,
  axes: 8,
  values: 20_000,
} as const;

const storages: Readonly<Record<string, Readonly<{ bytes: number; read: (raw: ArrayBuffer) => Float32Array }>>> = {
  "torch.FloatStorage": { bytes: 4, read: (raw) => new Float32Array(raw) },
  "torch.HalfStorage": { bytes: 2, read: (raw) => halvesToFloats(new Uint16Array(raw)) },
  "torch.DoubleStorage": { bytes: 8, read: (raw) => Float32Array.from(new Float64Array(raw)) },
  "torch.BFloat16Storage": {
    bytes: 2,
    read: (raw) => new Float32Array(Uint32Array.from(new Uint16Array(raw), (half) => half << 16).buffer),
  },
};
/** Names that may occur in a saved dictionary of tensors; of other storages the values are not read. */
const names: ReadonlySet<string> = new Set([
  "collections.OrderedDict",
  "torch._utils._rebuild_tensor_v2",
  "torch._utils._rebuild_parameter",
  "torch.LongStorage",
  "torch.IntStorage",
  "torch.BoolStorage",
  ...Object.keys(storages),
]);

/** The first bytes of such a file: a zip's first entry. */
export const looksLikeTorchFile = (head: Uint8Array): boolean =>
  head[0] === 0x50 && head[1] === 0x4b && head[2] === 3 && head[3] === 4;

/** Throws Fault `damaged`, `unsupported` or `limit`; `what` is how messages call the file. */
export function readTorchFile(file: Uint8Array, what: string): TorchValue {
  if (file.length > most.fileBytes) throw new Fault("limit", `${what} has ${file.length} bytes, too many to be read.`);
  if (!looksLikeTorchFile(file)) {
    const why = "It may be older than torch 1.6: open it in torch and save it again, which writes a zip.";
    throw new Fault("unsupported", `${what} is no file that torch.save writes today. ${why}`);
  }
  const entries = unzipped(file, what);
  const damaged = (why: string): Fault => new Fault("damaged", `${what} is damaged: ${why}.`);
  const main = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  const [pickle = "", another] = main;
  const program = entries.get(pickle);
  if (!program || another !== undefined) throw damaged("it has not one data.pkl");
  const folder = pickle.slice(0, -"data.pkl".length);
  const order = entries.get(`${folder}byteorder`);
  if (order && new TextDecoder().decode(order) !== "little") {
    throw new Fault("unsupported", `${what} was written by a computer of another byte order. Save it again elsewhere.`);
  }
  let [values, elementsRead, storedNumbers] = [0, 0, 0];
  const stored = new Map<string, Float32Array>();
  return toValue(readPickle(program, names, what), 0);

  function toValue(value: Pickled, depth: number): TorchValue {
    // A value may be named again and again, so few bytes can mean very many values.
    if (depth > 20 || ++values > most.values) throw damaged("its values are nested too deeply");
    if (value === null || typeof value !== "object") return { kind: "other", words: String(value).slice(0, 100) };
    switch (value.kind) {
      case "dict":
        return dictionary(value.items, depth);
      case "call":
        if (value.name === "collections.OrderedDict") return dictionary(value.items, depth);
        if (value.name === "torch._utils._rebuild_tensor_v2") return tensorOf(value.args);
        if (value.name === "torch._utils._rebuild_parameter") return toValue(value.args[0] ?? null, depth + 1);
        return { kind: "other", words: value.name };
      case "tuple":
      case "list":
      case "name":
      case "persistent":
        return { kind: "other", words: value.kind };
      default:
        return value satisfies never;
    }
  }

  function dictionary(items: ReadonlyMap<string | number, Pickled>, depth: number): TorchValue {
    return new Map([...items].map(([key, item]) => [String(key), toValue(item, depth + 1)]));
  }

  function tensorOf(args: readonly Pickled[]): TorchValue {
    const [place, offset, size, stride] = args;
    const id = typeof place === "object" && place?.kind === "persistent" ? listOf(place.id) : null;
    const [tag, type, key, , count] = id ?? [];
    const shape = wholes(size);
    const strides = wholes(stride);
    const name = typeof type === "object" && type?.kind === "name" ? type.name : "";
    const isPlace = tag === "storage" && typeof key === "string" && isWhole(count);
    if (!isPlace || !shape || !strides || shape.length !== strides.length || !isWhole(offset)) {
      throw damaged("a tensor is not described");
    }
    if (!Object.hasOwn(storages, name)) return { kind: "other", words: name };
    const elements = shape.reduce((a, b) => a * b, 1);
    const last = shape.reduce((sum, n, i) => sum + Math.max(0, n - 1) * (strides[i] ?? 0), offset);
    elementsRead += elements;
    if (elementsRead > most.elements) throw new Fault("limit", `${what} holds more than ${most.elements} numbers.`);
    if (elements > 0 && last >= count) throw damaged("a tensor lies outside its storage");
    return { kind: "tensor", shape, data: gather(valuesOf(name, key, count), offset, shape, strides) };
  }

  /** Read once, however many tensors lie in it. */
  function valuesOf(name: string, key: string, count: number): Float32Array {
    const known = stored.get(`${name} ${key}`);
    if (known?.length === count) return known;
    const storage = storages[name];
    const raw = entries.get(`${folder}data/${key}`);
    if (!storage || !raw || raw.length !== count * storage.bytes)
      throw damaged(`the values of its storage ${key} are not all there`);
    storedNumbers += count;
    if (storedNumbers > most.elements) throw new Fault("limit", `${what} holds more than ${most.elements} numbers.`);
    const values = storage.read(new Uint8Array(raw).buffer);
    stored.set(`${name} ${key}`, values);
    return values;
  }
}

function unzipped(file: Uint8Array, what: string): ReadonlyMap<string, Uint8Array> {
  let [count, bytes] = [0, 0];
  try {
    const entries = unzipSync(file, {
      filter: ({ size, originalSize }) => {
        count++;
        // Both sizes: the larger one is what unpacking costs, and several entries may name the same bytes.
        bytes += Math.max(size, originalSize);
        // Said before anything is unpacked: a small file may promise gigabytes.
        if (count > most.entries || bytes > most.entryBytes) throw new Fault("limit", `${what} unpacks to too much.`);
        return true;
      },
    });
    return new Map(Object.entries(entries));
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault("damaged", `${what} is a damaged zip.`, {}, error);
  }
}

function listOf(value: Pickled): readonly Pickled[] | null {
  return typeof value === "object" && value !== null && value.kind === "tuple" ? value.items : null;
}

const isWhole = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

function wholes(value: Pickled | undefined): readonly number[] | null {
  const items = listOf(value ?? null);
  const isShape = items?.every(isWhole) ?? false;
  return items && isShape && items.length <= most.axes ? (items as readonly number[]) : null;
}

/** The elements in row-major order, whatever order they are stored in. */
function gather(
  from: Float32Array,
  offset: number,
  shape: readonly number[],
  strides: readonly number[],
): Float32Array {
  const out = new Float32Array(shape.reduce((a, b) => a * b, 1));
  const index = shape.map(() => 0);
  let place = offset;
  for (let i = 0; i < out.length; i++) {
    out[i] = from[place] ?? 0;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += strides[axis] ?? 0;
      index[axis] = (index[axis] ?? 0) + 1;
      if (index[axis] !== shape[axis]) break;
      place -= (strides[axis] ?? 0) * (shape[axis] ?? 0);
      index[axis] = 0;
    }
  }
  return out;
}
