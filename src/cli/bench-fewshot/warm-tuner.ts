// The few-label tuner whose prompts are learned without labels, once for all draws (engine/warm-start.ts): each draw's labels fit one
// regression on features under them, averaged half and half with the frozen one. Knows the engine and where rows are kept; no figure.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { Fault, present } from "../../base/fault.ts";
import { canonicalJson } from "../../domain/canonical-json.ts";
import type { FolderPatch } from "../../domain/patch-folder.ts";
import { drawUnevenly } from "../../engine/evaluation/draws.ts";
import { constantShare } from "../../engine/heads/choose-share.ts";
import { centreOfRows } from "../../engine/heads/frozen-methods.ts";
import { fitLogistic, logisticDefaults, logisticScores } from "../../engine/heads/logistic.ts";
import { blended } from "../../engine/heads/of-set.ts";
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

/** Views in which unlabelled patches are averaged to centre features with. */
const centreViews = 2;

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
  const told = { kind: "label-free", ...settings, views, unlabelled: unlabelled.length };
  const whole = { ...told, paths: unlabelled, model: opened.status.weightsDigest, stain: options.stain };
  let rows: RowStore | null = null;
  let prompts: WarmPrompts | null = null;
  let centre: Float32Array | null = null;

  const pathsOf = (of: readonly string[]): readonly string[] => of.map((path) => join(folder, path));
  /** [F] each, kept on disk: an interrupted run goes on where it was. */
  const rowsOf = async (of: readonly string[], asViews: number, signal: AbortSignal): Promise<Float32Array> => {
    const { store, learned } = await ready(signal);
    const out = new Float32Array(of.length * shape.featureWidth);
    for (const [i, path] of of.entries()) {
      const key = `${asViews} ${path}`;
      if (!store.has(key)) await store.put(key, await opened.embed(pathsOf([path]), asViews, learned, signal));
      out.set(store.row(key), i * shape.featureWidth);
      if ((i + 1) % 100 === 0) log(`  features under prompts: ${i + 1} of ${of.length}`);
    }
    return out;
  };
  const ready = async (signal: AbortSignal): Promise<Readonly<{ store: RowStore; learned: WarmPrompts }>> => {
    const digest = createHash("sha256").update(canonicalJson(whole)).digest("hex").slice(0, 24);
    rows ??= await openRowStore(join(options.cache, `warm-${digest}`), shape.featureWidth);
    if (!prompts) {
      const kept = await openKeptDraws(options.cache, whole);
      const { values, losses, seconds } = await kept.keep("prompts", isKept, async (): Promise<Kept> => {
        const before = now();
        const made = await opened.warmStart(pathsOf(unlabelled), settings, signal, (done, total) => {
          if (done % 10 === 0) log(`  learning without labels: ${done} of ${total}`);
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
    settings: told,
    forecast: async () => null,
    async answer({ support, asked, centre: frozenCentre, rows: frozen }: AskedDraw, signal) {
      const before = now();
      const targets = support.map(({ classIndex }) => classIndex);
      const width = shape.featureWidth;
      centre ??= centreOfRows({ features: await rowsOf(unlabelled, centreViews, signal), width });
      const own = await rowsOf(
        support.map(({ path }) => path),
        views,
        signal,
      );
      const head = fitLogistic({ features: own, width, targets, classes }, logisticDefaults, centre);
      const raw = logisticScores(
        head,
        await rowsOf(
          asked.map(({ path }) => path),
          views,
          signal,
        ),
      );
      const examples = { features: frozen.support.features, width, targets, classes };
      const beside = logisticScores(fitLogistic(examples, logisticDefaults, frozenCentre), frozen.asked.features);
      return {
        raw,
        tuned: blended(raw, beside, constantShare),
        choice: { share: constantShare, kind: "constants", words: "label-free prompts, a constant share" },
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
