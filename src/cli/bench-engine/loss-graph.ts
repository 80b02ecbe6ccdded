// The forward part of a training graph as a file of its own, for a peer that differentiates by itself. Knows what jax-js's ONNX reader
// does not: it wants weights inside the file, shapes without the zeros that mean "as before", and no second outputs of a norm.
import { present } from "../../base/fault.ts";
import type { FrozenWeights } from "../../engine/frozen-weights.ts";
import { inferShapes } from "../../graph/infer.ts";
import { type Graph, type Initializer, staticShape } from "../../graph/ir.ts";
import { serializeOnnx } from "../../graph/onnx/serialize.ts";
import { prune } from "../../graph/prune.ts";
import { weightsOf, weightValues } from "../../graph/weight-file.ts";

/** Inputs: those of `train` the loss depends on. Output: `loss` [1]. */
export function lossGraph(train: Graph): Graph {
  const loss = present(
    train.outputs.find(({ name }) => name === "loss"),
    "the loss",
  );
  const pruned = prune({ ...train, outputs: [loss] });
  const known = inferShapes(pruned);
  const shapes: Initializer[] = [];
  const nodes = pruned.nodes.map((node) => {
    const first = present(node.outputs[0], "an output");
    const plain = { ...node, outputs: [first] };
    if (node.op !== "Reshape") return plain;
    const name = `${first}/shape`;
    const values = staticShape(present(known.get(first), first).shape, first);
    shapes.push({ name, dtype: "int64", shape: [values.length], source: { kind: "inline", values } });
    return { ...plain, inputs: [node.inputs[0] ?? "", name] };
  });
  const read = new Set(nodes.flatMap(({ inputs }) => inputs));
  return prune({
    ...pruned,
    inputs: pruned.inputs.filter(({ name }) => read.has(name)),
    nodes,
    initializers: [...pruned.initializers, ...shapes],
  });
}

/** ONNX with every weight inside. */
export async function selfContainedOnnx(graph: Graph, weights: FrozenWeights): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = new Map<string, Float32Array>();
  for (const { source } of weightsOf(graph)) {
    if (!tensors.has(source.key)) tensors.set(source.key, await weights.read(source.key));
  }
  const initializers = graph.initializers.map((entry): Initializer => {
    const { source } = entry;
    if (source.kind === "inline") return entry;
    const values = weightValues({ ...entry, source }, (key) => present(tensors.get(key), key));
    return { ...entry, source: { kind: "inline", values } };
  });
  return serializeOnnx({ ...graph, initializers });
}
