// A norm of all tokens of which one is read becomes the norm of that one: then the last block can be told to compute only it.
import { inferShapes } from "../infer.ts";
import type { Graph, Node } from "../ir.ts";
import { createLinks } from "../vit/links.ts";
import { createConstants } from "./constants.ts";

export function selectBeforeNorm(graph: Graph): Graph {
  const links = createLinks(graph);
  const { ints } = createConstants(graph);
  const known = inferShapes(graph);
  const outputs = new Set(graph.outputs.map((value) => value.name));
  const swapped = new Map<Node, Node>();
  for (const node of graph.nodes) {
    const norm = node.op === "Slice" ? links.writer.get(node.inputs[0] ?? "") : undefined;
    const [name = ""] = norm?.outputs ?? [];
    if (norm?.op !== "LayerNormalization" || outputs.has(name) || links.readers.get(name)?.length !== 1) continue;
    if (ints(node.inputs[3])?.join() !== "1" || known.get(name)?.shape.length !== 3) continue;
    swapped.set(node, norm);
  }
  const moved = new Set(swapped.values());
  const nodes = graph.nodes.flatMap((node): readonly Node[] => {
    const norm = swapped.get(node);
    if (!norm) return moved.has(node) ? [] : [node];
    const part = `${node.name}/token`;
    const slice: Node = {
      ...node,
      name: part,
      inputs: [norm.inputs[0] ?? "", ...node.inputs.slice(1)],
      outputs: [part],
    };
    return [slice, { ...norm, inputs: [part, ...norm.inputs.slice(1)], outputs: node.outputs }];
  });
  return swapped.size === 0 ? graph : { ...graph, nodes };
}
