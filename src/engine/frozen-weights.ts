// A backbone's frozen tensors by key, as fp32: at hand while a model is read, elsewhere while it is used. Never changes any number;
// knows no graph and no host (where bytes wait is injected).
import { Fault } from "../base/fault.ts";
import { floatsOf, type SafeTensors } from "../domain/safetensors.ts";
import type { WeightFile, WeightPlace } from "../graph/weight-file.ts";
import type { LocalFile } from "../protocol/call.ts";

export type FrozenTensor = Readonly<{ shape: readonly number[]; data: Float32Array }>;

/** What a model is read into: tensors that are made when asked for. */
export type TensorSet = Readonly<{
  keys: ReadonlySet<string>;
  /** Throws Fault `bad-model` naming the key where it is missing. */
  tensor(key: string): FrozenTensor;
}>;

/**
 * What graphs are compiled with. Every compilation reads what it needs and lets go of it: on the processor the weights then live in
 * the WebAssembly heap alone, on the GPU in its buffers, and never beside these in JavaScript.
 */
export type FrozenWeights = Readonly<{ read(key: string): Promise<Float32Array> }>;

/** Keeps bytes outside JavaScript's heap (a Blob). */
export type Stash = (parts: readonly Uint8Array<ArrayBuffer>[]) => Pick<LocalFile, "slice">;

const floatTypes: ReadonlySet<string> = new Set(["F32", "F16", "BF16"]);

/** Tensors that are not float (a quantised copy, a counter) are left out. Throws Fault `bad-model` on values that are not finite. */
export function createTensorSet(container: SafeTensors, name: string): TensorSet {
  const floats = new Map([...container.tensors].filter(([, tensor]) => floatTypes.has(tensor.dtype)));
  for (const tensor of floats.values()) assertFinite(floatsOf(tensor), tensor.name, name);
  return {
    keys: new Set(floats.keys()),
    tensor(key) {
      const tensor = floats.get(key);
      if (!tensor) throw new Fault("bad-model", `${name} has no tensor ${key}, which the model needs.`, { key });
      return { shape: tensor.shape, data: floatsOf(tensor) };
    },
  };
}

/** Throws Fault `bad-model`. `file` is how messages call the file. */
export function assertFinite(values: Float32Array, key: string, file: string): void {
  if (!values.every(Number.isFinite)) {
    throw new Fault("bad-model", `${file}: tensor ${key} holds values that are not finite numbers.`, { key });
  }
}

/** Weights that stay where they are, in the precision they are stored in. */
export function weightsOfSet(set: TensorSet): FrozenWeights {
  return { read: async (key) => set.tensor(key).data };
}

/** Writes tensors, one after the other, where they take no room in JavaScript's heap. Each is asked for once. */
export function stashWeights(keys: Iterable<string>, read: (key: string) => Float32Array, stash: Stash): FrozenWeights {
  // One stash a tensor: then the only copy in JavaScript is that of the tensor at hand.
  const stored = new Map<string, Readonly<{ bytes: number; at: ReturnType<Stash> }>>();
  for (const key of new Set(keys)) {
    const bytes = new Uint8Array(new Float32Array(read(key)).buffer);
    stored.set(key, { bytes: bytes.length, at: stash([bytes]) });
  }
  return {
    async read(key) {
      const kept = stored.get(key);
      if (!kept) throw new Fault("bad-model", `The model has no tensor ${key}, which its graph needs.`, { key });
      return new Float32Array(await kept.at.slice(0, kept.bytes).arrayBuffer());
    },
  };
}

/** The stored tensors as the graph floor wants them: where each lies in the file `location`. */
export function weightFileOf(container: SafeTensors, location: string): WeightFile {
  const tensors = new Map<string, WeightPlace>();
  for (const { name, dtype, shape, start } of container.tensors.values()) {
    if (dtype === "F32" || dtype === "F16") {
      tensors.set(name, { dtype: dtype === "F32" ? "float32" : "float16", shape, byteOffset: start });
    }
  }
  return { location, tensors };
}
