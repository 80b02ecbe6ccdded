// The labelled patches of one tuning: their frozen features, and their tokens whenever a step asks, kept in a stated budget and
// computed again beyond it. Knows patches; no classes and no prompts.
import { lanePriority } from "../base/lane.ts";
import type { Patch } from "../domain/patch.ts";
import { planExamples } from "./example-plan.ts";
import { batchSize } from "./features.ts";
import type { Session } from "./session.ts";

export type TuningExamples = Readonly<{
  /** Unprompted features [F] of each. */
  features: readonly Float32Array[];
  /** [T, width] of each of these, entering the cut. Rejects with AbortError when the tuning was cancelled. */
  tokens(of: readonly number[]): Promise<readonly Float32Array[]>;
  release(): void;
}>;

/** Of the budget of 256 MiB; the rest stays with the clicks in between. */
const shareOfCache = 7 / 8;

type Kept = Readonly<{ tokens: Float32Array } | { pixels: Uint8Array }> | null;

/**
 * Reads and runs every patch anew, in runs of a fixed size: the same labels give the same bytes whatever was asked before, also in
 * another worker. `onDone` counts patches. Faults of the slide and the runtime pass through.
 */
export async function readTuningExamples(
  { model, analyser }: Pick<Session, "model" | "analyser">,
  patches: readonly Patch[],
  cut: number,
  signal: AbortSignal,
  onDone: (done: number) => void,
): Promise<TuningExamples> {
  const borrowed = analyser.borrow(shareOfCache);
  const { tokens: tokenCount, width } = model.shape;
  const bytes = {
    tokens: tokenCount * width * Float32Array.BYTES_PER_ELEMENT,
    pixels: 3 * model.patchPixels * model.patchPixels,
  };
  const plan = planExamples(patches.length, bytes, borrowed.bytes);
  const kept: Kept[] = [];
  const features: Float32Array[] = [];
  try {
    for (let from = 0; from < patches.length; from += batchSize) {
      signal.throwIfAborted();
      const batch = patches.slice(from, from + batchSize);
      const pixels: Uint8Array[] = [];
      for (const patch of batch) pixels.push(await analyser.pixels(patch, signal));
      const computed = await analyser.compute(pixels, cut, lanePriority.step, signal);
      computed.forEach((analysis, i) => {
        features.push(analysis.features);
        if (from + i < plan.tokens) kept.push({ tokens: analysis.tokens });
        else kept.push(from + i < plan.tokens + plan.pixels ? { pixels: pixels[i]! } : null);
      });
      onDone(from + batch.length);
    }
  } catch (error) {
    borrowed.giveBack();
    throw error;
  }

  const pixelsOf = async (i: number): Promise<Uint8Array> => {
    const entry = kept[i];
    return entry && "pixels" in entry ? entry.pixels : analyser.pixels(patches[i]!, signal);
  };
  return {
    features,
    async tokens(of) {
      const found = of.map((i) => {
        const entry = kept[i];
        return entry && "tokens" in entry ? entry.tokens : null;
      });
      const absent = of.flatMap((i, at) => (found[at] ? [] : [{ i, at }]));
      for (let from = 0; from < absent.length; from += batchSize) {
        const batch = absent.slice(from, from + batchSize);
        const pixels: Uint8Array[] = [];
        for (const { i } of batch) pixels.push(await pixelsOf(i));
        const computed = await analyser.tokens(pixels, cut, lanePriority.step, signal);
        batch.forEach(({ at }, row) => {
          found[at] = computed[row]!;
        });
      }
      return found.map((tokens) => tokens!);
    },
    release() {
      kept.length = 0;
      borrowed.giveBack();
    },
  };
}
