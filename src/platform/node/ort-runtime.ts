// onnxruntime-web's WebAssembly build in Node: tests, command line and benchmarks run the very kernels the browser runs.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import * as ort from "onnxruntime-web/wasm";
import type { Stash } from "../../engine/frozen-weights.ts";
import type { Runtime } from "../../engine/runtime.ts";
import type { Runtimes } from "../../engine/start-runtime.ts";
import { createCpuRuntime } from "../ort/cpu-runtime.ts";
import { runOriginal } from "../ort/original.ts";
import { createQueue } from "../ort/session.ts";

/** For every runtime of this process: they share one WebAssembly instance, whose stack two runs at once would spoil. */
const oneAtATime = createQueue();

/** One thread: onnxruntime-web's threads want a browser's workers. */
export function openNodeRuntime(): Runtime {
  configure();
  return createCpuRuntime(
    ort,
    { kind: "wasm", words: "Processor, 1 thread", threads: 1, why: null },
    `wasm 1 thread ${ort.env.versions.web ?? ""} Node`,
    oneAtATime,
  );
}

/** What an engine in Node may run on. */
export function createNodeRuntimes(): Runtimes {
  return {
    webgpu: async () => ({ why: "No GPU in Node." }),
    wasm: async (why) => {
      const runtime = openNodeRuntime();
      return { ...runtime, provider: { ...runtime.provider, why } };
    },
    original: async (model, pixels) => {
      configure();
      return runOriginal(ort, model, pixels, oneAtATime);
    },
  };
}

/** Where imported weights wait between compilations. */
export const stashInMemory: Stash = (parts) => new Blob([...parts]);

function configure(): void {
  if (!ort.env.wasm.wasmBinary) {
    const path = createRequire(import.meta.url).resolve("onnxruntime-web/ort-wasm-simd-threaded.wasm");
    const file = readFileSync(path);
    ort.env.wasm.wasmBinary = file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength);
    ort.env.wasm.numThreads = 1;
    ort.env.logLevel = "error";
  }
}
