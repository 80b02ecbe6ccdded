// npm run bench -- fewshot --data <folder> --model <manifest or safetensors> ...  (all options: bench-fewshot/options.ts)
// How well a few labels a class do, frozen and tuned, on patches that nobody labelled: mean balanced accuracy over listed draws. Knows the
// order of things; each part is a file of its own.
import { writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { performance } from "node:perf_hooks";
import { Fault, isFault } from "../base/fault.ts";
import { appVersion } from "../domain/app-version.ts";
import { leftOutWords, type PatchFolder } from "../domain/patch-folder.ts";
import { mostShots } from "../engine/evaluation/draws.ts";
import { choosable, fullResult } from "../engine/evaluation/few-shot-draw.ts";
import { serializeResults } from "../engine/evaluation/results-file.ts";
import { frozenVariants } from "../engine/heads/frozen-methods.ts";
import type { LoadedModel } from "../engine/loaded-model.ts";
import { loadNamed, type NamedModel, nameModel } from "../platform/node/model-files.ts";
import { openNativeRuntime } from "../platform/node/ort-native-runtime.ts";
import { readPatchFolder } from "../platform/node/patch-folder.ts";
import { ablationShots } from "./bench-fewshot/ablation.ts";
import { type FolderParts, partsOf, readFolderData } from "./bench-fewshot/folder-data.ts";
import { makeDraws } from "./bench-fewshot/make-draws.ts";
import { drawSeeds, type FewShotOptions, parseFewShotOptions } from "./bench-fewshot/options.ts";
import { summarise } from "./bench-fewshot/summary.ts";
import { createTuner, type FewLabelTuner } from "./bench-fewshot/tuned-draw.ts";
import { measureTuningTime } from "./bench-fewshot/tuning-time.ts";
import { createWarmTuner } from "./bench-fewshot/warm-tuner.ts";
import { figure, type LeftOut, printFigures } from "./figure.ts";
import { openFolderEngine } from "./folder-engine.ts";

/** Raised when what a kept draw means changes: older ones are then made again. */
const protocolVersion = 3;
/** Three eighths of a machine of 64 GiB: eight times what is really held between the draws. */
const mostCacheBytes = 24 * 2 ** 30;
/** Seconds on one core of 2 GHz for a ViT-Tiny: one patch in eight views; a draw of the frozen methods at k = 8. Said, never a figure. */
const roughly = { patch: 0.3, draw: 1.5 } as const;

/** Progress goes to stderr, so that --json leaves nothing but figures on stdout. */
const log = (line: string): void => console.error(line);
const now = (): number => performance.now();

async function measure(options: FewShotOptions, signal: AbortSignal): Promise<void> {
  const folder = await readPatchFolder(options.data, { split: options.split }, signal);
  const named = await nameModel(options.model, options, signal);
  for (const note of [...named.notes, leftOutWords(folder)]) if (note !== null) log(note);
  const loaded = await loadNamed(named, signal);
  const parts = partsOf(folder, options.limit, options.seed, options.poolLimit);
  const leftOut: LeftOut[] = [];
  const prefix = `fewshot.${named.id}.${folder.name}${options.stain ? "+stain" : ""}`;
  const most = mostShots(parts.pool, folder.classes.length);
  const shots = options.shots.filter((k) => k <= most);
  for (const k of options.shots.filter((each) => each > most)) {
    leftOut.push({ name: `${prefix}.k${k}.*`, why: `${k} is above a third (${most}) of the smallest class` });
  }
  if (shots.length === 0)
    throw new Fault("too-few-labels", `No k of ${options.shots.join(", ")} fits: at most ${most}.`);
  const tuner = wantsTuned(options)
    ? await openTuner(options, named, loaded.model, parts, folder.classes, signal)
    : null;
  log(
    `${folder.classes.length} classes, ${parts.pool.length} patches to draw from, ${parts.test.length} to report on` +
      `${folder.grouped ? ", whole groups" : ""}.`,
  );
  try {
    await measureWith(options, { folder, named, loaded, parts, tuner, shots, prefix, leftOut }, signal);
  } finally {
    await tuner?.release();
  }
  if (options.fast) log("A smoke run (--fast): these figures feed no claim.");
}

const wantsTuned = ({ methods }: FewShotOptions): boolean => methods.has("raw") || methods.has("tuned");

type Prepared = Readonly<{
  folder: PatchFolder;
  named: NamedModel;
  loaded: LoadedModel;
  parts: FolderParts;
  tuner: FewLabelTuner | null;
  shots: readonly number[];
  prefix: string;
  leftOut: LeftOut[];
}>;

/** Said before anything is computed; what is kept already costs less. */
async function sayHowLong(
  options: FewShotOptions,
  { tuner, shots, folder, parts }: Prepared,
  missing: number,
): Promise<void> {
  let draws = 0;
  let tunings = 0;
  for (const k of shots) {
    const count = drawSeeds(options, k).length;
    draws += count * Math.max(1, k / 8) * roughly.draw;
    if (!tuner) continue;
    const answering = (parts.test.length * options.tunedViews * roughly.patch) / 8;
    tunings += count * (((await tuner.forecast(k * folder.classes.length)) ?? 60) + answering);
  }
  log(
    `About ${minutes(missing * roughly.patch)} min for the features of ${missing} patches that are not kept yet, ` +
      `${minutes(draws)} min for the draws of frozen methods (one idle core of 2 GHz, ViT-Tiny)` +
      `${tuner ? ` and ${minutes(tunings)} min for tunings on this machine (--methods without raw and tuned leaves them out)` : ""}. ` +
      "What is finished is kept, and a run that was stopped goes on from there.",
  );
}

async function measureWith(options: FewShotOptions, prepared: Prepared, signal: AbortSignal): Promise<void> {
  const { folder, named, loaded, parts, tuner, shots, prefix, leftOut } = prepared;
  const read = await readFolderData(folder, parts, loaded, () => openNativeRuntime(options.threads), {
    folder: options.data,
    cacheFolder: options.cache,
    stain: options.stain,
    seed: options.seed,
    signal,
    onPlan: (missing) => sayHowLong(options, prepared, missing),
    onDone: (done, total, computed) => {
      if (computed > 0 && (done % 100 === 0 || done === total)) log(`  features: ${done} of ${total}`);
    },
  });
  if (read.changed.scaled + read.changed.cut > 0) {
    log(
      `${read.changed.scaled} patches were scaled to ${loaded.model.patchPixels} px, ${read.changed.cut} cut to a square first.`,
    );
  }

  if (read.copies > 0) {
    log(
      `${read.copies} of the patches reported on are byte for byte among those to draw from: figures are too good by them.`,
    );
  }
  const full = options.fast ? null : fullResult(read.data);
  const config = {
    suite: "fewshot",
    protocolVersion,
    appVersion,
    model: {
      id: named.id,
      weightsDigest: loaded.digest,
      computation: loaded.computation,
      normalisation: loaded.model.normalisation,
    },
    data: {
      name: folder.name,
      digest: read.dataDigest,
      classes: folder.classes,
      split: options.split,
      limit: options.limit,
    },
    sizes: { pool: parts.pool.length, test: parts.test.length, copies: read.copies },
    seed: options.seed,
    seeds: Object.fromEntries(shots.map((k) => [`k${k}`, drawSeeds(options, k)])),
    stain: options.stain,
    views: "8 flips and turns; features averaged over them, for labels and test patches alike",
    centring: "mean over the features of all of the pool, unlabelled",
    whitening:
      "spread between the views of at most 256 patches of the pool, unlabelled, in uneven class shares, without a draw's own labels",
    variants: Object.fromEntries(Object.entries(frozenVariants).map(([name, list]) => [name, list.map((v) => v.name)])),
    choosable,
    methods: [...options.methods].toSorted(),
    tuner: tuner?.settings ?? null,
    threads: options.threads,
  };
  const { finished, ablation } = await makeDraws(
    options,
    shots,
    read,
    config,
    { tuner, classes: folder.classes },
    signal,
  );
  const processor = cpus()[0]?.model ?? "processor";
  const on = `${processor}, onnxruntime-node, ${options.threads} thread(s), ${loaded.model.name}, ${parts.test.length} test patches${options.fast ? ", smoke run" : ""}`;
  const { methods, seed } = options;
  const classes = folder.classes.length;
  const { figures, datasets, details } = summarise({
    prefix,
    on,
    classes,
    test: parts.test,
    methods,
    draws: finished,
    full,
    seed,
  });
  leftOut.push(...ablation.leftOut.map(({ name, why }) => ({ name: `${prefix}.k${ablationShots}.${name}`, why })));
  const kinds = [...ablation.values].map(([kind, list]) =>
    figure(`${prefix}.k${ablationShots}.ablation.${kind}`, list, "1", on),
  );
  const times = options.timeTuning
    ? await measureTuningTime(
        named,
        parts,
        folder.classes,
        { ...options, folder: options.data, now, on: processor },
        signal,
      )
    : { figures: [], leftOut: [] };
  leftOut.push(...times.leftOut);
  if (tuner === null) leftOut.push({ name: `${prefix}.k*.{raw,tuned,delta…}`, why: "--methods does not name them" });
  printFigures({ figures: [...figures, ...kinds, ...times.figures], leftOut }, options.json);
  if (options.out !== null) {
    await writeFile(options.out, serializeResults({ metrics: { val: [], test: datasets }, config, details }));
    log(`Written: ${options.out}`);
  }
}

const minutes = (seconds: number): number => Math.max(1, Math.ceil(seconds / 60));

async function openTuner(
  options: FewShotOptions,
  named: NamedModel,
  { shape }: LoadedModel["model"],
  parts: FolderParts,
  classes: readonly string[],
  signal: AbortSignal,
): Promise<FewLabelTuner> {
  const { threads, stain, epochs, blocks } = options;
  const { tokens, width, featureWidth } = shape;
  // What of the patches reported on enters the cut is kept from draw to draw; while tuning, seven eighths of the budget are lent.
  const cacheBytes = Math.min(
    mostCacheBytes,
    8 * 4 * parts.test.length * options.tunedViews * (tokens * width + featureWidth),
  );
  const given = { threads, kernels: "native", stain, cacheBytes } as const;
  const opened = await openFolderEngine(named, given, signal);
  if (options.unlabelled > 0) {
    const { data: folder, cache, unlabelled: count, tunedViews: views, seed } = options;
    const own = { folder, cache, pool: parts.pool, classes: classes.length, count, blocks, epochs, views, seed, stain };
    return createWarmTuner(opened, { ...own, now, log });
  }
  return createTuner(opened, {
    folder: options.data,
    classes: options.classNames ?? classes,
    epochs,
    blocks,
    views: options.tunedViews,
    now,
    log,
  });
}

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
try {
  await measure(parseFewShotOptions(process.argv.slice(2)), stop.signal);
  process.exit(0);
} catch (error) {
  if (stop.signal.aborted) log("Stopped. Finished features and draws are kept; the same command goes on from there.");
  else console.error(isFault(error) || error instanceof TypeError ? error.message : error);
  process.exit(1);
}
