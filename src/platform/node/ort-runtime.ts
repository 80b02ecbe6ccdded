// onnxruntime-web's WebAssembly build in Node: tests, command line and benchmarks run the very kernels the browser runs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as ort from "onnxruntime-web/wasm";
import type { Runtime } from "../../engine/runtime.ts";
import { createCpuRuntime } from "../ort/cpu-runtime.ts";

/** One thread: onnxruntime-web's threads want a browser's workers. */
export function openNodeRuntime(): Runtime {
  if (!ort.env.wasm.wasmBinary) {
    const path = createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
    const file = readFileSync(path);
    ort.env.wasm.wasmBinary = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = "error";
  }
  return createCpuRuntime(
    ort,
    { kind: "wasm", words: "Processor, 1 thread", threads: 1, why: null },
    `wasm 1 thread ${ort.env.versions.web ?? ""} Node`,
  );
}
