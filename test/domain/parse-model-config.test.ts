// config.json as published (timm's hub, histai/hibou-b, owkin/phikon), and as nobody should write it.
import { describe, expect, test } from "vitest";
import { isFault } from "../../src/base/fault.ts";
import { parseModelConfig } from "../../src/domain/parse-model-config.ts";

const timm = {
  architecture: "vit_large_patch16_224",
  num_classes: 0,
  num_features: 1024,
  global_pool: "token",
  pretrained_cfg: { tag: "orig_in21k", input_size: [3, 224, 224], mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};
const hibou = {
  architectures: ["Dinov2ModelWithRegisters"],
  hidden_act: "gelu",
  hidden_size: 768,
  image_size: 224,
  layer_norm_eps: 1e-6,
  mlp_ratio: 4,
  model_type: "dinov2",
  num_attention_heads: 12,
  num_hidden_layers: 12,
  num_register_tokens: 4,
  patch_size: 14,
  qkv_bias: true,
  use_swiglu_ffn: true,
};
const phikon = {
  architectures: ["ViTModel"],
  hidden_act: "gelu",
  hidden_size: 768,
  image_size: 224,
  intermediate_size: 3072,
  layer_norm_eps: 1e-12,
  model_type: "vit",
  num_attention_heads: 12,
  num_hidden_layers: 12,
  patch_size: 16,
  qkv_bias: true,
};

const parse = (json: unknown) => parseModelConfig(JSON.stringify(json), "config.json");
function faultOf(run: () => unknown) {
  try {
    run();
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a configuration", () => {
  test("of timm says heads by its architecture, the read-out by its pooling, and the normalisation", () => {
    const { facts, normalisation } = parse(timm);
    expect(facts).toEqual({
      heads: 16,
      patchPixels: 16,
      layerNormEps: 1e-6,
      activation: "gelu",
      width: 1024,
      readout: "cls",
      positionResample: "bicubic-antialias",
    });
    expect(normalisation).toEqual({ mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] });
  });

  test("of timm with arguments of its own says what they say, and nothing of what they leave open", () => {
    const args = { num_heads: 24, act_layer: "torch.nn.SiLU", patch_size: 14 };
    const { facts } = parse({ ...timm, architecture: "vit_giant_patch14_224", model_args: args, global_pool: "avg" });
    expect(facts).toMatchObject({ heads: 24, activation: "silu", patchPixels: 14, readout: "mean" });
    expect(facts).not.toHaveProperty("layerNormEps");
    const clip = parse({ ...timm, architecture: "vit_base_patch16_clip_224" }).facts;
    expect(clip).not.toHaveProperty("layerNormEps");
    expect(clip).not.toHaveProperty("activation");
  });

  test("of Hugging Face says registers and the gated MLP, whose activation is SiLU whatever hidden_act is", () => {
    const { facts, normalisation } = parse(hibou);
    expect(facts).toMatchObject({
      width: 768,
      depth: 12,
      heads: 12,
      imagePixels: 224,
      registers: 4,
      ffn: "swiglu",
      activation: "silu",
      layerNormEps: 1e-6,
    });
    expect(facts).not.toHaveProperty("readout");
    expect(normalisation).toBeNull();
    expect(parse(phikon).facts).toMatchObject({ layerNormEps: 1e-12, mlpWidth: 3072, activation: "gelu" });
  });

  test("is refused with every field that is wrong, or as the network it is", () => {
    const wrong = { ...phikon, hidden_size: "768", num_attention_heads: -1, hidden_act: "relu6", qkv_bias: "yes" };
    const { message } = faultOf(() => parse(wrong));
    for (const part of ["hidden_size", "num_attention_heads", "hidden_act", "qkv_bias"])
      expect(message).toContain(part);
    expect(faultOf(() => parse({ ...phikon, model_type: "swin" })).kind).toBe("unsupported");
    expect(faultOf(() => parse({ ...timm, global_pool: "map" })).message).toContain("global_pool");
    expect(faultOf(() => parse({ ...timm, model_args: { act_layer: "constructor" } })).message).toContain("act_layer");
    expect(faultOf(() => parse([])).kind).toBe("bad-model");
    expect(faultOf(() => parseModelConfig("{", "config.json")).message).toContain("config.json");
  });
});
