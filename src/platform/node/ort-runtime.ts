// onnxruntime-web's WebAssembly build in Node: tests, command line and benchmarks run the very kernels the browser runs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as ort from "onnxruntime-web/wasm";
import type { Runtime } from "../../engine/runtime.ts";
import { createCpuRuntime } from "../ort/cpu-runtime.ts";

/** `threads` above 1 start workers that live until the process ends. The first call of a process decides. */
export function openNodeRuntime(threads = 1): Runtime {
  if (!ort.env.wasm.wasmBinary) {
    const path = createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
    const file = readFileSync(path);
    ort.env.wasm.wasmBinary = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
    ort.env.wasm.numThreads = threads;
    ort.env.logLevel = "error";
  }
  const used = ort.env.wasm.numThreads ?? threads;
  return createCpuRuntime(ort, {
    kind: used > 1 ? "wasm-threads" : "wasm",
    words: `Processor, ${used} ${used === 1 ? "thread" : "threads"}`,
    threads: used,
    why: null,
  });
}
