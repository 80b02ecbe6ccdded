// Finds a vision transformer in a graph by the shape of its residual stream. Refuses to look at names.
import type { Graph } from "../ir.ts";

export type VitStructure = Readonly<{
  /** Name of the image input [B,3,S,S]. */
  pixels: string;
  imagePixels: number;
  /** Names of the tokens [B,T,D] entering each block and, last, leaving the last block: depth + 1 of them. */
  streams: readonly string[];
  /** Name of the output [B,F]. */
  features: string;
  depth: number;
  heads: number;
  /** T: prefix and patch tokens. */
  tokens: number;
  /** D. */
  width: number;
  /** F. */
  featureWidth: number;
}>;

/** Throws Fault `unsupported` listing everything that is not understood at once. */
export function analyseVit(_graph: Graph): VitStructure {
  throw new Error("not yet");
}
