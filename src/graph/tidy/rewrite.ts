// Rewrites a graph node by node. Knows who reads what; knows no rule.
import { type Builder, createBuilder } from "../builder.ts";
import { inferShapes } from "../infer.ts";
import { type Graph, type Node, staticShape } from "../ir.ts";
import { prune } from "../prune.ts";

/** What a rule sees: the graph written so far, and the next node, its inputs named as they are there. */
export type Site = Readonly<{
  b: Builder;
  node: Node;
  /** Of the node's first output. */
  shape: readonly number[];
  /** What computes this value, where not more than one node reads it: then it may be computed otherwise. */
  only(name: string): Node | null;
  /** The nodes of the old graph that read this value, with names as in the graph written so far ("" where not written yet). */
  readers(name: string): readonly Node[];
}>;

/** Returns the value that stands for the node's output from now on, or null to keep the node. */
export type Rule = (site: Site) => string | null;

/**
 * The same outputs, computed as the rule says; what is no longer read is gone. Shapes are static; only nodes with one output are
 * shown to the rule.
 */
export function rewrite(graph: Graph, rule: Rule): Graph {
  const b = createBuilder({ ...graph, nodes: [], outputs: [] });
  const known = inferShapes(graph);
  const names = new Map([...graph.inputs, ...graph.initializers].map(({ name }) => [name, name] as const));
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  /** By names in the new graph: who reads a value in the old one; whether it is an output. */
  const reads = new Map<string, readonly Node[]>();
  const kept = new Set<string>();
  const stands = (from: string, to: string): void => {
    names.set(from, to);
    reads.set(to, [...(reads.get(to) ?? []), ...(readers.get(from) ?? [])]);
    if (outputs.has(from)) kept.add(to);
  };
  const now = (node: Node): Node => ({
    ...node,
    inputs: node.inputs.map((name) => names.get(name) ?? ""),
    outputs: node.outputs.map((name) => names.get(name) ?? ""),
  });
  for (const node of graph.nodes) {
    const made =
      node.outputs.length > 1
        ? null
        : rule({
            b,
            node: now(node),
            shape: staticShape(known.get(node.outputs[0] ?? "")?.shape ?? [], node.name),
            only: (name) => ((reads.get(name)?.length ?? 0) > 1 || kept.has(name) ? null : b.producer(name)),
            readers: (name) => (reads.get(name) ?? []).map(now),
          });
    const copied = made === null ? b.copy(graph, [node], names) : null;
    for (const name of node.outputs) if (name !== "") stands(name, made ?? copied?.get(name) ?? name);
  }
  return prune(b.finish(Object.fromEntries(graph.outputs.map(({ name }) => [name, names.get(name) ?? name]))));
}
