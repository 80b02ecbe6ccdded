// Shapes and types of every value of a graph before it runs. Knows the table of operators; runs nothing.
import { Fault } from "../base/fault.ts";
import type { Dim, Graph, Initializer } from "./ir.ts";
import { type Known, label } from "./ops/op-rule.ts";
import { opTable } from "./ops/op-table.ts";

export function knownInitializer(entry: Initializer): Known {
  const { dtype, shape, source } = entry;
  const followed = source.kind === "inline" && dtype === "int64" && shape.length <= 1;
  return followed ? { dtype, shape, ints: [...source.values] } : { dtype, shape };
}

/** Faults `bad-model` and `unsupported` name the node. */
export function inferShapes(graph: Graph): ReadonlyMap<string, Known> {
  const values = new Map<string, Known>();
  for (const { name, dtype, shape } of graph.inputs) values.set(name, { dtype, shape });
  for (const entry of graph.initializers) values.set(entry.name, knownInitializer(entry));
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((name) => {
      if (name === "") return null;
      const known = values.get(name);
      if (!known) throw new Fault("bad-model", `${label(node)} reads "${name}", which nothing before it computes.`);
      return known;
    });
    const outputs = opTable[node.op].infer(node, inputs);
    node.outputs.forEach((name, i) => {
      const known = outputs[i];
      if (name === "") return;
      if (!known) throw new Fault("bad-model", `${label(node)} has no output ${i}.`);
      values.set(name, known);
    });
  }
  return values;
}

/** The same graph with symbols of its inputs replaced by numbers. Outputs get the shapes that follow. */
export function bindDims(graph: Graph, dims: Readonly<Record<string, number>>): Graph {
  const bind = (dim: Dim): Dim => (typeof dim === "string" ? (dims[dim] ?? dim) : dim);
  const bound: Graph = { ...graph, inputs: graph.inputs.map((value) => ({ ...value, shape: value.shape.map(bind) })) };
  const known = inferShapes(bound);
  return {
    ...bound,
    outputs: bound.outputs.map((value) => ({ ...value, shape: known.get(value.name)?.shape ?? value.shape })),
  };
}
