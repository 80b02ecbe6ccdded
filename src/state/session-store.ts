// What the person sees but nobody keeps: open slides, the engine's state, the click, the tuning run, notices.
// Holds plain data only: no promise, no class instance, no large typed array. Pointer moves (60 Hz) never come here.
import { createStore, type StoreApi } from "zustand/vanilla";
import type { ClassId, LabelId, PromptSetId, RunId, SlideId, WeightsDigest } from "../base/brand.ts";
import { type Fault, type FaultData, faultToData } from "../base/fault.ts";
import { type HubPlace, hub } from "../domain/hub-place.ts";
import type { KeptDownload } from "../domain/kept-download.ts";
import type { KeptModel } from "../domain/kept-model.ts";
import type { Label, Prediction } from "../domain/label.ts";
import type { Ablation, LabelCurve, StudyProgress } from "../domain/label-study.ts";
import type { Patch } from "../domain/patch.ts";
import type { Project, SlideRef } from "../domain/project.ts";
import type { PromptSetSummary } from "../domain/prompt-set.ts";
import type { TuningRun, TuningSettings } from "../domain/run.ts";
import type { SlideInfo } from "../domain/slide.ts";
import { noTraffic, type Traffic } from "../domain/traffic.ts";
import type { Attention } from "../protocol/attention-api.ts";
import type { EngineStatus, LoadProgress } from "../protocol/engine-api.ts";
import type { HubProgress } from "../protocol/hub-api.ts";
import type { LabelReview, Suggestion } from "../protocol/labelling-api.ts";
import type { Familiarity, TestResult } from "../protocol/trust-api.ts";
import type { CapabilityReport } from "./capability-report.ts";
import { initialMaps, type MapsState } from "./map-state.ts";

export type OpenSlide = Readonly<{ info: SlideInfo; name: string; source: SlideRef["source"] }>;

export type EngineState =
  | Readonly<{ kind: "loading"; progress: LoadProgress | null }>
  /** `knownSets`: prompt sets this engine holds; others are handed to it from the journal when needed. */
  | Readonly<{ kind: "ready"; status: EngineStatus; knownSets: readonly PromptSetId[] }>
  | Readonly<{ kind: "failed"; fault: FaultData }>;

/** A backbone of the person's own. `kept`: whether this browser has its files after a reload. */
export type OwnModel = Readonly<{ model: KeptModel; kept: "yes" | "being-kept" | "no" }>;

/** How the last import went; its fault is for the form that asked for it. */
export type ModelImport =
  | Readonly<{ kind: "none" }>
  | Readonly<{ kind: "loading"; cancelled: boolean }>
  | Readonly<{ kind: "failed"; fault: FaultData }>
  | Readonly<{ kind: "loaded" }>;

/**
 * A backbone of the hub that is here in part or whole. `paused`: by the person, by a reload, or by `fault`; what has come is kept.
 * `ready`: whole and checked, not loaded yet.
 */
export type HubDownload =
  | Readonly<{ kind: "running"; progress: HubProgress }>
  | Readonly<{ kind: "paused"; bytes: number; total: number | null; fault: FaultData | null }>
  | Readonly<{ kind: "ready"; download: KeptDownload; notes: readonly string[] }>;

/** `place`: the hub, or the mirror the person named. Downloads by id of their entry; of one that is not begun there is none. */
export type HubState = Readonly<{ place: HubPlace; downloads: Readonly<Record<string, HubDownload>> }>;

/** The patch that was clicked and what is known of it. `waiting`: the engine is not ready; it is asked when it is. */
export type ClickState =
  | Readonly<{ kind: "none" }>
  | Readonly<{ kind: "waiting"; patch: Patch; reason: string }>
  | Readonly<{ kind: "asking"; patch: Patch }>
  | Readonly<{ kind: "answered"; patch: Patch; prediction: Prediction }>
  | Readonly<{ kind: "failed"; patch: Patch; fault: FaultData }>;

/** Learning prompts without labels, running or how the last one ended; null: none in this session. */
export type LearningState =
  | null
  | Readonly<{
      state: "running";
      id: RunId;
      slides: readonly SlideId[];
      done: number;
      /** 0 until the engine knows. */
      total: number;
      cancelled: boolean;
    }>
  | Readonly<{ state: "finished"; set: PromptSetId; places: number }>
  | Readonly<{ state: "cancelled" }>
  | Readonly<{ state: "failed"; fault: FaultData }>;

/** A question to the labels about themselves. `of`: the labels it was answered from, to be told from those of now by identity. */
export type Study<Result> =
  | Readonly<{ kind: "none" }>
  | Readonly<{ kind: "asking"; progress: StudyProgress | null; trains: boolean; cancelled: boolean }>
  | Readonly<{ kind: "answered"; result: Result; of: ReadonlyMap<LabelId, Label> }>
  | Readonly<{ kind: "failed"; fault: FaultData }>;

export type Studies = Readonly<{ curve: Study<LabelCurve>; ablation: Study<Ablation> }>;

/** The strip of suggested places. `list` is as it came; what is labelled or set aside since is not shown (state/suggested.ts). */
export type SuggestState =
  | Readonly<{ kind: "closed" }>
  | Readonly<{ kind: "looking"; slideId: SlideId; done: number; total: number }>
  | Readonly<{ kind: "shown"; slideId: SlideId; list: readonly Suggestion[]; places: number; chosen: number }>
  | Readonly<{ kind: "failed"; slideId: SlideId; fault: FaultData }>;

/** What whoever answers says of the labels; each under the class it had when it was asked. */
export type ReviewState =
  | Readonly<{ kind: "none" }>
  | Readonly<{ kind: "looking"; done: number; total: number }>
  | Readonly<{ kind: "shown"; review: LabelReview; by: string }>
  | Readonly<{ kind: "failed"; fault: FaultData }>;

/** Where the model looked in the patch a person asked about. `by`: the set that answers there; null: none does. */
export type AttentionState =
  | Readonly<{ kind: "none" }>
  | Readonly<{ kind: "looking"; patch: Patch }>
  | Readonly<{
      kind: "shown";
      patch: Patch;
      by: Readonly<{ name: string; views: number; frozenShare: number }> | null;
      /** Under the set's prompts; null where it has none. */
      under: Attention | null;
      frozen: Attention;
    }>
  | Readonly<{ kind: "failed"; patch: Patch; fault: FaultData }>;

export type Notice = Readonly<{
  id: number;
  tone: "info" | "warning" | "error";
  text: string;
  fault: FaultData | null;
}>;

/** `persisted`: the browser promised not to clear what is kept when disk runs low. Bytes. */
export type StorageState = Readonly<{ persisted: boolean | null; usage: number | null; quota: number | null }>;

/** How the last test on labels that only test went; null: none was made. */
export type ValidationState =
  | null
  | Readonly<{ state: "running"; done: number; total: number }>
  | (Readonly<{ state: "done"; key: string; set: PromptSetId }> & TestResult)
  | Readonly<{ state: "failed"; fault: FaultData }>;

/** How like the labels the clicked patch is; of that answer and those labels alone (follow-familiarity.ts). */
export type FamiliarityState =
  | (Pick<Project, "labels" | "slides"> & Readonly<{ click: ClickState; result: Familiarity }>)
  | null;

export type SessionState = Readonly<{
  openSlides: ReadonlyMap<SlideId, OpenSlide>;
  currentSlide: SlideId | null;
  /** Name of what is being opened. */
  opening: string | null;
  engine: EngineState;
  /** The graphics card was found to compute gradients wrongly in this session: models are loaded on the processor from then on. */
  gpuRefused: boolean;
  /** Of the weights that were last ready, whatever the engine is doing now: what the next ones replace. */
  lastWeights: WeightsDigest | null;
  ownModels: readonly OwnModel[];
  /** Id of the own backbone that is used, or being loaded to be; null: the embedded one. */
  activeModel: string | null;
  modelImport: ModelImport;
  hub: HubState;
  /** Prompt sets shipped beside the model; they are nobody's work and not in the project. */
  shippedSets: ReadonlyMap<PromptSetId, PromptSetSummary>;
  /** Background features of a slide, so that similar places can be found. */
  indexing: Readonly<{ slideId: SlideId; done: number; total: number; complete: boolean }> | null;
  selectedClass: ClassId | null;
  click: ClickState;
  suggesting: SuggestState;
  review: ReviewState;
  attention: AttentionState;
  /** The running or last tuning of this session. */
  tuning: TuningRun | null;
  learning: LearningState;
  /** The set learned without labels that a tuning starts from, or labels alone; null: the newest such set, where there is one. */
  startFrom: PromptSetId | "labels" | null;
  studies: Studies;
  /** What the person changed of the engine's proposed settings, and nothing else of them; null: the proposal stands. */
  settings: Partial<TuningSettings> | null;
  /** The prompt set active before the present one, for blinking between two; `undefined`: none yet, null: frozen. */
  previousSet: PromptSetId | null | undefined;
  notices: readonly Notice[];
  capabilities: CapabilityReport;
  traffic: Traffic;
  maps: MapsState;
  /** The project as it was when it was last saved to a file in this visit. */
  exported: Project | null;
  /** What the browser says of keeping; null: not known (yet). */
  storage: StorageState;
  validation: ValidationState;
  familiarity: FamiliarityState;
  /** Goes up when the tissue of a slide is found otherwise. */
  tissueRevision: number;
}>;

export type SessionStore = StoreApi<SessionState>;

export function createSessionStore(capabilities: CapabilityReport = []): SessionStore {
  return createStore<SessionState>()(() => ({
    openSlides: new Map(),
    currentSlide: null,
    opening: null,
    engine: { kind: "loading", progress: null },
    gpuRefused: false,
    lastWeights: null,
    ownModels: [],
    activeModel: null,
    modelImport: { kind: "none" },
    hub: { place: hub, downloads: {} },
    shippedSets: new Map(),
    indexing: null,
    selectedClass: null,
    click: { kind: "none" },
    suggesting: { kind: "closed" },
    review: { kind: "none" },
    attention: { kind: "none" },
    tuning: null,
    learning: null,
    startFrom: null,
    studies: { curve: { kind: "none" }, ablation: { kind: "none" } },
    settings: null,
    previousSet: undefined,
    notices: [],
    capabilities,
    traffic: noTraffic,
    maps: initialMaps,
    exported: null,
    storage: { persisted: null, usage: null, quota: null },
    validation: null,
    familiarity: null,
    tissueRevision: 0,
  }));
}

const maxNotices = 20;

/** Adds a notice; one that repeats the last text replaces it, so that a failing loop cannot flood the screen. */
export function notify(session: SessionStore, tone: Notice["tone"], text: string, fault: Fault | null = null): void {
  session.setState(({ notices }) => {
    const id = (notices.at(-1)?.id ?? 0) + 1;
    const kept = notices.at(-1)?.text === text ? notices.slice(0, -1) : notices;
    return { notices: [...kept, { id, tone, text, fault: fault && faultToData(fault) }].slice(-maxNotices) };
  });
}

export function dismissNotice(session: SessionStore, id: number): void {
  session.setState(({ notices }) => ({ notices: notices.filter((notice) => notice.id !== id) }));
}
