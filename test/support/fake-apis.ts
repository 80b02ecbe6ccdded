// An engine and a slide reader without model and pixels that keep the contracts of protocol/: cancelling, faults, what is known.
// Answers depend on their parameters only. Knows no test runner.
import { type ModelId, mpp, type PromptSetId, type SlideId, type WeightsDigest } from "../../src/base/brand.ts";
import { Fault } from "../../src/base/fault.ts";
import { intersects } from "../../src/domain/geometry.ts";
import type { Prediction } from "../../src/domain/label.ts";
import { alwaysAsked, type ImportFacts } from "../../src/domain/model-import.ts";
import type { PromptSetSummary } from "../../src/domain/prompt-set.ts";
import { promptSetIdOf } from "../../src/domain/prompt-set-file.ts";
import type { TuningEvent } from "../../src/domain/run.ts";
import type { SlideInfo } from "../../src/domain/slide.ts";
import type {
  EngineApi,
  EngineStatus,
  GivenFile,
  ModelSource,
  Scorer,
  TuneParams,
  TuneResult,
} from "../../src/protocol/engine-api.ts";
import type { SlideApi } from "../../src/protocol/slide-api.ts";
import { createFakeLearning, type FakeLearning } from "./fake-learning.ts";
import { createFakeStudies, type FakeStudies } from "./fake-studies.ts";
import { createFakeSweeps, type FakeSweeps, fakeSweep } from "./fake-sweeps.ts";
import { computation, model, settings, slideInfo, summary, weightsDigest } from "./sample-project.ts";

export const engineStatus: EngineStatus = {
  provider: { kind: "wasm", words: "Processor, 1 thread", threads: 1, why: null },
  model,
  weightsDigest,
  computation,
  gates: [],
  notes: [],
  defaults: settings,
  tunable: { blocks: model.shape.depth, why: null },
};

/** A prompt set "file": its name as bytes, so that a name gives an id. */
export const setFile = (name: string): Uint8Array => new TextEncoder().encode(name);
export const setFileId = (name: string): PromptSetId => promptSetIdOf(setFile(name));

export type FakeEngine = Readonly<{
  api: EngineApi;
  /** Scorers that were asked, in order. */
  asked: readonly Scorer[];
  known: ReadonlyMap<PromptSetId, PromptSetSummary>;
  /** The tuning in progress waits for these. */
  progress(event: TuningEvent): void;
  finish(ended?: TuneResult["ended"]): void;
  fail(fault: Fault): void;
  lastTuning(): TuneParams | null;
  /** While held, answers to clicks wait (until cancelled). */
  hold(): () => void;
  /** What was asked to be loaded, in order. */
  loads: readonly ModelSource[];
  /** While held, loads of files wait (until cancelled). */
  holdLoads(): () => void;
  /** What the labels were asked about themselves; it waits for its answer. */
  studies: FakeStudies;
  /** What was asked to be learned without labels; it waits for its end. */
  learning: FakeLearning;
  /** What a sweep is made of. */
  sweeps: FakeSweeps;
  /** As after a death: all that was known is gone. */
  restart(): void;
}>;

type Tuning = {
  readonly params: TuneParams;
  readonly onProgress: ((event: TuningEvent) => void) | undefined;
  readonly resolve: (result: TuneResult) => void;
  readonly reject: (reason: unknown) => void;
};

const rejectOnAbort = (signal: AbortSignal | undefined, reject: (reason: unknown) => void): void => {
  if (signal?.aborted) reject(signal.reason);
  signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
};

/** What every file leaves open, beside what is always asked. */
const modelAsks = ["heads", "readout"] as const;

/** The digest a file of this path has: of its name, without ending. */
export const fileDigest = (path: string): WeightsDigest =>
  setFileId(path.replace(/\.[^.]*$/, "")) as string as WeightsDigest;

/** Files whose name begins with "bad" are no backbone; "large" ones can be tuned in two blocks, "huge" ones not at all. */
function loadFiles(files: readonly GivenFile[], facts: ImportFacts): EngineStatus {
  const [main] = files;
  const { mpp: scale, licence, normalisation } = facts;
  const missing = [...alwaysAsked, ...modelAsks].filter((fact) => facts[fact] === undefined);
  if (!main || main.path.startsWith("bad")) throw new Fault("bad-model", `${main?.path ?? "Nothing"} is no backbone.`);
  if (!licence || scale === undefined || !normalisation || missing.length > 0) {
    throw new Fault("bad-model", `Not answered: ${missing.join(", ")}.`, { missing });
  }
  const pixels = facts.imagePixels ?? 224;
  const blocks = main.path.startsWith("huge") ? 0 : main.path.startsWith("large") ? 2 : model.shape.depth;
  return {
    ...engineStatus,
    model: {
      ...model,
      id: "imported" as ModelId,
      name: facts.name ?? main.path,
      patchPixels: pixels,
      mpp: mpp(scale),
      mppRange: [mpp(scale), mpp(scale)],
      normalisation,
      licence,
      origin: "imported",
    },
    weightsDigest: fileDigest(main.path),
    tunable: { blocks, why: blocks === model.shape.depth ? null : "It does not fit this device's memory." },
  };
}

export type FakeEngineOptions = Readonly<{
  /** Sets that work on one slide only, by name. */
  onlyOn?: Readonly<Record<string, SlideId>>;
  /** Names of the sets that come with the model. */
  shipped?: readonly string[];
  /** What a tuning of one kind of prompts is forecast to take; nothing is forecast without. */
  secondsPerLabel?: number;
}>;

export function createFakeEngine(options: FakeEngineOptions = {}): FakeEngine {
  const known = new Map<PromptSetId, PromptSetSummary>();
  const asked: Scorer[] = [];
  let tuning: Tuning | null = null;
  let lastTuning: TuneParams | null = null;
  let gate: Promise<void> | null = null;
  let loadGate: Promise<void> | null = null;
  const loads: ModelSource[] = [];
  const studies: FakeStudies = { asked: [], progress: () => {}, answer: () => {}, fail: () => {} };
  const learning: FakeLearning = { asked: [], progress: () => {}, finish: () => {}, fail: () => {} };
  const sweeps = createFakeSweeps();

  const need = (id: PromptSetId): PromptSetSummary => {
    const set = known.get(id);
    if (!set) throw new Fault("bad-prompt-set", "The engine does not hold this prompt set.", { id });
    return set;
  };
  const add = (bytes: Uint8Array): PromptSetSummary => {
    const name = new TextDecoder().decode(bytes);
    if (name.startsWith("bad")) throw new Fault("bad-prompt-set", `This file cannot be used as a prompt set: ${name}.`);
    const made = summary(promptSetIdOf(bytes), { name, onlyOn: options.onlyOn?.[name] ?? null });
    known.set(made.id, made);
    return made;
  };
  const end = (ended: TuneResult["ended"]): void => {
    if (!tuning) return;
    const bytes = setFile(`tuned by ${tuning.params.runId}`);
    const made = add(bytes);
    const estimate = { kind: "none", reason: "Label more places.", withoutFigure: [] } as const;
    const choice = { share: 0, kind: "constants", words: "prompts only, as asked" } as const;
    tuning.resolve({ bytes, summary: made, choice, passedOver: null, estimate, heldOut: [], ended, gates: [] });
    tuning = null;
  };

  const api: EngineApi = {
    load: async ({ source }, call) => {
      loads.push(source);
      call?.onProgress?.({ what: "downloading", done: 1, total: 2 });
      if (source.kind === "files") {
        if (loadGate) {
          const opened = loadGate;
          await new Promise<void>((resolve, reject) => {
            rejectOnAbort(call?.signal, reject);
            void opened.then(resolve);
          });
        }
        await Promise.resolve();
        call?.signal?.throwIfAborted();
        known.clear();
        return loadFiles(source.files, source.facts);
      }
      known.clear();
      const names = options.shipped ?? [];
      const shipped = names.filter((name) => !name.startsWith("bad")).map((name) => add(setFile(name)));
      const shippedRefused = names.filter((name) => name.startsWith("bad")).map((name) => `"${name}" cannot be used.`);
      return { ...engineStatus, shipped, shippedRefused };
    },
    inspectModel: async ({ files, facts }) => {
      const [main] = files;
      if (!main) throw new Fault("bad-model", "No file was given.");
      const missing = [...alwaysAsked, ...modelAsks].filter((fact) => facts[fact] === undefined);
      return {
        container: "safetensors",
        name: main.path.replace(/\.[^.]*$/, ""),
        bytes: main.file.size,
        facts: { imagePixels: 224, patchPixels: 16, depth: 12, width: 192 },
        normalisation: null,
        outputs: [],
        missing,
        presets: [],
        refusal: null,
        notes: [],
      };
    },
    classify: async ({ patch, scorer }, call): Promise<Prediction> => {
      asked.push(scorer);
      if (gate) {
        const opened = gate;
        await new Promise<void>((resolve, reject) => {
          rejectOnAbort(call?.signal, reject);
          void opened.then(resolve);
        });
      }
      call?.signal?.throwIfAborted();
      if (patch.region.x < 0) return { kind: "no-tissue", tissue: 0 };
      switch (scorer.kind) {
        case "prompt-set": {
          const { classes } = need(scorer.id).metadata;
          const scores = classes.map(({ id, name, color }, i) => ({
            classId: id,
            name,
            color,
            score: i === 0 ? 1 : 0,
          }));
          return { kind: "scored", by: { kind: "prompt-set", id: scorer.id }, scores, tissue: 1 };
        }
        case "preview": {
          const share = 1 / scorer.classes.length;
          const scores = scorer.classes.map(({ id, name, color }) => ({ classId: id, name, color, score: share }));
          return { kind: "scored", by: { kind: "frozen-preview", labels: scorer.examples.length }, scores, tissue: 1 };
        }
        case "similar":
          return { kind: "unscored", tissue: 1, similar: [] };
        default:
          return scorer satisfies never;
      }
    },
    indexSlide: async ({ max }, call) => {
      call?.onProgress?.({ done: 1, total: max });
      return { places: max };
    },
    addPromptSet: async ({ bytes }) => add(bytes),
    declarePromptSet: async ({ bytes }) => ({ bytes, summary: add(bytes) }),
    removePromptSet: async ({ id }) => void known.delete(id),
    warm: async ({ id }) => {
      need(id);
      return { compiled: false, milliseconds: 0 };
    },
    tune: (params, call) =>
      new Promise((resolve, reject) => {
        if (params.learned) need(params.learned.id);
        lastTuning = params;
        tuning = { params, resolve, reject, onProgress: call?.onProgress };
        rejectOnAbort(call?.signal, (reason) => {
          tuning = null;
          reject(reason);
        });
      }),
    keepFrozen: async ({ runId }) => {
      const bytes = setFile(`frozen by ${runId}`);
      return { bytes, summary: add(bytes) };
    },
    finishEarly: async () => end("early"),
    sweep: (params, call) => fakeSweep(params, sweeps, call),
    previewMap: async ({ sheet, known: wanted, classes, examples }, call) => {
      call?.signal?.throwIfAborted();
      return sweeps.preview(sheet, wanted, classes, examples);
    },
    putFeatures: async ({ sheet, cells, features }) => ({ held: sweeps.put(sheet, cells, features) }),
    familiarity: async ({ patch, examples }) =>
      examples.length < 10
        ? { kind: "too-few", labels: examples.length }
        : { kind: "known", labels: examples.length, distance: patch.region.x, limit: 5000 },
    // Nobody on the page asks for these yet.
    warmStart: async () => Promise.reject(new Fault("unsupported", "The fake engine learns nothing.")),
    embed: async () => Promise.reject(new Fault("unsupported", "The fake engine has no features.")),
    // Two squares by two; prompts take a tenth, and the place decides how the rest is shared out.
    attention: async ({ patch, set }, call) => {
      call?.signal?.throwIfAborted();
      const prompts = set === null ? 0 : need(set) && 0.1;
      const first = (patch.region.x % 100) / 1000;
      return {
        reads: "class",
        side: 2,
        patches: [first, 0.2, 0.1, 0.1],
        itself: 0.6 - prompts - first,
        others: 0,
        prompts,
      };
    },
    testLabels: async ({ set, labels }, call) => {
      const [first] = need(set).metadata.classes;
      call?.onProgress?.({ done: labels.length, total: labels.length });
      const answer = first ? { id: first.id, name: first.name } : null;
      return {
        unit: "island",
        answers: labels.map(({ id, classId }, unit) => ({ labelId: id, truth: classId, answer, unit })),
      };
    },
    forgetTissue: async () => undefined,
    forgetFeatures: async ({ sheet }) => void sweeps.features.delete(sheet),
    forecast: async ({ settings: { tokensPerBlock, instance, text }, labels }) => {
      const kinds = [tokensPerBlock > 0, instance !== undefined, (text?.tokens ?? null) !== null];
      return {
        seconds: options.secondsPerLabel ? options.secondsPerLabel * labels * kinds.filter(Boolean).length : null,
      };
    },
    ...createFakeStudies(studies),
    ...createFakeLearning(learning, (set) => known.set(set.id, set)),
    // A row of places 1000 px apart, each called the first class; what is to be avoided is left out.
    suggest: async ({ classes, avoid, examples, count }, call) => {
      call?.onProgress?.({ done: 200, total: 200 });
      const [first, second] = classes;
      const closed = [...avoid, ...examples.map(({ patch }) => patch.region)];
      const row = Array.from({ length: 40 }, (_, i) => ({ x: 1000 + 200 * i, y: 7000, width: 224, height: 224 }));
      const open = row.filter((a, i) => i % 2 === 0 && closed.every((b) => !intersects(a, b)));
      const called = first && second && { classId: first.id, score: 0.6, secondId: second.id, secondScore: 0.4 };
      const list = open.slice(0, count).map((region) => ({
        region,
        why: "unsure" as const,
        called: called ?? null,
        nearest: examples.length > 0 ? 0.5 : null,
      }));
      return { list, places: open.length };
    },
    scoreLabels: async ({ examples, scorer }) => ({
      labels: examples.map(({ labelId }) => ({
        labelId,
        scores:
          scorer.kind === "preview"
            ? scorer.classes.map(({ id, name, color }, i) => ({ classId: id, name, color, score: i === 0 ? 0.9 : 0.1 }))
            : null,
      })),
      how: "left-out",
    }),
  };

  return {
    api,
    asked,
    known,
    progress: (event) => tuning?.onProgress?.(event),
    finish: (ended = "complete") => end(ended),
    fail: (fault) => {
      tuning?.reject(fault);
      tuning = null;
    },
    lastTuning: () => lastTuning,
    hold: () => {
      let open = (): void => {};
      gate = new Promise((resolve) => {
        open = resolve;
      });
      return () => {
        gate = null;
        open();
      };
    },
    restart: () => {
      known.clear();
      sweeps.features.clear();
    },
    sweeps,
    studies,
    learning,
    loads,
    holdLoads: () => {
      let open = (): void => {};
      loadGate = new Promise((resolve) => {
        open = resolve;
      });
      return () => {
        loadGate = null;
        open();
      };
    },
  };
}

/** Slides by file name "1", "2", ...; "bad" is no slide, "plain" (number 9) has no um/px. */
export function createFakeSlides(): Pick<SlideApi, "open" | "close" | "calibrate"> & SlideApi {
  const open = new Map<SlideId, SlideInfo>();
  const unused = async (): Promise<never> => {
    throw new Fault("unsupported", "This fake reads no pixels.");
  };
  const need = (id: SlideId): SlideInfo => {
    const info = open.get(id);
    if (!info) throw new Fault("invalid", "This slide is not open.");
    return info;
  };
  return {
    open: async ({ source }, call) => {
      await Promise.resolve();
      call?.signal?.throwIfAborted();
      const name = source.kind === "file" ? source.file.name : source.kind === "files" ? source.name : source.url;
      if (name === "bad") throw new Fault("not-a-slide", '"bad" is not a slide.');
      const info =
        name === "plain" ? slideInfo(9, { calibration: { kind: "unknown" } }) : slideInfo(Number.parseInt(name, 10));
      open.set(info.id, open.get(info.id) ?? info);
      return need(info.id);
    },
    close: async ({ slideId }) => void open.delete(slideId),
    calibrate: async ({ slideId, calibration }) => {
      const info = { ...need(slideId), calibration };
      open.set(slideId, info);
      return info;
    },
    setTissue: async ({ slideId }) => void need(slideId),
    tile: unused,
    preview: unused,
    patch: unused,
    // Tissue everywhere.
    tissueMask: async ({ slideId }) => {
      const { width, height } = need(slideId);
      return { width: 1, height: 1, downsampleX: width, downsampleY: height, data: Uint8Array.of(1) };
    },
    tissueGrid: unused,
    photograph: unused,
    profile: unused,
  };
}
