// A whole model folder in memory: a small random ViT with graph, weights, manifest and golden patch, and variants of it.
// Golden features come from the graph floor's float64 evaluator, which its own tests hold against PyTorch.
import { sha256 as hash } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { present } from "../../src/base/fault.ts";
import { parseSafetensors, serializeSafetensors, type TensorToWrite } from "../../src/domain/safetensors.ts";
import { createTensorSet, weightFileOf } from "../../src/engine/frozen-weights.ts";
import type { FetchBytes } from "../../src/engine/load-model.ts";
import { preprocess } from "../../src/engine/preprocess.ts";
import { canonicalTensors } from "../../src/engine/weights-digest.ts";
import { evaluate, tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import { serializeOnnx } from "../../src/graph/onnx/serialize.ts";
import { buildVit } from "../../src/graph/vit/build-vit.ts";
import { floatsToHalves, halvesToFloats } from "../../src/math/half.ts";
import { createRandom, normal } from "../../src/math/random.ts";
import { tinyManifest } from "./tiny-manifest.ts";

export const tinyArchitecture = {
  kind: "vit",
  imagePixels: 32,
  patchPixels: 8,
  width: 48,
  depth: 3,
  heads: 3,
  mlpWidth: 96,
  layerNormEps: 1e-6,
  prefixTokens: 1,
  readout: "cls",
} as const;

export type ModelFolder = Map<string, Uint8Array>;
export const manifestUrl = "model/manifest.json";
export const tinySource = { kind: "folder", manifestUrl } as const;

/** Random tensors under timm's names, exactly representable in fp16. */
export function tinyTensors(seed: number, offset = 0): readonly (TensorToWrite & { data: Float32Array })[] {
  const random = createRandom(seed);
  return canonicalTensors(tinyArchitecture).map(({ key, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    const fanIn = shape.length > 1 ? shape.slice(1).reduce((a, b) => a * b, 1) : 1;
    const values = Float32Array.from({ length: size }, () => {
      if (/norm\d?\.weight$/.test(key)) return 1 + 0.1 * normal(random);
      if (shape.length === 1) return 0.05 * normal(random);
      const value = (/token|pos_embed/.test(key) ? 0.3 : 1.2 / Math.sqrt(fanIn)) * normal(random);
      return key === "pos_embed" ? offset + value : value;
    });
    return { name: key, dtype: "F32", shape, data: halvesToFloats(floatsToHalves(values)) };
  });
}

export const sha256 = (bytes: Uint8Array): string => bytesToHex(hash(bytes));

export type TinyOptions = Readonly<{
  seed?: number;
  precision?: "F16" | "F32";
  tolerance?: number;
  promptSets?: readonly Uint8Array[];
  /** Changes the golden features after they were computed. */
  spoil?: (features: Float32Array) => void;
  mean?: readonly [number, number, number];
  /** Added to every position: what enters the layer norms lies that far from zero. */
  offset?: number;
}>;

/** Paths are relative to the folder "model/". */
export function tinyModel(options: TinyOptions = {}): ModelFolder {
  const {
    seed = 1,
    offset = 0,
    precision = "F16",
    tolerance = 1e-3,
    promptSets = [],
    mean = [0.5, 0.5, 0.5],
  } = options;
  const tensors = tinyTensors(seed, offset).map((tensor) =>
    precision === "F32" ? tensor : { ...tensor, dtype: "F16" as const, data: floatsToHalves(tensor.data) },
  );
  const weights = serializeSafetensors(tensors, {});
  const graph = buildVit(tinyArchitecture);
  const container = parseSafetensors(weights, "weights");
  const onnx = serializeOnnx(graph, {
    weights: { kind: "file", file: weightFileOf(container, "weights.safetensors") },
  });
  const pixels = texture(7, 0, 32);
  const normalisation = { mean, std: [0.5, 0.5, 0.5] as const };
  const frozen = createTensorSet(container, "weights");
  const input = preprocess([pixels], 32, normalisation);
  const output = evaluate(graph, { pixels: tensorOf(input.dims, input.data) }, (key) => frozen.tensor(key).data);
  const features = Float32Array.from(present(output.features, "features").data);
  options.spoil?.(features);
  const golden = new Uint8Array(features.buffer);
  const file = (path: string, bytes: Uint8Array) => ({ path, sha256: sha256(bytes), bytes: bytes.length });
  const manifest = structuredClone(tinyManifest);
  manifest.transform[1] = { name: "Normalize", arguments: { mean: [...mean], std: [0.5, 0.5, 0.5] } };
  manifest.files = {
    graph: file("model.onnx", onnx),
    weights: file("weights.safetensors", weights),
    golden: { pixels: file("golden.rgb", pixels), features: file("golden.f32", golden), tolerance },
    prompt_sets: promptSets.map((bytes, i) => file(`set-${i}.safetensors`, bytes)),
  };
  return new Map<string, Uint8Array>([
    ["manifest.json", new TextEncoder().encode(JSON.stringify(manifest))],
    ["model.onnx", onnx],
    ["weights.safetensors", weights],
    ["golden.rgb", pixels],
    ["golden.f32", golden],
    ...promptSets.map((bytes, i) => [`set-${i}.safetensors`, bytes] as const),
  ]);
}

/** Serves a folder kept in memory and counts what was asked for. */
export function folderFetch(folder: ModelFolder): Readonly<{ fetchBytes: FetchBytes; asked: string[] }> {
  const asked: string[] = [];
  return {
    asked,
    async fetchBytes(url, { signal, onBytes }) {
      signal.throwIfAborted();
      asked.push(url);
      const bytes = folder.get(url.replace(/^model\//, ""));
      if (!bytes) throw new Error(`no file ${url}`);
      onBytes?.(bytes.length);
      return bytes;
    },
  };
}

/** A patch of one of several coloured textures with noise: kind 0 stripes, 1 blobs, 2 plain, ... Deterministic. */
export function texture(seed: number, kind: number, pixels: number): Uint8Array {
  const random = createRandom(seed * 31 + kind);
  const phase = 6 * normal(random);
  const data = new Uint8Array(pixels * pixels * 3);
  for (let y = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++) {
      const wave = [
        Math.sin(x / 2 + phase),
        Math.sin(x / 3 + phase) * Math.sin(y / 3 + phase),
        Math.sin((x + y) / 1.5 + phase),
        Math.cos(y / 2 + phase),
      ][kind % 4] as number;
      for (let c = 0; c < 3; c++) {
        const base =
          [
            [190, 120, 170],
            [120, 90, 160],
            [220, 180, 200],
            [150, 150, 210],
          ][kind % 4]?.[c] ?? 128;
        const value = base + 35 * wave + 18 * normal(random);
        data[(y * pixels + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return data;
}
