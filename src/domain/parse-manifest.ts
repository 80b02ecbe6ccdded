// A model folder's manifest.json -> ModelManifest. Knows the JSON's field names; reads no other file. Reports every problem.
//
// Field names follow WSInfer's model-config where it has them (patch_size_pixels, spacing_um_px, transform):
// {
//   "format": "pathotune-model/1",
//   "id": "pathotune-tiny",                        lower case letters, digits, - and _
//   "name": "PathoTune Tiny",
//   "patch_size_pixels": 224, "spacing_um_px": 0.5,
//   "spacing_range_um_px": [0.4, 0.6],             um/px range within which the model may be used
//   "resampling": { "filter": "bicubic", "edge": "white", "snap": 0.02 },
//   "transform": [ { "name": "ToTensor" },
//                  { "name": "Normalize", "arguments": { "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5] } } ],
//   "architecture": { "kind": "vit", "image_pixels": 224, "patch_pixels": 16, "width": 192, "depth": 12, "heads": 3,
//                     "mlp_width": 768, "layer_norm_eps": 1e-6, "prefix_tokens": 1, "readout": "cls" },
//                   and, where it is not the plain ViT: "registers": 4, "pretext_token": true, "positions": "class" | "patches",
//                     "layer_scale": true, "ffn": "swiglu", "activation": "silu", "qkv_bias": false, "final_norm": "fc_norm"
//   "licence": { "id": "Apache-2.0", "text": "...", "source": "..." },
//   "files": {                                     every file: path relative to the manifest, sha256 (hex), bytes
//     "graph":   { "path": "model.onnx", "sha256": "...", "bytes": 123 },
//     "weights": { "path": "weights.safetensors", ... },
//     "golden":  { "pixels": { "path": "golden.rgb", ... }, "features": { "path": "golden.f32", ... }, "tolerance": 1e-3 },
//     "prompt_sets": [ { "path": "embedded.safetensors", ... } ] } }
// golden.pixels: patch_size_pixels^2 * 3 bytes of RGB, row-major; golden.features: float32 little endian, what PyTorch computes
// for them with the weights as stored; tolerance: largest allowed relative L2 error.
import type { ModelId } from "../base/brand.ts";
import { mpp } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import {
  type At,
  field,
  hex64,
  problem,
  readBoolean,
  readList,
  readNumber,
  readObject,
  readOneOf,
  readString,
  rootAt,
} from "./json-reader.ts";
import type { ModelFile, ModelManifest, Normalisation, VitArchitecture } from "./model.ts";

export const manifestFormat = "pathotune-model/1";

/** Parses the text of a manifest. `name` is how messages call it (its URL). Throws Fault `bad-model` naming every problem. */
export function parseManifest(text: string, name: string): ModelManifest {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Fault("bad-model", `The model's manifest ${name} is not JSON.`, { problems: [String(error)] }, error);
  }
  const root = rootAt(json, "manifest");
  const manifest = readManifest(root);
  if (root.problems.length > 0) {
    const list = root.problems.join("; ");
    throw new Fault("bad-model", `The model's manifest ${name} cannot be used: ${list}.`, { problems: root.problems });
  }
  return manifest;
}

function readManifest(root: At): ModelManifest {
  readObject(root);
  readOneOf(field(root, "format"), [manifestFormat]);
  const resampling = field(root, "resampling");
  const files = field(root, "files");
  const golden = field(files, "golden");
  const licence = field(root, "licence");
  const patchPixels = readNumber(field(root, "patch_size_pixels"), { min: 8, max: 2048, integer: true });
  const spacing = readNumber(field(root, "spacing_um_px"), { min: 0.01, max: 100 });
  const range = readList(field(root, "spacing_range_um_px"), { min: 2, max: 2 }).map((at) =>
    readNumber(at, { min: 0.01, max: 100 }),
  );
  const [low = spacing, high = spacing] = range;
  if (low > spacing || high < spacing) problem(field(root, "spacing_range_um_px"), "a range around spacing_um_px");
  const architecture = readArchitecture(field(root, "architecture"));
  if (architecture.imagePixels !== patchPixels) problem(field(root, "patch_size_pixels"), "architecture.image_pixels");
  return {
    id: readString(field(root, "id"), { max: 64, pattern: /^[a-z0-9][a-z0-9_-]*$/ }) as ModelId,
    name: readString(field(root, "name"), { max: 200 }),
    architecture,
    patchPixels,
    mpp: mpp(spacing),
    mppRange: [mpp(low), mpp(high)],
    filter: readOneOf(field(resampling, "filter"), ["bicubic", "bilinear", "lanczos", "box"]),
    edge: readOneOf(field(resampling, "edge"), ["white", "black"]),
    snap: readNumber(field(resampling, "snap"), { min: 0, max: 0.2 }),
    normalisation: readTransform(field(root, "transform")),
    licence: {
      id: readString(field(licence, "id"), { max: 100 }),
      text: readString(field(licence, "text"), { max: 20_000 }),
      source: readString(field(licence, "source"), { max: 2000 }),
    },
    graph: readFile(field(files, "graph")),
    weights: readFile(field(files, "weights")),
    golden: {
      pixels: readFile(field(golden, "pixels")),
      features: readFile(field(golden, "features")),
      tolerance: readNumber(field(golden, "tolerance"), { min: 1e-7, max: 0.005 }),
    },
    promptSets: readList(field(files, "prompt_sets"), { min: 0, max: 100 }).map(readFile),
  };
}

function readArchitecture(at: At): VitArchitecture {
  const count = (key: string, min: number, max: number): number =>
    readNumber(field(at, key), { min, max, integer: true });
  readObject(at);
  const architecture: VitArchitecture = {
    kind: readOneOf(field(at, "kind"), ["vit"]),
    imagePixels: count("image_pixels", 8, 2048),
    patchPixels: count("patch_pixels", 2, 64),
    width: count("width", 4, 8192),
    depth: count("depth", 1, 128),
    heads: count("heads", 1, 128),
    mlpWidth: count("mlp_width", 4, 65_536),
    layerNormEps: readNumber(field(at, "layer_norm_eps"), { min: 0, max: 0.1 }),
    prefixTokens: count("prefix_tokens", 1, 64),
    readout: readOneOf(field(at, "readout"), ["cls", "mean", "cls+mean"]),
    ...readVariations(at),
  };
  if (architecture.imagePixels % architecture.patchPixels !== 0) {
    problem(field(at, "image_pixels"), "a multiple of patch_pixels");
  }
  if (architecture.width % architecture.heads !== 0) problem(field(at, "width"), "a multiple of heads");
  return architecture;
}

type Variations = Pick<
  VitArchitecture,
  "registers" | "pretextToken" | "positions" | "layerScale" | "ffn" | "activation" | "qkvBias" | "finalNorm"
>;

/** What departs from the plain ViT: a field that is absent stays absent. */
function readVariations(at: At): Variations {
  const given = <K extends string, T>(key: string, name: K, read: (at: At) => T): Partial<Record<K, T>> => {
    const value = field(at, key);
    return value.value === undefined ? {} : ({ [name]: read(value) } as Record<K, T>);
  };
  return {
    ...given("registers", "registers", (one) => readNumber(one, { min: 0, max: 64, integer: true })),
    ...given("pretext_token", "pretextToken", readBoolean),
    ...given("positions", "positions", (one) => readOneOf(one, ["all", "class", "patches"])),
    ...given("layer_scale", "layerScale", readBoolean),
    ...given("ffn", "ffn", (one) => readOneOf(one, ["mlp", "swiglu"])),
    ...given("activation", "activation", (one) => readOneOf(one, ["gelu", "gelu-tanh", "quick-gelu", "silu"])),
    ...given("qkv_bias", "qkvBias", readBoolean),
    ...given("final_norm", "finalNorm", (one) => readOneOf(one, ["norm", "fc_norm", "none"])),
  };
}

function readTransform(at: At): Normalisation {
  const three = (list: At, min: number, max: number): readonly [number, number, number] => {
    const values = readList(list, { min: 3, max: 3 }).map((value) => readNumber(value, { min, max }));
    return [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0];
  };
  const steps = readList(at, { min: 2, max: 2 });
  const [toTensor, normalize] = steps;
  if (!toTensor || !normalize) return { mean: [0, 0, 0], std: [1, 1, 1] };
  readOneOf(field(toTensor, "name"), ["ToTensor"]);
  readOneOf(field(normalize, "name"), ["Normalize"]);
  const values = field(normalize, "arguments");
  return { mean: three(field(values, "mean"), -10, 10), std: three(field(values, "std"), 1e-3, 10) };
}

function readFile(at: At): ModelFile {
  readObject(at);
  return {
    // Only downwards from the manifest: a model folder must not point at other people's files.
    path: readString(field(at, "path"), { max: 200, pattern: /^(?!.*(?:\.\.|\/\/))[A-Za-z0-9_][A-Za-z0-9_./-]*$/ }),
    sha256: readString(field(at, "sha256"), { max: 64, pattern: hex64 }),
    bytes: readNumber(field(at, "bytes"), { min: 1, max: 2 ** 31, integer: true }),
  };
}
