// The engine on pictures in folders: the same api the app calls, on the processor, with every picture a slide of its own. Knows files and
// the engine; no figure and no draw.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import type { ClassId, LabelId, PromptSetId, RunId, SlideId } from "../base/brand.ts";
import { Fault, present, toFault } from "../base/fault.ts";
import { appVersion } from "../domain/app-version.ts";
import type { Region } from "../domain/geometry.ts";
import type { Label, TissueClass } from "../domain/label.ts";
import { patchSpecOf } from "../domain/model.ts";
import type { Patch } from "../domain/patch.ts";
import { type PromptSetSummary, plainAnswer } from "../domain/prompt-set.ts";
import type { TuningEvent, TuningSettings } from "../domain/run.ts";
import type { TuningCheckpoint } from "../domain/tuning-checkpoint.ts";
import { fitToModel } from "../engine/fit-to-model.ts";
import { createEngine, type Engine } from "../engine/service.ts";
import { viewsOf } from "../engine/views.ts";
import { standardiseStain } from "../math/stain.ts";
import { readModelFile } from "../platform/node/fetch-files.ts";
import { decodeImage } from "../platform/node/image-decoder.ts";
import type { NamedModel } from "../platform/node/model-files.ts";
import { openNativeRuntime } from "../platform/node/ort-native-runtime.ts";
import { createNodeRuntimes, stashInMemory } from "../platform/node/ort-runtime.ts";
import type { EngineStatus, TuneParams, TuneResult } from "../protocol/engine-api.ts";
import type { LearnResult } from "../protocol/learn-api.ts";
import type { PatchSource } from "../protocol/slide-api.ts";
import type { WarmPrompts, WarmStartSettings } from "../protocol/warm-start-api.ts";

/** A labelled picture. `group`: kin are never divided between folds. */
export type LabelledPicture = Readonly<{ path: string; classIndex: number; group: string }>;

export type FolderEngine = Readonly<{
  engine: Engine;
  status: EngineStatus;
  /** Tunes on these pictures as they lie (the first view). Faults and AbortError as the engine's `tune`. */
  tune(
    request: Readonly<{
      name: string;
      classes: readonly string[];
      pictures: readonly LabelledPicture[];
      settings: TuningSettings;
      resume?: TuningCheckpoint | null;
    }> &
      Pick<Partial<TuneParams>, "estimate" | "trainAnyway" | "centre" | "text" | "learned">,
    signal: AbortSignal,
    onEvent?: (event: TuningEvent) => void,
  ): Promise<TuneResult>;
  /** Scores [pictures, classes of the set], the mean over the first `views` views of each; a set that answers in views of its own is asked once. */
  scores(
    id: PromptSetId,
    paths: readonly string[],
    views: number,
    signal: AbortSignal,
    onDone?: (done: number) => void,
  ): Promise<Float64Array>;
  /** As the engine's `learn`, of pictures as they lie. */
  learn(
    request: Readonly<{ name: string; paths: readonly string[]; seed: number }>,
    signal: AbortSignal,
    onDone?: (done: number, total: number) => void,
  ): Promise<LearnResult>;
  /** As the engine's `warmStart`, of pictures as they lie. */
  warmStart(
    paths: readonly string[],
    settings: WarmStartSettings,
    signal: AbortSignal,
    onDone?: (done: number, total: number) => void,
  ): Promise<WarmPrompts>;
  /** Features [pictures, views, F] under these prompts, in each of the first `views` views. */
  embed(paths: readonly string[], views: number, prompts: WarmPrompts, signal: AbortSignal): Promise<Float32Array>;
  release(): Promise<void>;
}>;

export type EngineOptions = Readonly<{
  threads: number;
  /** onnxruntime's own kernels, or the WebAssembly ones the browser runs. */
  kernels: "native" | "wasm";
  stain: boolean;
  /** um/px of the pictures as they are; null or absent where nobody said. */
  mpp?: number | null;
  /** Told what a person should know. */
  note?: (line: string) => void;
  /** Other patches than pictures: an open slide. */
  slides?: PatchSource;
  cacheBytes?: number;
}>;

/** Faults: whatever loading the model and its gates throw. */
export async function openFolderEngine(
  { source }: NamedModel,
  options: EngineOptions,
  signal: AbortSignal,
): Promise<FolderEngine> {
  const pictures = new Map<SlideId, Readonly<{ path: string; view: number }>>();
  const registered = new Map<string, SlideId>();
  let model: EngineStatus["model"] | null = null;

  const register = async (path: string, view: number): Promise<SlideId> => {
    const key = `${view} ${path}`;
    const known = registered.get(key);
    if (known) return known;
    const bytes = await readPicture(path);
    const hash = createHash("sha256").update(bytes).digest("hex");
    // By content: the same labels give the same prompt set wherever the folder lies. A further view is another slide of the same case.
    const id = (view === 0 ? hash : createHash("sha256").update(`${hash} view ${view}`).digest("hex")) as SlideId;
    pictures.set(id, { path, view });
    registered.set(key, id);
    return id;
  };

  /** A picture has no um/px of its own; a stated one, scaled with the picture, must be one the model is for. */
  const assertScale = (path: string, scale: number): void => {
    if (!model || options.mpp === null || options.mpp === undefined) return;
    const actual = options.mpp * scale;
    const [low, high] = model.mppRange;
    if (actual >= low * (1 - model.snap) && actual <= high * (1 + model.snap)) return;
    const range = low === high ? `${low}` : `${low} to ${high}`;
    throw new Fault(
      "invalid",
      `${path} at ${options.mpp} um/px becomes ${actual.toPrecision(3)} um/px in the model's ${model.patchPixels} px; ${model.name} is for ${range}.`,
      { path },
    );
  };

  const fromFolders: PatchSource = {
    async patch({ slideId, spec }, call) {
      const picture = pictures.get(slideId);
      if (!picture) throw new Fault("read", "A picture was asked for that nobody named.", { slideId });
      const inner = call?.signal ?? signal;
      const decoded = await decodeImage(await readPicture(picture.path), picture.path, inner);
      const fitted = fitToModel(decoded, { patchPixels: spec.pixels, filter: spec.filter });
      assertScale(picture.path, fitted.scale);
      const rgb = options.stain ? standardiseStain(fitted.rgb) : fitted.rgb;
      return {
        data: present(viewsOf(rgb, spec.pixels)[picture.view], "a view"),
        pixels: spec.pixels,
        effectiveMpp: spec.mpp,
        level: 0,
        upsampled: fitted.scale < 1,
        missing: 0,
        // A person put it into the folder: whether it is tissue is not for the app to say.
        tissue: 1,
      };
    },
    // A picture is one place, all of it.
    async tissueGrid({ slideId, spec: { pixels } }) {
      return pictures.has(slideId) ? [{ x: 0, y: 0, width: pixels, height: pixels }] : [];
    },
  };

  const runtimes = createNodeRuntimes();
  const ownViews = new Map<PromptSetId, number>();
  const noted = (summary: PromptSetSummary): void =>
    void ownViews.set(summary.id, summary.metadata.answer?.views ?? plainAnswer.views);
  const created = createEngine({
    runtimes:
      options.kernels === "wasm"
        ? runtimes
        : {
            ...runtimes,
            wasm: async (why) => {
              const runtime = await openNativeRuntime(options.threads);
              return { ...runtime, provider: { ...runtime.provider, why } };
            },
          },
    stash: stashInMemory,
    slides: options.slides ?? fromFolders,
    fetchBytes: readModelFile,
    now: () => performance.now(),
    appVersion,
    ...(options.stain ? { stain: "standardised" } : {}),
    ...(options.cacheBytes === undefined ? {} : { cacheBytes: options.cacheBytes }),
  });
  const engine: Engine = {
    ...created,
    async addPromptSet(params, call) {
      const summary = await created.addPromptSet(params, call);
      noted(summary);
      return summary;
    },
    async tune(params, call) {
      const result = await created.tune(params, call);
      noted(result.summary);
      if (result.passedOver) noted(result.passedOver.summary);
      return result;
    },
  };
  const status = await engine.load({ source, prefer: "wasm" }, { signal });
  model = status.model;
  for (const line of status.notes) options.note?.(line);
  if (!options.slides && (options.mpp === null || options.mpp === undefined)) {
    const { mppRange, name } = status.model;
    options.note?.(
      `um/px of the pictures is not stated (--mpp): whether it is what ${name} is for (${mppRange.join(" to ")}) was not checked.`,
    );
  }
  const spec = patchSpecOf(model);
  const region: Region = { x: 0, y: 0, width: spec.pixels, height: spec.pixels };
  const patchOf = (slideId: SlideId): Patch => ({ slideId, region, spec });

  return {
    engine,
    status,
    async tune({ name, classes, pictures: labelled, settings, resume = null, ...asked }, callSignal, onEvent) {
      const tissues = tissueClasses(classes);
      const cases: Record<SlideId, string> = {};
      const labels: Label[] = [];
      for (const [i, { path, classIndex, group }] of labelled.entries()) {
        const slideId = await register(path, 0);
        cases[slideId] = group;
        labels.push({
          id: `picture ${i}` as LabelId,
          slideId,
          classId: present(tissues[classIndex], "a class").id,
          region,
          slideMpp: spec.mpp,
          origin: "imported",
          group,
        });
      }
      const params = {
        runId: commandLine,
        name,
        settings,
        classes: tissues,
        labels,
        examples: labels.map(({ id, slideId, classId }) => ({ labelId: id, patch: patchOf(slideId), classId })),
        cases,
        syntheticSlides: [],
        parent: null,
        resume,
        halvings: 0,
        ...asked,
      };
      return engine.tune(params, { signal: callSignal, ...(onEvent ? { onProgress: onEvent } : {}) });
    },
    async scores(id, paths, wanted, callSignal, onDone) {
      const views = (ownViews.get(id) ?? 1) > 1 ? 1 : wanted;
      const rows: number[][] = [];
      for (const path of paths) {
        const sum: number[] = [];
        for (let view = 0; view < views; view++) {
          const patch = patchOf(await register(path, view));
          const prediction = await engine.classify(
            { patch, scorer: { kind: "prompt-set", id } },
            { signal: callSignal },
          );
          if (prediction.kind !== "scored") {
            const why = prediction.kind === "unscored" ? prediction.why : null;
            throw new Fault("invalid", why ?? `${path} got no scores.`, { path });
          }
          prediction.scores.forEach(({ score }, c) => {
            sum[c] = (sum[c] ?? 0) + score / views;
          });
        }
        rows.push(sum);
        onDone?.(rows.length);
      }
      return Float64Array.from(rows.flat());
    },
    async learn({ name, paths, seed }, callSignal, onDone) {
      const slides: SlideId[] = [];
      for (const path of paths) slides.push(await register(path, 0));
      return engine.learn(
        { runId: commandLine, name, slides: [...new Set(slides)], avoid: [], syntheticSlides: [], seed },
        { signal: callSignal, ...(onDone ? { onProgress: ({ done, total }) => onDone(done, total) } : {}) },
      );
    },
    async warmStart(paths, settings, callSignal, onDone) {
      const patches: Patch[] = [];
      for (const path of paths) patches.push(patchOf(await register(path, 0)));
      return engine.warmStart(
        { patches, settings },
        { signal: callSignal, ...(onDone ? { onProgress: ({ done, total }) => onDone(done, total) } : {}) },
      );
    },
    async embed(paths, views, prompts, callSignal) {
      const patches: Patch[] = [];
      for (const path of paths) patches.push(patchOf(await register(path, 0)));
      return (await engine.embed({ patches, views, prompts }, { signal: callSignal })).features;
    },
    release: () => engine.release(),
  };
}

export const commandLine = "command line" as RunId;

async function readPicture(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw toFault(error, "read", `${path} cannot be read`);
  }
}

/** Okabe and Ito's colours (2008), told apart by everyone; then greys. */
const colours = ["#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7"];

/** Ids by name, so that the same folders give the same bytes. */
export function tissueClasses(names: readonly string[]): readonly TissueClass[] {
  return names.map((name, i) => ({
    // Cut off, two long names could become one class.
    id: `class ${name.length <= 94 ? name : createHash("sha256").update(name).digest("hex")}` as ClassId,
    name,
    color: colours[i] ?? `#${(0x60 + 0x10 * (i % 8)).toString(16).repeat(3)}`,
    key: i < 9 ? i + 1 : null,
  }));
}
