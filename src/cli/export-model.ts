// Completes a model folder: writes model.onnx (graph only, its weights external data in weights.safetensors) and manifest.json
// beside the weights and golden files that models/train/export.py wrote.
//   npx tsx src/cli/export-model.ts models/pathotune-tiny
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { manifestFormat, parseManifest } from "../domain/parse-manifest.ts";
import { parseSafetensors } from "../domain/safetensors.ts";
import { serializeOnnx } from "../graph/onnx/serialize.ts";
import { buildVit } from "../graph/vit/build-vit.ts";
import type { WeightPlace } from "../graph/weight-file.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  console.error("usage: export-model <model folder>");
  process.exit(2);
}

const shape = {
  imagePixels: 224,
  patchPixels: 16,
  width: 192,
  depth: 12,
  heads: 3,
  mlpWidth: 768,
  layerNormEps: 1e-6,
  prefixTokens: 1,
  readout: "cls",
} as const;

const weightsName = "weights.safetensors";
const container = parseSafetensors(await readFile(join(folder, weightsName)), weightsName);
const tensors = new Map<string, WeightPlace>();
for (const { name, dtype, shape: dims, start } of container.tensors.values()) {
  if (dtype !== "F16" && dtype !== "F32") throw new Error(`${name} is ${dtype}; weights are F16 or F32`);
  tensors.set(name, { dtype: dtype === "F16" ? "float16" : "float32", shape: dims, byteOffset: start });
}
const onnx = serializeOnnx(buildVit(shape), { weights: { kind: "file", file: { location: weightsName, tensors } } });
await writeFile(join(folder, "model.onnx"), onnx);

const file = async (path: string) => {
  const bytes = await readFile(join(folder, path));
  return { path, sha256: bytesToHex(sha256(bytes)), bytes: bytes.length };
};
const promptSets = (await readdir(folder))
  .filter((name) => name.endsWith(".safetensors") && name !== weightsName)
  .sort();
const manifest = {
  format: manifestFormat,
  id: "pathotune-tiny",
  name: "PathoTune Tiny",
  patch_size_pixels: 224,
  spacing_um_px: 0.5,
  spacing_range_um_px: [0.4, 0.6],
  resampling: { filter: "bicubic", edge: "white", snap: 0.02 },
  transform: [{ name: "ToTensor" }, { name: "Normalize", arguments: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } }],
  architecture: {
    kind: "vit",
    image_pixels: shape.imagePixels,
    patch_pixels: shape.patchPixels,
    width: shape.width,
    depth: shape.depth,
    heads: shape.heads,
    mlp_width: shape.mlpWidth,
    layer_norm_eps: shape.layerNormEps,
    prefix_tokens: shape.prefixTokens,
    readout: shape.readout,
  },
  licence: {
    id: "Apache-2.0",
    text: "Weights of this project, trained from random initialisation; Apache-2.0 only as far as the terms of the training material and of the teacher allow, see README.md beside this file. A demonstration backbone: research use only, not for diagnosis.",
    source: "models/train",
  },
  files: {
    graph: await file("model.onnx"),
    weights: await file(weightsName),
    golden: { pixels: await file("golden.rgb"), features: await file("golden.f32"), tolerance: 0.001 },
    prompt_sets: await Promise.all(promptSets.map(file)),
  },
};
const text = `${JSON.stringify(manifest, null, 2)}\n`;
parseManifest(text, "manifest.json");
await writeFile(join(folder, "manifest.json"), text);
console.log(`${folder}: model.onnx ${onnx.length} bytes, ${promptSets.length} prompt sets`);
