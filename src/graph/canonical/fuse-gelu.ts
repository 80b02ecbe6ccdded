// GELU written out with the error function, x (1 + erf(x / sqrt 2)) / 2 in any order of its factors, becomes one node.
import type { Graph, Node } from "../ir.ts";
import { prune } from "../prune.ts";
import { createLinks } from "../vit/links.ts";
import { createConstants, isNear } from "./constants.ts";

export function fuseGelu(graph: Graph): Graph {
  const links = createLinks(graph);
  const { scalar } = createConstants(graph);
  const writer = (name: string | undefined): Node | undefined => links.writer.get(name ?? "");
  const other = (node: Node, name: string): string => node.inputs[node.inputs[0] === name ? 1 : 0] ?? "";
  const outputOf = (node: Node | undefined): string => node?.outputs[0] ?? "";
  const readers = (name: string): readonly Node[] => links.readers.get(name) ?? [];

  /** x, where the value is x / sqrt 2. */
  const scaledDown = (name: string | undefined): string | null => {
    const node = writer(name);
    const [a = "", b = ""] = node?.inputs ?? [];
    if (node?.op === "Div") return isNear(scalar(b), Math.SQRT2) ? a : null;
    if (node?.op !== "Mul") return null;
    return isNear(scalar(b), Math.SQRT1_2) ? a : isNear(scalar(a), Math.SQRT1_2) ? b : null;
  };
  /** The node that halves the value. */
  const halving = (node: Node | undefined): boolean =>
    node?.op === "Mul"
      ? node.inputs.some((name) => isNear(scalar(name), 0.5))
      : node?.op === "Div" && isNear(scalar(node.inputs[1]), 2);
  const isHalfOf = (name: string, x: string): boolean =>
    halving(writer(name)) && (writer(name)?.inputs.includes(x) ?? false);

  const found = new Map<Node, string>();
  for (const node of graph.nodes) {
    const x = node.op === "Erf" ? scaledDown(node.inputs[0]) : null;
    if (x === null) continue;
    for (const sum of readers(outputOf(node))) {
      if (sum.op !== "Add" || !isNear(scalar(other(sum, outputOf(node))), 1)) continue;
      for (const first of readers(outputOf(sum))) {
        const factor = other(first, outputOf(sum));
        if (first.op === "Mul" && isHalfOf(factor, x)) found.set(first, x);
        else if (first.op === "Mul" && factor === x) {
          for (const second of readers(outputOf(first))) if (halving(second)) found.set(second, x);
        } else if (halving(first)) {
          for (const second of readers(outputOf(first))) {
            if (second.op === "Mul" && other(second, outputOf(first)) === x) found.set(second, x);
          }
        }
      }
    }
  }
  if (found.size === 0) return graph;
  const nodes = graph.nodes.map((node): Node => {
    const x = found.get(node);
    return x === undefined ? node : { op: "Gelu", name: node.name, inputs: [x], outputs: node.outputs, attributes: {} };
  });
  return prune({ ...graph, nodes });
}
