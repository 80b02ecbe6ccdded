// A real engine on the tiny model, the texture slide and onnxruntime's WebAssembly build. Knows how a test wraps a runtime.
import { performance } from "node:perf_hooks";
import { progressInterval } from "../../src/base/sparse.ts";
import type { GateStore } from "../../src/engine/gates/kept-gates.ts";
import type { Runtime } from "../../src/engine/runtime.ts";
import { createEngine, type Engine, type EngineDeps } from "../../src/engine/service.ts";
import { createNodeRuntimes, openNodeRuntime, stashInMemory } from "../../src/platform/node/ort-runtime.ts";
import { textureSlide } from "./texture-slide.ts";
import { folderFetch, type ModelFolder, tinySource } from "./tiny-model.ts";

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
  gates?: GateStore,
  more: Partial<EngineDeps> = {},
): TinyEngine {
  const slide = textureSlide();
  const { fetchBytes, asked } = folderFetch(folder);
  // Every look at the clock is an interval later: tests count on hearing of every step.
  let looks = 0;
  const engine = createEngine({
    runtimes: {
      ...createNodeRuntimes(),
      webgpu: async () => (gpu ? { runtime: gpu() } : { why: "No GPU in Node." }),
      wasm: async (why) => {
        const runtime = openNodeRuntime();
        return wrap({ ...runtime, provider: { ...runtime.provider, why } });
      },
    },
    stash: stashInMemory,
    ...(gates ? { gates } : {}),
    slides: slide,
    fetchBytes,
    now: () => performance.now() + progressInterval * looks++,
    appVersion: "0.1.0",
    ...more,
  });
  return { engine, slide, asked };
}

export async function loadedEngine(folder: ModelFolder): Promise<TinyEngine> {
  const tiny = tinyEngine(folder);
  await tiny.engine.load({ source: tinySource, prefer: "auto" });
  return tiny;
}
