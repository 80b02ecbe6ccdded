// The last block where only the class token is read: its queries and its MLP run for that token alone.
import { present } from "../../base/fault.ts";
import type { Builder } from "../builder.ts";
import type { Graph, Node } from "../ir.ts";
import type { VitStructure } from "./analyse-vit.ts";
import { matrixSides } from "./attention.ts";
import { createLinks, nodesFromTo } from "./links.ts";

/** Operators that treat each token by itself when they have one data input. */
const perToken: ReadonlySet<string> = new Set([
  "Add",
  "Cast",
  "Erf",
  "Gelu",
  "Gemm",
  "Identity",
  "LayerNormalization",
  "MatMul",
  "Mul",
  "Reshape",
  "Shape",
  "Sigmoid",
  "Tanh",
  "Div",
]);

/**
 * Adds the last block to a graph being written, fed with `input` [B,T',D]; returns the tokens it leaves. Where the read-out takes
 * the first token only and the block has the plain form, [B,1,D] is returned: the same features for a fifth of the work.
 */
export function readLastBlock(b: Builder, graph: Graph, structure: VitStructure, input: string): string {
  const { depth, streams, middles } = structure;
  const [from = "", middle = "", to = ""] = [streams[depth - 1], middles[depth - 1], streams[depth]];
  const attention = nodesFromTo(graph, from, middle);
  const mlp = nodesFromTo(graph, middle, to);
  const whole = b.copy(graph, attention, new Map([[from, input]]));
  const sides = matrixSides(graph, attention, from);
  if (!sides || !readsFirstToken(graph, to) || !mlp.every((node) => isPerToken(graph, node))) {
    return copied(b, graph, mlp, middle, to, present(whole.get(middle), middle));
  }
  const first = b.op("Slice", [input, b.vector([0]), b.vector([1]), b.vector([1])], {}, "last/class_token");
  const keysAndValues = [sides.keys, sides.values].map((name) => [name, present(whole.get(name), name)] as const);
  const own = sides.queryNodes;
  const attended = b.copy(graph, own, new Map([[from, first], ...keysAndValues]));
  return copied(b, graph, mlp, middle, to, present(attended.get(middle), middle));
}

function copied(b: Builder, graph: Graph, nodes: readonly Node[], from: string, to: string, input: string): string {
  return present(b.copy(graph, nodes, new Map([[from, input]])).get(to), to);
}

/** The final tokens are read by one Slice (or Gather) that takes token 0. */
function readsFirstToken(graph: Graph, tokens: string): boolean {
  const readers = createLinks(graph).readers.get(tokens) ?? [];
  const value = (name: string | undefined): string => {
    const source = graph.initializers.find((entry) => entry.name === name)?.source;
    return source?.kind === "inline" ? [...source.values].join() : "?";
  };
  return readers.every((node) => {
    const [, a, b, c, d] = node.inputs;
    if (node.op === "Slice") return value(a) === "0" && value(b) === "1" && value(c) === "1" && !d;
    const axis = node.attributes.axis;
    return node.op === "Gather" && value(a) === "0" && axis?.kind === "int" && axis.value === 1;
  });
}

function isPerToken(graph: Graph, node: Node): boolean {
  if (!perToken.has(node.op)) return false;
  if (node.op !== "MatMul" && node.op !== "Gemm") return true;
  return graph.initializers.some((entry) => entry.name === node.inputs[1]);
}
