// Tokens that enter once, with the first prompted block, and go on through the blocks after it: those a small module makes of each image's
// own tokens, and those made from text beforehand. Knows no text, no block and no weights of a backbone.
import type { Builder } from "../builder.ts";
import { float, int, ints } from "../ir.ts";

/** M tokens an image, from a bottleneck R wide. */
export type InstanceShape = Readonly<{ tokens: number; hidden: number }>;

/** Kinds of prompts beside task visual prompts. What is left out is off. */
export type CarriedShape = Readonly<{
  instance?: InstanceShape | null | undefined;
  /** X: how many tokens were made from text. */
  textTokens?: number | undefined;
}>;

/** The tensors of the instance module. Linear maps are [in, out]: rows times matrix. */
export type InstanceNames = Readonly<Record<"queries" | "downWeight" | "downBias" | "upWeight" | "upBias", string>>;

export const instanceParts = ["queries", "downWeight", "downBias", "upWeight", "upBias"] as const;

export function instanceShapes(
  { tokens, hidden }: InstanceShape,
  width: number,
): Readonly<Record<keyof InstanceNames, readonly number[]>> {
  return {
    queries: [tokens, width],
    downWeight: [width, hidden],
    downBias: [hidden],
    upWeight: [hidden, width],
    upBias: [tokens, width],
  };
}

const normEpsilon = 1e-6;

/**
 * The instance module, the one there is: [B,T,D] -> [B,M,D]. With n the tokens after a layer norm without scale and bias (eps 1e-6):
 * pooled_m = sum_t softmax_t(n_t . queries_m / sqrt(D)) n_t, token_m = gelu(pooled_m downWeight + downBias) upWeight + upBias_m.
 * Attention pooling before a bottleneck; `upBias` alone would be M free tokens. No gradient reaches the image's tokens.
 */
export function addInstanceTokens(b: Builder, tokens: string, names: InstanceNames): string {
  const width = Number(b.known(tokens).shape[2]);
  const all = (value: number): string =>
    b.op("Expand", [b.scalar(value), b.vector([width])], {}, `instance/all_${value}`);
  const attributes = { axis: int(-1), epsilon: float(normEpsilon) };
  const normed = b.op("LayerNormalization", [tokens, all(1), all(0)], attributes, "instance/normed");
  const scaled = b.op("Mul", [names.queries, b.scalar(width ** -0.5)], {}, "instance/queries/scaled");
  const turned = b.op("Transpose", [scaled], { perm: ints([1, 0]) }, "instance/queries/turned");
  const logits = b.op("MatMul", [normed, turned], {}, "instance/logits");
  const byQuery = b.op("Transpose", [logits], { perm: ints([0, 2, 1]) }, "instance/logits/by_query");
  const map = b.op("Softmax", [byQuery], { axis: int(-1) }, "instance/map");
  const pooled = b.op("MatMul", [map, normed], {}, "instance/pooled");
  const down = b.op("MatMul", [pooled, names.downWeight], {}, "instance/down/product");
  const hidden = b.op("Gelu", [b.op("Add", [down, names.downBias], {}, "instance/down")], {}, "instance/hidden");
  const up = b.op("MatMul", [hidden, names.upWeight], {}, "instance/up/product");
  return b.op("Add", [up, names.upBias], {}, "instance/tokens");
}

/** Tokens of text [X,D], each times its number of `scale` [X]: [1,X,D]. */
export function addTextTokens(b: Builder, tokens: string, scale: string): string {
  const [count = 0, width = 0] = b.shape(tokens);
  const column = b.op("Reshape", [scale, b.vector([count, 1])], {}, "text/scale");
  const scaled = b.op("Mul", [tokens, column], {}, "text/scaled");
  return b.op("Reshape", [scaled, b.vector([1, count, width])], {}, "text/tokens");
}
