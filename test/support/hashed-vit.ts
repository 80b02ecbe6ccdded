// Vision transformers of published sizes whose every weight is a hash of its name and place: big, reproducible, and nothing to store.
// The twin of test/fixtures/vit-full-size/make.py, where PyTorch computes what they must give.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { present } from "../../src/base/fault.ts";
import { floatsOf, parseSafetensors, serializeSafetensors } from "../../src/domain/safetensors.ts";
import { createTensorSet, type FrozenWeights, weightsOfSet } from "../../src/engine/frozen-weights.ts";
import type { Backbone } from "../../src/engine/model-programs.ts";
import type { TensorValue } from "../../src/engine/runtime.ts";
import { elementCount } from "../../src/graph/ir.ts";
import { analyseVit } from "../../src/graph/vit/analyse-vit.ts";
import { buildVit, type VitShape } from "../../src/graph/vit/build-vit.ts";
import { vitTensors } from "../../src/graph/vit/vit-shape.ts";

const plain = {
  imagePixels: 224,
  patchPixels: 16,
  layerNormEps: 1e-6,
  prefixTokens: 1,
  readout: "cls",
} as const;

/** SIZES of make.py. */
export const fullSizes = {
  "vit-s16": { ...plain, width: 384, depth: 12, heads: 6, mlpWidth: 1536 },
  "vit-s14-reg4": {
    ...plain,
    patchPixels: 14,
    width: 384,
    depth: 12,
    heads: 6,
    mlpWidth: 1536,
    prefixTokens: 5,
    registers: 4,
    positions: "patches",
    layerScale: true,
  },
  "vit-b16": { ...plain, width: 768, depth: 12, heads: 12, mlpWidth: 3072 },
  "vit-l14": { ...plain, patchPixels: 14, width: 1024, depth: 24, heads: 16, mlpWidth: 4096 },
} as const satisfies Readonly<Record<string, VitShape>>;
export type FullSize = keyof typeof fullSizes;

/** `centre` + `spread` * u, u in [-0.5, 0.5): murmur3's finaliser of FNV-1a(name) + place, its top 24 bits. */
export function hashed(name: string, dims: readonly number[], spread: number, centre = 0): TensorValue {
  let seed = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) seed = Math.imul(seed ^ name.charCodeAt(i), 0x01000193);
  const data = new Float32Array(elementCount(dims));
  for (let i = 0; i < data.length; i++) {
    let h = (seed + i) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
    data[i] = centre + spread * ((h >>> 8) / 2 ** 24 - 0.5);
  }
  return { dims, data };
}

/** weight() of make.py: activations stay near unit size through all blocks. */
function hashedWeight(key: string, shape: readonly number[]): Float32Array {
  if (key.includes("norm")) return hashed(key, shape, 0.4, key.endsWith("weight") ? 1 : 0).data;
  if (key.endsWith("gamma")) return hashed(key, shape, 0.4, 0.6).data;
  const isMatrix = shape.length > 1 && key.endsWith("weight");
  const spread = isMatrix ? Math.sqrt(12 / elementCount(shape.slice(1))) : shape.length > 1 ? 1 : 0.2;
  return hashed(key, shape, spread).data;
}

function hashedWeights(size: FullSize): FrozenWeights {
  const tensors = vitTensors(fullSizes[size]).map(
    ({ key, shape }) => ({ name: key, dtype: "F32", shape, data: hashedWeight(key, shape) }) as const,
  );
  return weightsOfSet(createTensorSet(parseSafetensors(serializeSafetensors(tensors, {}), size), size));
}

export function hashedBackbone(size: FullSize): Backbone {
  const graph = buildVit(fullSizes[size]);
  return { graph, structure: analyseVit(graph), weights: hashedWeights(size) };
}

const path = join(import.meta.dirname, "..", "fixtures", "vit-full-size", "expected.safetensors");
const { tensors } = parseSafetensors(new Uint8Array(readFileSync(path)), "expected.safetensors");

/** What PyTorch computed in float64. */
export const expectedOf = (size: FullSize, name: string): Float32Array =>
  floatsOf(present(tensors.get(`${size}.${name}`), `${size}.${name}`));
