// Does this device compute what it must? One golden patch against PyTorch's features, and one provider against another.
// Knows the base graph and limits; refuses to judge with anything but numbers.
import { Fault } from "../base/fault.ts";
import type { Model } from "../domain/model.ts";
import type { GateResult } from "../protocol/engine-api.ts";
import type { Golden } from "./loaded-model.ts";
import { preprocess } from "./preprocess.ts";
import { outputOf, type Program } from "./runtime.ts";

/** WebGPU and WASM may differ by rounding in another order, over the depth of a ViT about 1e-5; a wrong kernel is far beyond 1e-3. */
export const providerLimit = 1e-3;

/** Unprompted features of one patch. */
export async function featuresOfPatch(model: Model, rgb: Uint8Array, base: Program): Promise<Float32Array> {
  const pixels = preprocess([rgb], model.patchPixels, model.normalisation);
  return outputOf(await base.run({ pixels }), "features").data;
}

/** |a - b| / |b|; infinite when anything is not finite. */
export function relativeError(a: Float32Array, b: Float32Array): number {
  let difference = 0;
  let size = 0;
  for (let i = 0; i < b.length; i++) {
    difference += ((a[i] ?? Number.NaN) - b[i]!) ** 2;
    size += b[i]! ** 2;
  }
  const error = Math.sqrt(difference / size);
  return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
}

export function goldenGate(golden: Golden, features: Float32Array): GateResult {
  const error = relativeError(features, golden.features);
  const { tolerance: limit, words } = golden;
  return { name: "golden-patch", error, limit, passed: error <= limit, words, kept: false };
}

export function providerGate(fast: Float32Array, slow: Float32Array): GateResult {
  const error = relativeError(fast, slow);
  const passed = error <= providerLimit;
  return { name: "webgpu-against-wasm", error, limit: providerLimit, passed, words: "the processor", kept: false };
}

/** The refusal, in words. */
export function gateFault(gate: GateResult, where: string): Fault {
  const share = Number.isFinite(gate.error) ? `${(gate.error * 100).toPrecision(2)} %` : "not a number";
  return new Fault(
    "self-test",
    `${where} computes something else than it must: ${share} away from ${gate.words} (allowed: ${gate.limit * 100} %). ` +
      "Nothing was classified. Update the browser or its graphics driver, or use another device.",
    { gate: gate.name, error: gate.error, limit: gate.limit },
  );
}
