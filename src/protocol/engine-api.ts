// Calls to whoever owns the model (the engine worker; in Node the engine floor itself). Knows no runtime.
import type { ClassId, LabelId, PromptSetId, RunId, SlideId, WeightsDigest } from "../base/brand.ts";
import type { Estimate } from "../domain/estimate.ts";
import type { Label, Prediction, TissueClass } from "../domain/label.ts";
import type { ModelManifest } from "../domain/model.ts";
import type { Patch } from "../domain/patch.ts";
import type { PromptSetSummary } from "../domain/prompt-set.ts";
import type { TuningEvent, TuningSettings } from "../domain/run.ts";
import type { Method } from "./call.ts";

/** Where graphs run, in words for the person. */
export type Provider = Readonly<{
  kind: "webgpu" | "wasm-threads" | "wasm";
  /** "GPU (Intel Iris Xe)", "Processor, 4 threads", "Processor, 1 thread". */
  words: string;
  threads: number;
  /** Why a faster one is not used; null when this is the fastest. */
  why: string | null;
}>;

/** One self-test on this device: worst relative difference found, and what is allowed. */
export type GateResult = Readonly<{
  name: "golden-patch" | "webgpu-against-wasm";
  error: number;
  limit: number;
  passed: boolean;
}>;

export type EngineStatus = Readonly<{
  provider: Provider;
  model: ModelManifest;
  weightsDigest: WeightsDigest;
  gates: readonly GateResult[];
  /** Settings the app proposes on this device. */
  defaults: TuningSettings;
  /** Prompt sets that came with the model, loaded already. */
  shipped?: readonly PromptSetSummary[];
  /** Why some of them could not be loaded. */
  shippedRefused?: readonly string[];
}>;

export type LoadProgress = Readonly<{ what: "downloading" | "preparing" | "self-test"; done: number; total: number }>;

/** A labelled patch as the engine needs it. */
export type Example = Readonly<{ labelId: LabelId; patch: Patch; classId: ClassId }>;

/** Which scorer answers a click. `preview` fits class centroids on the examples' cached frozen features. */
export type Scorer =
  | Readonly<{ kind: "prompt-set"; id: PromptSetId }>
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
}>;

export type TuneResult = Readonly<{
  bytes: Uint8Array;
  summary: PromptSetSummary;
  estimate: Estimate;
  ended: "complete" | "early" | "diverged";
}>;

export type EngineApi = Readonly<{
  /** Loads a model folder, passes the gates, says where it runs. Faults: bad-model, self-test, network, runtime. */
  load: Method<Readonly<{ manifestUrl: string; prefer: "auto" | "webgpu" | "wasm" }>, EngineStatus, LoadProgress>;
  classify: Method<Readonly<{ patch: Patch; scorer: Scorer }>, Prediction>;
  /** Features of up to `max` places on the slide's tissue, in the background, so that `similar` has something to find. */
  indexSlide: Method<
    Readonly<{ slideId: SlideId; max: number }>,
    Readonly<{ places: number }>,
    Readonly<{ done: number; total: number }>
  >;
  /** Validates against the loaded backbone and keeps the set. Fault bad-prompt-set with the reason. */
  addPromptSet: Method<Readonly<{ bytes: Uint8Array }>, PromptSetSummary>;
  removePromptSet: Method<Readonly<{ id: PromptSetId }>, void>;
  /** Compiles what the set needs, ahead of the first click; a set with the same first block costs nothing. */
  warm: Method<Readonly<{ id: PromptSetId }>, Readonly<{ compiled: boolean; milliseconds: number }>>;
  /** Held-out estimate, then the final training on all labels. Cancel by signal; `finishEarly` keeps what it has. */
  tune: Method<TuneParams, TuneResult, TuningEvent>;
  finishEarly: Method<Readonly<{ runId: RunId }>, void>;
  /** Seconds a tuning with these settings will take here, measured on one step; null before anything was measured. */
  forecast: Method<Readonly<{ settings: TuningSettings; labels: number }>, Readonly<{ seconds: number | null }>>;
}>;

export const engineMethods: Readonly<Record<keyof EngineApi, true>> = {
  load: true,
  classify: true,
  indexSlide: true,
  addPromptSet: true,
  removePromptSet: true,
  warm: true,
  tune: true,
  finishEarly: true,
  forecast: true,
};
