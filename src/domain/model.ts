// A backbone as the app knows it: manifest and architecture. Knows no weights and no runtime. Parser: parse-manifest.ts.
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

/** The patches this model eats. */
export function patchSpecOf(model: ModelManifest): PatchSpec {
  return { pixels: model.patchPixels, mpp: model.mpp, filter: model.filter, edge: model.edge, snap: model.snap };
}
