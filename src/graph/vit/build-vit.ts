// A plain vision transformer as a graph over timm's tensor names (Dosovitskiy et al. 2021). Knows no weights.
import { Fault } from "../../base/fault.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { type Attributes, float, type Graph, int, ints } from "../ir.ts";

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

/**
 * Input `pixels` [B,3,S,S] fp32, normalised; output `features` [B,F], F = width (twice that for cls+mean), after the final norm.
 * Blocks do not say how many tokens they get: prompts can be added to them. Fault `bad-model` when the numbers do not fit.
 */
export function buildVit(shape: VitShape): Graph {
  checkShape(shape);
  const { imagePixels, patchPixels, width, depth } = shape;
  const b = createBuilder();
  const pixels = b.input("pixels", "float32", ["B", 3, imagePixels, imagePixels]);
  const grid = imagePixels / patchPixels;

  const kernel = whole(b, "patch_embed.proj.weight", [width, 3, patchPixels, patchPixels]);
  const patches = b.op(
    "Conv",
    [pixels, kernel, whole(b, "patch_embed.proj.bias", [width])],
    { kernel_shape: ints([patchPixels, patchPixels]), strides: ints([patchPixels, patchPixels]) },
    "embed/patches",
  );
  const rows = b.op("Reshape", [patches, b.vector([0, width, grid * grid])], {}, "embed/rows");
  const tokens = b.op("Transpose", [rows], { perm: ints([0, 2, 1]) }, "embed/patch_tokens");
  const cls = b.op("Expand", [whole(b, "cls_token", [1, 1, width]), batchShape(b, tokens)], {}, "embed/class_token");
  const joined = b.op("Concat", [cls, tokens], { axis: int(1) }, "embed/joined");
  const position = whole(b, "pos_embed", [1, grid * grid + 1, width]);
  let stream = b.op("Add", [joined, position], {}, "embed/tokens");
  for (let block = 0; block < depth; block++) stream = addBlock(b, shape, block, stream);
  return b.finish({ features: readOut(b, shape, stream) });
}

/** [B,1,1], as an integer vector: what to Expand something without a batch to. */
export function batchShape(b: Builder, tokens: string): string {
  const corner = b.op("Slice", [tokens, b.vector([0, 0]), b.vector([1, 1]), b.vector([1, 2])], {}, "batch/corner");
  return b.op("Shape", [corner], {}, "batch/shape");
}

const whole = (b: Builder, key: string, shape: readonly number[]): string => b.weight(key, key, 0, shape);

function layerNorm(b: Builder, shape: VitShape, x: string, key: string): string {
  const scale = whole(b, `${key}.weight`, [shape.width]);
  const bias = whole(b, `${key}.bias`, [shape.width]);
  return b.op("LayerNormalization", [x, scale, bias], { axis: int(-1), epsilon: float(shape.layerNormEps) }, key);
}

function addBlock(b: Builder, shape: VitShape, block: number, x: string): string {
  const { width, heads, mlpWidth } = shape;
  const key = `blocks.${block}`;
  const headWidth = width / heads;
  // One Gemm over all rows of the batch takes timm's [out, in] weights as they are; Shape brings the rows back to [B, T, D].
  const rowsOf = (tokens: string, name: string): string => b.op("Reshape", [tokens, b.vector([-1, width])], {}, name);
  const scale = headWidth ** -0.5;

  const norm1 = layerNorm(b, shape, x, `${key}.norm1`);
  const rows = rowsOf(norm1, `${key}.attn.rows`);
  const size = b.op("Shape", [norm1], {}, `${key}.attn.size`);
  const project = (part: "q" | "k" | "v", index: number): string => {
    const weight = b.weight(`${key}.attn.qkv.weight#${part}`, `${key}.attn.qkv.weight`, index * width * width, [
      width,
      width,
    ]);
    const bias = b.weight(`${key}.attn.qkv.bias#${part}`, `${key}.attn.qkv.bias`, index * width, [width]);
    // The scale of the logits rides on the query's Gemm: no operator of its own.
    const scaled: Attributes =
      part === "q" ? { alpha: float(scale), beta: float(scale), transB: int(1) } : { transB: int(1) };
    const flat = b.op("Gemm", [rows, weight, bias], scaled, `${key}.attn.${part}`);
    const tokens = b.op("Reshape", [flat, size], {}, `${key}.attn.${part}.tokens`);
    const split = b.op("Reshape", [tokens, b.vector([0, 0, heads, headWidth])], {}, `${key}.attn.${part}.heads`);
    const perm = part === "k" ? [0, 2, 3, 1] : [0, 2, 1, 3];
    return b.op("Transpose", [split], { perm: ints(perm) }, `${key}.attn.${part}.by_head`);
  };
  const [q, k, v] = [project("q", 0), project("k", 1), project("v", 2)];
  const attention = b.op(
    "Softmax",
    [b.op("MatMul", [q, k], {}, `${key}.attn.logits`)],
    { axis: int(-1) },
    `${key}.attn.map`,
  );
  const mixed = b.op("MatMul", [attention, v], {}, `${key}.attn.mixed`);
  const joined = b.op("Transpose", [mixed], { perm: ints([0, 2, 1, 3]) }, `${key}.attn.joined`);
  const attended = linear(b, `${key}.attn.proj`, rowsOf(joined, `${key}.attn.out_rows`), width, width);
  const middle = b.op("Add", [x, b.op("Reshape", [attended, size], {}, `${key}.attn.out`)], {}, `${key}.middle`);

  const norm2 = layerNorm(b, shape, middle, `${key}.norm2`);
  const hidden = linear(b, `${key}.mlp.fc1`, rowsOf(norm2, `${key}.mlp.rows`), width, mlpWidth);
  const active = b.op("Gelu", [hidden], {}, `${key}.mlp.act`);
  const out = linear(b, `${key}.mlp.fc2`, active, mlpWidth, width);
  const back = b.op("Reshape", [out, b.op("Shape", [norm2], {}, `${key}.mlp.size`)], {}, `${key}.mlp.out`);
  return b.op("Add", [middle, back], {}, `${key}.out`);
}

function linear(b: Builder, key: string, rows: string, from: number, to: number): string {
  const weight = whole(b, `${key}.weight`, [to, from]);
  return b.op("Gemm", [rows, weight, whole(b, `${key}.bias`, [to])], { transB: int(1) }, key);
}

function readOut(b: Builder, shape: VitShape, stream: string): string {
  const first = b.vector([0]);
  const flat = b.vector([-1, shape.width]);
  if (shape.readout === "cls") {
    const token = b.op("Slice", [stream, first, b.vector([1]), b.vector([1])], {}, "read/class_token");
    return layerNorm(b, shape, b.op("Reshape", [token, flat], {}, "read/class_row"), "norm");
  }
  const normed = layerNorm(b, shape, stream, "norm");
  const grid = shape.imagePixels / shape.patchPixels;
  const bounds = [b.vector([1]), b.vector([grid * grid + 1]), b.vector([1])];
  const patches = b.op("Slice", [normed, ...bounds], {}, "read/patch_tokens");
  const mean = b.op("ReduceMean", [patches, b.vector([1])], { keepdims: int(0) }, "read/mean");
  if (shape.readout === "mean") return mean;
  const token = b.op("Slice", [normed, first, b.vector([1]), b.vector([1])], {}, "read/class_token");
  const row = b.op("Reshape", [token, flat], {}, "read/class_row");
  return b.op("Concat", [row, mean], { axis: int(1) }, "read/both");
}

function checkShape(shape: VitShape): void {
  const { imagePixels, patchPixels, width, depth, heads, mlpWidth, prefixTokens, layerNormEps } = shape;
  const problems = [
    ...Object.entries({ imagePixels, patchPixels, width, depth, heads, mlpWidth })
      .filter(([, n]) => !Number.isSafeInteger(n) || n < 1)
      .map(([name, n]) => `${name} is ${n}`),
    ...(imagePixels % patchPixels === 0 ? [] : [`${imagePixels} pixels are no multiple of patches of ${patchPixels}`]),
    ...(width % heads === 0 ? [] : [`width ${width} is no multiple of ${heads} heads`]),
    ...(layerNormEps > 0 ? [] : [`layerNormEps is ${layerNormEps}`]),
    ...(prefixTokens === 1 ? [] : [`${prefixTokens} prefix tokens: only a class token is built here`]),
  ];
  if (problems.length > 0) {
    throw new Fault("bad-model", `No vision transformer has this shape: ${problems.join("; ")}.`, { problems });
  }
}
