// Graph -> ONNX bytes. Knows protobuf; the same graph always gives the same bytes.
import type { Graph } from "../ir.ts";
import type { WeightFile } from "../weight-file.ts";

/**
 * `file`: weights are external data in `file.location` (fp16 ones through a Cast). Where a graph has no weights left
 * (see weightsAsInputs), `none`. Fault `bad-model` when a weight is not in the file.
 */
export type WeightStorage = Readonly<{ kind: "file"; file: WeightFile }> | Readonly<{ kind: "none" }>;

export function serializeOnnx(
  _graph: Graph,
  _options: Readonly<{ weights: WeightStorage }> = { weights: { kind: "none" } },
): Uint8Array<ArrayBuffer> {
  throw new Error("not yet");
}
