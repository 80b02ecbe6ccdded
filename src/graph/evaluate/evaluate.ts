// Runs a graph in float64, one node after the other: slow, obvious, the oracle of every faster way. Knows no runtime.
import { present } from "../../base/fault.ts";
import { elementCount, type Graph } from "../ir.ts";
import type { Tensor } from "../ops/op-rule.ts";
import { opTable } from "../ops/op-table.ts";
import { type WeightInitializer, type WeightReader, weightValues } from "../weight-file.ts";

export function tensorOf(shape: readonly number[], values: ArrayLike<number>): Tensor {
  return { shape, data: Float64Array.from(values) };
}

/** Values of the graph's outputs (or of the values named in `wanted`). `read` gives frozen weights. */
export function evaluate(
  graph: Graph,
  feeds: Readonly<Record<string, Tensor>>,
  read: WeightReader,
  wanted: readonly string[] = graph.outputs.map((value) => value.name),
): Readonly<Record<string, Tensor>> {
  const values = new Map<string, Tensor>(Object.entries(feeds));
  for (const entry of graph.initializers) {
    const data = entry.source.kind === "inline" ? entry.source.values : weightValues(entry as WeightInitializer, read);
    values.set(entry.name, tensorOf(entry.shape, data));
  }
  for (const { name, shape } of graph.inputs) {
    const feed = present(values.get(name), `the feed ${name}`);
    const fits =
      feed.shape.length === shape.length && shape.every((d, i) => typeof d === "string" || d === feed.shape[i]);
    if (!fits || elementCount(feed.shape) !== feed.data.length) {
      throw new Error(`feed ${name} has shape [${feed.shape.join(", ")}], the graph wants [${shape.join(", ")}]`);
    }
  }
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => (name === "" ? null : present(values.get(name), name)));
    const outputs = opTable[node.op].evaluate(node, inputs);
    node.outputs.forEach((name, i) => {
      if (name !== "") values.set(name, present(outputs[i], `output ${i} of ${node.op}`));
    });
  }
  return Object.fromEntries(wanted.map((name) => [name, present(values.get(name), name)]));
}
