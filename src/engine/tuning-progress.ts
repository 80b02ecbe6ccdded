// Counts a tuning's steps into progress and time left. Knows an injected clock; no runtime.
import type { TuningEvent, TuningProgress } from "../domain/run.ts";

export type TuningClock = Readonly<{
  features(done: number, total: number): void;
  /** A training of `epochs` starts; `fold` is null for the final one. */
  training(fold: number | null, folds: number, epochs: number): void;
  step(epoch: number): void;
  /** Only this many more steps will be made (finished early). */
  leave(steps: number): void;
  /** Mean seconds of a step so far; null before the second. */
  secondsPerStep(): number | null;
}>;

/** Reading the patches counts as this much of the whole bar. */
const featuresShare = 0.1;

/** `totalSteps` counts every step of all folds and of the final training; `now` is in milliseconds. */
export function createTuningClock(
  emit: (event: TuningEvent) => void,
  now: () => number,
  totalSteps: number,
): TuningClock {
  let made = 0;
  let skipped = 0;
  let firstEnd: number | null = null;
  let lastEnd = 0;
  let training: Pick<TuningProgress, "phase" | "fold" | "folds" | "epochs"> = {
    phase: "features",
    fold: 0,
    folds: 0,
    epochs: 0,
  };
  // The first step includes compiling; it would make every forecast too long.
  const secondsPerStep = (): number | null =>
    firstEnd === null || made < 2 ? null : (lastEnd - firstEnd) / 1000 / (made - 1);
  const send = (epoch: number, done: number, secondsLeft: number | null): void => {
    emit({
      type: "progress",
      progress: { ...training, epoch, step: made, steps: totalSteps - skipped, done: Math.min(1, done), secondsLeft },
    });
  };
  return {
    features(done, total) {
      send(0, total === 0 ? featuresShare : (featuresShare * done) / total, null);
    },
    training(fold, folds, epochs) {
      training = { phase: fold === null ? "final" : "folds", fold: fold === null ? folds : fold + 1, folds, epochs };
    },
    step(epoch) {
      made++;
      lastEnd = now();
      firstEnd ??= lastEnd;
      const left = totalSteps - skipped - made;
      const each = secondsPerStep();
      const share = made / Math.max(1, totalSteps - skipped);
      send(epoch + 1, featuresShare + (1 - featuresShare) * share, each === null ? null : each * left);
    },
    leave(steps) {
      skipped = Math.max(0, totalSteps - made - steps);
    },
    secondsPerStep,
  };
}
