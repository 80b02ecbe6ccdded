// Keys of the ViT of Hugging Face transformers (modeling_vit.py). Knows no shapes.
import { ignored, type KeyLayout, type KeyPlace, part, placeOfExtra, whole } from "./checkpoint-keys.ts";

const single: Readonly<Record<string, string>> = {
  "embeddings.cls_token": "cls_token",
  "embeddings.position_embeddings": "pos_embed",
  "embeddings.patch_embeddings.projection.weight": "patch_embed.proj.weight",
  "embeddings.patch_embeddings.projection.bias": "patch_embed.proj.bias",
  "layernorm.weight": "norm.weight",
  "layernorm.bias": "norm.bias",
};

const layers: Readonly<Record<string, string>> = {
  layernorm_before: "norm1",
  "attention.output.dense": "attn.proj",
  layernorm_after: "norm2",
  "intermediate.dense": "mlp.fc1",
  "output.dense": "mlp.fc2",
  // As version 5 of the library names its modules, for files of a state dict.
  "attention.o_proj": "attn.proj",
  "mlp.fc1": "mlp.fc1",
  "mlp.fc2": "mlp.fc2",
};

/** Queries, keys and values are three tensors here and one in timm. */
const attentionParts: Readonly<Record<string, readonly [string, number]>> = {
  "attention.attention.query": ["q", 0],
  "attention.attention.key": ["k", 1],
  "attention.attention.value": ["v", 2],
  "attention.q_proj": ["q", 0],
  "attention.k_proj": ["k", 1],
  "attention.v_proj": ["v", 2],
};

export const hfVitKeys: KeyLayout = {
  id: "hf-vit",
  name: "Hugging Face ViT",
  anchor: "embeddings.patch_embeddings.projection.weight",
  mark: /(^|\.)(encoder\.layer|layers)\.\d+\.layernorm_before\./,
  place(key) {
    const own = Object.hasOwn(single, key) ? single[key] : undefined;
    if (own !== undefined) return whole(own);
    if (key.startsWith("pooler.")) return ignored("the pooler, which features are read before");
    const [, block, layer, leaf] = /^(?:encoder\.layer|layers)\.(\d+)\.(.+)\.(weight|bias)$/.exec(key) ?? [];
    if (block === undefined || layer === undefined) return placeOfExtra(key);
    return placeOfAttention(block, layer, leaf) ?? placeOfLayer(layers, block, layer, leaf);
  },
};

export function placeOfAttention(block: string, layer: string, leaf: string | undefined): KeyPlace | null {
  const found = Object.hasOwn(attentionParts, layer) ? attentionParts[layer] : undefined;
  return found ? part(`blocks.${block}.attn.qkv.${leaf}`, found[0], found[1], 3) : null;
}

export function placeOfLayer(
  names: Readonly<Record<string, string>>,
  block: string,
  layer: string,
  leaf: string | undefined,
): KeyPlace | null {
  return Object.hasOwn(names, layer) ? whole(`blocks.${block}.${names[layer]}.${leaf}`) : null;
}
