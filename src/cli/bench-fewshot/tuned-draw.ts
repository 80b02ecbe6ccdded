// The tuner as the benchmark sees it: one call from labelled pictures to scores of others. Knows the engine's own tuning as it is; every
// choice in it is the engine's.
import { join } from "node:path";
import type { PromptSetId } from "../../base/brand.ts";
import { present } from "../../base/fault.ts";
import type { FolderPatch } from "../../domain/patch-folder.ts";
import { plainAnswer } from "../../domain/prompt-set.ts";
import { parsePromptSet, serializePromptSet } from "../../domain/prompt-set-file.ts";
import type { TuningSettings } from "../../domain/run.ts";
import type { FewLabelTask, PatchRows } from "../../engine/heads/frozen-methods.ts";
import type { TuneChoice } from "../../protocol/engine-api.ts";
import type { TextVectors } from "../../protocol/text-encoder.ts";
import type { FolderEngine } from "../folder-engine.ts";

export type TunedAnswer = Readonly<{
  /** [asked, classes] of the set the labels chose. */
  tuned: Float64Array;
  /** [asked, classes] of its prompts and their head alone. */
  raw: Float64Array;
  choice: TuneChoice;
  /** Seconds of the tuning, with the trainings that choose. */
  seconds: number;
}>;

/** One draw: what is tuned on, what is asked, and what features are centred with, as for the frozen methods. */
export type AskedDraw = Readonly<{
  support: readonly FolderPatch[];
  asked: readonly FolderPatch[];
  centre: Float32Array;
  /** What frozen methods are given: the labels, and the rows they are asked about. */
  frozen: Readonly<{ task: FewLabelTask; asked: PatchRows }>;
  seed: number;
}>;

export type FewLabelTuner = Readonly<{
  answer(draw: AskedDraw, signal: AbortSignal): Promise<TunedAnswer>;
  /** Scores of a set tuned with other settings and no frozen part: for the ablation. */
  answerWith(
    draw: AskedDraw,
    change: Partial<TuningSettings>,
    text: TextVectors | null,
    signal: AbortSignal,
  ): Promise<Float64Array>;
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
  const blocks = options.blocks ?? tunable.blocks;
  const { views } = options;
  const settings: TuningSettings = { ...defaults, blocks, views, epochs: options.epochs ?? defaults.epochs };
  const requestOf = ({ support, centre, seed }: AskedDraw, own: TuningSettings) => ({
    name: `draw ${seed}`,
    classes: options.classes,
    pictures: support.map(({ path, classIndex, group }) => ({ path: join(options.folder, path), classIndex, group })),
    settings: { ...own, seed },
    estimate: false,
    centre,
  });
  const scoresOf = (id: PromptSetId, asked: readonly FolderPatch[], signal: AbortSignal): Promise<Float64Array> => {
    const paths = asked.map(({ path }) => join(options.folder, path));
    // One view asked: the set itself answers in as many as it was made for.
    return opened.scores(id, paths, 1, signal, (done) => {
      if (done % 100 === 0) options.log(`  tuned answers: ${done} of ${paths.length}`);
    });
  };
  return {
    settings: { ...settings, seed: "the draw's" },
    forecast: async (labels) => (await opened.engine.forecast({ settings, labels })).seconds,
    async answer(draw, signal) {
      const before = options.now();
      const { summary, bytes, choice, passedOver } = await opened.tune(
        { ...requestOf(draw, settings), trainAnyway: true },
        signal,
      );
      const seconds = (options.now() - before) / 1000;
      const raw = await opened.engine.addPromptSet({ bytes: withoutFrozen(passedOver?.bytes ?? bytes) });
      const answer = {
        // In this order: sets of the same prompts share what they see of a patch.
        raw: await scoresOf(raw.id, draw.asked, signal),
        tuned: await scoresOf(summary.id, draw.asked, signal),
        choice,
        seconds,
      };
      for (const id of new Set([raw.id, summary.id, ...(passedOver ? [passedOver.summary.id] : [])])) {
        await opened.engine.removePromptSet({ id });
      }
      return answer;
    },
    async answerWith(draw, change, text, signal) {
      const own: TuningSettings = { ...settings, ...change, frozen: "none" };
      const { summary } = await opened.tune({ ...requestOf(draw, own), ...(text ? { text } : {}) }, signal);
      const scores = await scoresOf(summary.id, draw.asked, signal);
      await opened.engine.removePromptSet({ id: summary.id });
      return scores;
    },
    release: () => opened.release(),
  };
}

/** The same prompts and head, at their own temperature, with nothing beside. */
export function withoutFrozen(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const set = parsePromptSet(bytes);
  const answer = { ...(set.metadata.answer ?? plainAnswer), frozen: null };
  return serializePromptSet({ ...present(set.metadata, "metadata"), answer }, { ...set, frozen: null });
}
