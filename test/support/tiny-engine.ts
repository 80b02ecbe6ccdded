// A real engine on the tiny model, the texture slide and onnxruntime's WebAssembly build. Knows how tests ask for labels.
import { performance } from "node:perf_hooks";
import type { ClassId, LabelId, RunId } from "../../src/base/brand.ts";
import { mpp } from "../../src/base/brand.ts";
import type { Label, TissueClass } from "../../src/domain/label.ts";
import type { TuningSettings } from "../../src/domain/run.ts";
import type { Runtime } from "../../src/engine/runtime.ts";
import { createEngine, type Engine } from "../../src/engine/service.ts";
import { openNodeRuntime } from "../../src/platform/node/ort-runtime.ts";
import type { TuneParams } from "../../src/protocol/engine-api.ts";
import { patchAt, placeOf, slideId, textureSlide } from "./texture-slide.ts";
import { folderFetch, type ModelFolder, manifestUrl } from "./tiny-model.ts";

export type TinyEngine = Readonly<{
  engine: Engine;
  slide: ReturnType<typeof textureSlide>;
  asked: readonly string[];
}>;

/** `wrap` may change what a runtime computes. */
export function tinyEngine(
  folder: ModelFolder,
  wrap: (runtime: Runtime) => Runtime = (runtime) => runtime,
  gpu?: () => Runtime,
): TinyEngine {
  const slide = textureSlide();
  const { fetchBytes, asked } = folderFetch(folder);
  const engine = createEngine({
    runtimes: {
      webgpu: async () => (gpu ? { runtime: gpu() } : { why: "No GPU in Node." }),
      wasm: async (why) => {
        const runtime = openNodeRuntime();
        return wrap({ ...runtime, provider: { ...runtime.provider, why } });
      },
    },
    slides: slide,
    fetchBytes,
    now: () => performance.now(),
    appVersion: "0.1.0",
  });
  return { engine, slide, asked };
}

export async function loadedEngine(folder: ModelFolder): Promise<TinyEngine> {
  const tiny = tinyEngine(folder);
  await tiny.engine.load({ manifestUrl, prefer: "auto" });
  return tiny;
}

const names = ["Stripes", "Blobs", "Plain", "Rows"];
const colors = ["#c0392b", "#2980b9", "#27ae60", "#8e44ad"];

export function classesOf(count: number): readonly TissueClass[] {
  return names
    .slice(0, count)
    .map((name, i) => ({ id: `c${i}` as ClassId, name, color: colors[i] ?? "#000000", key: i }));
}

/** `perClass` labels of each of `classes` textures, every one an island of its own. */
export function labelsOf(classes: number, perClass: number): readonly Label[] {
  return Array.from({ length: classes * perClass }, (_, i) => ({
    id: `l${i}` as LabelId,
    slideId,
    classId: `c${i % classes}` as ClassId,
    region: placeOf(i % classes, Math.floor(i / classes)),
    slideMpp: mpp(0.5),
    origin: "free",
    group: `g${i}`,
  }));
}

export const tinySettings: TuningSettings = {
  blocks: 2,
  tokensPerBlock: 3,
  epochs: 4,
  batch: 16,
  learningRate: 2e-3,
  weightDecay: 0.01,
  labelSmoothing: 0.1,
  temperature: 10,
  seed: 1,
};

export function tuneParams(
  classes: number,
  perClass: number,
  settings: Partial<TuningSettings> = {},
  more: Partial<TuneParams> = {},
): TuneParams {
  const labels = labelsOf(classes, perClass);
  return {
    runId: "run" as RunId,
    name: "Textures",
    settings: { ...tinySettings, ...settings },
    classes: classesOf(classes),
    labels,
    examples: labels.map((label) => ({ labelId: label.id, patch: patchAt(label.region), classId: label.classId })),
    cases: {},
    syntheticSlides: [],
    parent: null,
    ...more,
  };
}
