// The JSON of a tiny model's manifest, files not yet filled in. Knows the format of parse-manifest.ts.
const none = { path: "x", sha256: "0".repeat(64), bytes: 1 };

export const tinyManifest = {
  format: "pathotune-model/1",
  id: "tiny-test",
  name: "Tiny test ViT",
  patch_size_pixels: 32,
  spacing_um_px: 0.5,
  spacing_range_um_px: [0.4, 0.6],
  resampling: { filter: "bicubic", edge: "white", snap: 0.02 },
  transform: [{ name: "ToTensor" }, { name: "Normalize", arguments: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } }],
  architecture: {
    kind: "vit",
    image_pixels: 32,
    patch_pixels: 8,
    width: 48,
    depth: 3,
    heads: 3,
    mlp_width: 96,
    layer_norm_eps: 1e-6,
    prefix_tokens: 1,
    readout: "cls",
  },
  licence: { id: "Apache-2.0", text: "Apache License 2.0", source: "random numbers" },
  files: {
    graph: { ...none, path: "model.onnx" },
    weights: { ...none, path: "weights.safetensors" },
    golden: {
      pixels: { ...none, path: "golden.rgb" },
      features: { ...none, path: "golden.f32" },
      tolerance: 0.001,
    },
    prompt_sets: [] as { path: string; sha256: string; bytes: number }[],
  },
};
