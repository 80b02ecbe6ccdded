// A backbone's frozen tensors by key, widened to fp32 once into one blob. Knows names and numbers; never changes any, knows no graph.
import { Fault } from "../base/fault.ts";
import { floatsOf, type SafeTensors } from "../domain/safetensors.ts";
import type { WeightFile, WeightPlace } from "../graph/weight-file.ts";

export type FrozenTensor = Readonly<{ shape: readonly number[]; data: Float32Array }>;

export type FrozenWeights = Readonly<{
  keys: ReadonlySet<string>;
  /** A view, not a copy. Throws Fault `bad-model` naming the key where it is missing. */
  tensor(key: string): FrozenTensor;
  /** Where each tensor lies in `bytes`: what a session that wants fp32 external data is given. */
  file: WeightFile;
  /** Everything as fp32, little endian. */
  bytes: Uint8Array<ArrayBuffer>;
}>;

const floatTypes: ReadonlySet<string> = new Set(["F32", "F16", "BF16"]);

/** Tensors that are not float (a quantised copy, a counter) are left out. Throws Fault `bad-model` on values that are not finite. */
export function createFrozenWeights(container: SafeTensors, name: string): FrozenWeights {
  const floats = [...container.tensors.values()].filter((tensor) => floatTypes.has(tensor.dtype));
  const size = floats.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const blob = new Float32Array(size);
  const places = new Map<string, WeightPlace>();
  let at = 0;
  for (const tensor of floats) {
    const values = floatsOf(tensor);
    if (!values.every(Number.isFinite)) {
      throw new Fault("bad-model", `${name}: tensor ${tensor.name} holds values that are not finite numbers.`);
    }
    blob.set(values, at);
    places.set(tensor.name, { dtype: "float32", shape: tensor.shape, byteOffset: at * 4 });
    at += values.length;
  }
  return weightsIn(blob, places, name);
}

/** Tensors that lie in one fp32 blob already. `name` is how messages call it. */
export function weightsIn(
  blob: Float32Array<ArrayBuffer>,
  places: ReadonlyMap<string, WeightPlace>,
  name: string,
): FrozenWeights {
  return {
    keys: new Set(places.keys()),
    file: { location: "weights.f32", tensors: places },
    bytes: new Uint8Array(blob.buffer),
    tensor(key) {
      const place = places.get(key);
      if (!place) throw new Fault("bad-model", `${name} has no tensor ${key}, which the model needs.`, { key });
      const elements = place.shape.reduce((a, b) => a * b, 1);
      return { shape: place.shape, data: blob.subarray(place.byteOffset / 4, place.byteOffset / 4 + elements) };
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
