// The files a person gave, with their answers -> a backbone ready to compile. Knows the order of things and how the pieces are told
// apart; where bytes wait meanwhile is injected. Nothing that was not answered is filled in.
import type { ModelId, WeightsDigest } from "../base/brand.ts";
import { mpp } from "../base/brand.ts";
import { assert, Fault, present } from "../base/fault.ts";
import type { BackboneShape, Model } from "../domain/model.ts";
import type { ImportFacts } from "../domain/model-import.ts";
import type { BackboneComputation } from "../domain/prompt-set.ts";
import { parseSafetensors, type SafeTensors } from "../domain/safetensors.ts";
import { externalLocations } from "../graph/canonical/foreign.ts";
import type { Readout } from "../graph/canonical/import-onnx.ts";
import { inlineSmallTensors } from "../graph/onnx/inline-small.ts";
import { analyseVit, type VitStructure } from "../graph/vit/analyse-vit.ts";
import { weightsOf } from "../graph/weight-file.ts";
import type { GivenFile, LoadProgress } from "../protocol/engine-api.ts";
import { computationOf } from "./computation.ts";
import { type FrozenWeights, type Stash, stashWeights } from "./frozen-weights.ts";
import { readBeside, readGiven, type SortedFiles, type Stated, sortFiles } from "./given-files.ts";
import { identifyOnnx } from "./identify-onnx.ts";
import { importCheckpoint } from "./import-checkpoint.ts";
import { checkpointFacts } from "./inspect-checkpoint.ts";
import { statedBeside } from "./inspect-model.ts";
import { inspectOnnx } from "./inspect-onnx.ts";
import type { LoadedModel, Reference } from "./loaded-model.ts";
import type { TensorValue } from "./runtime.ts";
import { selfTestPatch } from "./self-test-patch.ts";
import { weightsDigest } from "./weights-digest.ts";

type Network = Readonly<{
  digest: WeightsDigest;
  computation: BackboneComputation;
  graph: LoadedModel["backbone"]["graph"];
  structure: VitStructure;
  weights: FrozenWeights;
  reference: (pixels: Uint8Array) => Reference;
}>;

/** Faults: read, damaged, limit, unsupported, unsupported-op, bad-model (with `detail.missing` where an answer is). */
export async function importModel(
  files: readonly GivenFile[],
  facts: ImportFacts,
  stash: Stash,
  signal: AbortSignal,
  onProgress: (progress: LoadProgress) => void,
): Promise<LoadedModel> {
  onProgress({ what: "preparing", done: 0, total: 1 });
  const sorted = sortFiles(files);
  const { stated } = await statedBeside(sorted);
  const normalisation = facts.normalisation ?? stated.normalisation;
  const { licence, mpp: scale } = facts;
  if (!normalisation || scale === undefined || !licence) {
    const given = { normalisation, mpp: scale, licence };
    throw unanswered(
      sorted.name,
      Object.entries(given).flatMap(([key, value]) => (value ? [] : [key])),
    );
  }
  const network =
    sorted.container === "onnx"
      ? await fromOnnx(sorted, stated, facts, stash, signal)
      : await fromCheckpoint(sorted, stated, facts, stash, signal);
  signal.throwIfAborted();
  onProgress({ what: "preparing", done: 1, total: 1 });
  const { digest, computation, graph, structure, weights, reference } = network;
  const shape = shapeOf(structure);
  const model: Model = {
    id: `imported-${digest.slice(0, 12)}` as ModelId,
    name: facts.name?.trim().slice(0, 200) || sorted.name.slice(0, 200),
    shape,
    patchPixels: shape.imagePixels,
    mpp: mpp(scale),
    mppRange: [mpp(scale), mpp(scale)],
    filter: "bicubic",
    edge: "white",
    snap: 0.02,
    normalisation,
    licence,
    origin: "imported",
    bytes: sorted.bytes,
  };
  return {
    model,
    digest,
    computation,
    backbone: { graph, structure, weights },
    reference: reference(selfTestPatch(shape.imagePixels)),
    promptSets: [],
  };
}

function unanswered(name: string, missing: readonly string[]): Fault {
  return new Fault("bad-model", `${name} cannot be used before this is answered: ${missing.join(", ")}.`, { missing });
}

function shapeOf(structure: VitStructure): BackboneShape {
  const { imagePixels, patchPixels, depth, width, heads, tokens, prefixTokens, featureWidth } = structure;
  return { imagePixels, patchPixels, depth, width, heads, tokens, prefixTokens, featureWidth };
}

async function fromOnnx(
  sorted: SortedFiles,
  { config }: Stated,
  facts: ImportFacts,
  stash: Stash,
  signal: AbortSignal,
): Promise<Network> {
  const main = present(sorted.main[0], "the ONNX file");
  const bytes = await readGiven(main);
  const external = await readBeside(sorted, externalLocations(bytes, main.path), signal);
  const side = config?.facts.imagePixels;
  const told = side === undefined ? facts : { imagePixels: side, ...facts };
  const inspected = inspectOnnx(bytes, main.path, external, told);
  const { imported, output, readout, missing, refusal, facts: inside } = inspected;
  if (refusal !== null) throw new Fault("unsupported", refusal);
  if (missing.length > 0) throw unanswered(sorted.name, missing);
  assert(imported && output !== null, "an inspection that misses nothing is complete");
  const { graph, structure, read } = imported;
  const { digest, computation } = identifyOnnx(imported);
  const keys = weightsOf(graph).map((weight) => weight.source.key);
  const weights = stashWeights(keys, read, stash);
  const original = {
    name: main.path,
    bytes: inlineSmallTensors(bytes, external),
    external,
    input: inside.input,
    batch: inside.batch ?? 1,
    output,
    features: featuresFrom(readout),
    halves: inside.halves,
  };
  const reference = (pixels: Uint8Array): Reference => ({ kind: "original-file", original, pixels });
  return { digest, computation, graph, structure, weights, reference };
}

/** Features of the first image of an output [B,F], or [B,T,D] with a read-out. */
function featuresFrom(readout: Readout | null): (output: TensorValue) => Float32Array {
  return ({ dims, data }) => {
    const [, tokens = 1, width = 1] = readout ? dims : [1, 1, dims[1]];
    if (!readout) return data.slice(0, width);
    const { kind, prefixTokens, classToken = 0 } = readout;
    const cls = data.slice(classToken * width, (classToken + 1) * width);
    if (kind === "cls") return cls;
    const mean = new Float32Array(width);
    for (let t = prefixTokens; t < tokens; t++) {
      for (let i = 0; i < width; i++) mean[i]! += data[t * width + i]! / (tokens - prefixTokens);
    }
    return kind === "mean" ? mean : Float32Array.of(...cls, ...mean);
  };
}

async function fromCheckpoint(
  sorted: SortedFiles,
  { config }: Stated,
  facts: ImportFacts,
  stash: Stash,
  signal: AbortSignal,
): Promise<Network> {
  const parts: SafeTensors[] = [];
  for (const file of sorted.main) {
    signal.throwIfAborted();
    parts.push(parseSafetensors(await readGiven(file), file.path));
  }
  const whole: SafeTensors = { tensors: new Map(parts.flatMap(({ tensors }) => [...tensors])), metadata: {} };
  if (whole.tensors.size < parts.reduce((sum, { tensors }) => sum + tensors.size, 0)) {
    throw new Fault("bad-model", "Two of the files hold the same tensor; give one checkpoint.");
  }
  const name = sorted.main[0]?.path ?? sorted.name;
  const { checkpoint, graph, tensors } = importCheckpoint(whole, checkpointFacts(config?.facts ?? {}, facts), name);
  const digest = weightsDigest(checkpoint.shape, tensors);
  const weights = stashWeights(tensors.keys, (key) => tensors.tensor(key).data, stash);
  const structure = analyseVit(graph);
  const computation = computationOf(checkpoint.shape);
  return { digest, computation, graph, structure, weights, reference: (pixels) => ({ kind: "none", pixels }) };
}
