// Chooses where a backbone runs and passes the gates there, before the first answer. What passed on an earlier visit with these weights
// on this device is not found out again, except what costs one forward pass. Knows ports and gates; no session and no api.
import { assert, Fault, isAbort, isFault } from "../base/fault.ts";
import type { BackboneShape } from "../domain/model.ts";
import type { GateResult } from "../protocol/engine-api.ts";
import { batchGate, featuresOfPatches, gateFault, goldenGate, mirrored, providerGate } from "./gates/forward-gates.ts";
import { type GateStore, type KeptGates, keptRefusal, parseKeptGates } from "./gates/kept-gates.ts";
import { type Probed, probeOnProcessor, withCentredNorms } from "./gates/norm-gate.ts";
import { writtenDigest } from "./graph-digest.ts";
import type { Golden, LoadedModel } from "./loaded-model.ts";
import { createModelPrograms, type ModelPrograms } from "./model-programs.ts";
import { preprocess } from "./preprocess.ts";
import type { OriginalModel, Runtime, TensorValue } from "./runtime.ts";

/** Opens places to run. Injected: only platforms know devices. */
export type Runtimes = Readonly<{
  /** `software`: an adapter without hardware, far slower than the processor, is accepted only when asked for. */
  webgpu(software: "refuse" | "accept"): Promise<Readonly<{ runtime: Runtime }> | Readonly<{ why: string }>>;
  /** `why`: why nothing faster is used, for the provider's words. */
  wasm(why: string | null): Promise<Runtime>;
  /** Runs a file as it came, on the processor. Faults: runtime, out-of-memory. */
  original(model: OriginalModel, pixels: TensorValue): Promise<TensorValue>;
}>;

export type StartDeps = Readonly<{
  runtimes: Runtimes;
  gates: GateStore;
  /** Milliseconds, monotonic. */
  now: () => number;
  appVersion: string;
}>;

export type Started = Readonly<{
  runtime: Runtime;
  programs: ModelPrograms;
  gates: readonly GateResult[];
  /** What a person should know of how far its answers were checked. */
  notes: readonly string[];
  /** What is kept of this backbone on this device is found under keys that begin so. */
  gateKey: string;
  /** Seconds of one image through the plain backbone. */
  forward: number;
}>;

type Prefer = "auto" | "webgpu" | "wasm";

/** Calls must come from within the engine's lane. Faults: self-test, unsupported, runtime, out-of-memory. */
export async function startRuntime(
  loaded: LoadedModel,
  prefer: Prefer,
  deps: StartDeps,
  signal: AbortSignal,
): Promise<Started> {
  let why: string | null = null;
  if (prefer !== "wasm") {
    try {
      const opened = await deps.runtimes.webgpu(prefer === "webgpu" ? "accept" : "refuse");
      if ("why" in opened) throw new Fault("unsupported", opened.why);
      return await startOn(loaded, opened.runtime, prefer, deps, signal);
    } catch (error) {
      // A runtime that broke down must not be asked again: its worker is replaced.
      if (prefer === "webgpu" || isAbort(error) || !isFault(error) || error.kind === "worker-died") throw error;
      why = error.message;
    }
    signal.throwIfAborted();
  }
  return startOn(loaded, await deps.runtimes.wasm(why), prefer, deps, signal);
}

async function startOn(
  loaded: LoadedModel,
  runtime: Runtime,
  prefer: Prefer,
  deps: StartDeps,
  signal: AbortSignal,
): Promise<Started> {
  const onGpu = runtime.provider.kind === "webgpu";
  const where = onGpu ? "This device's graphics processor" : "This device's processor";
  // The same weights may come as another graph, or be fed otherwise: what one of these passed says nothing of the other.
  const form = writtenDigest(loaded.backbone.graph);
  const fed = JSON.stringify(loaded.model.normalisation);
  const gateKey = `${deps.appVersion}|${runtime.device}|${loaded.digest}|${form}|${fed}`;
  const pixels = loaded.reference.kind === "stored" ? loaded.reference.golden.pixels : loaded.reference.pixels;
  let programs: ModelPrograms | null = null;
  try {
    // Asked for by name it is looked at again: its driver may be another by now.
    const refusal = prefer === "webgpu" ? null : await keptRefusal(deps.gates, gateKey);
    if (refusal) throw gateFault(refusal, where);
    const kept = parseKeptGates(await deps.gates.get(gateKey));
    const { golden, note } = await goldenOf(loaded, kept, deps.runtimes);
    signal.throwIfAborted();
    const probed = onGpu && !kept ? await probe(loaded, pixels, deps.runtimes) : null;
    signal.throwIfAborted();
    const backbone = withCentredNorms(loaded.backbone, probed?.centred ?? kept?.centred ?? []);
    programs = createModelPrograms(backbone, runtime);
    const measured = await measure(loaded, programs, pixels, deps.now);
    const fresh: readonly GateResult[] = [
      ...(golden ? [goldenGate(golden, measured.features)] : []),
      measured.batch,
      ...(probed ? [probed.gate, providerGate(measured.features, probed.features)] : []),
    ];
    const failed = fresh.find((gate) => !gate.passed);
    if (failed) throw gateFault(failed, where);
    const gates = kept
      ? [...fresh, ...kept.gates.filter((old) => !fresh.some(({ name }) => name === old.name))]
      : fresh;
    if (!kept) {
      // Trusted most first: an outside reference, then the processor, then what this very device says.
      const features = [...(golden?.features ?? probed?.features ?? measured.features)];
      const from = golden ? "outside" : "here";
      const record: KeptGates = { version: 2, gates, centred: probed?.centred ?? [], features, from };
      await deps.gates.put(gateKey, record);
    }
    const notes = note === null ? [] : [note];
    return { runtime, programs, gates, notes, gateKey, forward: measured.seconds };
  } catch (error) {
    await programs?.release().catch(() => undefined);
    await runtime.release().catch(() => undefined);
    throw error;
  }
}

async function probe(loaded: LoadedModel, patch: Uint8Array, runtimes: Runtimes): Promise<Probed> {
  const processor = await runtimes.wasm(null);
  try {
    return await probeOnProcessor(loaded, patch, processor);
  } finally {
    await processor.release();
  }
}

/** fp32 sums in another order; a file in half precision is rounded at every operator. */
const originalTolerance = { whole: 2e-4, half: 2e-2 } as const;

const selfOnly =
  "Nothing outside this program says what this backbone must answer: its features were compared only between its own ways of " +
  "computing them. Compare a few with the library it comes from before you rely on it.";

/** What the first answer is held against; null where nothing but this device knows yet. `note`: what that leaves open. */
async function goldenOf(
  { model, reference }: LoadedModel,
  kept: KeptGates | null,
  runtimes: Runtimes,
): Promise<Readonly<{ golden: Golden | null; note: string | null }>> {
  switch (reference.kind) {
    case "stored":
      return { golden: reference.golden, note: null };
    case "original-file": {
      const { original, pixels } = reference;
      const tolerance = original.halves ? originalTolerance.half : originalTolerance.whole;
      const words = `${original.name} itself, run as it came`;
      if (kept?.from === "here") return { golden: firstVisit(kept, pixels), note: selfOnly };
      if (kept) return { golden: { pixels, features: Float32Array.from(kept.features), tolerance, words }, note: null };
      const fed = preprocess([pixels], model.patchPixels, model.normalisation);
      try {
        const features = original.features(await runtimes.original(original, fed));
        return { golden: { pixels, features, tolerance, words }, note: null };
      } catch (error) {
        if (!isFault(error, "runtime")) throw error;
        return { golden: null, note: `${selfOnly} (${error.message})` };
      }
    }
    case "none":
      return { golden: kept && firstVisit(kept, reference.pixels), note: selfOnly };
    default:
      return reference satisfies never;
  }
}

/** Where nobody outside knows: the answers of the first visit, so that a later one at least agrees with it. */
function firstVisit({ features }: KeptGates, pixels: Uint8Array): Golden {
  const words = "what was computed when it was first loaded here";
  return { pixels, features: Float32Array.from(features), tolerance: originalTolerance.whole, words };
}

/** Where tokens are cut before anyone has chosen a depth: the last 4 blocks. */
export function defaultCut({ depth }: Pick<BackboneShape, "depth">): number {
  return Math.max(0, depth - 4);
}

type Measured = Readonly<{ features: Float32Array; batch: GateResult; seconds: number }>;

/** The first run prepares kernels, the better of the others is the time (a busy moment is no device). */
async function measure(
  { model }: LoadedModel,
  programs: ModelPrograms,
  patch: Uint8Array,
  now: () => number,
): Promise<Measured> {
  const base = await programs.base(defaultCut(model.shape));
  const other = mirrored(patch, model.patchPixels);
  const both = await featuresOfPatches(model, [patch, other], base);
  const alone: Float32Array[] = [];
  let seconds = Number.POSITIVE_INFINITY;
  for (const one of [other, patch]) {
    const before = now();
    alone.push(await featuresOfPatches(model, [one], base));
    seconds = Math.min(seconds, (now() - before) / 1000);
  }
  const [ofOther, features] = alone;
  assert(ofOther && features, "both patches were run");
  return { features, batch: batchGate(both, features, ofOther), seconds };
}
