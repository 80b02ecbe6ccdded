// A model folder -> a backbone ready to compile: every file's size and hash, graph, weights and manifest checked against each other.
// Knows no network (fetchBytes is injected) and no runtime.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { assert, Fault } from "../base/fault.ts";
import { type ModelFile, type ModelManifest, modelOfManifest } from "../domain/model.ts";
import { parseManifest } from "../domain/parse-manifest.ts";
import { parseSafetensors } from "../domain/safetensors.ts";
import { parseOnnx } from "../graph/onnx/parse.ts";
import { analyseVit, type VitStructure } from "../graph/vit/analyse-vit.ts";
import type { LoadProgress } from "../protocol/engine-api.ts";
import { computationOf } from "./computation.ts";
import { createTensorSet, weightFileOf, weightsOfSet } from "./frozen-weights.ts";
import type { LoadedModel } from "./loaded-model.ts";
import { weightsDigest } from "./weights-digest.ts";

/** Reads a whole resource. Faults: network, limit. `onBytes` counts bytes received so far. */
export type FetchBytes = (
  url: string,
  options: Readonly<{ signal: AbortSignal; maxBytes: number; onBytes?: (done: number) => void }>,
) => Promise<Uint8Array>;

/** Faults: network, limit, bad-model, unsupported, unsupported-op. */
export async function loadModel(
  manifestUrl: string,
  fetchBytes: FetchBytes,
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadedModel> {
  const manifestBytes = await fetchBytes(manifestUrl, { signal, maxBytes: 2 ** 20 });
  const manifest = parseManifest(new TextDecoder("utf-8").decode(manifestBytes), manifestUrl);
  const { graph, weights, golden, promptSets } = manifest;
  const files = [graph, weights, golden.pixels, golden.features, ...promptSets];
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  const folder = manifestUrl.slice(0, manifestUrl.lastIndexOf("/") + 1);

  const contents: Uint8Array[] = [];
  let before = 0;
  for (const file of files) {
    const onBytes = (done: number): void =>
      onProgress({ what: "downloading", done: Math.min(before + done, total), total });
    const bytes = await fetchBytes(folder + file.path, { signal, maxBytes: file.bytes, onBytes });
    checkFile(bytes, file);
    contents.push(bytes);
    before += file.bytes;
    onProgress({ what: "downloading", done: before, total });
    signal.throwIfAborted();
  }
  const [graphBytes, weightBytes, pixels, featureBytes, ...sets] = contents;
  assert(graphBytes && weightBytes && pixels && featureBytes, "every file was read");

  onProgress({ what: "preparing", done: 0, total: 1 });
  const container = parseSafetensors(weightBytes, weights.path);
  const parsed = parseOnnx(graphBytes, { name: graph.path, weights: weightFileOf(container, weights.path) });
  const structure = analyseVit(parsed);
  assertAgrees(manifest, structure);
  const tensors = createTensorSet(container, weights.path);
  const digest = weightsDigest(manifest.architecture, tensors);
  onProgress({ what: "preparing", done: 1, total: 1 });
  const features = goldenFeatures(featureBytes, pixels, manifest);
  const words = "the reference features of the model's test patch, computed by PyTorch";
  return {
    model: modelOfManifest(manifest),
    digest,
    computation: computationOf(manifest.architecture),
    backbone: { graph: parsed, structure, weights: weightsOfSet(tensors) },
    reference: { kind: "stored", golden: { pixels, features, tolerance: golden.tolerance, words } },
    promptSets: sets,
  };
}

function checkFile(bytes: Uint8Array, file: ModelFile): void {
  if (bytes.length !== file.bytes) {
    const why = `${file.path} has ${bytes.length} bytes, the manifest says ${file.bytes}`;
    throw new Fault("bad-model", `The model's file ${why}. Download it again.`, { path: file.path });
  }
  if (bytesToHex(sha256(bytes)) !== file.sha256) {
    const message = `The model's file ${file.path} is not the one the manifest names (its sha256 differs). Download it again.`;
    throw new Fault("bad-model", message, { path: file.path });
  }
}

function goldenFeatures(bytes: Uint8Array, pixels: Uint8Array, manifest: ModelManifest): Float32Array {
  const { patchPixels } = manifest;
  const features = modelOfManifest(manifest).shape.featureWidth;
  if (bytes.length !== features * 4 || pixels.length !== patchPixels * patchPixels * 3) {
    const message = `The golden patch needs ${patchPixels}x${patchPixels}x3 bytes and ${features} features; it has ${pixels.length} bytes and ${bytes.length / 4} features.`;
    throw new Fault("bad-model", message);
  }
  return new Float32Array(new Uint8Array(bytes).buffer);
}

/** The manifest is what people read, the graph what runs: every difference is named. */
function assertAgrees(manifest: ModelManifest, structure: VitStructure): void {
  const { architecture: vit } = manifest;
  const { tokens, featureWidth } = modelOfManifest(manifest).shape;
  const pairs: readonly (readonly [string, number, number])[] = [
    ["blocks", vit.depth, structure.depth],
    ["width", vit.width, structure.width],
    ["heads", vit.heads, structure.heads],
    ["image side in pixels", vit.imagePixels, structure.imagePixels],
    ["tokens", tokens, structure.tokens],
    ["features", featureWidth, structure.featureWidth],
  ];
  const problems = pairs.filter(([, a, b]) => a !== b).map(([what, a, b]) => `${what}: manifest ${a}, graph ${b}`);
  if (problems.length > 0) {
    throw new Fault("bad-model", `The manifest does not describe its graph: ${problems.join("; ")}.`, { problems });
  }
}
