// onnxruntime's native processor kernels in Node (the package onnxruntime-node): the same graphs, faster than WebAssembly. Knows no browser.
import { Fault } from "../../base/fault.ts";
import type { Runtime } from "../../engine/runtime.ts";
import { createCpuRuntime } from "../ort/cpu-runtime.ts";
import { createQueue, type OrtModule } from "../ort/session.ts";

/** `threads`: how many work on one operator. Fault `unsupported` where the package has no binary for this machine. */
export async function openNativeRuntime(threads: number): Promise<Runtime> {
  const words = `Processor, native, ${threads} ${threads === 1 ? "thread" : "threads"}`;
  const kind = threads > 1 ? "wasm-threads" : "wasm";
  const options = { executionProviders: ["cpu"], intraOpNumThreads: threads, interOpNumThreads: 1 };
  return createCpuRuntime(await nativeModule(), { kind, words, threads, why: null }, words, createQueue(), options);
}

/** onnxruntime-node has the interface of onnxruntime-common, as the web build does. Loaded late: not every machine has a binary. */
async function nativeModule(): Promise<OrtModule> {
  try {
    return (await import("onnxruntime-node")) as unknown as OrtModule;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new Fault("unsupported", `onnxruntime-node cannot be loaded here: ${reason}`, { reason }, error);
  }
}
