// The few-label tuner whose prompts are learned without labels, once for all draws (engine/warm-start.ts): each draw's labels fit one
// regression on features under them, averaged half and half with the frozen one. Knows the engine and where rows are kept; no figure.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Fault, present } from "../../base/fault.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { FolderPatch } from "../../domain/patch-folder.ts";
import { dealUnits } from "../../engine/estimate/unit-folds.ts";
import { drawUnevenly } from "../../engine/evaluation/draws.ts";
import { enoughToChoose } from "../../engine/heads/choose.ts";
import { blendedAt, constantChoice, constantShare, halfUnlessWorse } from "../../engine/heads/choose-share.ts";
import type { FewLabelTask } from "../../engine/heads/frozen-methods.ts";
import { fitLearned, heldScores, type LearnedLabels, scoresOfHeads } from "../../engine/heads/learned-heads.ts";
import { withTemperature } from "../../engine/heads/temperature.ts";
import { meanOverViews, type ViewTable } from "../../engine/heads/view-table.ts";
import { fitWhitening, usualShrinkage } from "../../engine/heads/view-whitening.ts";
import { type Whitener, whitenedBy, whitenerOf } from "../../engine/heads/whitened.ts";
import { mostShown } from "../../engine/learn.ts";
import { warmStartDefaults } from "../../engine/warm-start.ts";
import { openRowStore, type RowStore } from "../../platform/node/row-store.ts";
import type { WarmPrompts } from "../../protocol/warm-start-api.ts";
import type { FolderEngine } from "../folder-engine.ts";
import { openKeptDraws } from "./kept-draws.ts";
import type { AskedDraw, FewLabelTuner } from "./tuned-draw.ts";

type Kept = Readonly<{ values: readonly number[]; losses: readonly number[]; seconds: number }>;

export type WarmOptions = Readonly<{
  folder: string;
  cache: string;
  /** Patches that are drawn from; `count` of them are learned from, without their labels. */
  pool: readonly FolderPatch[];
  classes: number;
  count: number;
  blocks: number | null;
  epochs: number | null;
  views: number;
  seed: number;
  /** Of pictures with their stain standardised. */
  stain: boolean;
  now: () => number;
  log: (line: string) => void;
}>;

/** Raised when the same settings learn other prompts: what is kept of older ones is then made again. */
const learningVersion = 1;

/** As the frozen method `whitened` has it. */
function plainWhitener({ centre, spread }: FewLabelTask): Whitener {
  const { factor } = fitWhitening(present(spread, "the views' spread"), usualShrinkage);
  return { centre: present(centre, "the mean of the pool"), whitening: Float32Array.from(factor) };
}

export async function createWarmTuner(opened: FolderEngine, options: WarmOptions): Promise<FewLabelTuner> {
  const { folder, pool, classes, count, views, seed, now, log } = options;
  const { shape } = opened.status.model;
  const settings = {
    ...warmStartDefaults,
    blocks: options.blocks ?? opened.status.tunable.blocks,
    epochs: options.epochs ?? warmStartDefaults.epochs,
    seed,
  };
  const unlabelled = drawUnevenly(pool, classes, count, seed).map((i) => present(pool[i], "a patch").path);
  const learnedBy = { kind: "label-free", version: learningVersion, ...settings, views, unlabelled: unlabelled.length };
  const whole = { ...learnedBy, paths: unlabelled, model: opened.status.weightsDigest, stain: options.stain };
  let rows: RowStore | null = null;
  let prompts: WarmPrompts | null = null;
  const { featureWidth: width } = shape;

  const pathsOf = (of: readonly string[]): readonly string[] => of.map((path) => join(folder, path));
  /** [patches, views, F], kept on disk: an interrupted run goes on where it was. */
  const viewsOf = async (of: readonly string[], signal: AbortSignal): Promise<ViewTable> => {
    const { store, learned } = await ready(signal);
    const values = new Float32Array(of.length * views * width);
    for (const [i, path] of of.entries()) {
      if (!store.has(path)) {
        await store.put(path, await opened.embed(pathsOf([path]), views, learned, signal));
        if ((i + 1) % 100 === 0) log(`  features under prompts: ${i + 1} of ${of.length}`);
      }
      values.set(store.row(path), i * views * width);
    }
    return { values, views, width };
  };
  const ready = async (signal: AbortSignal): Promise<Readonly<{ store: RowStore; learned: WarmPrompts }>> => {
    const digest = createHash("sha256").update(canonicalJson(whole)).digest("hex").slice(0, 24);
    rows ??= await openRowStore(join(options.cache, `warm-${digest}`), views * width);
    if (!prompts) {
      const kept = await openKeptDraws(options.cache, whole);
      const { values, losses, seconds } = await kept.keep("prompts", isKept, async (): Promise<Kept> => {
        const before = now();
        let tenths = 0;
        const made = await opened.warmStart(pathsOf(unlabelled), settings, signal, (done, total) => {
          const tenth = Math.floor((10 * done) / total);
          if (tenth > tenths) log(`  learning without labels: ${10 * tenth} %`);
          tenths = tenth;
        });
        return { values: [...made.values], losses: made.losses, seconds: (now() - before) / 1000 };
      });
      log(
        `  prompts learned from ${unlabelled.length} patches without labels in ${seconds.toFixed(0)} s; loss ${losses.map((loss) => loss.toFixed(3)).join(", ")}`,
      );
      prompts = {
        firstBlock: shape.depth - settings.blocks,
        tokensPerBlock: settings.tokensPerBlock,
        values: Float32Array.from(values),
        losses,
      };
    }
    return { store: rows, learned: prompts };
  };

  return {
    settings: { ...learnedBy, share: constantShare, rule: halfUnlessWorse.name },
    forecast: async () => null,
    async answer({ support, asked, frozen, seed: drawn }: AskedDraw, signal) {
      const before = now();
      const meansOf = async (of: readonly FolderPatch[]): Promise<Float32Array> => {
        const paths = of.map(({ path }) => path);
        return meanOverViews(await viewsOf(paths, signal));
      };
      const labelled = new Set(support.map(({ path }) => path));
      const others = unlabelled.filter((path) => !labelled.has(path));
      // They lie class by class: every so manieth, of all of them.
      const each = Math.ceil(others.length / mostShown);
      const shown = await viewsOf(
        others.filter((_, i) => i % each === 0),
        signal,
      );
      const { task } = frozen;
      const [own, plain] = [whitenerOf(shown), plainWhitener(task)];
      const known: LearnedLabels = {
        rows: { own: whitenedBy(own, await meansOf(support)), plain: whitenedBy(plain, task.rows.features) },
        width,
        targets: task.targets,
        classes: task.classes,
      };
      const folds = enoughToChoose(task.targets) === null ? dealUnits(task, drawn) : [];
      const choice =
        folds.length > 0
          ? halfUnlessWorse(heldScores(known, folds, task.units), task.classes)
          : constantChoice(constantShare, "constants: too few labels to choose");
      const all = [...task.targets.keys()];
      const scores = scoresOfHeads(fitLearned(known, all), {
        own: whitenedBy(own, await meansOf(asked)),
        plain: whitenedBy(plain, frozen.asked.features),
      });
      return {
        raw: withTemperature(scores.own, task.classes, choice.temperatures.own),
        tuned: blendedAt(choice, scores, task.classes),
        choice,
        seconds: (now() - before) / 1000,
      };
    },
    answerWith: async () => {
      throw new Fault(
        "invalid",
        "The ablation tunes on labels: leave it out (--ablation 0) or leave out --unlabelled.",
      );
    },
    async release() {
      await rows?.close();
      await opened.release();
    },
  };
}

function isKept(value: unknown): value is Kept {
  const kept = value as Partial<Kept> | null;
  return Array.isArray(kept?.values) && Array.isArray(kept.losses) && typeof kept.seconds === "number";
}
