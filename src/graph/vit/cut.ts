// Cuts a vision transformer where prompts enter: the part below runs once per patch, the part above takes prompts.
import type { Graph } from "../ir.ts";
import type { VitStructure } from "./analyse-vit.ts";

/** Input `pixels` [B,3,S,S]; outputs `features` [B,F] (unprompted) and `tokens` [B,T,D] entering block `cut` (0 .. depth-1). */
export function baseGraph(_graph: Graph, _structure: VitStructure, _cut: number): Graph {
  throw new Error("not yet");
}

/**
 * Inputs `tokens` [B,T,D] entering block `firstBlock`, `prompts` [K,N,D] with K = depth - firstBlock and N >= 1 symbolic; output
 * `features` [B,F]. Deep prompts (Jia et al. 2022): each block sees its T tokens and its own N prompts, whose outputs are dropped.
 */
export function upperGraph(_graph: Graph, _structure: VitStructure, _firstBlock: number): Graph {
  throw new Error("not yet");
}
