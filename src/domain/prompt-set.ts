// A prompt set as data: what it is bound to, what it knows, how it was judged. File format: prompt-set-file.ts.
// Knows no runtime; the backbone it belongs to is only named by digest.
import type { Mpp, PromptSetId, SlideId, WeightsDigest } from "../base/brand.ts";
import type { Estimate } from "./estimate.ts";
import type { TissueClass } from "./label.ts";
import type { BackboneShape, Normalisation, VitArchitecture } from "./model.ts";
import type { EdgeRule, ResampleFilter } from "./patch.ts";
import type { TuningSettings } from "./run.ts";

export const promptSetFormat = "pathotune-prompts/1";
export const researchUseNotice = "Research use only. Not for diagnostic procedures.";

/** Everything between the slide's bytes and the graph; a set made under another preprocessing is refused. */
export type Preprocessing = Readonly<{
  patchPixels: number;
  mpp: Mpp;
  filter: ResampleFilter;
  edge: EdgeRule;
  snap: number;
  normalisation: Normalisation;
}>;

/**
 * What decides features beside the weights, so that the same weights run otherwise are told apart. The same record for the same network,
 * whatever file it came from. null: not known of this backbone (its weights digest then covers its whole graph).
 */
export type BackboneComputation = BackboneShape &
  Readonly<{
    readout: VitArchitecture["readout"] | null;
    layerNormEps: number | null;
    activation: NonNullable<VitArchitecture["activation"]> | null;
  }>;

/** JSON in the safetensors header under `__metadata__`; no clock time anywhere: same labels and seed, same bytes. */
export type PromptSetMetadata = Readonly<{
  format: typeof promptSetFormat;
  name: string;
  /** `computation` is absent in files older than it. */
  backbone: Readonly<{ name: string; weightsDigest: WeightsDigest; computation?: BackboneComputation }>;
  preprocessing: Preprocessing;
  classes: readonly TissueClass[];
  /** Deep task visual prompts enter blocks firstBlock..depth-1 (VPT-deep, Jia et al. 2022; PathoTune's TVP). */
  method: Readonly<{ kind: "task-visual-deep"; firstBlock: number; blocks: number; tokensPerBlock: number }>;
  /** logits = temperature * cosine(features - centre, weight[class]). */
  head: Readonly<{ kind: "cosine"; temperature: number }>;
  settings: TuningSettings | null;
  labels: Readonly<{
    count: number;
    digest: string;
    perClass: readonly number[];
    origins: Readonly<Record<string, number>>;
  }>;
  estimate: Estimate | null;
  stain: string | null;
  organ: string | null;
  /** Set: the classes name drawings (or one slide only), and the set works on this slide alone. */
  onlyOn: SlideId | null;
  /** True when any training pixel was drawn by a program. */
  synthetic: boolean;
  parent: PromptSetId | null;
  appVersion: string;
  licence: string;
  notice: typeof researchUseNotice;
}>;

export type PromptSet = Readonly<{
  id: PromptSetId;
  metadata: PromptSetMetadata;
  /** [blocks, tokensPerBlock, width], row-major. */
  prompts: Float32Array;
  /** [classes, width], row-major. */
  headWeight: Float32Array;
  /** [width] */
  headCentre: Float32Array;
}>;

/** What the page keeps and shows of a set: no tensors. */
export type PromptSetSummary = Readonly<{
  id: PromptSetId;
  bytes: number;
  trainedParameters: number;
  metadata: PromptSetMetadata;
}>;
