// A plain vision transformer as a graph over timm's tensor names (Dosovitskiy et al. 2021). Knows no weights.
import { Fault } from "../../base/fault.ts";
import { type Builder, createBuilder } from "../builder.ts";
import { float, type Graph, int, ints } from "../ir.ts";

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
  const cls = repeated(b, whole(b, "cls_token", [1, 1, width]), tokens, "embed/class_token");
  const joined = b.op("Concat", [cls, tokens], { axis: int(1) }, "embed/joined");
  const position = whole(b, "pos_embed", [1, grid * grid + 1, width]);
  let stream = b.op("Add", [joined, position], {}, "embed/tokens");
  for (let block = 0; block < depth; block++) stream = addBlock(b, shape, block, stream);
  return b.finish({ features: readOut(b, shape, stream) });
}

/** Repeats `value` [1,N,D] for every image of `tokens` [B,T,D]: [B,N,D]. */
export function repeated(b: Builder, value: string, tokens: string, name: string): string {
  const [batch] = b.known(tokens).shape;
  if (typeof batch === "number") return b.op("Expand", [value, b.vector([batch, 1, 1])], {}, name);
  // Asking for the batch (Shape) is an operator of the processor, which a graph on the GPU must not need: a zero that has the
  // batch is added instead.
  const corner = b.op("Slice", [tokens, b.vector([0, 0]), b.vector([1, 1]), b.vector([1, 2])], {}, "batch/corner");
  return b.op("Add", [b.op("Mul", [corner, b.scalar(0)], {}, "batch/zero"), value], {}, name);
}

const whole = (b: Builder, key: string, shape: readonly number[]): string =>
  b.weight(key, { key, elementOffset: 0 }, shape);

function layerNorm(b: Builder, shape: VitShape, x: string, key: string): string {
  const scale = whole(b, `${key}.weight`, [shape.width]);
  const bias = whole(b, `${key}.bias`, [shape.width]);
  return b.op("LayerNormalization", [x, scale, bias], { axis: int(-1), epsilon: float(shape.layerNormEps) }, key);
}

function addBlock(b: Builder, shape: VitShape, block: number, x: string): string {
  const { width, heads, mlpWidth } = shape;
  const key = `blocks.${block}`;
  const headWidth = width / heads;

  const norm1 = layerNorm(b, shape, x, `${key}.norm1`);
  const project = (part: "q" | "k" | "v", index: number): string => {
    const rows: Rows = { part, first: index * width, count: width };
    const tokens = linear(b, `${key}.attn.qkv`, norm1, width, rows);
    const scaled =
      part === "q" ? b.op("Mul", [tokens, b.scalar(headWidth ** -0.5)], {}, `${key}.attn.q.scaled`) : tokens;
    const split = b.op("Reshape", [scaled, b.vector([0, 0, heads, headWidth])], {}, `${key}.attn.${part}.heads`);
    const perm = part === "k" ? [0, 2, 3, 1] : [0, 2, 1, 3];
    return b.op("Transpose", [split], { perm: ints(perm) }, `${key}.attn.${part}.by_head`);
  };
  const [q, k, v] = [project("q", 0), project("k", 1), project("v", 2)];
  const logits = b.op("MatMul", [q, k], {}, `${key}.attn.logits`);
  const map = b.op("Softmax", [logits], { axis: int(-1) }, `${key}.attn.map`);
  const mixed = b.op("MatMul", [map, v], {}, `${key}.attn.mixed`);
  const joined = b.op("Transpose", [mixed], { perm: ints([0, 2, 1, 3]) }, `${key}.attn.joined`);
  const tokens = b.op("Reshape", [joined, b.vector([0, 0, width])], {}, `${key}.attn.tokens`);
  const middle = b.op("Add", [x, linear(b, `${key}.attn.proj`, tokens, width, all(width))], {}, `${key}.middle`);

  const norm2 = layerNorm(b, shape, middle, `${key}.norm2`);
  const hidden = linear(b, `${key}.mlp.fc1`, norm2, width, all(mlpWidth));
  const active = b.op("Gelu", [hidden], {}, `${key}.mlp.act`);
  return b.op("Add", [middle, linear(b, `${key}.mlp.fc2`, active, mlpWidth, all(width))], {}, `${key}.out`);
}

/** Rows `first` .. `first + count` of a stored [out, in] weight: q, k and v are thirds of one tensor. */
type Rows = Readonly<{ part: string | null; first: number; count: number }>;
const all = (count: number): Rows => ({ part: null, first: 0, count });

/** x [B,T,from] -> [B,T,rows.count], weights turned from timm's [out, in]; any number of images and tokens. */
function linear(b: Builder, key: string, x: string, from: number, { part, first, count }: Rows): string {
  const suffix = part ? `#${part}` : "";
  const source = { key: `${key}.weight`, elementOffset: first * from, transposed: true } as const;
  const weight = b.weight(`${key}.weight${suffix}`, source, [from, count]);
  const bias = b.weight(`${key}.bias${suffix}`, { key: `${key}.bias`, elementOffset: first }, [count]);
  const name = part ? `${key}.${part}` : key;
  return b.op("Add", [b.op("MatMul", [x, weight], {}, `${name}.product`), bias], {}, name);
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
