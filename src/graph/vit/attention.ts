// Finds queries, keys and values of an attention by its two matrix products around the Softmax. Refuses to look at names.
import type { Graph, Node } from "../ir.ts";
import { ancestors, createLinks, type Links } from "./links.ts";

/**
 * `keys` and `values`: the second factors of the products before and after the Softmax, as they enter them. `queryNodes`: the
 * attention without what computes these two.
 */
export type MatrixSides = Readonly<{ keys: string; values: string; queryNodes: readonly Node[] }>;

/** `attention`: the nodes of one attention residual that starts at `from`. null where it has not the plain form. */
export function matrixSides(graph: Graph, attention: readonly Node[], from: string): MatrixSides | null {
  const links = createLinks(graph);
  const inside = new Set(attention);
  const softmax = attention.find((node) => node.op === "Softmax");
  if (!softmax) return null;
  const logits = upTo(links, softmax.inputs[0] ?? "", "MatMul");
  const mixed = downTo(links, softmax.outputs[0] ?? "", "MatMul");
  if (!logits || !mixed || !inside.has(logits) || !inside.has(mixed)) return null;
  const [, keys = ""] = logits.inputs;
  const [map = "", values = ""] = mixed.inputs;
  if (!ancestors(links, map, new Set([from])).has(softmax)) return null;
  const end = attention.at(-1)?.outputs[0] ?? "";
  const rest = ancestors(links, end, new Set([from, keys, values]));
  return { keys, values, queryNodes: attention.filter((node) => rest.has(node)) };
}

/** Follows first inputs upwards to the nearest node of this operator. */
function upTo(links: Links, value: string, op: string): Node | null {
  for (let node = links.writer.get(value); node; node = links.writer.get(node.inputs[0] ?? "")) {
    if (node.op === op) return node;
  }
  return null;
}

/** Follows only readers downwards to the nearest node of this operator. */
function downTo(links: Links, value: string, op: string): Node | null {
  let readers = links.readers.get(value) ?? [];
  for (let [node] = readers; node && readers.length === 1; [node] = readers) {
    if (node.op === op) return node;
    readers = links.readers.get(node.outputs[0] ?? "") ?? [];
  }
  return null;
}
