// Runs the base, the upper and the training graph of a tiny ViT on WebGPU (weights as inputs from one set of GPU buffers,
// nothing on the processor) and on WASM, and reports how far apart they are. Knows the graph floor and onnxruntime only.
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as ort from "onnxruntime-web/webgpu";
import { createBuilder } from "../../../src/graph/builder.ts";
import { gradient } from "../../../src/graph/gradient.ts";
import type { Graph } from "../../../src/graph/ir.ts";
import { serializeOnnx } from "../../../src/graph/onnx/serialize.ts";
import { prune } from "../../../src/graph/prune.ts";
import { analyseVit } from "../../../src/graph/vit/analyse-vit.ts";
import { buildVit, type VitShape } from "../../../src/graph/vit/build-vit.ts";
import { baseGraph, upperGraph } from "../../../src/graph/vit/cut.ts";
import { trainGraph } from "../../../src/graph/vit/train-graph.ts";
import {
  packWeights,
  type WeightReader,
  weightsAsInputs,
  weightsOf,
  weightValues,
} from "../../../src/graph/weight-file.ts";
import { createRandom, normal } from "../../../src/math/random.ts";

ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, location.href).href };
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

const shape: VitShape = {
  imagePixels: 16,
  patchPixels: 8,
  width: 32,
  depth: 2,
  heads: 2,
  mlpWidth: 64,
  layerNormEps: 1e-6,
  prefixTokens: 1,
  readout: "cls",
};
const batch = 3;
const classes = 3;
const random = createRandom(7);
const draws = (count: number, scale: number, offset = 0): Float32Array =>
  Float32Array.from({ length: count }, () => offset + scale * normal(random));

const plain = buildVit(shape);
const structure = analyseVit(plain);

/** Whole tensors by key, as long as the furthest reference into them. */
const tensors = new Map<string, Float32Array>();
for (const { source, shape: own } of weightsOf(plain)) {
  const end = source.elementOffset + own.reduce((a, b) => a * b, 1);
  if ((tensors.get(source.key)?.length ?? 0) >= end) continue;
  const isScale = /norm\d?\.weight$/.test(source.key);
  tensors.set(source.key, draws(end, isScale ? 0.1 : 0.2, isScale ? 1 : 0));
}
const read: WeightReader = (key) => tensors.get(key) ?? new Float32Array();

type Feeds = Readonly<Record<string, ort.Tensor>>;
type Outputs = Readonly<Record<string, Float32Array>>;
const tensor = (data: Float32Array, dims: readonly number[]): ort.Tensor => new ort.Tensor("float32", data, dims);
const filled = (count: number, value: number): Float32Array => new Float32Array(count).fill(value);

async function collect(outputs: ort.InferenceSession.OnnxValueMapType): Promise<Outputs> {
  const entries = Object.entries(outputs).map(async ([name, value]) => {
    const data = await (value as ort.Tensor).getData();
    return [name, Float32Array.from(data as Float32Array)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function onWasm(graph: Graph, feeds: Feeds): Promise<Outputs> {
  const packed = packWeights(graph, read);
  const onnx = serializeOnnx(packed.graph, { weights: { kind: "file", file: packed.file } });
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: ["wasm"],
    externalData: [{ path: packed.file.location, data: packed.bytes }],
  });
  const outputs = await collect(await session.run(feeds));
  await session.release();
  return outputs;
}

/** STORAGE, COPY_SRC and COPY_DST (WebGPU, section 5.1.2). */
const storage = 0x80 | 0x4 | 0x8;

type Gpu = Readonly<{ device: GPUDevice; weights: Map<string, ort.Tensor> }>;

function weightTensor(gpu: Gpu, name: string, values: Float32Array, dims: readonly number[]): ort.Tensor {
  const old = gpu.weights.get(name);
  if (old) return old;
  const buffer = gpu.device.createBuffer({
    size: Math.max(16, Math.ceil(values.byteLength / 16) * 16),
    usage: storage,
  });
  gpu.device.queue.writeBuffer(buffer, 0, Float32Array.from(values));
  const made = ort.Tensor.fromGpuBuffer(buffer, { dataType: "float32", dims });
  gpu.weights.set(name, made);
  return made;
}

async function onGpu(gpu: Gpu, graph: Graph, feeds: Feeds): Promise<Outputs> {
  const onnx = serializeOnnx(weightsAsInputs(graph));
  const session = await ort.InferenceSession.create(onnx, {
    executionProviders: [{ name: "webgpu", device: gpu.device }],
    extra: { session: { disable_cpu_ep_fallback: "1" } },
  } as ort.InferenceSession.SessionOptions);
  const frozen = weightsOf(graph).map(
    (weight) => [weight.name, weightTensor(gpu, weight.name, weightValues(weight, read), weight.shape)] as const,
  );
  return collect(await session.run({ ...feeds, ...Object.fromEntries(frozen) }));
}

function difference(a: Float32Array | undefined, b: Float32Array | undefined): number {
  if (!a || !b || a.length !== b.length) return Number.POSITIVE_INFINITY;
  let [distance, size] = [0, 0];
  a.forEach((x, i) => {
    distance += (x - (b[i] ?? Number.NaN)) ** 2;
    size += (b[i] ?? 0) ** 2;
  });
  return Math.sqrt(distance / size);
}

/** A gradient of 12 slices: one Concat of more inputs than a shader stage has storage buffers (10 here). */
function manyPrompts(): Graph {
  const b = createBuilder();
  const x = b.input("x", "float32", [24, 5]);
  const axes = b.vector([0, 1]);
  const parts = Array.from({ length: 12 }, (_, i) =>
    b.op("Slice", [x, b.vector([2 * i]), b.vector([2 * i + 2]), b.vector([0])]),
  );
  const loss = parts.map((part) => b.op("ReduceSumSquare", [part, axes])).reduce((a, c) => b.op("Add", [a, c]));
  const { builder, gradients } = gradient(b.finish({ loss }), "loss", ["x"]);
  return prune(builder.finish({ d: gradients.x ?? "" }));
}

export type GraphReport = Readonly<Record<string, number>>;

async function compare(): Promise<GraphReport> {
  const adapter = await navigator.gpu.requestAdapter();
  if (!adapter) throw new Error("no WebGPU adapter");
  const { maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize } = adapter.limits;
  const device = await adapter.requestDevice({
    requiredLimits: { maxStorageBuffersPerShaderStage, maxComputeWorkgroupStorageSize },
  });
  const gpu: Gpu = { device, weights: new Map() };
  const report: Record<string, number> = {};

  const pixels = tensor(draws(batch * 3 * 16 * 16, 1), [batch, 3, 16, 16]);
  const base = baseGraph(plain, structure, 0);
  const [wasmBase, gpuBase] = [await onWasm(base, { pixels }), await onGpu(gpu, base, { pixels })];
  report["base.features"] = difference(gpuBase.features, wasmBase.features);
  report["base.tokens"] = difference(gpuBase.tokens, wasmBase.tokens);

  const tokens = tensor(wasmBase.tokens ?? new Float32Array(), [batch, structure.tokens, shape.width]);
  const upper = upperGraph(plain, structure, 0);
  for (const n of [1, 4]) {
    const prompts = tensor(draws(shape.depth * n * shape.width, 0.3), [shape.depth, n, shape.width]);
    const [a, b] = [await onGpu(gpu, upper, { tokens, prompts }), await onWasm(upper, { tokens, prompts })];
    report[`upper.features.n${n}`] = difference(a.features, b.features);
  }

  const many = manyPrompts();
  const x = tensor(draws(24 * 5, 1), [24, 5]);
  report["twelve blocks' gradients joined"] = difference(
    (await onGpu(gpu, many, { x })).d,
    (await onWasm(many, { x })).d,
  );

  const options = { firstBlock: 0, tokensPerBlock: 3, batch, classes, withGradient: true };
  const { graph, layout } = trainGraph(plain, structure, options);
  const size = [layout.length];
  const feeds = {
    tokens,
    targets: tensor(Float32Array.of(1, 0, 0, 0, 1, 0, 0.1, 0.1, 0.8), [batch, classes]),
    sampleWeight: tensor(Float32Array.of(1, 2, 0.5), [batch]),
    centre: tensor(draws(shape.width, 0.2), [shape.width]),
    temperature: tensor(filled(1, 10), [1]),
    theta: tensor(draws(layout.length, 0.3), size),
    m: tensor(filled(layout.length, 0), size),
    v: tensor(filled(layout.length, 0), size),
    rateScale: tensor(filled(layout.length, 1), size),
    learningRate: tensor(filled(1, 2e-3), [1]),
    weightDecay: tensor(filled(1, 0.01), [1]),
    correction1: tensor(filled(1, 1 / (1 - 0.9)), [1]),
    correction2: tensor(filled(1, 1 / (1 - 0.999)), [1]),
  };
  const [a, b] = [await onGpu(gpu, graph, feeds), await onWasm(graph, feeds)];
  for (const name of ["loss", "logits", "gradTheta", "mNext", "vNext", "thetaNext"]) {
    report[`train.${name}`] = difference(a[name], b[name]);
  }

  // All three kinds of prompts at once.
  const kinds = trainGraph(plain, structure, { ...options, instance: { tokens: 2, hidden: 8 }, textTokens: 2 });
  const flat = (value: number): ort.Tensor => tensor(filled(kinds.layout.length, value), [kinds.layout.length]);
  const ofKinds = {
    ...feeds,
    textual: tensor(draws(2 * shape.width, 1), [2, shape.width]),
    theta: tensor(draws(kinds.layout.length, 0.3), [kinds.layout.length]),
    ...{ m: flat(0), v: flat(0), rateScale: flat(1) },
  };
  const [c, d] = [await onGpu(gpu, kinds.graph, ofKinds), await onWasm(kinds.graph, ofKinds)];
  for (const name of ["loss", "gradTheta", "thetaNext"]) report[`kinds.${name}`] = difference(c[name], d[name]);
  report.buffers = gpu.weights.size;
  report.weights = weightsOf(base).length;
  return report;
}

declare global {
  interface Window {
    compareGraphs: typeof compare;
  }
}
window.compareGraphs = compare;
