// All draws of a run, kept as they are finished: frozen methods, tuned answers, the ablation. Knows the order of draws and what they depend
// on; no figures.
import { readFile } from "node:fs/promises";
import { appVersion } from "../../domain/app-version.ts";
import { parseTextLibrary } from "../../domain/text-library.ts";
import { type Ablation, ablationShots, makeAblation, vectorsOfClasses } from "./ablation.ts";
import type { FolderData } from "./folder-data.ts";
import { openKeptDraws } from "./kept-draws.ts";
import {
  askedDraw,
  isKeptFrozen,
  isKeptTuned,
  type KeptFrozen,
  type KeptTuned,
  makeFrozen,
  makeTuned,
} from "./one-draw.ts";
import { drawSeeds, type FewShotOptions } from "./options.ts";
import type { DrawsOfK } from "./summary.ts";
import type { FewLabelTuner } from "./tuned-draw.ts";

const textLibraryPath = new URL("../../../public/texts/all-MiniLM-L6-v2.safetensors", import.meta.url);

/** Progress goes to stderr, so that --json leaves nothing but figures on stdout. */
const log = (line: string): void => console.error(line);

export async function makeDraws(
  options: FewShotOptions,
  shots: readonly number[],
  { data, parts, dataDigest }: FolderData,
  {
    model,
    stain,
    variants,
    choosable,
    protocolVersion: version,
    seed,
    data: { split, limit },
  }: Readonly<{
    model: unknown;
    stain: boolean;
    variants: unknown;
    choosable: unknown;
    protocolVersion: number;
    seed: number;
    data: Readonly<{ split: string | null; limit: number | null }>;
  }>,
  { tuner, classes }: Readonly<{ tuner: FewLabelTuner | null; classes: readonly string[] }>,
  signal: AbortSignal,
): Promise<Readonly<{ finished: readonly DrawsOfK[]; ablation: Ablation }>> {
  const sizes = { pool: parts.pool.length, test: parts.test.length };
  const frozenOf = { version, appVersion, model, dataDigest, sizes, stain, variants, choosable, seed, split, limit };
  const keptFrozen = await openKeptDraws(options.cache, { kind: "frozen", ...frozenOf });
  const keptTuned =
    tuner && (await openKeptDraws(options.cache, { kind: "tuned", ...frozenOf, tuner: tuner.settings }));
  const out: DrawsOfK[] = [];
  let ablation: Ablation = { values: new Map(), leftOut: [] };
  for (const k of shots) {
    const frozen: KeptFrozen[] = [];
    const tuned: KeptTuned[] = [];
    for (const drawSeed of drawSeeds(options, k)) {
      signal.throwIfAborted();
      const name = `k${k}-seed${drawSeed}`;
      const draw = await keptFrozen.keep(name, isKeptFrozen, () => makeFrozen(data, k, drawSeed));
      frozen.push(draw);
      if (tuner && keptTuned) {
        const answer = await keptTuned.keep(name, isKeptTuned, () => makeTuned(data, parts, draw, tuner, signal));
        tuned.push(answer);
        log(`  k = ${k}, seed ${drawSeed}: tuned ${answer.methods.tuned.metrics.balanced_accuracy.toFixed(3)}`);
      }
    }
    if (tuner && keptTuned && k === ablationShots && options.ablation > 0) {
      const library = parseTextLibrary(await readFile(textLibraryPath));
      const text = vectorsOfClasses(library, options.classNames ?? classes);
      const draws = frozen.slice(0, options.ablation).map((draw) => ({
        name: `k${k}-seed${draw.seed}`,
        support: draw.support,
        asked: askedDraw(data, parts, draw),
      }));
      ablation = await makeAblation(data, draws, text, tuner, keptTuned, signal);
    }
    log(`k = ${k}: ${frozen.length} draws`);
    out.push({ k, frozen, tuned });
  }
  return { finished: out, ablation };
}
