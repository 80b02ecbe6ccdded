// Pixels -> what a backbone eats. Knows the normalisation only; the exact resampling happened before (slide/exact-patch.ts).
import { assert } from "../base/fault.ts";
import type { Normalisation } from "../domain/model.ts";
import type { TensorValue } from "./runtime.ts";

/**
 * RGB bytes (row-major, 3 a pixel) of several square patches -> [patches, 3, pixels, pixels], (p/255 - mean[c]) / std[c].
 * The arithmetic is float64 rounded once, which agrees with torchvision's fp32 ToTensor and Normalize to 1 ulp or so.
 */
export function preprocess(patches: readonly Uint8Array[], pixels: number, normalisation: Normalisation): TensorValue {
  const plane = pixels * pixels;
  const data = new Float32Array(patches.length * 3 * plane);
  const tables = [0, 1, 2].map((c) => channelTable(normalisation, c));
  patches.forEach((rgb, i) => {
    assert(rgb.length === plane * 3, `patch ${i} has ${rgb.length} bytes, expected ${plane * 3}`);
    for (let c = 0; c < 3; c++) {
      const table = tables[c]!;
      const base = (i * 3 + c) * plane;
      for (let p = 0; p < plane; p++) data[base + p] = table[rgb[p * 3 + c]!]!;
    }
  });
  return { dims: [patches.length, 3, pixels, pixels], data };
}

function channelTable({ mean, std }: Normalisation, channel: number): Float32Array {
  const table = new Float32Array(256);
  for (let value = 0; value < 256; value++) table[value] = (value / 255 - mean[channel]!) / std[channel]!;
  return table;
}
