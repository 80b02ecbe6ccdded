// A vision transformer as a graph over timm's tensor names (Dosovitskiy et al. 2021): embedding, blocks, read-out. Knows no weights.
import { type Builder, createBuilder } from "../builder.ts";
import { float, type Graph, int, ints } from "../ir.ts";
import { addBlock } from "./build-block.ts";
import { checkShape, type FullVitShape, patchTokensOf, positionRowsOf, type VitShape } from "./vit-shape.ts";

export type { VitShape } from "./vit-shape.ts";

/**
 * Input `pixels` [B,3,S,S] fp32, normalised; output `features` [B,F], F = width (twice that for cls+mean), after the final norm.
 * Blocks do not say how many tokens they get: prompts can be added to them. Fault `bad-model` when the numbers do not fit.
 */
export function buildVit(plain: VitShape): Graph {
  const shape = checkShape(plain);
  const { imagePixels, patchPixels, width, depth } = shape;
  const b = createBuilder();
  const pixels = b.input("pixels", "float32", ["B", 3, imagePixels, imagePixels]);

  const kernel = whole(b, "patch_embed.proj.weight", [width, 3, patchPixels, patchPixels]);
  const patches = b.op(
    "Conv",
    [pixels, kernel, whole(b, "patch_embed.proj.bias", [width])],
    { kernel_shape: ints([patchPixels, patchPixels]), strides: ints([patchPixels, patchPixels]) },
    "embed/patches",
  );
  const rows = b.op("Reshape", [patches, b.vector([0, width, patchTokensOf(shape)])], {}, "embed/rows");
  const tokens = b.op("Transpose", [rows], { perm: ints([0, 2, 1]) }, "embed/patch_tokens");
  let stream = addPrefix(b, shape, tokens);
  for (let block = 0; block < depth; block++) stream = addBlock(b, shape, block, stream);
  return b.finish({ features: readOut(b, shape, stream) });
}

/** Repeats values [1,N,W] for every image of `tokens` [B,T,D]: [B,N,W]. */
export function repeater(b: Builder, tokens: string): (value: string, name: string) => string {
  const [batch] = b.known(tokens).shape;
  if (batch === 1) return (value) => value;
  if (typeof batch === "number") return (value, name) => b.op("Expand", [value, b.vector([batch, 1, 1])], {}, name);
  // Asking for the batch (Shape) is an operator of the processor, which a graph on the GPU must not need: a zero that has the
  // batch is added instead.
  let zero: string | null = null;
  const corner = (): string =>
    b.op("Slice", [tokens, b.vector([0, 0]), b.vector([1, 1]), b.vector([1, 2])], {}, "batch/corner");
  return (value, name) => {
    zero ??= b.op("Mul", [corner(), b.scalar(0)], {}, "batch/zero");
    return b.op("Add", [zero, value], {}, name);
  };
}

/**
 * Patch tokens [B,P,D] -> class, [pretext], registers and patches [B,T,D], those with positions moved by them. The class token comes
 * first, whatever the order of the positions: attention sees no order, and what reads the first token alone is cheaper.
 */
function addPrefix(b: Builder, shape: FullVitShape, patches: string): string {
  const { width, pretextToken, positions } = shape;
  const cls = whole(b, "cls_token", [1, 1, width]);
  const repeated = repeater(b, patches);
  if (positions === "all" && !pretextToken) {
    const parts = [repeated(cls, "embed/class_token"), ...addRegisters(b, shape, repeated), patches];
    const joined = b.op("Concat", parts, { axis: int(1) }, "embed/joined");
    const position = whole(b, "pos_embed", [1, patchTokensOf(shape) + shape.prefixTokens, width]);
    return b.op("Add", [joined, position], {}, "embed/tokens");
  }
  /** Rows `first` .. of the positions are added to these tokens. */
  const placed = (tokens: string, part: string, first: number, count: number): string => {
    const rows = b.weight(`pos_embed#${part}`, { key: "pos_embed", elementOffset: first * width }, [1, count, width]);
    return b.op("Add", [tokens, rows], {}, `embed/${part}_placed`);
  };
  const ofClass = positions === "patches" ? cls : placed(cls, "class", pretextToken ? 1 : 0, 1);
  const pretext = pretextToken ? [placed(whole(b, "pretext_token", [1, 1, width]), "pretext", 0, 1)] : [];
  const parts = [
    repeated(ofClass, "embed/class_token"),
    ...pretext.map((token) => repeated(token, "embed/pretext_token")),
    ...addRegisters(b, shape, repeated),
    placed(patches, "patches", positionRowsOf(shape) - patchTokensOf(shape), patchTokensOf(shape)),
  ];
  return b.op("Concat", parts, { axis: int(1) }, "embed/tokens");
}

function addRegisters(
  b: Builder,
  { registers, width }: FullVitShape,
  repeated: ReturnType<typeof repeater>,
): readonly string[] {
  if (registers === 0) return [];
  return [repeated(whole(b, "reg_token", [1, registers, width]), "embed/registers")];
}

const whole = (b: Builder, key: string, shape: readonly number[]): string =>
  b.weight(key, { key, elementOffset: 0 }, shape);

function finalNorm(b: Builder, shape: FullVitShape, x: string, key: "norm" | "fc_norm"): string {
  if (shape.finalNorm !== key) return x;
  const [scale, bias] = [whole(b, `${key}.weight`, [shape.width]), whole(b, `${key}.bias`, [shape.width])];
  return b.op("LayerNormalization", [x, scale, bias], { axis: int(-1), epsilon: float(shape.layerNormEps) }, key);
}

function readOut(b: Builder, shape: FullVitShape, stream: string): string {
  const classRow = (tokens: string): string => {
    const [start, flat] = [b.vector([0]), b.vector([-1, shape.width])];
    const bounds = [start, b.vector([1]), b.vector([1])];
    const token = b.op("Slice", [tokens, ...bounds], {}, "read/class_token");
    return b.op("Reshape", [token, flat], {}, "read/class_row");
  };
  // The class token is taken before the norm, which then runs for one token: the same numbers.
  if (shape.readout === "cls") return finalNorm(b, shape, finalNorm(b, shape, classRow(stream), "norm"), "fc_norm");
  const normed = finalNorm(b, shape, stream, "norm");
  const first = shape.prefixTokens;
  const bounds = [b.vector([first]), b.vector([first + patchTokensOf(shape)]), b.vector([1])];
  const patches = b.op("Slice", [normed, ...bounds], {}, "read/patch_tokens");
  const mean = b.op("ReduceMean", [patches, b.vector([1])], { keepdims: int(0) }, "read/mean");
  if (shape.readout === "mean") return finalNorm(b, shape, mean, "fc_norm");
  return b.op("Concat", [classRow(normed), mean], { axis: int(1) }, "read/both");
}
