// A session of the engine on WebAssembly in Node, past its api: so that its model can be timed alone, and taken away. Knows no slide.
import { performance } from "node:perf_hooks";
import { createLane } from "../../base/lane.ts";
import { appVersion } from "../../domain/app-version.ts";
import { createMemoryGateStore } from "../../engine/gates/kept-gates.ts";
import { loadModel } from "../../engine/load-model.ts";
import { type Session, startSession } from "../../engine/session.ts";
import { readModelFile } from "../../platform/node/fetch-files.ts";
import { createNodeRuntimes } from "../../platform/node/ort-runtime.ts";
import type { PatchSource } from "../../protocol/slide-api.ts";

/** Faults: whatever loading the model and its gates throw. */
export async function openBenchSession(manifest: string, slides: PatchSource, signal: AbortSignal): Promise<Session> {
  const loaded = await loadModel(manifest, readModelFile, signal, () => {});
  const deps = {
    runtimes: createNodeRuntimes(),
    gates: createMemoryGateStore(),
    now: () => performance.now(),
    appVersion,
    slides,
    lane: createLane(),
    cacheBytes: 256 * 2 ** 20,
  };
  return startSession(loaded, "wasm", deps, signal);
}
