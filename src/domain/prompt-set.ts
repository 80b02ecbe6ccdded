// A prompt set as data: what it is bound to, what it knows, how it was judged. File format: prompt-set-file.ts.
// Knows no runtime; the backbone it belongs to is only named by digest.
import type { Mpp, PromptSetId, SlideId, WeightsDigest } from "../base/brand.ts";
import type { Estimate } from "./estimate.ts";
import type { TissueClass } from "./label.ts";
import type { BackboneShape, Normalisation, VitArchitecture } from "./model.ts";
import type { EdgeRule, ResampleFilter } from "./patch.ts";
import type { classTextControls, InstanceShape, InstanceWeights, TextOrigin, textControls } from "./prompt-kinds.ts";
import type { TuningSettings } from "./run.ts";

/** Task visual prompts and a cosine head: what the first version knows. */
export const promptSetFormat = "pathotune-prompts/1";
/** All kinds of prompts and heads of others. A set that needs none of it is written in the first format, so that older versions read it and its bytes stay. */
export const promptSetFormat2 = "pathotune-prompts/2";
/** What decides an answer beside prompts and one head: views, a frozen part, a head of a regression, no prompts at all. */
export const promptSetFormat3 = "pathotune-prompts/3";
/** Prompts that were learned without labels, and heads on features whitened by how the views of one patch differ. */
export const promptSetFormat4 = "pathotune-prompts/4";
export type PromptSetFormat =
  | typeof promptSetFormat
  | typeof promptSetFormat2
  | typeof promptSetFormat3
  | typeof promptSetFormat4;
export const researchUseNotice = "Research use only. Not for diagnostic procedures.";

/** Everything between the slide's bytes and the graph; a set made under another preprocessing is refused. */
export type Preprocessing = Readonly<{
  patchPixels: number;
  mpp: Mpp;
  filter: ResampleFilter;
  edge: EdgeRule;
  snap: number;
  normalisation: Normalisation;
  /** Optical densities of every patch standardised first (math/stain.ts); absent: taken as they are. */
  stain?: "standardised";
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

/**
 * Deep task visual prompts enter blocks firstBlock..depth-1 (VPT-deep, Jia et al. 2022; PathoTune's TVP). In `three-kinds` there may be
 * none of them (N = 0); tokens of text and of the instance module enter with the first block and go on through the others. `none`: the
 * backbone as it is, with a head; firstBlock is its depth.
 */
export type PromptMethod =
  | Readonly<{ kind: "task-visual-deep"; firstBlock: number; blocks: number; tokensPerBlock: number }>
  | Readonly<{
      kind: "three-kinds";
      firstBlock: number;
      blocks: number;
      tokensPerBlock: number;
      instance: InstanceShape | null;
      textual: TextOrigin<(typeof textControls)[number]> | null;
    }>
  | Readonly<{ kind: "none"; firstBlock: number; blocks: 0; tokensPerBlock: 0 }>;

type HeadText = TextOrigin<(typeof classTextControls)[number]> & Readonly<{ share: number }>;

/**
 * cosine: logits = temperature * cosine(features - centre, weight[class]); `text`: what its start took from class texts. logistic: logits =
 * unit(features - centre) . weight[class] + bias[class], unit(x) of length 1. linear: logits = features . weight[class] + bias[class].
 * whitened: logits = unit(L^-1 (features - centre)) . weight[class] + bias[class], L a lower triangular matrix of the file (the frozen
 * part's likewise). none: the set has prompts only, and no classes; labels make its head.
 */
export type PromptHead =
  | Readonly<{ kind: "cosine"; temperature: number; text?: HeadText }>
  | Readonly<{ kind: "logistic"; text?: HeadText }>
  | Readonly<{ kind: "linear" }>
  | Readonly<{ kind: "whitened" }>
  | Readonly<{ kind: "none" }>;

/**
 * From features to scores. Features under the prompts are averaged over the first `views` views of a patch (engine/views.ts), the head
 * scores them, and softmax(log score / temperature) is its answer. `frozen`: a logistic head on the features without prompts, averaged
 * alike; the final score is (1 - share) * the set's own + share * the frozen one's.
 */
export type PromptAnswer = Readonly<{
  views: number;
  temperature: number;
  frozen: Readonly<{ share: number; temperature: number }> | null;
  /** Why so, for the person; decides nothing. */
  words?: string;
}>;

/** Of a set that says nothing of it. */
export const plainAnswer: PromptAnswer = { views: 1, temperature: 1, frozen: null };

/**
 * A file of others that carries no digest: a person said which backbone and normalisation it belongs to, and nobody can check it. Such a
 * set is marked wherever it is shown. `notes`: what of the file was left out, in words.
 */
export type Declared = Readonly<{ source: "promptstate"; fileDigest: string; notes: readonly string[] }>;

/**
 * Its prompts were learned from patches nobody labelled, and so was what features are centred with and whitened by. A set that is nothing
 * else has no head and no classes; one that labels gave a head to keeps this as where it comes from. Which places they were is never in a
 * file; `slides` are fingerprints.
 */
export type Learned = Readonly<{
  patches: number;
  slides: readonly SlideId[];
  /** Times every patch was gone through. */
  epochs: number;
  /** Patches of one step: each is told from all others of it, so more make a harder question. */
  batch: number;
  /** As of a tuning: prompts move 50 times as fast for tokens of standard deviation 1. */
  learningRate: number;
  /** Of the cosines. */
  temperature: number;
  seed: number;
}>;

/** JSON in the safetensors header under `__metadata__`; no clock time anywhere: same labels and seed, same bytes. */
export type PromptSetMetadata = Readonly<{
  format: PromptSetFormat;
  name: string;
  /** `computation` is absent in files older than it. */
  backbone: Readonly<{ name: string; weightsDigest: WeightsDigest; computation?: BackboneComputation }>;
  preprocessing: Preprocessing;
  classes: readonly TissueClass[];
  method: PromptMethod;
  head: PromptHead;
  /** Absent: `plainAnswer`. */
  answer?: PromptAnswer;
  /** Absent: what it is bound to was verified when it was made. */
  declared?: Declared;
  /** Absent: labels made its prompts. */
  learned?: Learned;
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
  /** [blocks, tokensPerBlock, width], row-major; empty where there are no task visual prompts. */
  prompts: Float32Array;
  instance: InstanceWeights | null;
  /** [texts, width], as they enter; null where there are none. */
  textual: Float32Array | null;
  /** D, of all tokens; 0 where the set has none. */
  width: number;
  /** [classes, features], row-major; empty where there is no head. */
  headWeight: Float32Array;
  /** [features] of a cosine, logistic or whitened head, and of learned prompts; else empty. */
  headCentre: Float32Array;
  /** [classes] of a linear, logistic or whitened head, else empty. */
  headBias: Float32Array;
  /** [features, features], lower triangular: what a whitened head, or one made for learned prompts, divides by; else empty. */
  headWhitening: Float32Array;
  /** Of the frozen part, shaped as those of the set's own head; null where there is none. */
  frozen: FrozenPart | null;
}>;

/** `weight` and `bias` are empty in a set that waits for labels, `whitening` in one whose head is not whitened. */
export type FrozenPart = Readonly<{
  weight: Float32Array;
  bias: Float32Array;
  centre: Float32Array;
  whitening: Float32Array;
}>;

/** What the page keeps and shows of a set: no tensors. */
export type PromptSetSummary = Readonly<{
  id: PromptSetId;
  bytes: number;
  trainedParameters: number;
  metadata: PromptSetMetadata;
}>;
