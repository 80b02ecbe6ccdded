// Keys of DINOv2, with and without registers, of Hugging Face transformers (modeling_dinov2*.py); Hibou is named so. Knows no shapes.
import { type KeyLayout, part, placeOfExtra, whole } from "./checkpoint-keys.ts";
import { placeOfAttention, placeOfLayer } from "./keys-hf-vit.ts";

const single: Readonly<Record<string, string>> = {
  "embeddings.cls_token": "cls_token",
  "embeddings.register_tokens": "reg_token",
  "embeddings.position_embeddings": "pos_embed",
  "embeddings.patch_embeddings.projection.weight": "patch_embed.proj.weight",
  "embeddings.patch_embeddings.projection.bias": "patch_embed.proj.bias",
  "layernorm.weight": "norm.weight",
  "layernorm.bias": "norm.bias",
};

const layers: Readonly<Record<string, string>> = {
  norm1: "norm1",
  "attention.output.dense": "attn.proj",
  norm2: "norm2",
  "mlp.fc1": "mlp.fc1",
  "mlp.fc2": "mlp.fc2",
  "mlp.weights_in": "mlp.fc1",
  "mlp.weights_out": "mlp.fc2",
  // As version 5 of the library names its modules, for files of a state dict.
  "attention.o_proj": "attn.proj",
  "mlp.down_proj": "mlp.fc2",
};

export const hfDinov2Keys: KeyLayout = {
  id: "hf-dinov2",
  name: "Hugging Face DINOv2",
  anchor: "embeddings.patch_embeddings.projection.weight",
  mark: /(^|\.)encoder\.layer\.\d+\.norm1\./,
  place(key) {
    const own = Object.hasOwn(single, key) ? single[key] : undefined;
    if (own !== undefined) return whole(own);
    const [, scaled, which] = /^encoder\.layer\.(\d+)\.layer_scale([12])\.lambda1$/.exec(key) ?? [];
    if (scaled !== undefined) return whole(`blocks.${scaled}.ls${which}.gamma`);
    const [, block, layer, leaf] = /^encoder\.layer\.(\d+)\.(.+)\.(weight|bias)$/.exec(key) ?? [];
    if (block === undefined || layer === undefined) return placeOfExtra(key);
    if (layer === "mlp.gate_proj") return part(`blocks.${block}.mlp.fc1.${leaf}`, "gate", 0, 2);
    if (layer === "mlp.up_proj") return part(`blocks.${block}.mlp.fc1.${leaf}`, "value", 1, 2);
    return placeOfAttention(block, layer, leaf) ?? placeOfLayer(layers, block, layer, leaf);
  },
};
