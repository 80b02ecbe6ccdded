// One block of a network, copied into a graph being written with prompts or for the class token alone: nothing is computed that
// nobody reads. Knows no loss and no derivative.
import { present } from "../../base/fault.ts";
import type { Builder } from "../builder.ts";
import { type Graph, int, type Node } from "../ir.ts";
import type { VitStructure } from "./analyse-vit.ts";
import { readAttention, type Side } from "./attention.ts";
import { createLinks, nodesFromTo } from "./links.ts";
import { openShapes, perTokenTest } from "./per-token.ts";

/**
 * A block's own prompts [1,N,D], the same after its first norm where that is known already, and how a value [1,N,W] is repeated for
 * every image: [B,N,W].
 */
export type OwnPrompts = Readonly<{
  tokens: string;
  normed?: string | undefined;
  repeated(value: string, name: string): string;
}>;

/**
 * Adds block `block`, fed with the image's tokens `input` [B,T,D], and returns what it makes of them. Its own prompts are what the
 * image's tokens look at: of what would become of them nothing is read, so they become keys and values only. Where the read-out takes the first token only, the last block makes [B,1,D]: of the other
 * tokens, too, only keys and values are needed. null where the block has not the plain form and prompts must go through all of it.
 */
export function addPlainBlock(
  b: Builder,
  graph: Graph,
  structure: VitStructure,
  block: number,
  input: string,
  prompts: OwnPrompts | null,
): string | null {
  const { depth, streams, middles, width } = structure;
  const [from = "", middle = "", to = ""] = [streams[block], middles[block], streams[block + 1]];
  const mlp = nodesFromTo(graph, middle, to);
  const attention = readAttention(graph, from, middle, width);
  const alone = block === depth - 1 && readsFirstToken(graph, to);
  // What becomes of prompts is not computed, nor of the other tokens for the first one alone: nothing behind may look at it.
  const isPart = alone || prompts !== null;
  if (!attention || (isPart && !isPerToken(graph, middle, width, mlp))) return null;
  const { norm, normed, keys, values, rest } = attention;
  const copy = (nodes: readonly Node[], given: Readonly<Record<string, string>>, wanted: string): string =>
    copied(b, graph, nodes, given, wanted);

  const image = copy(norm, { [from]: input }, normed);
  const own = prompts && (prompts.normed ?? copy(norm, { [from]: prompts.tokens }, normed));
  const seen = prompts && own ? joined(b, image, prompts.repeated(own, `${normed}/prompts`), normed) : image;
  const factor = ({ nodes, turning, factor: name }: Side): string =>
    copy([...nodes, ...turning], { [normed]: seen }, name);
  const factors = { [keys.factor]: factor(keys), [values.factor]: factor(values) };
  const asked = (value: string, name: string): string => (alone ? firstToken(b, value, name) : value);
  const given = { [from]: asked(input, "last/token"), [normed]: asked(image, "last/normed"), ...factors };
  const attended = copy(rest, given, middle);
  return copy(mlp, { [middle]: attended }, to);
}

function isPerToken(graph: Graph, from: string, width: number, nodes: readonly Node[]): boolean {
  const part: Graph = { ...graph, nodes };
  return nodes.every(perTokenTest(part, openShapes(part, from, width)));
}

/** Copies nodes, fed with `given`, and returns what `wanted` became: where nothing is to be done it is given itself. */
function copied(
  b: Builder,
  graph: Graph,
  nodes: readonly Node[],
  given: Readonly<Record<string, string>>,
  wanted: string,
): string {
  return present(b.copy(graph, nodes, new Map(Object.entries(given))).get(wanted) ?? given[wanted], wanted);
}

const joined = (b: Builder, image: string, prompts: string, name: string): string =>
  b.op("Concat", [image, prompts], { axis: int(1) }, `${name}/joined`);

const firstToken = (b: Builder, value: string, name: string): string =>
  b.op("Slice", [value, b.vector([0]), b.vector([1]), b.vector([1])], {}, name);

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
