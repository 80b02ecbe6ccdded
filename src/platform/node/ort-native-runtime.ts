// onnxruntime's native processor kernels in Node (the package onnxruntime-node): the same graphs, faster than WebAssembly. Knows no browser.
import { Fault } from "../../base/fault.ts";
import type { FrozenWeights } from "../../engine/frozen-weights.ts";
import { isResident, type Program, type Runtime, type TensorValue } from "../../engine/runtime.ts";
import type { Graph } from "../../graph/ir.ts";
import { serializeOnnx } from "../../graph/onnx/serialize.ts";
import { createQueue, floatTensor, floatValue, type OrtModule, ortFault } from "../ort/session.ts";

/** `threads`: how many work on one operator. Fault `unsupported` where the package has no binary for this machine. */
export async function openNativeRuntime(threads: number): Promise<Runtime> {
  const ort = await nativeModule();
  const oneAtATime = createQueue();
  return {
    provider: {
      kind: threads > 1 ? "wasm-threads" : "wasm",
      words: `Processor, native, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      threads,
      why: null,
    },
    compile(graph, weights, { name }) {
      return oneAtATime(async (): Promise<Program> => {
        try {
          const session = await createSession(ort, graph, weights, threads);
          return {
            run: (feeds) =>
              oneAtATime(async () => {
                const tensors = Object.entries(feeds).map(([key, feed]) => {
                  if (isResident(feed)) throw new Error("assertion failed: the processor keeps no resident tensors");
                  return [key, floatTensor(ort, feed)] as const;
                });
                try {
                  const values: Record<string, TensorValue> = {};
                  for (const [key, tensor] of Object.entries(await session.run(Object.fromEntries(tensors)))) {
                    values[key] = floatValue(tensor, key);
                  }
                  return { values, residents: {} };
                } catch (error) {
                  throw ortFault(error, `Running ${name} failed`);
                }
              }),
            release: () => oneAtATime(() => session.release()),
          };
        } catch (error) {
          throw ortFault(error, `Preparing ${name} failed`);
        }
      });
    },
    release: async () => {},
  };
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

function createSession(ort: OrtModule, graph: Graph, weights: FrozenWeights, threads: number) {
  const bytes = serializeOnnx(graph, { weights: { kind: "file", file: weights.file } });
  return ort.InferenceSession.create(bytes, {
    executionProviders: ["cpu"],
    graphOptimizationLevel: "all",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    externalData: [{ path: weights.file.location, data: weights.bytes }],
    logSeverityLevel: 3,
  });
}
