// Runs a graph on onnxruntime-web's WASM build in Node, one thread: the runtime the product ships, without the engine.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import * as ort from "onnxruntime-web/wasm";
import { elementCount, type Graph } from "../../src/graph/ir.ts";
import { serializeOnnx } from "../../src/graph/onnx/serialize.ts";
import type { Tensor } from "../../src/graph/ops/op-rule.ts";
import { packWeights, type WeightReader } from "../../src/graph/weight-file.ts";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
const dist = dirname(createRequire(import.meta.url).resolve("onnxruntime-web/wasm"));
ort.env.wasm.wasmBinary = readFileSync(join(dist, "ort-wasm-simd-threaded.wasm"));

export type WasmProgram = Readonly<{
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Float32Array>>>;
  release(): Promise<void>;
}>;

export async function openSession(
  onnx: Uint8Array,
  location?: string,
  data?: Uint8Array,
): Promise<ort.InferenceSession> {
  const externalData = location && data ? [{ path: location, data }] : [];
  return ort.InferenceSession.create(onnx, { executionProviders: ["wasm"], externalData });
}

export async function runSession(
  session: ort.InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<Readonly<Record<string, Float32Array>>> {
  const inputs = Object.fromEntries(
    session.inputNames.map((name) => {
      const { shape, data } = feeds[name] ?? { shape: [], data: new Float64Array(elementCount([])) };
      return [name, new ort.Tensor("float32", Float32Array.from(data), shape)];
    }),
  );
  const outputs = await session.run(inputs);
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, value.data as Float32Array]));
}

/** Compiles a graph with its weights packed into one fp32 blob. */
export async function compileWasm(graph: Graph, read: WeightReader): Promise<WasmProgram> {
  const packed = packWeights(graph, read);
  const onnx = serializeOnnx(packed.graph, { weights: { kind: "file", file: packed.file } });
  const session = await openSession(onnx, packed.file.location, packed.bytes);
  return { run: (feeds) => runSession(session, feeds), release: () => session.release() };
}
