// The values of one tensor under timm's name, put together from a file's tensors. Knows no container format.
import { present } from "../../base/fault.ts";
import { elementCount } from "../ir.ts";
import type { WeightReader } from "../weight-file.ts";
import type { TensorOrigin } from "./checkpoint.ts";
import { resamplePositions } from "./resample-positions.ts";

/** `read` gives the file's tensors by their own keys. Writes the values into `target`, which is as long as the tensor. */
export function writeValues(origin: TensorOrigin, read: WeightReader, target: Float32Array): void {
  const { resample, from, shape } = origin;
  if (!resample) {
    let at = 0;
    for (const key of from) {
      const values = read(key);
      target.set(values, at);
      at += values.length;
    }
    return;
  }
  const stored = read(present(from[0], `the origin of ${origin.key}`));
  const width = present(shape[2], "the width of positions");
  const kept = resample.prefixRows * width;
  target.set(stored.subarray(0, kept));
  target.set(resamplePositions(stored.subarray(kept), resample.fromGrid, resample.toGrid, resample.rule), kept);
}

/** The same as a reader of tensors under timm's names. */
export function readerOf(origins: readonly TensorOrigin[], read: WeightReader): WeightReader {
  const byKey = new Map(origins.map((origin) => [origin.key, origin]));
  return (key) => {
    const origin = present(byKey.get(key), `tensor ${key}`);
    const values = new Float32Array(elementCount(origin.shape));
    writeValues(origin, read, values);
    return values;
  };
}
