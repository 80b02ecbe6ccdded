// Cleans a graph without changing what it computes: drops what no output needs, turns known integers into constants.
import { inferShapes } from "./infer.ts";
import type { Graph, Initializer, Node } from "./ir.ts";

/** Keeps the nodes and initializers an output needs, and all inputs. Outputs of a node nobody reads become "". */
export function prune(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map((value) => value.name));
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => name !== "" && needed.has(name))) continue;
    kept.push(node);
    for (const name of node.inputs) if (name !== "") needed.add(name);
  }
  return {
    ...graph,
    nodes: kept.reverse(),
    initializers: graph.initializers.filter((entry) => needed.has(entry.name)),
  };
}

/** Integer values that follow from static shapes (Shape nodes and their kin) become initializers; then prunes. */
export function foldShapes(graph: Graph): Graph {
  const known = inferShapes(graph);
  const constants: Initializer[] = [];
  const nodes = graph.nodes.filter((node) => {
    const [name = ""] = node.outputs;
    const value = known.get(name);
    if (node.outputs.length !== 1 || value?.dtype !== "int64" || !value.ints) return true;
    const values = value.ints.filter((dim) => typeof dim === "number");
    if (values.length !== value.ints.length) return true;
    const shape = value.shape.map(Number);
    constants.push({ name, dtype: "int64", shape, source: { kind: "inline", values } });
    return false;
  });
  return prune({ ...graph, nodes, initializers: [...graph.initializers, ...constants] });
}
