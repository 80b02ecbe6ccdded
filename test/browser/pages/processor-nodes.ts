// Opens graphs of three nodes on WebGPU with the processor forbidden: the switch every WebGPU session of the app relies on.
import wasmUrl from "onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url";
import * as ort from "onnxruntime-web/webgpu";

ort.env.wasm.wasmPaths = { wasm: new URL(wasmUrl, location.href).href };
ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";

/** Neg -> op -> Neg over float32 [2, 3], opset 18, written by the onnx Python package (onnx.helper). */
const graphs: Readonly<Record<string, string>> = {
  Neg: "CAk6VAoLCgF4EgFhIgNOZWcKCwoBYRIBYiIDTmVnCgsKAWISAXkiA05lZxIBZ1oTCgF4Eg4KDAgBEggKAggCCgIIA2ITCgF5Eg4KDAgBEggKAggCCgIIA0IECgAQEg==",
  Sign: "CAk6VQoLCgF4EgFhIgNOZWcKDAoBYRIBYiIEU2lnbgoLCgFiEgF5IgNOZWcSAWdaEwoBeBIOCgwIARIICgIIAgoCCANiEwoBeRIOCgwIARIICgIIAgoCCANCBAoAEBI=",
  LogSoftmax:
    "CAk6aAoLCgF4EgFhIgNOZWcKHwoBYRIBYiIKTG9nU29mdG1heCoLCgRheGlzGAGgAQIKCwoBYhIBeSIDTmVnEgFnWhMKAXgSDgoMCAESCAoCCAIKAggDYhMKAXkSDgoMCAESCAoCCAIKAggDQgQKABAS",
};

async function openedOnGpuAlone(): Promise<Readonly<Record<string, string>>> {
  const adapter = await navigator.gpu.requestAdapter();
  const device = await adapter?.requestDevice();
  if (!device) throw new Error("no WebGPU device");
  const results: Record<string, string> = {};
  for (const [op, text] of Object.entries(graphs)) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    try {
      const session = await ort.InferenceSession.create(bytes, {
        executionProviders: [{ name: "webgpu", device }],
        extra: { session: { disable_cpu_ep_fallback: "1" } },
        logSeverityLevel: 3,
      });
      const x = new ort.Tensor("float32", new Float32Array(6).fill(2), [2, 3]);
      const { y } = await session.run({ x });
      results[op] = `ran: ${y?.data[0]}`;
      await session.release();
    } catch (error) {
      results[op] = `refused: ${error instanceof Error ? error.message : error}`;
    }
  }
  return results;
}

(window as unknown as { openedOnGpuAlone: typeof openedOnGpuAlone }).openedOnGpuAlone = openedOnGpuAlone;
