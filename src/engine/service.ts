// The engine as an api: one backbone at a time, its prompt sets, clicks and tunings. Knows no host: every port is injected.
import type { RunId } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import { createLane, lanePriority } from "../base/lane.ts";
import { createLatest } from "../base/latest.ts";
import { declarePromptSet } from "../domain/declare-prompt-set.ts";
import type { PromptSetSummary } from "../domain/prompt-set.ts";
import { parsePromptSet, summarisePromptSet } from "../domain/prompt-set-file.ts";
import { parsePromptState } from "../domain/promptstate.ts";
import type { EngineApi, EngineStatus, LoadProgress, ModelSource } from "../protocol/engine-api.ts";
import { createAttention, withoutAttention } from "./attention.ts";
import { type Classifier, createClassifier } from "./classify.ts";
import { assertFits, preprocessingOf } from "./fits-backbone.ts";
import { carriedOf, defaultSettings, type Speed, tuningSeconds } from "./forecast.ts";
import type { Stash } from "./frozen-weights.ts";
import { checkGradient } from "./gates/check-gradient.ts";
import { createMemoryGateStore, type GateStore } from "./gates/kept-gates.ts";
import { importModel } from "./import-model.ts";
import { indexPlaces } from "./index-places.ts";
import { inspectModel } from "./inspect-model.ts";
import { keepFrozen } from "./keep-frozen.ts";
import { createLearning } from "./learn-service.ts";
import { type FetchBytes, loadModel } from "./load-model.ts";
import type { LoadedModel } from "./loaded-model.ts";
import { previewMap } from "./preview-map.ts";
import { scoreLabels } from "./score-labels.ts";
import { type Session, type SessionDeps, startSession } from "./session.ts";
import { needsOfSet, readyFor } from "./set-answer.ts";
import { createStudies } from "./studies/study-service.ts";
import { suggestPlaces } from "./suggest-places.ts";
import { sweep } from "./sweep.ts";
import { createTrust } from "./trust-service.ts";
import { tunableHere } from "./tunable.ts";
import { type TuneHooks, tune, type WrittenSet } from "./tune.ts";
import { tuneLearned } from "./tune-learned.ts";
import { type CountedWorkload, createWorkload } from "./workload.ts";

export type EngineDeps = Omit<SessionDeps, "lane" | "cacheBytes" | "gates"> &
  Readonly<{
    fetchBytes: FetchBytes;
    stash: Stash;
    /** Default: what was found out on this device is found out again in the next session. */
    gates?: GateStore;
    /** Default 256 MiB: about 1,700 patches of a ViT-Tiny. */
    cacheBytes?: number;
    /** What `slides` does to pixels; default: nothing. Sets are made and fit accordingly. */
    stain?: "standardised";
    /** Lets whatever has arrived meanwhile be heard, between long computations on this thread. Default: nothing has. */
    pause?: () => Promise<void>;
    /** The device of the loaded model is lost: nothing runs here any more. */
    onLost?: (fault: Fault) => void;
  }>;

/** The api, and what the host may ask of it beside. */
export type Engine = EngineApi &
  Readonly<{
    /** How many graphs were compiled since the model was loaded. */
    compiled(): number;
    release(): Promise<void>;
  }>;

type Loaded = Readonly<{
  session: Session;
  classify: Classifier;
  work: CountedWorkload;
  tunable: EngineStatus["tunable"];
}>;

export function createEngine(deps: EngineDeps): Engine {
  const lane = createLane(deps.pause ?? null);
  const gates = deps.gates ?? createMemoryGateStore();
  const clicks = createLatest();
  const loads = createLatest();
  const recolour = createLatest();
  const finishing = new Set<RunId>();
  let loaded: Loaded | null = null;
  let speed: Speed | null = null;
  let tuning = false;

  const current = (): Loaded => {
    if (!loaded) throw new Fault("invalid", "No model is loaded yet.");
    return loaded;
  };
  const signalOf = (options?: Readonly<{ signal?: AbortSignal }>): AbortSignal =>
    options?.signal ?? new AbortController().signal;

  const addPromptSet = (session: Session, bytes: Uint8Array): PromptSetSummary => {
    const set = parsePromptSet(bytes);
    assertFits(set, session.model, session.digest, session.computation);
    session.sets.set(set.id, { set, bytes: bytes.length });
    return summarisePromptSet(set, bytes.length);
  };

  const read = (
    source: ModelSource,
    signal: AbortSignal,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<LoadedModel> =>
    source.kind === "folder"
      ? loadModel(source.manifestUrl, deps.fetchBytes, signal, onProgress)
      : importModel(source.files, source.facts, deps.stash, signal, onProgress);

  const release = async (): Promise<void> => {
    clicks.cancel();
    const old = loaded;
    loaded = null;
    await old?.session.release();
  };

  /** One training at a time: its step holds the most memory of all graphs, and the next may have another shape. */
  const alone = async <T>(task: () => Promise<T>): Promise<T> => {
    if (tuning) throw new Fault("invalid", "A tuning is running already. Finish or cancel it first.");
    const { session } = current();
    tuning = true;
    try {
      return await task();
    } finally {
      tuning = false;
      await lane.run(lanePriority.click, () => session.programs.releaseTrain()).catch(() => undefined);
    }
  };

  const hooksFor = (session: Session, signal: AbortSignal): TuneHooks => ({
    signal,
    emit: () => {},
    finishEarly: () => false,
    checkGradient: (step) => checkGradient(session, step, { runtimes: deps.runtimes, gates }, signal),
  });

  const studies = createStudies({ session: () => current().session, hooksFor, alone });

  const learning = createLearning({
    current,
    known: () => loaded && speed && { speed, work: loaded.work },
    slides: deps.slides,
    now: deps.now,
    hooksFor,
    alone,
  });

  return {
    ...studies,
    ...learning,
    load: ({ source, prefer }, options) =>
      loads.run(async (signal) => {
        const onProgress = options?.onProgress ?? (() => {});
        const given = await read(source, signal, onProgress);
        const model = deps.stain ? { ...given, model: { ...given.model, stain: deps.stain } } : given;
        await release();
        onProgress({ what: "self-test", done: 0, total: 1 });
        const cacheBytes = deps.cacheBytes ?? 256 * 2 ** 20;
        const session = await startSession(model, prefer, { ...deps, gates, lane, cacheBytes }, signal);
        if (signal.aborted) {
          // Whoever asked has gone, and a newer load knows nothing of this one's memory.
          await session.release();
          signal.throwIfAborted();
        }
        onProgress({ what: "self-test", done: 1, total: 1 });
        const work = createWorkload(model.backbone);
        speed = { seconds: session.forward, flops: work.forward };
        const tunable = tunableHere(session.programs.backbone, session.runtime.provider);
        loaded = { session, classify: createClassifier(session), work, tunable };
        void session.runtime.lost?.then((fault) => deps.onLost?.(fault));
        const shipped: PromptSetSummary[] = [];
        const refused: string[] = [];
        for (const bytes of model.promptSets) {
          try {
            shipped.push(addPromptSet(session, bytes));
          } catch (error) {
            refused.push(error instanceof Error ? error.message : String(error));
          }
        }
        const lacking = withoutAttention(session.programs.backbone);
        const status: EngineStatus = {
          provider: session.runtime.provider,
          model: model.model,
          weightsDigest: model.digest,
          computation: model.computation,
          gates: session.gates,
          notes: session.notes,
          defaults: defaultSettings(Math.max(1, tunable.blocks), speed, work),
          tunable,
          shipped,
          shippedRefused: refused,
          ...(lacking === null ? {} : { withoutAttention: lacking }),
        };
        return status;
      }, options?.signal),

    ...createTrust(current),
    ...createAttention(current),

    inspectModel: ({ files, facts }, options) => inspectModel(files, facts, signalOf(options)),

    classify: ({ patch, scorer }, options) =>
      clicks.run((signal) => current().classify(patch, scorer, signal), options?.signal),

    async indexSlide(params, options) {
      const places = await indexPlaces(current().session, deps.slides, params, signalOf(options), (done, total) =>
        options?.onProgress?.({ done, total }),
      );
      return { places };
    },

    async suggest(params, options) {
      const tell = (done: number, total: number): void => options?.onProgress?.({ done, total });
      return suggestPlaces(current().session, deps.slides, params, signalOf(options), tell);
    },

    async scoreLabels(params, options) {
      const tell = (done: number, total: number): void => options?.onProgress?.({ done, total });
      return scoreLabels(current().session, params, signalOf(options), tell);
    },

    async addPromptSet({ bytes }) {
      return addPromptSet(current().session, bytes);
    },

    async declarePromptSet({ name, bytes, weightsDigest }) {
      const { session } = current();
      const { model, digest, computation } = session;
      if (digest !== weightsDigest) {
        throw new Fault(
          "invalid",
          "Another backbone was loaded meanwhile. Declare again which one the file was made for.",
        );
      }
      const { depth, width, featureWidth } = model.shape;
      const bound = { name: model.name, weightsDigest, computation, preprocessing: preprocessingOf(model) };
      const declared = { ...bound, depth, width, featureWidth };
      const made = declarePromptSet(parsePromptState(bytes, name), name, declared, deps.appVersion);
      return { bytes: made, summary: addPromptSet(session, made) };
    },

    async removePromptSet({ id }) {
      current().session.sets.delete(id);
    },

    async warm({ id }, options) {
      const { session } = current();
      const kept = session.sets.get(id);
      if (!kept) throw new Fault("bad-prompt-set", "This prompt set is not loaded. Load its file again.");
      const { programs } = session;
      const needs = needsOfSet(kept.set, session.model.shape);
      const before = deps.now();
      const compiled = !readyFor(programs, needs);
      if (compiled) {
        const make = async (): Promise<void> => {
          await programs.base(needs.cut);
          if (needs.upper) await programs.upper(needs.cut, needs.upper);
        };
        await lane.run(lanePriority.click, make, signalOf(options));
      }
      return { compiled, milliseconds: deps.now() - before };
    },

    async tune(params, options) {
      const { session, work, tunable } = current();
      const trains = params.learned === undefined;
      if (trains && params.settings.blocks > tunable.blocks && tunable.why !== null)
        throw new Fault("limit", tunable.why);
      finishing.delete(params.runId);
      return alone(async () => {
        const emit = options?.onProgress ?? (() => {});
        const quiet = hooksFor(session, signalOf(options));
        const { settings } = params;
        const hooks = { ...quiet, emit, finishEarly: () => finishing.has(params.runId) };
        const tuned = await (trains ? tune : tuneLearned)(session, params, hooks);
        if (tuned.secondsPerStep !== null) {
          const step = work.step(settings.blocks, settings.tokensPerBlock, carriedOf(settings));
          speed = { seconds: tuned.secondsPerStep, flops: step * tuned.batch };
        }
        session.sets.set(tuned.set.id, { set: tuned.set, bytes: tuned.bytes.length });
        emit({ type: "finished", promptSet: tuned.set.id, ended: tuned.ended });
        const { bytes, estimate, heldOut, ended, choice, gates: passed } = tuned;
        const told = (made: WrittenSet) => ({
          bytes: made.bytes,
          summary: summarisePromptSet(made.set, made.bytes.length),
        });
        if (tuned.passedOver) {
          const { set, bytes: beside } = tuned.passedOver;
          session.sets.set(set.id, { set, bytes: beside.length });
        }
        const passedOver = tuned.passedOver && told(tuned.passedOver);
        return { bytes, summary: told(tuned).summary, choice, passedOver, estimate, heldOut, ended, gates: passed };
      }).finally(() => finishing.delete(params.runId));
    },

    async keepFrozen(params, options) {
      const { session } = current();
      const { set, bytes } = await keepFrozen(session, { ...params, parent: null, resume: null }, signalOf(options));
      session.sets.set(set.id, { set, bytes: bytes.length });
      return { bytes, summary: summarisePromptSet(set, bytes.length) };
    },

    async finishEarly({ runId }) {
      finishing.add(runId);
    },

    async forecast({ settings, labels }) {
      if (!loaded || !speed || labels < 2) return { seconds: null };
      return { seconds: tuningSeconds(speed, loaded.work, settings, labels) };
    },

    async sweep(params, options) {
      const onProgress = options?.onProgress ?? (() => {});
      return { cells: await sweep(current().session, deps.slides, params, signalOf(options), onProgress) };
    },

    previewMap: (params, options) =>
      recolour.run((signal) => previewMap(current().session, params, signal), options?.signal),

    async putFeatures({ sheet, slideId, spec, grid, cells, features }) {
      const { swept, model } = current().session;
      swept.put(sheet, { slideId, spec, grid }, cells, features, model.shape.featureWidth);
      return { held: swept.count(sheet) };
    },

    async forgetFeatures({ sheet }) {
      loaded?.session.swept.forget(sheet);
    },

    async forgetTissue() {
      loaded?.session.analyser.forgetTissue();
    },

    compiled: () => loaded?.session.programs.compiled ?? 0,
    release,
  };
}
