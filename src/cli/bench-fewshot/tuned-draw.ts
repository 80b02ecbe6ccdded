// The tuner as the benchmark sees it: one call from labelled pictures to scores of others. Knows the engine's own tuning as it is; every
// choice in it is the engine's.
import { join } from "node:path";
import { present } from "../../base/fault.ts";
import type { FolderPatch } from "../../domain/patch-folder.ts";
import type { FolderEngine } from "../folder-engine.ts";

export type TunedAnswer = Readonly<{
  /** [asked, classes] of the tuned set alone. */
  raw: Float64Array;
  /** Seconds of the tuning, estimate and all. */
  seconds: number;
  /** The tuning's own held-out estimate against the frozen features; null where it has none. */
  heldOut: Readonly<{ tuned: number; frozen: number }> | null;
}>;

export type FewLabelTuner = Readonly<{
  answer(
    support: readonly FolderPatch[],
    asked: readonly FolderPatch[],
    seed: number,
    signal: AbortSignal,
  ): Promise<TunedAnswer>;
  /** Seconds of one tuning of so many labels on this machine; null where nothing tells. */
  forecast(labels: number): Promise<number | null>;
  /** What another run needs to do the same. Plain JSON. */
  settings: unknown;
  release(): Promise<void>;
}>;

export function createTuner(
  opened: FolderEngine,
  options: Readonly<{
    folder: string;
    classes: readonly string[];
    epochs: number | null;
    blocks: number | null;
    views: number;
    now: () => number;
    log: (line: string) => void;
  }>,
): FewLabelTuner {
  const { defaults, tunable } = opened.status;
  const blocks = options.blocks ?? Math.min(4, tunable.blocks);
  const settings = { ...defaults, blocks, epochs: options.epochs ?? defaults.epochs };
  return {
    settings: { ...settings, seed: "the draw's", views: options.views },
    forecast: async (labels) => (await opened.engine.forecast({ settings, labels })).seconds,
    async answer(support, asked, seed, signal) {
      const before = options.now();
      const { classes } = options;
      const { summary, estimate } = await opened.tune(
        {
          name: `draw ${seed}`,
          classes,
          pictures: support.map(({ path, classIndex, group }) => ({
            path: join(options.folder, path),
            classIndex,
            group,
          })),
          settings: { ...settings, seed },
        },
        signal,
      );
      const seconds = (options.now() - before) / 1000;
      const paths = asked.map(({ path }) => join(options.folder, path));
      const raw = await opened.scores(summary.id, paths, options.views, signal, (done) => {
        if (done % 100 === 0) options.log(`  tuned answers: ${done} of ${paths.length}`);
      });
      await opened.engine.removePromptSet({ id: summary.id });
      const heldOut =
        estimate.kind === "figure"
          ? { tuned: estimate.tuned.balancedAccuracy, frozen: estimate.frozen.balancedAccuracy }
          : null;
      return { raw, seconds, heldOut };
    },
    release: () => opened.release(),
  };
}

/**
 * `tuned`: the mean of the tuned set's scores and the frozen method's that the labels chose. It falls back to the frozen method where the
 * tuning's own held-out folds answered worse than frozen features on the same folds; without folds (too few labels) it does not.
 */
export function averaged(
  answer: TunedAnswer,
  frozen: Float64Array,
): Readonly<{ scores: Float64Array; fellBack: boolean }> {
  const fellBack = answer.heldOut !== null && answer.heldOut.tuned < answer.heldOut.frozen;
  if (fellBack) return { scores: frozen, fellBack };
  return { scores: answer.raw.map((score, i) => (score + present(frozen[i], "a frozen score")) / 2), fellBack };
}
