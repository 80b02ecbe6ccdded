// Graphs on the processor, by onnxruntime-web's WebAssembly provider or onnxruntime-node's kernels. Weights are fp32 initialisers from external data that JavaScript
// lets go of once the session has them. Knows no host: the module and its .wasm are set up by whoever calls.
import { assert } from "../../base/fault.ts";
import type { FrozenWeights } from "../../engine/frozen-weights.ts";
import { isResident, type Program, type Runtime, type TensorValue } from "../../engine/runtime.ts";
import { serializeOnnx } from "../../graph/onnx/serialize.ts";
import { gatherWeights } from "../../graph/weight-file.ts";
import type { Provider } from "../../protocol/engine-api.ts";
import { createQueue, floatTensor, floatValue, type OrtModule, type OrtSessionOptions, ortFault } from "./session.ts";

export function createCpuRuntime(
  ort: OrtModule,
  provider: Provider,
  device: string,
  oneAtATime = createQueue(),
  options: OrtSessionOptions = { executionProviders: ["wasm"] },
): Runtime {
  return {
    provider,
    device,
    compile(graph, weights: FrozenWeights, { name }) {
      return oneAtATime(async (): Promise<Program> => {
        try {
          const packed = await gatherWeights(graph, weights.read);
          const bytes = serializeOnnx(packed.graph, { weights: { kind: "file", file: packed.file } });
          const session = await ort.InferenceSession.create(bytes, {
            ...options,
            graphOptimizationLevel: "all",
            // The native build takes no empty file: a graph of the optimiser alone has no weights.
            ...(packed.bytes.length > 0 ? { externalData: [{ path: packed.file.location, data: packed.bytes }] } : {}),
            logSeverityLevel: 3,
          });
          return {
            run: (feeds) =>
              oneAtATime(async () => {
                const tensors = Object.entries(feeds).map(([key, feed]) => {
                  // Nothing ever stays on a device here: outputs are copied out of the WebAssembly heap.
                  assert(!isResident(feed), "the processor keeps no resident tensors");
                  return [key, floatTensor(ort, feed)] as const;
                });
                try {
                  const outputs = await session.run(Object.fromEntries(tensors));
                  const values: Record<string, TensorValue> = {};
                  for (const [key, tensor] of Object.entries(outputs)) values[key] = floatValue(tensor, key);
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
