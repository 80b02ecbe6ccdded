// One loaded backbone on one runtime: everything a click, a sweep and a tuning share. Knows no api and not how it was chosen where to run.
import type { PromptSetId, SlideId, WeightsDigest } from "../base/brand.ts";
import { type Lane, lanePriority } from "../base/lane.ts";
import type { Model } from "../domain/model.ts";
import type { BackboneComputation, PromptSet } from "../domain/prompt-set.ts";
import type { PatchSource } from "../protocol/slide-api.ts";
import { createFeatureCache } from "./feature-cache.ts";
import { createPatchAnalyser, type PatchAnalyser } from "./features.ts";
import type { LoadedModel } from "./loaded-model.ts";
import type { PlaceIndex } from "./similar.ts";
import { type StartDeps, type Started, startRuntime } from "./start-runtime.ts";
import { createSweptFeatures, type SweptFeatures } from "./swept-features.ts";

/** Features of some 600,000 places of a ViT-Tiny, or 120,000 of a ViT-Large. */
const sweptBytes = 512 * 2 ** 20;

export type SessionDeps = StartDeps &
  Readonly<{
    slides: PatchSource;
    lane: Lane;
    /** Bytes of features and tokens kept in memory. */
    cacheBytes: number;
  }>;

export type Session = Started &
  Readonly<{
    model: Model;
    digest: WeightsDigest;
    computation: BackboneComputation;
    analyser: PatchAnalyser;
    lane: Lane;
    now: () => number;
    appVersion: string;
    sets: Map<PromptSetId, Readonly<{ set: PromptSet; bytes: number }>>;
    places: Map<SlideId, PlaceIndex>;
    swept: SweptFeatures;
    release(): Promise<void>;
  }>;

/** Chooses where to run, passes the gates there. Faults: self-test, unsupported, runtime, out-of-memory. */
export async function startSession(
  loaded: LoadedModel,
  prefer: "auto" | "webgpu" | "wasm",
  deps: SessionDeps,
  signal: AbortSignal,
): Promise<Session> {
  const { lane } = deps;
  const started = await lane.run(lanePriority.click, () => startRuntime(loaded, prefer, deps, signal), signal);
  const { model, digest, computation } = loaded;
  const cache = createFeatureCache(deps.cacheBytes);
  const swept = createSweptFeatures(sweptBytes);
  const analyser = createPatchAnalyser({ model, programs: started.programs, slides: deps.slides, cache, lane });
  return {
    ...started,
    model,
    digest,
    computation,
    analyser,
    lane,
    now: deps.now,
    appVersion: deps.appVersion,
    sets: new Map(),
    places: new Map(),
    swept,
    release: () =>
      lane.run(lanePriority.click, async () => {
        cache.clear();
        swept.clear();
        await started.programs.release();
        await started.runtime.release();
      }),
  };
}
