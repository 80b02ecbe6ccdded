// One loaded backbone on one runtime: everything a click, a sweep and a tuning share. Knows how it was chosen where to run; no api.
import type { PromptSetId, SlideId, WeightsDigest } from "../base/brand.ts";
import { assert, Fault, isAbort } from "../base/fault.ts";
import { type Lane, lanePriority } from "../base/lane.ts";
import type { BackboneShape, Model } from "../domain/model.ts";
import type { PromptSet } from "../domain/prompt-set.ts";
import type { GateResult } from "../protocol/engine-api.ts";
import type { PatchSource } from "../protocol/slide-api.ts";
import { createFeatureCache } from "./feature-cache.ts";
import { createPatchAnalyser, type PatchAnalyser } from "./features.ts";
import type { Speed } from "./forecast.ts";
import { featuresOfPatch, gateFault, goldenGate, providerGate } from "./gates.ts";
import type { Golden, LoadedModel } from "./loaded-model.ts";
import { createModelPrograms, type ModelPrograms } from "./model-programs.ts";
import type { Runtime } from "./runtime.ts";
import type { PlaceIndex } from "./similar.ts";

/** Opens places to run. Injected: only platforms know devices. */
export type Runtimes = Readonly<{
  /** `software`: an adapter without hardware, far slower than the processor, is accepted only when asked for. */
  webgpu(software: "refuse" | "accept"): Promise<Readonly<{ runtime: Runtime }> | Readonly<{ why: string }>>;
  /** `why`: why nothing faster is used, for the provider's words. */
  wasm(why: string | null): Promise<Runtime>;
}>;

export type SessionDeps = Readonly<{
  runtimes: Runtimes;
  slides: PatchSource;
  /** Milliseconds, monotonic. */
  now: () => number;
  lane: Lane;
  appVersion: string;
  /** Bytes of features and tokens kept in memory. */
  cacheBytes: number;
}>;

export type Session = Readonly<{
  model: Model;
  digest: WeightsDigest;
  runtime: Runtime;
  programs: ModelPrograms;
  analyser: PatchAnalyser;
  lane: Lane;
  now: () => number;
  appVersion: string;
  gates: readonly GateResult[];
  /** One image through the plain backbone, measured by the self-test. */
  forward: Speed["seconds"];
  sets: Map<PromptSetId, Readonly<{ set: PromptSet; bytes: number }>>;
  places: Map<SlideId, PlaceIndex>;
  release(): Promise<void>;
}>;

type Started = Readonly<{
  runtime: Runtime;
  programs: ModelPrograms;
  gates: readonly GateResult[];
  forward: number;
}>;

/** Chooses where to run, passes the gates there. Faults: self-test, unsupported, runtime, out-of-memory. */
export async function startSession(
  loaded: LoadedModel,
  prefer: "auto" | "webgpu" | "wasm",
  deps: SessionDeps,
  signal: AbortSignal,
): Promise<Session> {
  const { lane } = deps;
  const started = await lane.run(lanePriority.click, () => start(loaded, prefer, deps, signal), signal);
  const { model, digest } = loaded;
  const cache = createFeatureCache(deps.cacheBytes);
  const analyser = createPatchAnalyser({ model, programs: started.programs, slides: deps.slides, cache, lane });
  return {
    ...started,
    model,
    digest,
    analyser,
    lane,
    now: deps.now,
    appVersion: deps.appVersion,
    sets: new Map(),
    places: new Map(),
    release: () =>
      lane.run(lanePriority.click, async () => {
        cache.clear();
        await started.programs.release();
        await started.runtime.release();
      }),
  };
}

async function start(
  model: LoadedModel,
  prefer: "auto" | "webgpu" | "wasm",
  deps: SessionDeps,
  signal: AbortSignal,
): Promise<Started> {
  let why: string | null = null;
  if (prefer !== "wasm") {
    try {
      return await startOnGpu(model, prefer, deps);
    } catch (error) {
      if (prefer === "webgpu" || isAbort(error) || !(error instanceof Fault)) throw error;
      why = error.message;
    }
    signal.throwIfAborted();
  }
  const runtime = await deps.runtimes.wasm(why);
  const programs = createModelPrograms(model.backbone, runtime);
  try {
    const measured = await measure(model, programs, deps.now);
    const gate = goldenGate(goldenOf(model), measured.features);
    if (!gate.passed) throw gateFault(gate, "This device's processor");
    return { runtime, programs, gates: [gate], forward: measured.seconds };
  } catch (error) {
    await programs.release();
    await runtime.release();
    throw error;
  }
}

async function startOnGpu(model: LoadedModel, prefer: "auto" | "webgpu", deps: SessionDeps): Promise<Started> {
  const opened = await deps.runtimes.webgpu(prefer === "webgpu" ? "accept" : "refuse");
  if ("why" in opened) throw new Fault("unsupported", opened.why);
  const { runtime } = opened;
  const programs = createModelPrograms(model.backbone, runtime);
  try {
    const measured = await measure(model, programs, deps.now);
    const golden = goldenGate(goldenOf(model), measured.features);
    if (!golden.passed) throw gateFault(golden, "This device's graphics processor");
    const slow = await deps.runtimes.wasm(null);
    const onCpu = createModelPrograms(model.backbone, slow);
    const reference = await featuresOfPatch(
      model.model,
      goldenOf(model).pixels,
      await onCpu.base(defaultCut(model.model.shape)),
    );
    await onCpu.release();
    await slow.release();
    const against = providerGate(measured.features, reference);
    if (!against.passed) throw gateFault(against, "This device's graphics processor");
    return { runtime, programs, gates: [golden, against], forward: measured.seconds };
  } catch (error) {
    await programs.release().catch(() => undefined);
    await runtime.release().catch(() => undefined);
    throw error;
  }
}

/** Where tokens are cut before anyone has chosen a depth: the last 4 blocks. */
export function defaultCut({ depth }: Pick<BackboneShape, "depth">): number {
  return Math.max(0, depth - 4);
}

function goldenOf({ reference }: LoadedModel): Golden {
  assert(reference.kind === "stored", "a model folder has a golden patch");
  return reference.golden;
}

/** Runs the golden patch three times: the first run prepares kernels, the better of the others is the time (a busy moment is no device). */
async function measure(
  model: LoadedModel,
  programs: ModelPrograms,
  now: () => number,
): Promise<Readonly<{ features: Float32Array; seconds: number }>> {
  const base = await programs.base(defaultCut(model.model.shape));
  const once = () => featuresOfPatch(model.model, goldenOf(model).pixels, base);
  let features = await once();
  let seconds = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 2; run++) {
    const before = now();
    features = await once();
    seconds = Math.min(seconds, (now() - before) / 1000);
  }
  return { features, seconds };
}
