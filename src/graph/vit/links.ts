// Who writes and who reads each value of a graph. Knows no operator.
import type { Graph, Node } from "../ir.ts";

export type Links = Readonly<{
  writer: ReadonlyMap<string, Node>;
  readers: ReadonlyMap<string, readonly Node[]>;
}>;

export function createLinks(graph: Graph): Links {
  const writer = new Map<string, Node>();
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of node.outputs) if (name !== "") writer.set(name, node);
    for (const name of new Set(node.inputs)) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  return { writer, readers };
}

/** The nodes `value` is computed by, back to the values in `stop` (whose own writers are left out). */
export function ancestors(links: Links, value: string, stop: ReadonlySet<string>): ReadonlySet<Node> {
  const found = new Set<Node>();
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = stop.has(name) ? undefined : links.writer.get(name);
    if (!node || found.has(node)) continue;
    found.add(node);
    open.push(...node.inputs);
  }
  return found;
}

/** The nodes between `from` and `to`, in the graph's order. */
export function nodesFromTo(graph: Graph, from: string, to: string): readonly Node[] {
  const part = ancestors(createLinks(graph), to, new Set([from]));
  return graph.nodes.filter((node) => part.has(node));
}
