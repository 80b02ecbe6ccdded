// Does this device compute what it must? One patch against a reference, two patches against one by one, one provider against another.
// Knows the base graph and limits; refuses to judge with anything but numbers.
import { Fault } from "../../base/fault.ts";
import type { Model } from "../../domain/model.ts";
import type { GateResult } from "../../protocol/engine-api.ts";
import type { Golden } from "../loaded-model.ts";
import { preprocess } from "../preprocess.ts";
import { outputOf, type Program } from "../runtime.ts";

/** WebGPU and WASM differ by rounding in another order, over the depth of a ViT some 1e-5; 1 % in one kernel is far beyond 2e-4. */
export const providerLimit = 2e-4;
/** Two rows of one batch are computed by the same kernels as one: they differ by the order of sums at most. */
export const batchLimit = 1e-4;

/** Unprompted features of patches, in one run: [patches, F]. */
export async function featuresOfPatches(
  model: Model,
  patches: readonly Uint8Array[],
  base: Program,
): Promise<Float32Array> {
  const pixels = preprocess(patches, model.patchPixels, model.normalisation);
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

/** `both`: features of the patch and of its mirror image in one batch; `one`, `other`: of each alone. */
export function batchGate(both: Float32Array, one: Float32Array, other: Float32Array): GateResult {
  const width = one.length;
  const error = Math.max(relativeError(both.subarray(0, width), one), relativeError(both.subarray(width), other));
  const words = "the same two patches one by one";
  return { name: "batch", error, limit: batchLimit, passed: error <= batchLimit, words, kept: false };
}

export function providerGate(fast: Float32Array, slow: Float32Array): GateResult {
  const error = relativeError(fast, slow);
  const passed = error <= providerLimit;
  return { name: "webgpu-against-wasm", error, limit: providerLimit, passed, words: "the processor", kept: false };
}

/** The same patch, left and right exchanged: another image without another source. */
export function mirrored(rgb: Uint8Array, pixels: number): Uint8Array {
  const out = new Uint8Array(rgb.length);
  for (let y = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++) {
      const from = (y * pixels + x) * 3;
      out.set(rgb.subarray(from, from + 3), (y * pixels + pixels - 1 - x) * 3);
    }
  }
  return out;
}

const beforeAnswers: ReadonlySet<GateResult["name"]> = new Set([
  "golden-patch",
  "batch",
  "webgpu-against-wasm",
  "norm-conditioning",
]);

/** The refusal, in words. */
export function gateFault(gate: GateResult, where: string): Fault {
  const found = gate.kept ? " (found at an earlier visit)" : "";
  const undone = beforeAnswers.has(gate.name) ? "Nothing was classified" : "Nothing was tuned";
  const share = Number.isFinite(gate.error) ? `${(gate.error * 100).toPrecision(2)} %` : "not a number";
  return new Fault(
    "self-test",
    `${where} computes something else than it must${found}: ${share} away from ${gate.words} (allowed: ${gate.limit * 100} %). ` +
      `${undone}. Update the browser or its graphics driver, or use another device.`,
    { gate: gate.name, error: gate.error, limit: gate.limit },
  );
}
