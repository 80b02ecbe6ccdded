// Cuts a vision transformer where prompts enter: the part below runs once per patch, the part above takes prompts.
import { assert, present } from "../../base/fault.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { fuseLinear } from "../fuse-linear.ts";
import { type Dim, type Graph, int, type Node } from "../ir.ts";
import type { VitStructure } from "./analyse-vit.ts";
import { repeater } from "./build-vit.ts";
import { addInstanceTokens, type CarriedShape, instanceParts, instanceShapes } from "./carried-tokens.ts";
import { nodesFromTo } from "./links.ts";
import { normedSets } from "./prompt-norms.ts";
import { addPlainBlock, type OwnPrompts } from "./prompted-block.ts";

/** Input `pixels` [B,3,S,S]; outputs `features` [B,F] (unprompted) and `tokens` [B,T,D] entering block `cut` (0 .. depth-1). */
export function baseGraph(graph: Graph, structure: VitStructure, cut: number): Graph {
  assert(cut >= 0 && cut < structure.depth, `block ${cut} exists`);
  const b = createBuilder();
  const pixels = present(graph.inputs[0], "the image input");
  const given = b.input("pixels", "float32", pixels.shape);
  const names = b.copy(graph, graph.nodes, new Map([[pixels.name, given]]));
  const at = (name: string): string => present(names.get(name), name);
  return fuseLinear(b.finish({ features: at(structure.features), tokens: at(structure.streams[cut] ?? "") }));
}

/**
 * Jia et al. 2022. Deep: each block sees its T tokens and its own N prompts, whose outputs are dropped. Shallow: the first block
 * gets prompts, and what they become goes on through all blocks.
 */
export type Prompting = "deep" | "shallow";

/** K: how many sets of N prompts there are. */
export function promptSets({ depth }: VitStructure, firstBlock: number, prompting: Prompting): number {
  return prompting === "shallow" ? 1 : depth - firstBlock;
}

/** Input `tokens` [B,T,D] entering block `firstBlock`; outputs `entering1`, `entering2`, ... [B,T,D]: those entering each block after it. */
export function streamsGraph(graph: Graph, structure: VitStructure, firstBlock: number): Graph {
  const { tokens: count, width, depth, streams } = structure;
  assert(firstBlock >= 0 && firstBlock < depth - 1, `a block after ${firstBlock} exists`);
  const b = createBuilder();
  let stream = b.input("tokens", "float32", ["B", count, width]);
  const outputs: Record<string, string> = {};
  for (let block = firstBlock; block < depth - 1; block++) {
    stream = instantiate(b, graph, streams[block] ?? "", streams[block + 1] ?? "", stream);
    outputs[`entering${block - firstBlock + 1}`] = stream;
  }
  return fuseLinear(b.finish(outputs));
}

/** What enters an upper graph beside the image's tokens. `visual` false: no task visual prompts. */
export type UpperShape = CarriedShape & Readonly<{ prompting?: Prompting | undefined; visual?: boolean | undefined }>;

/** Values of a graph being written that enter its upper part; `carried` are [1,E,D] or [B,E,D]. `prompts` null: no task visual prompts. */
export type Entering = Readonly<{ tokens: string; prompts: string | null; carried: readonly string[] }>;

/**
 * Inputs `tokens` [B,T,D] entering block `firstBlock`, `prompts` [K,N,D] with N >= 1 symbolic unless `visual` is false, with tokens of
 * text `textual` [1,X,D], with an instance module its tensors by their names (carried-tokens.ts); output `features` [B,F].
 */
export function upperGraph(graph: Graph, structure: VitStructure, firstBlock: number, shape: UpperShape = {}): Graph {
  const b = createBuilder();
  const { tokens, prompts, carried } = addUpperInputs(b, structure, firstBlock, shape);
  const features = addUpper(b, graph, structure, firstBlock, tokens, prompts, shape.prompting, carried);
  return fuseLinear(b.finish({ features }));
}

/** The inputs of `upperGraph`. Carried tokens of text come before those of the instance module. */
export function addUpperInputs(
  b: Builder,
  structure: VitStructure,
  firstBlock: number,
  { prompting = "deep", visual = true, instance, textTokens = 0 }: UpperShape,
): Entering {
  const { tokens: count, width } = structure;
  const tokens = b.input("tokens", "float32", ["B", count, width]);
  const sets = promptSets(structure, firstBlock, prompting);
  const prompts = visual ? b.input("prompts", "float32", [sets, "N", width]) : null;
  const carried: string[] = [];
  if (textTokens > 0) carried.push(b.input("textual", "float32", [1, textTokens, width]));
  if (instance) {
    const shapes = instanceShapes(instance, width);
    for (const part of instanceParts) b.input(part, "float32", shapes[part]);
    const names = { queries: "queries", downWeight: "downWeight", downBias: "downBias" };
    carried.push(addInstanceTokens(b, tokens, { ...names, upWeight: "upWeight", upBias: "upBias" }));
  }
  return { tokens, prompts, carried };
}

/**
 * Adds the part from block `firstBlock` on to a graph being written; returns the features. `prompts` null: no task visual prompts.
 * `carried`: values [1,E,D] or [B,E,D] whose tokens enter with the first block and go on through all others.
 * Appended prompts and prompts put after the class token give the same features: attention does not see an order.
 */
export function addUpper(
  b: Builder,
  graph: Graph,
  structure: VitStructure,
  firstBlock: number,
  tokens: string,
  prompts: string | null,
  prompting: Prompting = "deep",
  carried: readonly string[] = [],
): string {
  const { depth, streams, features } = structure;
  const length = present(b.known(tokens).shape[1], "the number of tokens");
  const entering = { tokens, prompts, carried };
  const { stream } = addBlocks(b, graph, structure, firstBlock, depth, entering, prompting);
  // Here what became of carried and of shallow prompts leaves: the read-out sees the image's own tokens only.
  return instantiate(b, graph, streams[depth] ?? "", features, onlyFirst(b, stream, length));
}

/**
 * Adds the blocks firstBlock .. end-1. `stream`: the tokens that leave them, the image's own first, then carried and shallow prompts.
 * `seen`: the same with the prompts behind them that block `end` has of its own, where there is such a block.
 */
export function addBlocks(
  b: Builder,
  graph: Graph,
  structure: VitStructure,
  firstBlock: number,
  end: number,
  { tokens, prompts, carried }: Entering,
  prompting: Prompting = "deep",
): Readonly<{ stream: string; seen(): string }> {
  const { depth } = structure;
  assert(firstBlock >= 0 && firstBlock < depth && end <= depth, `blocks ${firstBlock} to ${end} exist`);
  const repeated = repeater(b, tokens);
  const deep = prompting === "deep" ? prompts : null;
  const normed = deep === null ? null : normedSets(b, graph, structure, firstBlock, deep);
  let stream = tokens;
  if (carried.length > 0) {
    const every = carried.map((value) =>
      b.known(value).shape[0] === 1 ? repeated(value, `${value}/repeated`) : value,
    );
    stream = b.op("Concat", [tokens, ...every], { axis: int(1) }, "carried/joined");
  }
  if (prompting === "shallow" && prompts !== null) stream = withPrompts(b, stream, { tokens: prompts, repeated });
  for (let block = firstBlock; block < end; block++) {
    const index = block - firstBlock;
    const own = deep === null ? null : { tokens: oneSet(b, deep, index), normed: normed?.(index), repeated };
    stream =
      addPlainBlock(b, graph, structure, block, stream, own) ?? addWholeBlock(b, graph, structure, block, stream, own);
  }
  const seen = (): string =>
    deep === null ? stream : withPrompts(b, stream, { tokens: oneSet(b, deep, end - firstBlock), repeated });
  return { stream, seen };
}

/** A block of no known form: prompts go through all of it, and what became of them is dropped. */
function addWholeBlock(
  b: Builder,
  graph: Graph,
  { streams }: VitStructure,
  block: number,
  stream: string,
  own: OwnPrompts | null,
): string {
  const [from = "", to = ""] = [streams[block], streams[block + 1]];
  if (!own) return instantiate(b, graph, from, to, stream);
  const length = present(b.known(stream).shape[1], "the number of tokens");
  return onlyFirst(b, instantiate(b, graph, from, to, withPrompts(b, stream, own)), length);
}

/** Copies the nodes between two values of the network, fed with `input`; returns the copy of the second value. */
export function instantiate(b: Builder, graph: Graph, from: string, to: string, input: string): string {
  const nodes: readonly Node[] = nodesFromTo(graph, from, to);
  return present(b.copy(graph, nodes, new Map([[from, input]])).get(to), to);
}

/** Set `index` of the prompts [K,N,D]: [1,N,D]. */
function oneSet(b: Builder, prompts: string, index: number): string {
  const bounds = [b.vector([index]), b.vector([index + 1]), b.vector([0])];
  return b.op("Slice", [prompts, ...bounds], {}, `prompts/${index}`);
}

function withPrompts(b: Builder, stream: string, { tokens, repeated }: OwnPrompts): string {
  return b.op("Concat", [stream, repeated(tokens, `${tokens}/repeated`)], { axis: int(1) }, `${tokens}/joined`);
}

/** The first `length` tokens: what is behind them are the outputs of the block's prompts. */
function onlyFirst(b: Builder, stream: string, length: Dim): string {
  const now = b.known(stream).shape[1];
  if (now === length || now === 1) return stream;
  assert(typeof length === "number", "the number of image tokens is fixed");
  return b.op("Slice", [stream, b.vector([0]), b.vector([length]), b.vector([1])], {}, "prompts/dropped");
}
