// Takes an attention apart by its two matrix products around the Softmax: norm, queries, keys, values. Refuses to look at names.
import type { Graph, Node, Shape } from "../ir.ts";
import type { Known } from "../ops/op-rule.ts";
import { ancestors, createLinks, type Links, nodesFromTo } from "./links.ts";
import { openShapes, perTokenTest } from "./per-token.ts";

/**
 * Keys or values. `tokens` is the last value that each token has for itself, [B,T,W], made by `nodes` from what was normed; `turning`
 * makes of all of them the product's `factor`. In a form that is not known it is what was normed itself.
 */
export type Side = Readonly<{ nodes: readonly Node[]; tokens: string; turning: readonly Node[]; factor: string }>;

/**
 * x -> x + attention(norm(x)) in its plain form: nothing but queries, keys and values reads norm(x), and they read nothing else.
 * `norm` leads from x to `normed`; `rest` leads from `normed`, the two factors and x to what the attention leaves: run for some of
 * the tokens, it leaves those.
 */
export type Attention = Readonly<{
  norm: readonly Node[];
  normed: string;
  keys: Side;
  values: Side;
  /** Name of the Softmax [B,heads,T,T]: row i is how token i shares itself out among all. */
  map: string;
  rest: readonly Node[];
}>;

/** The attention residual between two values [B,T,width] of the network; null where it has not the plain form. */
export function readAttention(graph: Graph, from: string, to: string, width: number): Attention | null {
  const nodes = nodesFromTo(graph, from, to);
  const part: Graph = { ...graph, nodes };
  const links = createLinks(part);
  const normed = firstNorm(links, nodes, from);
  const shapes = openShapes(part, from, width);
  const factors = factorsOf(links, shapes, nodes, from);
  if (!normed || !factors) return null;
  const norm = nodesFromTo(part, from, normed);
  const isPerToken = perTokenTest(part, shapes);
  if (!norm.every(isPerToken)) return null;
  const [keys, values] = [factors.keys, factors.values].map((factor) => sideOf(part, links, shapes, normed, factor));
  if (!keys || !values) return null;
  const own = ancestors(links, to, new Set([from, normed, factors.keys, factors.values]));
  const rest = nodes.filter((node) => own.has(node));
  // Keys and values come from what was normed alone, and besides the attention itself nothing looks from one token at another.
  const sides = [...keys.nodes, ...keys.turning, ...values.nodes, ...values.turning];
  if ([...sides, ...rest].some((node) => norm.includes(node)) || sides.some((node) => node.inputs.includes(from))) {
    return null;
  }
  const turning = (node: Node): boolean => node.op !== "Reshape" && turns.has(node.op);
  if (!rest.every((node) => factors.core.includes(node) || turning(node) || isPerToken(node))) return null;
  return { norm, normed, keys, values, map: factors.map, rest };
}

/** The norm of the tokens before any other norm; null where there is not exactly one. */
function firstNorm(links: Links, nodes: readonly Node[], from: string): string | null {
  const first = nodes.filter((node) => {
    if (node.op !== "LayerNormalization") return false;
    const before = ancestors(links, node.inputs[0] ?? "", new Set([from]));
    return ![...before].some((other) => other.op === "LayerNormalization");
  });
  return first.length === 1 ? (first[0]?.outputs[0] ?? null) : null;
}

/**
 * The one Softmax between two products. `keys` and `values` are the second factors where the map has a row for each token that
 * looks, sums to one along it, and is never turned: only then are its columns the tokens that are looked at.
 */
function factorsOf(
  links: Links,
  shapes: ReadonlyMap<string, Known>,
  nodes: readonly Node[],
  from: string,
): Readonly<{ keys: string; values: string; map: string; core: readonly Node[] }> | null {
  const [softmax, another] = nodes.filter((node) => node.op === "Softmax");
  if (!softmax || another) return null;
  const logits = upTo(links, softmax.inputs[0] ?? "", "MatMul");
  const mixed = downTo(links, softmax.outputs[0] ?? "", "MatMul");
  if (!logits || !mixed) return null;
  const [, keys = ""] = logits.inputs;
  const [map = "", values = ""] = mixed.inputs;
  if (!ancestors(links, map, new Set([from])).has(softmax)) return null;
  const shapeOf = (name: string | undefined): Shape => shapes.get(name ?? "")?.shape ?? [];
  const [rows, columns] = shapeOf(logits.outputs[0]).slice(-2);
  if (rows !== "T" || columns !== "T" || shapeOf(softmax.inputs[0]).at(-1) !== "T") return null;
  const isTurned = ([lower = "", upper = ""]: readonly (string | undefined)[]): boolean =>
    [...ancestors(links, lower, new Set([from, upper]))].some((node) => node.op === "Transpose");
  const ways = [
    [softmax.inputs[0], logits.outputs[0]],
    [map, softmax.outputs[0]],
  ];
  const [weights = ""] = softmax.outputs;
  return ways.some(isTurned) ? null : { keys, values, map: weights, core: [logits, softmax, mixed] };
}

/** Operators that only turn what each token became; products with a number are let through, too. */
const turns: ReadonlySet<string> = new Set(["Transpose", "Reshape", "Squeeze", "Unsqueeze"]);

function sideOf(part: Graph, links: Links, shapes: ReadonlyMap<string, Known>, normed: string, factor: string): Side {
  const numbers = new Set(part.initializers.filter(({ shape }) => shape.every((n) => n === 1)).map(({ name }) => name));
  const above = (node: Node): string | null => {
    const [a = "", b = ""] = node.inputs;
    if (turns.has(node.op)) return a;
    if (node.op !== "Mul") return null;
    return numbers.has(b) ? a : numbers.has(a) ? b : null;
  };
  const between = (from: string, to: string): readonly Node[] => {
    const found = ancestors(links, to, new Set([from]));
    return part.nodes.filter((node) => found.has(node));
  };
  let tokens = normed;
  for (let value: string | null = factor; value !== null; ) {
    const [images, count, width, more] = shapes.get(value)?.shape ?? [];
    if (images === "B" && count === "T" && width !== undefined && more === undefined) tokens = value;
    const node = links.writer.get(value);
    value = node ? above(node) : null;
  }
  const nodes = between(normed, tokens);
  if (nodes.every(perTokenTest(part, shapes))) return { nodes, tokens, turning: between(tokens, factor), factor };
  return { nodes: [], tokens: normed, turning: between(normed, factor), factor };
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
