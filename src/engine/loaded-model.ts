// A backbone that was read and understood, from a folder or from a person's files. Knows no way it was read and no device.
import type { WeightsDigest } from "../base/brand.ts";
import type { Model } from "../domain/model.ts";
import type { BackboneComputation } from "../domain/prompt-set.ts";
import type { Backbone } from "./model-programs.ts";
import type { OriginalModel } from "./runtime.ts";

/** RGB of a square patch, and what a trusted implementation computes for it. `words`: which one, for people. */
export type Golden = Readonly<{ pixels: Uint8Array; features: Float32Array; tolerance: number; words: string }>;

/**
 * What the device's answers are held against. `original-file`: an imported ONNX file itself, run as it is; its `features` make those
 * of the model of its outputs. `none`: checkpoints without a reference; the first visit's answers become it.
 */
export type Reference =
  | Readonly<{ kind: "stored"; golden: Golden }>
  | Readonly<{ kind: "original-file"; original: OriginalModel; pixels: Uint8Array }>
  | Readonly<{ kind: "none"; pixels: Uint8Array }>;

export type LoadedModel = Readonly<{
  model: Model;
  digest: WeightsDigest;
  computation: BackboneComputation;
  backbone: Backbone;
  reference: Reference;
  /** Bytes of the prompt sets shipped beside the model. */
  promptSets: readonly Uint8Array[];
}>;
