// What an imported ONNX network is called and how it computes, in the words that also name a checkpoint. Knows no file and no runtime.
import type { WeightsDigest } from "../base/brand.ts";
import type { BackboneComputation } from "../domain/prompt-set.ts";
import type { ImportedModel } from "../graph/canonical/import-onnx.ts";
import { type NetworkReading, type NetworkTensor, networkTensors } from "../graph/vit/network/network-tensors.ts";
import { computationOf, computationOfGraph } from "./computation.ts";
import type { TensorSet } from "./frozen-weights.ts";
import { graphDigest } from "./graph-digest.ts";
import { weightsDigest } from "./weights-digest.ts";

export type OnnxIdentity = Readonly<{
  digest: WeightsDigest;
  computation: BackboneComputation;
  /** Plain: the digest is that of the checkpoint with the same tensors. Other: it names this export alone, and `reason` says why. */
  network: NetworkReading;
}>;

export function identifyOnnx({
  graph,
  structure,
  read,
}: Pick<ImportedModel, "graph" | "structure" | "read">): OnnxIdentity {
  const network = networkTensors(graph, structure, read);
  if (network.kind === "other") {
    return { digest: graphDigest(graph, read), computation: computationOfGraph(graph, structure), network };
  }
  const digest = weightsDigest(network.shape, tensorSet(network.tensors));
  return { digest, computation: computationOf(network.shape), network };
}

/** Values are made when they are read: a whole network twice in memory would be too much. */
function tensorSet(tensors: ReadonlyMap<string, NetworkTensor>): TensorSet {
  return {
    keys: new Set(tensors.keys()),
    tensor(key) {
      const { shape = [], values } = tensors.get(key) ?? {};
      return {
        shape,
        get data() {
          return values?.() ?? new Float32Array();
        },
      };
    },
  };
}
