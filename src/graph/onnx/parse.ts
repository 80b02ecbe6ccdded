// ONNX bytes -> graph. Knows protobuf and hostile input; refuses to know what a graph computes.
import type { Graph } from "../ir.ts";
import type { WeightFile } from "../weight-file.ts";

/**
 * Parses a model. External data is resolved to tensor keys through `weights` (the file `location` names). fp16 weights that
 * are only cast to fp32 become fp32 weights. Fault `damaged`, `limit`, `bad-model`; `unsupported-op` names every unknown op at once.
 */
export function parseOnnx(_bytes: Uint8Array, _options: Readonly<{ name: string; weights?: WeightFile }>): Graph {
  throw new Error("not yet");
}
