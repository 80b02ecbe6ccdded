// A patch's frozen features and cached tokens, computed once. Knows the base graph and the cache; no prompts, no classes.
import { present } from "../base/fault.ts";
import type { Lane, LanePriority } from "../base/lane.ts";
import type { Model } from "../domain/model.ts";
import { type Patch, type PatchPixels, patchKey } from "../domain/patch.ts";
import type { PatchSource } from "../protocol/slide-api.ts";
import type { FeatureCache } from "./feature-cache.ts";
import type { ModelPrograms } from "./model-programs.ts";
import { preprocess } from "./preprocess.ts";
import { outputOf, type Program, type RunOutputs } from "./runtime.ts";
import { viewsOf } from "./views.ts";

/** `tokens` [T, width] enter block `cut`; `features` [F] are the unprompted backbone's; `tissue` is the patch's share, 0..1. */
export type PatchAnalysis = Readonly<{ tissue: number; features: Float32Array; tokens: Float32Array }>;

export type PatchAnalyser = Readonly<{
  /** In the order of `patches`. `onDone` counts patches. Faults of the slide pass through. */
  analyse(
    patches: readonly Patch[],
    cut: number,
    priority: LanePriority,
    signal: AbortSignal,
    onDone?: (done: number) => void,
  ): Promise<readonly PatchAnalysis[]>;
  /** One patch in its first `count` views (views.ts), in that order; the first is what `analyse` gives. */
  views(
    patch: Patch,
    count: number,
    cut: number,
    priority: LanePriority,
    signal: AbortSignal,
  ): Promise<readonly Omit<PatchAnalysis, "tissue">[]>;
  /** Share of tissue, without running the model. The pixels read for it serve the run after it. */
  tissue(patch: Patch, signal: AbortSignal): Promise<number>;
  /** Shares of tissue are asked for again: the slide's mask is another. */
  forgetTissue(): void;
  /** RGB of a patch. Faults of the slide pass through. */
  pixels(patch: Patch, signal: AbortSignal): Promise<Uint8Array>;
  /** Of pixels at hand, past the cache: what comes out depends on what goes in and on nothing asked before. */
  compute(
    pixels: readonly Uint8Array[],
    cut: number,
    priority: LanePriority,
    signal: AbortSignal,
  ): Promise<readonly Omit<PatchAnalysis, "tissue">[]>;
  /** Of pixels at hand, the part below the cut alone. */
  tokens(
    pixels: readonly Uint8Array[],
    cut: number,
    priority: LanePriority,
    signal: AbortSignal,
  ): Promise<readonly Float32Array[]>;
  /** Takes the share (0..1) of the cache's budget for somebody else's use, until given back. */
  borrow(share: number): Readonly<{ bytes: number; giveBack(): void }>;
  /** Bytes the cache may keep. */
  readonly cacheBytes: number;
}>;

/** Patches in one run of the base graph. */
export const batchSize = 8;
/** A number each, but with a long key: some 20 MB. */
const mostTissueShares = 100_000;

export function createPatchAnalyser(
  deps: Readonly<{
    model: Model;
    programs: ModelPrograms;
    slides: PatchSource;
    cache: FeatureCache;
    lane: Lane;
  }>,
): PatchAnalyser {
  const { model, programs, slides, cache, lane } = deps;
  const tissueOf = new Map<string, number>();
  let last: Readonly<{ key: string; pixels: PatchPixels }> | null = null;

  const pixels = async (patch: Patch, signal: AbortSignal): Promise<PatchPixels> => {
    const key = patchKey(patch);
    if (last?.key === key) return last.pixels;
    const read = await slides.patch(patch, { signal });
    last = { key, pixels: read };
    return read;
  };

  const known = (patch: Patch, cut: number): PatchAnalysis | null => {
    const key = patchKey(patch);
    const features = cache.get(`features/${key}`);
    const tokens = cache.get(`tokens@${cut}/${key}`);
    const tissue = tissueOf.get(key);
    return features && tokens && tissue !== undefined ? { tissue, features, tokens } : null;
  };

  const run = async (
    program: () => Promise<Program>,
    given: readonly Uint8Array[],
    priority: LanePriority,
    signal: AbortSignal,
  ): Promise<RunOutputs> => {
    const fed = preprocess(given, model.patchPixels, model.normalisation);
    const task = async (): Promise<RunOutputs> => {
      const compiled = await program();
      signal.throwIfAborted();
      return compiled.run({ pixels: fed });
    };
    return lane.run(priority, task, signal);
  };

  const compute: PatchAnalyser["compute"] = async (given, cut, priority, signal) => {
    const outputs = await run(() => programs.base(cut), given, priority, signal);
    const features = rowsOf(outputs, "features", given.length);
    const tokens = rowsOf(outputs, "tokens", given.length);
    return given.map((_, i) => ({ features: features[i]!, tokens: tokens[i]! }));
  };

  const runBatch = async (
    patches: readonly Patch[],
    cut: number,
    priority: LanePriority,
    signal: AbortSignal,
  ): Promise<readonly PatchAnalysis[]> => {
    const read: PatchPixels[] = [];
    for (const patch of patches) read.push(await pixels(patch, signal));
    const data = read.map((p) => p.data);
    const computed = await compute(data, cut, priority, signal);
    return patches.map((patch, i) => {
      const analysis: PatchAnalysis = { tissue: read[i]!.tissue, ...computed[i]! };
      const key = patchKey(patch);
      cache.put(`features/${key}`, analysis.features);
      cache.put(`tokens@${cut}/${key}`, analysis.tokens);
      if (tissueOf.size >= mostTissueShares) tissueOf.clear();
      tissueOf.set(key, analysis.tissue);
      return analysis;
    });
  };

  return {
    async views(patch, count, cut, priority, signal) {
      const keys = Array.from({ length: count }, (_, view) => `${patchKey(patch)}${view === 0 ? "" : `/view ${view}`}`);
      const found = keys.map((key) => {
        const features = cache.get(`features/${key}`);
        const tokens = cache.get(`tokens@${cut}/${key}`);
        return features && tokens ? { features, tokens } : null;
      });
      const missing = found.flatMap((one, view) => (one ? [] : [view]));
      if (missing.length > 0) {
        const laid = viewsOf((await pixels(patch, signal)).data, model.patchPixels);
        for (let from = 0; from < missing.length; from += batchSize) {
          const batch = missing.slice(from, from + batchSize);
          const given = batch.map((view) => present(laid[view], "a view"));
          (await compute(given, cut, priority, signal)).forEach((one, i) => {
            const view = present(batch[i], "a view");
            cache.put(`features/${keys[view]}`, one.features);
            cache.put(`tokens@${cut}/${keys[view]}`, one.tokens);
            found[view] = one;
          });
        }
      }
      return found.map((one) => present(one, "a view"));
    },
    async tissue(patch, signal) {
      return tissueOf.get(patchKey(patch)) ?? (await pixels(patch, signal)).tissue;
    },
    async analyse(patches, cut, priority, signal, onDone) {
      const found = new Map<string, PatchAnalysis>();
      const missing = new Map<string, Patch>();
      for (const patch of patches) {
        const ready = known(patch, cut);
        if (ready) found.set(patchKey(patch), ready);
        else missing.set(patchKey(patch), patch);
      }
      const waiting = [...missing.values()];
      onDone?.(patches.length - waiting.length);
      for (let from = 0; from < waiting.length; from += batchSize) {
        signal.throwIfAborted();
        const batch = waiting.slice(from, from + batchSize);
        const analyses = await runBatch(batch, cut, priority, signal);
        batch.forEach((patch, i) => {
          found.set(patchKey(patch), analyses[i]!);
        });
        onDone?.(patches.length - waiting.length + from + batch.length);
      }
      return patches.map((patch) => found.get(patchKey(patch))!);
    },
    forgetTissue() {
      tissueOf.clear();
      last = null;
    },
    pixels: async (patch, signal) => (await pixels(patch, signal)).data,
    compute,
    async tokens(given, cut, priority, signal) {
      return rowsOf(await run(() => programs.lower(cut), given, priority, signal), "tokens", given.length);
    },
    cacheBytes: cache.budget,
    borrow(share) {
      const bytes = Math.floor(share * cache.budget);
      return { bytes, giveBack: cache.lend(bytes) };
    },
  };
}

/** Copied, so that a kept row does not keep its whole batch alive. */
function rowsOf(outputs: RunOutputs, name: string, rows: number): readonly Float32Array[] {
  const { data } = outputOf(outputs, name);
  const width = data.length / rows;
  return Array.from({ length: rows }, (_, i) => data.slice(i * width, (i + 1) * width));
}
