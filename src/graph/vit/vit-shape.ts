// What shapes a vision transformer, and every tensor such a one has, under timm's names. Knows no values and no graph.
import { Fault } from "../../base/fault.ts";

/**
 * The fields of a manifest's architecture that shape the graph. Pixels, tokens and widths are counts. What may be left out is what
 * the plain ViT of Dosovitskiy et al. 2021 does: class token and patches, all with positions; GELU MLP; biases; one final norm.
 */
export type VitShape = Readonly<{
  imagePixels: number;
  patchPixels: number;
  width: number;
  depth: number;
  heads: number;
  /** Width of what the last layer of the MLP reads; in a gated MLP the first layer is twice as wide. */
  mlpWidth: number;
  layerNormEps: number;
  /** All tokens before the patches: [pretext], class, registers. */
  prefixTokens: number;
  readout: "cls" | "mean" | "cls+mean";
  /** Registers after the class token (Darcet et al. 2024); default 0. */
  registers?: number;
  /** A token before the class token (PathoDuet's [pretext, CLS]); default false. */
  pretextToken?: boolean;
  /** The tokens `pos_embed` has rows for: all; class and patches, not registers (DINOv2); patches only (timm's no_embed_class). */
  positions?: "all" | "class" | "patches";
  /** Each branch is scaled by a vector before it is added (Touvron et al. 2021). */
  layerScale?: boolean;
  /** swiglu: fc2(act(fc1[first half]) * fc1[second half]) (Shazeer 2020; timm SwiGLUPacked, DINOv2 swiglu_ffn). */
  ffn?: "mlp" | "swiglu";
  /** Of the MLP, or of the gate. gelu is the exact one. */
  activation?: "gelu" | "gelu-tanh" | "quick-gelu" | "silu";
  qkvBias?: boolean;
  /** norm: every token, before the read-out; fc_norm: what was read out (timm with average pooling). */
  finalNorm?: "norm" | "fc_norm" | "none";
}>;

/** The shape with nothing left out. */
export type FullVitShape = Required<VitShape>;

export function fullShape(shape: VitShape): FullVitShape {
  return {
    registers: 0,
    pretextToken: false,
    positions: "all",
    layerScale: false,
    ffn: "mlp",
    activation: "gelu",
    qkvBias: true,
    finalNorm: "norm",
    ...shape,
  };
}

/** Patch tokens. */
export const patchTokensOf = (shape: VitShape): number => (shape.imagePixels / shape.patchPixels) ** 2;

/** Rows of `pos_embed`. */
export function positionRowsOf(shape: FullVitShape): number {
  const prefix = { all: shape.prefixTokens, class: 1, patches: 0 }[shape.positions];
  return patchTokensOf(shape) + prefix;
}

export type VitTensor = Readonly<{ key: string; shape: readonly number[] }>;

/** Every tensor features are computed with, as timm calls it and stores it (linear layers [out, in]); no classifier. */
export function vitTensors(plain: VitShape): readonly VitTensor[] {
  const shape = fullShape(plain);
  const { width: d, mlpWidth: m, patchPixels: p, qkvBias, layerScale, finalNorm } = shape;
  const hidden = shape.ffn === "swiglu" ? 2 * m : m;
  const list: VitTensor[] = [];
  const add = (key: string, ...dims: number[]): void => {
    list.push({ key, shape: dims });
  };
  const addPair = (key: string, ...dims: number[]): void => {
    add(`${key}.weight`, ...dims);
    add(`${key}.bias`, dims[0] ?? d);
  };
  if (shape.pretextToken) add("pretext_token", 1, 1, d);
  add("cls_token", 1, 1, d);
  if (shape.registers > 0) add("reg_token", 1, shape.registers, d);
  add("pos_embed", 1, positionRowsOf(shape), d);
  addPair("patch_embed.proj", d, 3, p, p);
  for (let i = 0; i < shape.depth; i++) {
    const key = `blocks.${i}`;
    addPair(`${key}.norm1`, d);
    add(`${key}.attn.qkv.weight`, 3 * d, d);
    if (qkvBias) add(`${key}.attn.qkv.bias`, 3 * d);
    addPair(`${key}.attn.proj`, d, d);
    if (layerScale) add(`${key}.ls1.gamma`, d);
    addPair(`${key}.norm2`, d);
    addPair(`${key}.mlp.fc1`, hidden, d);
    addPair(`${key}.mlp.fc2`, d, m);
    if (layerScale) add(`${key}.ls2.gamma`, d);
  }
  if (finalNorm !== "none") addPair(finalNorm, d);
  return list;
}

/** Throws Fault `bad-model` naming every number that does not fit the others. */
export function checkShape(plain: VitShape): FullVitShape {
  const shape = fullShape(plain);
  const { imagePixels, patchPixels, width, depth, heads, mlpWidth, layerNormEps } = shape;
  const prefix = 1 + shape.registers + (shape.pretextToken ? 1 : 0);
  const problems = [
    ...Object.entries({ imagePixels, patchPixels, width, depth, heads, mlpWidth })
      .filter(([, n]) => !Number.isSafeInteger(n) || n < 1)
      .map(([name, n]) => `${name} is ${n}`),
    ...(imagePixels % patchPixels === 0 ? [] : [`${imagePixels} pixels are no multiple of patches of ${patchPixels}`]),
    ...(width % heads === 0 ? [] : [`width ${width} is no multiple of ${heads} heads`]),
    ...(layerNormEps > 0 ? [] : [`layerNormEps is ${layerNormEps}`]),
    ...(Number.isSafeInteger(shape.registers) && shape.registers >= 0 ? [] : [`registers is ${shape.registers}`]),
    ...(shape.prefixTokens === prefix
      ? []
      : [
          `${shape.prefixTokens} prefix tokens, but ${prefix} are described: a class token, ${shape.registers} registers and ${
            shape.pretextToken ? "a" : "no"
          } pretext token`,
        ]),
    // No network with these is known, so none is there to be equal to.
    ...(shape.pretextToken && (shape.positions !== "all" || shape.registers > 0)
      ? ["a pretext token is known only without registers and with positions for every token"]
      : []),
    ...(shape.finalNorm === "fc_norm" && shape.readout === "cls+mean"
      ? ["fc_norm is as wide as one read-out, not as class token and mean"]
      : []),
  ];
  if (problems.length > 0) {
    throw new Fault("bad-model", `No vision transformer has this shape: ${problems.join("; ")}.`, { problems });
  }
  return shape;
}
