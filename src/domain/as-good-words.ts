// Whether frozen features are as good as what was tuned, in words that go as far as the figures carry. Knows estimates only.
import { say } from "../words/say.ts";
import type { Estimate } from "./estimate.ts";
import { pointsWords } from "./label-study-words.ts";

/**
 * Frozen features are as good where the tuned answers are not ahead by the whole paired interval; without an interval (fewer than ten
 * places, or a set older than the difference) where they are not ahead at all. null: tuning is ahead, or nothing can be told.
 */
export function asGoodWords(estimate: Estimate | null): string | null {
  if (estimate?.kind !== "figure") return null;
  const { tuned, frozen, difference } = estimate;
  const mean = difference?.mean ?? tuned.balancedAccuracy - frozen.balancedAccuracy;
  const interval = difference?.interval ?? null;
  if (interval ? interval.low > 0 : mean > 0) return null;
  // Where no answer tells the two apart, resampling gives no width: that is no certainty about other places.
  if (interval && interval.low === 0 && interval.high === 0) {
    return say(
      "Frozen features are as good on the labels of this set: tuning made no held-out answer right or wrong that was not so before.",
    );
  }
  const bounds = interval
    ? say(" ({low} to {high})", { low: pointsWords(interval.low), high: pointsWords(interval.high) })
    : "";
  return say(
    "Frozen features are as good on the labels of this set: tuning changes balanced accuracy by {points} points{bounds}.",
    { points: pointsWords(mean), bounds },
  );
}
