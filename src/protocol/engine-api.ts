// Calls to whoever owns the model (the engine worker; in Node the engine floor itself). Knows no runtime.
import type { ClassId, LabelId, Mpp, PromptSetId, RunId, SlideId, WeightsDigest } from "../base/brand.ts";
import type { Estimate } from "../domain/estimate.ts";
import type { HeldOutLabel } from "../domain/held-out.ts";
import type { Label, Prediction, TissueClass } from "../domain/label.ts";
import type { LearnedPlace } from "../domain/learned-places.ts";
import type { Model } from "../domain/model.ts";
import type { ImportFacts, ModelInspection } from "../domain/model-import.ts";
import type { Patch } from "../domain/patch.ts";
import type { StatedFacts } from "../domain/project.ts";
import type { BackboneComputation, PromptSetSummary } from "../domain/prompt-set.ts";
import type { TuningEvent, TuningSettings } from "../domain/run.ts";
import type { TuningCheckpoint } from "../domain/tuning-checkpoint.ts";
import { type AttentionEngineApi, attentionEngineMethods } from "./attention-api.ts";
import type { LocalFile, Method } from "./call.ts";
import { type LabellingEngineApi, labellingEngineMethods } from "./labelling-api.ts";
import { type LearnApi, learnMethods } from "./learn-api.ts";
import { type MapEngineApi, mapEngineMethods } from "./map-api.ts";
import { type StudyApi, studyMethods } from "./study-api.ts";
import type { TextVectors } from "./text-encoder.ts";
import { type TrustEngineApi, trustEngineMethods } from "./trust-api.ts";
import { type WarmStartApi, warmStartMethods } from "./warm-start-api.ts";

/** Where graphs run, in words for the person. */
export type Provider = Readonly<{
  kind: "webgpu" | "wasm-threads" | "wasm";
  /** "GPU (Intel Iris Xe)", "Processor, 4 threads", "Processor, 1 thread". */
  words: string;
  threads: number;
  /** Why a faster one is not used; null when this is the fastest. */
  why: string | null;
}>;

/** A file the person gave. `path`: relative to the folder it was dropped in, as an ONNX file refers to its external data. */
export type GivenFile = Readonly<{ path: string; file: LocalFile }>;

export type ModelSource =
  | Readonly<{ kind: "folder"; manifestUrl: string }>
  | Readonly<{ kind: "files"; files: readonly GivenFile[]; facts: ImportFacts }>;

/**
 * golden-patch: features of one fixed patch against a reference. batch: two images together against one by one.
 * webgpu-against-wasm: the same patch on both. norm-conditioning: worst |mean|/std of what enters a layer norm.
 * finite-differences: the gradient of the tuning step against central differences of its loss. gradient-webgpu-against-wasm: both gradients.
 */
export type GateName =
  | "golden-patch"
  | "batch"
  | "webgpu-against-wasm"
  | "norm-conditioning"
  | "finite-differences"
  | "gradient-webgpu-against-wasm";

/** One self-test on this device: worst relative difference found, and what is allowed. */
export type GateResult = Readonly<{
  name: GateName;
  error: number;
  limit: number;
  passed: boolean;
  /** What it was held against, or what was done about it, in words. */
  words: string;
  /** Passed on an earlier visit with these weights on this device, not run again. */
  kept: boolean;
}>;

export type EngineStatus = Readonly<{
  provider: Provider;
  model: Model;
  weightsDigest: WeightsDigest;
  computation: BackboneComputation;
  gates: readonly GateResult[];
  /** Settings the app proposes on this device. */
  defaults: TuningSettings;
  /** How many of the last blocks can be tuned within this device's memory: 0 .. depth. `why`: what stops more; null where nothing does. */
  tunable: Readonly<{ blocks: number; why: string | null }>;
  /** What a person should know of how far its answers were checked. */
  notes: readonly string[];
  /** Prompt sets that came with the model, loaded already. */
  shipped?: readonly PromptSetSummary[];
  /** Why some of them could not be loaded. */
  shippedRefused?: readonly string[];
  /** Why this backbone gives no attention to show; absent where it does. */
  withoutAttention?: string;
}>;

export type LoadProgress = Readonly<{ what: "downloading" | "preparing" | "self-test"; done: number; total: number }>;

/** A labelled patch as the engine needs it. */
export type Example = Readonly<{ labelId: LabelId; patch: Patch; classId: ClassId }>;

/**
 * Which scorer answers a click. `preview` fits class centroids on the examples' cached frozen features. A prompt set without a head (a file
 * of others) answers by the centroids of `labelled` under its prompts.
 */
export type Scorer =
  | Readonly<{
      kind: "prompt-set";
      id: PromptSetId;
      labelled?: Readonly<{ classes: readonly TissueClass[]; examples: readonly Example[] }>;
    }>
  | Readonly<{ kind: "preview"; classes: readonly TissueClass[]; examples: readonly Example[] }>
  | Readonly<{ kind: "similar" }>;

export type TuneParams = Readonly<{
  runId: RunId;
  name: string;
  settings: TuningSettings;
  classes: readonly TissueClass[];
  labels: readonly Label[];
  examples: readonly Example[];
  /** Case of each slide where declared. */
  cases: Readonly<Record<SlideId, string>>;
  /** Slides among the labels' that are drawn by a program. */
  syntheticSlides: readonly SlideId[];
  parent: PromptSetId | null;
  /** What the person says of all slides with labels alike; absent: nothing, or not alike. */
  stated?: StatedFacts;
  /** Goes on from here, to the same bytes as without the interruption; null: from the start. Fault `invalid` where it is another run's. */
  resume: TuningCheckpoint | null;
  /** Vectors of every text the settings name (domain/prompt-kinds.ts `textsNeeded`); absent where they name none. */
  text?: TextVectors;
  /** False: no held-out folds and no figure. */
  estimate?: boolean;
  /** True: where frozen features alone are chosen, the set with prompts is trained all the same and given beside. */
  trainAnyway?: boolean;
  /**
   * What features are centred with, [F]: the mean over patches nobody labelled, in the same views. Only without an estimate: the folds do not
   * know which patches these were.
   */
  centre?: Float32Array;
  /**
   * Keeps the prompts of this set, which were learned without labels; labels fit heads only, and `settings` count for views, the frozen
   * part and the seed alone. `places`: what it learned from; null where that is not known here. Labels within the guard of one are
   * never held out; where places are not known, no label of its slides is.
   */
  learned?: Readonly<{ id: PromptSetId; places: readonly LearnedPlace[] | null }>;
  /** How often memory ran out before: each time a step takes half as many patches at once. 0: as many as fit by calculation. */
  halvings: number;
}>;

/**
 * How much of the answer is the frozen regression's: 1 is a set without prompts, 0 one without a frozen part. `kind`: the default (frozen
 * features only) was not beaten by one standard error, or was, or a constant stands because there were too few labels to choose (or
 * nobody asked to).
 */
export type TuneChoice = Readonly<{ share: number; kind: "default" | "better" | "constants"; words: string }>;

export type TuneResult = Readonly<{
  /** Of the set that the labels chose: without prompts where frozen features are as good. */
  bytes: Uint8Array;
  summary: PromptSetSummary;
  choice: TuneChoice;
  /** The set with prompts, where it was not chosen and the request wanted it. */
  passedOver: Readonly<{ bytes: Uint8Array; summary: PromptSetSummary }> | null;
  estimate: Estimate;
  /** Of every held-out label; empty without a figure. */
  heldOut: readonly HeldOutLabel[];
  ended: "complete" | "early" | "diverged";
  /** What this device passed before the training. */
  gates: readonly GateResult[];
}>;

export type EngineApi = MapEngineApi &
  StudyApi &
  TrustEngineApi &
  AttentionEngineApi &
  LabellingEngineApi &
  WarmStartApi &
  LearnApi &
  Readonly<{
    /** Loads a model, passes the gates, says where it runs. Faults: bad-model, unsupported, unsupported-op, self-test, network, read, runtime. */
    load: Method<Readonly<{ source: ModelSource; prefer: "auto" | "webgpu" | "wasm" }>, EngineStatus, LoadProgress>;
    /** What files say of the model in them and what is still to be answered. Loads nothing. Faults: read, damaged, limit. */
    inspectModel: Method<Readonly<{ files: readonly GivenFile[]; facts: ImportFacts }>, ModelInspection>;
    classify: Method<Readonly<{ patch: Patch; scorer: Scorer }>, Prediction>;
    /** Features of up to `max` places on the slide's tissue, in the background, so that `similar` has something to find. `mpp`: of the field that is used, where it is not the backbone's own. */
    indexSlide: Method<
      Readonly<{ slideId: SlideId; max: number; mpp?: Mpp }>,
      Readonly<{ places: number }>,
      Readonly<{ done: number; total: number }>
    >;
    /** Validates against the loaded backbone and keeps the set. Fault bad-prompt-set with the reason. */
    addPromptSet: Method<Readonly<{ bytes: Uint8Array }>, PromptSetSummary>;
    /**
     * A prompt file of others (PuzzleTuning's promptstate) as a set of the loaded backbone, which the person declared it was made for:
     * `weightsDigest` is of the backbone they saw. Keeps the set. Faults: bad-prompt-set, damaged, unsupported, limit, invalid.
     */
    declarePromptSet: Method<
      Readonly<{ name: string; bytes: Uint8Array; weightsDigest: WeightsDigest }>,
      Readonly<{ bytes: Uint8Array; summary: PromptSetSummary }>
    >;
    removePromptSet: Method<Readonly<{ id: PromptSetId }>, void>;
    /** Compiles what the set needs, ahead of the first click; a set with the same first block costs nothing. */
    warm: Method<Readonly<{ id: PromptSetId }>, Readonly<{ compiled: boolean; milliseconds: number }>>;
    /** Held-out estimate, then the final training on all labels. Cancel by signal; `finishEarly` keeps what it has. */
    tune: Method<TuneParams, TuneResult, TuningEvent>;
    /** The frozen regression on all labels as a set without prompts, with its own held-out estimate. Seconds; kept as a tuned set is. */
    keepFrozen: Method<
      Omit<TuneParams, "resume" | "parent">,
      Readonly<{ bytes: Uint8Array; summary: PromptSetSummary }>
    >;
    finishEarly: Method<Readonly<{ runId: RunId }>, void>;
    /** Seconds a tuning with these settings will take here, measured on one step; null before anything was measured. */
    forecast: Method<Readonly<{ settings: TuningSettings; labels: number }>, Readonly<{ seconds: number | null }>>;
  }>;

export const engineMethods: Readonly<Record<keyof EngineApi, true>> = {
  load: true,
  inspectModel: true,
  classify: true,
  indexSlide: true,
  addPromptSet: true,
  declarePromptSet: true,
  removePromptSet: true,
  warm: true,
  tune: true,
  keepFrozen: true,
  finishEarly: true,
  forecast: true,
  ...mapEngineMethods,
  ...studyMethods,
  ...trustEngineMethods,
  ...attentionEngineMethods,
  ...labellingEngineMethods,
  ...warmStartMethods,
  ...learnMethods,
};
