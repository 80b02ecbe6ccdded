// The labelled patches of one tuning in the views it trains on: their frozen features, and their tokens whenever a step asks, kept in a
// stated budget and computed again beyond it. Knows patches; no classes and no prompts.
import { present } from "../base/fault.ts";
import { lanePriority } from "../base/lane.ts";
import type { Patch } from "../domain/patch.ts";
import { planExamples } from "./example-plan.ts";
import { batchSize } from "./features.ts";
import { meanOverViews } from "./heads/view-table.ts";
import { concatenate } from "./prompted.ts";
import type { Session } from "./session.ts";
import { viewOf } from "./views.ts";

/** One view (views.ts) of one example. */
export type ExampleView = Readonly<{ example: number; view: number }>;

export type TuningExamples = Readonly<{
  views: number;
  /** Unprompted features [F] of each, averaged over the views. */
  features: readonly Float32Array[];
  /** [T, width] of each of these, entering the cut. Rejects with AbortError when the tuning was cancelled. */
  tokens(of: readonly ExampleView[]): Promise<readonly Float32Array[]>;
  release(): void;
}>;

/** Of the budget of 256 MiB; the rest stays with the clicks in between. */
const shareOfCache = 7 / 8;

/** `pixels`: of the patch as it lies, whatever the view; all views of a patch hold the same. */
type Kept = Readonly<{ tokens: Float32Array } | { pixels: Uint8Array }> | null;

/**
 * Reads and runs every patch anew, in runs of a fixed size: the same labels give the same bytes whatever was asked before, also in
 * another worker. `onDone` counts patches. Faults of the slide and the runtime pass through.
 */
export async function readTuningExamples(
  { model, analyser }: Pick<Session, "model" | "analyser">,
  patches: readonly Patch[],
  views: number,
  cut: number,
  signal: AbortSignal,
  onDone: (done: number) => void,
): Promise<TuningExamples> {
  const borrowed = analyser.borrow(shareOfCache);
  const { tokens: tokenCount, width, featureWidth } = model.shape;
  const side = model.patchPixels;
  const bytes = { tokens: tokenCount * width * Float32Array.BYTES_PER_ELEMENT, pixels: 3 * side * side };
  const plan = planExamples(patches.length * views, bytes, borrowed.bytes);
  const kept: Kept[] = [];
  const features: Float32Array[] = [];
  const atOnce = Math.max(1, Math.floor(batchSize / views));
  try {
    for (let from = 0; from < patches.length; from += atOnce) {
      signal.throwIfAborted();
      const batch = patches.slice(from, from + atOnce);
      const pixels: Uint8Array[] = [];
      for (const patch of batch) pixels.push(await analyser.pixels(patch, signal));
      const laid = pixels.flatMap((rgb) => Array.from({ length: views }, (_, view) => viewOf(rgb, side, view)));
      const computed = await analyser.compute(laid, cut, lanePriority.step, signal);
      computed.forEach(({ tokens }, i) => {
        const item = from * views + i;
        if (item < plan.tokens) kept.push({ tokens });
        else if (item < plan.tokens + plan.pixels) {
          kept.push({ pixels: present(pixels[Math.floor(i / views)], "a patch's pixels") });
        } else kept.push(null);
      });
      const values = concatenate(computed.map((one) => one.features));
      const means = meanOverViews({ values, views, width: featureWidth });
      batch.forEach((_, i) => {
        features.push(means.slice(i * featureWidth, (i + 1) * featureWidth));
      });
      onDone(from + batch.length);
    }
  } catch (error) {
    borrowed.giveBack();
    throw error;
  }

  const entryOf = ({ example, view }: ExampleView): Kept => kept[example * views + view] ?? null;
  const pixelsOf = async (of: ExampleView): Promise<Uint8Array> => {
    const entry = entryOf(of);
    const whole =
      entry && "pixels" in entry
        ? entry.pixels
        : await analyser.pixels(present(patches[of.example], "an example's patch"), signal);
    return viewOf(whole, side, of.view);
  };
  return {
    views,
    features,
    async tokens(of) {
      const found = of.map((one) => {
        const entry = entryOf(one);
        return entry && "tokens" in entry ? entry.tokens : null;
      });
      const absent = of.flatMap((one, at) => (found[at] ? [] : [{ one, at }]));
      for (let from = 0; from < absent.length; from += batchSize) {
        const batch = absent.slice(from, from + batchSize);
        const pixels: Uint8Array[] = [];
        for (const { one } of batch) pixels.push(await pixelsOf(one));
        const computed = await analyser.tokens(pixels, cut, lanePriority.step, signal);
        batch.forEach(({ at }, row) => {
          found[at] = present(computed[row], "computed tokens");
        });
      }
      return found.map((tokens) => present(tokens, "an example's tokens"));
    },
    release() {
      kept.length = 0;
      borrowed.giveBack();
    },
  };
}
