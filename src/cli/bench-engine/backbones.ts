// Backbones to measure: sizes, and weights by chance where no file is needed. Knows no host: the same code runs in the browser's page.
import { parseSafetensors, serializeSafetensors, type TensorToWrite } from "../../domain/safetensors.ts";
import { createTensorSet, type FrozenWeights, weightsOfSet } from "../../engine/frozen-weights.ts";
import type { Backbone } from "../../engine/model-programs.ts";
import { elementCount } from "../../graph/ir.ts";
import { analyseVit } from "../../graph/vit/analyse-vit.ts";
import { buildVit } from "../../graph/vit/build-vit.ts";
import { type VitShape, vitTensors } from "../../graph/vit/vit-shape.ts";
import { normal, randomFor } from "../../math/random.ts";

const plain = { layerNormEps: 1e-6, prefixTokens: 1, readout: "cls" } as const;

/** Touvron et al. 2021, table 1 (ViT-Ti and ViT-S with 16 x 16 patches), at 224 pixels. */
export const vitTiny: VitShape = {
  ...plain,
  imagePixels: 224,
  patchPixels: 16,
  width: 192,
  depth: 12,
  heads: 3,
  mlpWidth: 768,
};
export const vitSmall: VitShape = { ...vitTiny, width: 384, heads: 6, mlpWidth: 1536 };

/** What dispatches are counted for: 12 blocks, width 96. Few patches, because a software adapter runs it. */
export const vitNarrow: VitShape = {
  ...plain,
  imagePixels: 64,
  patchPixels: 16,
  width: 96,
  depth: 12,
  heads: 3,
  mlpWidth: 384,
};

/** Linear layers by 1/sqrt(inputs), norms near one, the rest small: activations stay near unit size through all blocks. */
export function randomTensors(shape: VitShape, seed: number): readonly TensorToWrite[] {
  return vitTensors(shape).map(({ key, shape: dims }) => {
    const random = randomFor(seed, key);
    const isNorm = /norm\d?\.weight$/.test(key);
    const inputs = dims.length > 1 && key.endsWith(".weight") ? elementCount(dims.slice(1)) : 2500;
    const data = new Float32Array(elementCount(dims));
    for (let i = 0; i < data.length; i++) data[i] = (isNorm ? 1 : 0) + normal(random) / Math.sqrt(inputs);
    return { name: key, dtype: "F32", shape: dims, data };
  });
}

export function frozenOf(tensors: readonly TensorToWrite[], name: string): FrozenWeights {
  return weightsOfSet(createTensorSet(parseSafetensors(serializeSafetensors(tensors, {}), name), name));
}

export function backboneOf(shape: VitShape, tensors: readonly TensorToWrite[], name: string): Backbone {
  const graph = buildVit(shape);
  return { graph, structure: analyseVit(graph), weights: frozenOf(tensors, name) };
}
