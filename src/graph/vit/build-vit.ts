// A plain vision transformer as a graph over timm's tensor names (Dosovitskiy et al. 2021). Knows no weights.
import type { Graph } from "../ir.ts";

/** The fields of a manifest's architecture that shape the graph. Pixels, tokens and widths are counts. */
export type VitShape = Readonly<{
  imagePixels: number;
  patchPixels: number;
  width: number;
  depth: number;
  heads: number;
  mlpWidth: number;
  layerNormEps: number;
  prefixTokens: number;
  readout: "cls" | "mean" | "cls+mean";
}>;

/** Input `pixels` [B,3,S,S] fp32, normalised; output `features` [B,F], F = width (twice that for cls+mean), after the final norm. */
export function buildVit(_shape: VitShape): Graph {
  throw new Error("not yet");
}
