// A backbone's frozen tensors by key, widened to fp32 once. Knows names and numbers; never changes any, knows no graph.
import { Fault } from "../base/fault.ts";
import { floatsOf, type SafeTensors } from "../domain/safetensors.ts";

export type FrozenTensor = Readonly<{ key: string; shape: readonly number[]; data: Float32Array }>;

export type FrozenWeights = Readonly<{
  keys: readonly string[];
  /** Throws Fault `bad-model` naming the key where it is missing or holds values that are not finite. */
  tensor(key: string): FrozenTensor;
  /** `elements` values from element `offset` on; a view, not a copy. */
  slice(key: string, offset: number, elements: number): Float32Array;
}>;

export function createFrozenWeights(container: SafeTensors, name: string): FrozenWeights {
  const widened = new Map<string, FrozenTensor>();
  const tensor = (key: string): FrozenTensor => {
    const known = widened.get(key);
    if (known) return known;
    const stored = container.tensors.get(key);
    if (!stored) throw new Fault("bad-model", `${name} has no tensor ${key}, which the graph needs.`, { key });
    const data = floatsOf(stored);
    if (!data.every(Number.isFinite)) {
      throw new Fault("bad-model", `${name}: tensor ${key} holds values that are not finite numbers.`, { key });
    }
    const made: FrozenTensor = { key, shape: stored.shape, data };
    widened.set(key, made);
    return made;
  };
  return {
    keys: [...container.tensors.keys()],
    tensor,
    slice(key, offset, elements) {
      const { data } = tensor(key);
      if (offset < 0 || offset + elements > data.length) {
        throw new Fault("bad-model", `${name}: the graph reads beyond the end of tensor ${key}.`, { key });
      }
      return data.subarray(offset, offset + elements);
    },
  };
}
