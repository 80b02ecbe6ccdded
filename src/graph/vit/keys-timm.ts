// Keys of timm's vision transformers and of the DINOv2 repository, which differ in a few names. Knows no shapes.
import { type KeyLayout, type KeyPlace, part, placeOfExtra, whole } from "./checkpoint-keys.ts";

const single: ReadonlySet<string> = new Set([
  "cls_token",
  "reg_token",
  "pretext_token",
  "pos_embed",
  "patch_embed.proj.weight",
  "patch_embed.proj.bias",
  "norm.weight",
  "norm.bias",
  "fc_norm.weight",
  "fc_norm.bias",
]);
const inBlock = /^(norm1|attn\.qkv|attn\.proj|norm2|mlp\.fc1|mlp\.fc2)\.(weight|bias)$|^ls[12]\.gamma$/;

export const timmKeys: KeyLayout = {
  id: "timm",
  name: "timm",
  anchor: "patch_embed.proj.weight",
  mark: /(^|\.)patch_embed\.proj\.weight$/,
  place(key) {
    if (single.has(key)) return whole(key);
    // facebookresearch/dinov2, vision_transformer.py
    if (key === "register_tokens") return whole("reg_token");
    // Blocks of DINOv2 may be kept in chunks, `blocks.<chunk>.<block>`; the second number counts through all chunks.
    const [, block, rest] = /^blocks\.(?:\d+\.)?(\d+)\.(\D.*)$/.exec(key) ?? [];
    return block !== undefined && rest !== undefined ? placeInBlock(`blocks.${block}`, rest) : placeOfExtra(key);
  },
};

function placeInBlock(block: string, rest: string): KeyPlace | null {
  if (inBlock.test(rest)) return whole(`${block}.${rest}`);
  const [, layer, leaf] = /^(.*)\.(weight|bias)$/.exec(rest) ?? [];
  switch (layer) {
    case "mlp.w12": // dinov2/layers/swiglu_ffn.py
      return whole(`${block}.mlp.fc1.${leaf}`);
    case "mlp.w3":
      return whole(`${block}.mlp.fc2.${leaf}`);
    case "mlp.fc1_g": // timm SwiGLU, not packed: act(fc1_g(x)) * fc1_x(x)
      return part(`${block}.mlp.fc1.${leaf}`, "gate", 0, 2);
    case "mlp.fc1_x":
      return part(`${block}.mlp.fc1.${leaf}`, "value", 1, 2);
    default:
      return null;
  }
}
