// Counts a tuning's steps into progress and time left. Knows an injected clock; no runtime.
import { createSparse } from "../base/sparse.ts";
import type { TuningEvent, TuningProgress } from "../domain/run.ts";

export type TuningClock = Readonly<{
  features(done: number, total: number): void;
  /** A training of `epochs` starts; `fold` is null for the final one. */
  training(fold: number | null, folds: number, epochs: number): void;
  step(epoch: number): void;
  /** Only this many more steps will be made (finished early). */
  leave(steps: number): void;
  /** This many steps turn out not to be needed: they count as made. */
  skip(steps: number): void;
  /** Steps of all trainings so far, those before a checkpoint and those skipped too. */
  made(): number;
  /** Mean seconds of a step so far; null before the second. */
  secondsPerStep(): number | null;
}>;

/** Reading the patches counts as this much of the whole bar. */
const featuresShare = 0.1;

/**
 * `totalSteps` counts every step of all folds and of the final training, `alreadyMade` those before the checkpoint this tuning goes
 * on from; `now` is in milliseconds.
 */
export function createTuningClock(
  emit: (event: TuningEvent) => void,
  now: () => number,
  totalSteps: number,
  alreadyMade = 0,
): TuningClock {
  let made = alreadyMade;
  let skipped = 0;
  let untimed = alreadyMade;
  let firstEnd: number | null = null;
  let lastEnd = 0;
  let training: Pick<TuningProgress, "phase" | "fold" | "folds" | "epochs"> = {
    phase: "features",
    fold: 0,
    folds: 0,
    epochs: 0,
  };
  const isDue = createSparse(now);
  // The first step includes compiling; it would make every forecast too long.
  const secondsPerStep = (): number | null =>
    firstEnd === null || made - untimed < 2 ? null : (lastEnd - firstEnd) / 1000 / (made - untimed - 1);
  const doneOf = (): number => {
    if (made === 0) return 0;
    return featuresShare + ((1 - featuresShare) * made) / Math.max(1, totalSteps - skipped);
  };
  const send = (epoch: number, count: Pick<TuningProgress, "step" | "steps" | "done" | "secondsLeft">): void => {
    // The last one is told whatever the time: it says that all is done.
    if (count.step < count.steps && !isDue()) return;
    emit({ type: "progress", progress: { ...training, epoch, ...count, done: Math.min(1, count.done) } });
  };
  return {
    features(done, total) {
      // Patches that are read again take nothing back from the bar.
      const share = Math.max(doneOf(), total === 0 ? featuresShare : (featuresShare * done) / total);
      send(0, { step: done, steps: total, done: share, secondsLeft: null });
    },
    training(fold, folds, epochs) {
      training = { phase: fold === null ? "final" : "folds", fold: fold === null ? folds : fold + 1, folds, epochs };
    },
    step(epoch) {
      made++;
      lastEnd = now();
      firstEnd ??= lastEnd;
      const steps = totalSteps - skipped;
      const each = secondsPerStep();
      const secondsLeft = each === null ? null : each * (steps - made);
      send(epoch + 1, { step: made, steps, done: doneOf(), secondsLeft });
    },
    leave(steps) {
      skipped = Math.max(0, totalSteps - made - steps);
    },
    skip(steps) {
      made += steps;
      untimed += steps;
    },
    made: () => made,
    secondsPerStep,
  };
}
