// A backbone as the app knows it: what it is, how it wants its pixels, whose it is. Knows no weights and no runtime.
// Parsers: parse-manifest.ts (a model folder), model-import.ts (files that people bring).
import type { ModelId, Mpp } from "../base/brand.ts";
import type { EdgeRule, PatchSpec, ResampleFilter } from "./patch.ts";

/** How a ViT is built and read out. graph/vit/vit-shape.ts says what each field means and what leaving one out means. */
export type VitArchitecture = Readonly<{
  kind: "vit";
  imagePixels: number;
  patchPixels: number;
  width: number;
  depth: number;
  heads: number;
  mlpWidth: number;
  layerNormEps: number;
  /** Tokens before the patch tokens: [pretext], class, registers. */
  prefixTokens: number;
  readout: "cls" | "mean" | "cls+mean";
  registers?: number;
  pretextToken?: boolean;
  positions?: "all" | "class" | "patches";
  layerScale?: boolean;
  ffn?: "mlp" | "swiglu";
  activation?: "gelu" | "gelu-tanh" | "quick-gelu" | "silu";
  qkvBias?: boolean;
  finalNorm?: "norm" | "fc_norm" | "none";
}>;

/** Pixel p becomes (p/255 - mean[c]) / std[c]. */
export type Normalisation = Readonly<{
  mean: readonly [number, number, number];
  std: readonly [number, number, number];
}>;

export type Licence = Readonly<{ id: string; text: string; source: string }>;

/** File of a model folder with its sha256 (hex) and size in bytes. */
export type ModelFile = Readonly<{ path: string; sha256: string; bytes: number }>;

/**
 * `models/<id>/manifest.json`. Field names follow WSInfer's model-config where they exist
 * (`patch_size_pixels`, `spacing_um_px`); parse-manifest.ts maps them to these.
 */
export type ModelManifest = Readonly<{
  id: ModelId;
  name: string;
  architecture: VitArchitecture;
  /** Side in pixels and um/px of the patches it was trained on. */
  patchPixels: number;
  mpp: Mpp;
  /** um/px range within which the model may be used. */
  mppRange: readonly [Mpp, Mpp];
  filter: ResampleFilter;
  edge: EdgeRule;
  snap: number;
  normalisation: Normalisation;
  licence: Licence;
  /** The graph; its initialisers are external data in `weights`. */
  graph: ModelFile;
  /** safetensors, timm key names. */
  weights: ModelFile;
  /** Expected output of one fixed patch: `pixels` (raw RGB) and `features` (float32 little endian), computed by PyTorch. */
  golden: Readonly<{ pixels: ModelFile; features: ModelFile; tolerance: number }>;
  /** Prompt sets shipped beside the model, with the slide (by SlideId) each is restricted to. */
  promptSets: readonly ModelFile[];
}>;

/** What every backbone has, however its graph was made. Counts. */
export type BackboneShape = Readonly<{
  imagePixels: number;
  /** Side of a token's square in pixels; null where patches are cut out by something else than one convolution. */
  patchPixels: number | null;
  depth: number;
  width: number;
  heads: number;
  /** Prefix and patch tokens. */
  tokens: number;
  prefixTokens: number | null;
  /** Width of the features: of one read-out, or of two side by side. */
  featureWidth: number;
}>;

/** What comes with a backbone of the app's own, or was stated by the person who brought it. */
export type Model = Readonly<{
  id: ModelId;
  name: string;
  shape: BackboneShape;
  patchPixels: number;
  mpp: Mpp;
  mppRange: readonly [Mpp, Mpp];
  filter: ResampleFilter;
  edge: EdgeRule;
  snap: number;
  normalisation: Normalisation;
  /** What is done to pixels before the normalisation; absent: nothing. */
  stain?: "standardised";
  licence: Licence;
  origin: "shipped" | "imported";
  /** Bytes of its files. */
  bytes: number;
}>;

/** The patches this model eats. */
export function patchSpecOf(model: Pick<Model, "patchPixels" | "mpp" | "filter" | "edge" | "snap">): PatchSpec {
  return { pixels: model.patchPixels, mpp: model.mpp, filter: model.filter, edge: model.edge, snap: model.snap };
}

/** The model a folder describes. `featureWidth`: 2D where class token and mean are read side by side. */
export function modelOfManifest(manifest: ModelManifest): Model {
  const { architecture: vit, graph, weights, golden: _golden, promptSets: _sets, ...stated } = manifest;
  return {
    ...stated,
    shape: {
      imagePixels: vit.imagePixels,
      patchPixels: vit.patchPixels,
      depth: vit.depth,
      width: vit.width,
      heads: vit.heads,
      tokens: (vit.imagePixels / vit.patchPixels) ** 2 + vit.prefixTokens,
      prefixTokens: vit.prefixTokens,
      featureWidth: vit.readout === "cls+mean" ? 2 * vit.width : vit.width,
    },
    origin: "shipped",
    bytes: graph.bytes + weights.bytes,
  };
}
