// How the read-out token shares itself out among all tokens in the last block: where its row stands in a network, and a graph that gives
// it. Written only when somebody asks: no graph of a click holds it. Knows no patch and no picture.
import { Fault } from "../../base/fault.ts";
import { createBuilder } from "../builder.ts";
import { fuseLinear } from "../fuse-linear.ts";
import { type Graph, int } from "../ir.ts";
import { prune } from "../prune.ts";
import type { VitStructure } from "./analyse-vit.ts";
import { readAttention } from "./attention.ts";
import { addBlocks, addUpperInputs, instantiate, type UpperShape } from "./cut.ts";
import { createLookup } from "./network/lookup.ts";
import { type Range, readoutRoles } from "./network/readout-roles.ts";

export type ReadOutAttention = Readonly<{
  /** Name of the last block's attention [B,heads,T,T], after its Softmax. */
  map: string;
  /** What the features are: the class token, the mean of `rows`, or both side by side (then `rows` is the class token). */
  reads: "class" | "mean" | "class-and-mean";
  /** The tokens whose rows are averaged. */
  rows: Range;
  /** The tokens before the patches. */
  prefix: number;
  /** Patches on a side of the image: the other side*side of the image's tokens, row by row. */
  side: number;
}>;

/** Fault `unsupported` with the reason where a network gives no such row, or where it is not known which of its tokens are patches. */
export function findReadOutAttention(graph: Graph, structure: VitStructure): ReadOutAttention {
  const { streams, middles, depth, width, tokens, features, prefixTokens: prefix } = structure;
  const attention = readAttention(graph, streams[depth - 1] ?? "", middles[depth - 1] ?? "", width);
  if (!attention) throw new Fault("unsupported", "its last attention is written in a way that is not known");
  const side = prefix === null ? 0 : Math.sqrt(tokens - prefix);
  if (prefix === null || !Number.isInteger(side)) {
    throw new Fault("unsupported", "it is not known which of its tokens are which patches of the image");
  }
  const { cls, mean } = readoutRoles(createLookup(graph), streams[depth] ?? "", features);
  const rows = cls === null ? mean : { start: cls, end: cls + 1 };
  if (!rows) throw new Fault("unsupported", "it reads out no token");
  const reads = cls === null ? "mean" : mean ? "class-and-mean" : "class";
  return { map: attention.map, reads, rows, prefix, side };
}

/**
 * Inputs as `upperGraph`. Output `attention` [B,L]: the mean over heads, and over the rows where they are several; it sums to 1. Its L
 * columns are the image's T tokens, then the carried tokens, then the last block's own prompts.
 */
export function attentionGraph(
  graph: Graph,
  structure: VitStructure,
  { map, rows }: Pick<ReadOutAttention, "map" | "rows">,
  firstBlock: number,
  shape: UpperShape = {},
): Graph {
  const b = createBuilder();
  const last = structure.depth - 1;
  const entering = addUpperInputs(b, structure, firstBlock, shape);
  const { seen } = addBlocks(b, graph, structure, firstBlock, last, entering, shape.prompting);
  const all = instantiate(b, graph, structure.streams[last] ?? "", map, seen());
  const bounds = [b.vector([rows.start]), b.vector([rows.end]), b.vector([2])];
  const read = b.op("Slice", [all, ...bounds], {}, "attention/rows");
  const mean = b.op("ReduceMean", [read, b.vector([1, 2])], { keepdims: int(0) }, "attention/mean");
  return prune(fuseLinear(b.finish({ attention: mean })));
}
