// pathotune evaluate: a prompt set on labelled pictures it was not tuned on -> figures with intervals, in the shape others read. Knows
// flags, files and the order of things.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Fault, present } from "../../base/fault.ts";
import { appVersion } from "../../domain/app-version.ts";
import { type FolderPatch, leftOutWords, type PatchFolder } from "../../domain/patch-folder.ts";
import type { PromptSetSummary } from "../../domain/prompt-set.ts";
import { serializeResults, statisticsOf } from "../../engine/evaluation/results-file.ts";
import { answersOf, metricNames, reportOn } from "../../engine/evaluation/scores.ts";
import { meanOverViews } from "../../engine/heads/view-table.ts";
import { viewCount } from "../../engine/views.ts";
import { bootstrapSummary } from "../../math/intervals.ts";
import { balancedAccuracy, confusionMatrix } from "../../math/metrics.ts";
import { randomFor } from "../../math/random.ts";
import { retrievalTopK } from "../../math/retrieval.ts";
import { loadNamed, nameModel } from "../../platform/node/model-files.ts";
import { openNativeRuntime } from "../../platform/node/ort-native-runtime.ts";
import { openNodeRuntime } from "../../platform/node/ort-runtime.ts";
import { readPatchFolder } from "../../platform/node/patch-folder.ts";
import { openFolderEngine } from "../folder-engine.ts";
import { readFeatures } from "../patch-features.ts";
import { type FlagReader, readShared, type SharedOptions, sharedFlags, sharedHelp } from "./arguments.ts";
import { addPromptSetFile } from "./prompt-set-in.ts";
import { createSpeaker } from "./speak.ts";

export const evaluateFlags = {
  ...sharedFlags,
  data: { type: "string" },
  split: { type: "string" },
  prompts: { type: "string" },
  views: { type: "string" },
  out: { type: "string" },
  seed: { type: "string" },
  retrieval: { type: "boolean" },
  cache: { type: "string" },
} as const;

export const evaluateHelp = `pathotune evaluate --model <path> --prompts <set.safetensors> --data <folder> [--out results.json]
  Answers labelled pictures (of test/ where there are pool/ and test/) and reports balanced accuracy, macro-F1, AUROC, quadratic
  kappa, calibration error, Brier score, log-loss and the confusion matrix, with 1000 bootstraps over whole groups.
  A prompt set does not know which pictures it was tuned on: that these are others is yours to see to.
  --data <folder>    class folders named as the set's classes; groups.csv says which pictures are kin
  --split <value>    only pictures with this value in the column split of groups.csv
  --views <1..8>     flips and turns the scores are averaged over (default 8)    --seed   of the bootstrap (default 0)
  --retrieval        how often the nearest others by frozen features are of the same class (top 1, 3, 5)
  --cache <folder>   where frozen features are kept (.cache/pathotune)           --out    results.json
${sharedHelp}`;

/** Faults: those of reading and loading; bad-prompt-set; invalid where the folder's classes are not the set's. */
export async function runEvaluate(flags: FlagReader, signal: AbortSignal): Promise<void> {
  const shared = readShared(flags);
  const data = flags.required("data", "folder");
  const prompts = flags.required("prompts", "file");
  const views = flags.whole("views", 1, 8) ?? 8;
  const seed = flags.whole("seed", 0, 2 ** 40) ?? 0;
  flags.check(evaluateHelp);
  const { note, progress, say } = createSpeaker(shared.json);
  const folder = await readPatchFolder(data, { split: flags.text("split") }, signal);
  const named = await nameModel(shared.model, shared.words, signal);
  for (const line of [...named.notes, leftOutWords(folder)]) if (line !== null) note(line);
  const patches = folder.parts.kind === "fixed" ? folder.parts.test : folder.parts.patches;
  const opened = await openFolderEngine(named, { ...shared.engine, note }, signal);
  let set: PromptSetSummary;
  let scores: Float64Array;
  try {
    set = await addPromptSetFile(opened, prompts);
    assertSameClasses(folder, set);
    const paths = patches.map(({ path }) => join(data, path));
    scores = await opened.scores(set.id, paths, views, signal, (done) => progress("pictures", done, paths.length));
  } finally {
    await opened.release();
  }
  const names = set.metadata.classes.map(({ name }) => name);
  const truth = patches.map(({ classIndex }) => names.indexOf(present(folder.classes[classIndex], "a class")));
  const { metrics, confusion } = reportOn(truth, scores, names.length);
  const bootstrap = bootstrapOver(patches, truth, answersOf(scores, names.length), names.length, seed);
  const retrieval = flags.isSet("retrieval")
    ? await retrievalOf(shared, data, patches, flags.text("cache") ?? ".cache/pathotune", signal, progress)
    : null;
  const figures: Readonly<Record<string, number>> = {
    ...metrics,
    ...(retrieval ? { retrieval_top1: retrieval[0], retrieval_top3: retrieval[1], retrieval_top5: retrieval[2] } : {}),
  };
  const bounds = bootstrap
    ? ` (1000 bootstraps: ${bootstrap.mean.toFixed(3)} +- ${bootstrap.deviation.toFixed(3)}, ${bootstrap.low.toFixed(3)} to ${bootstrap.high.toFixed(3)})`
    : "";
  const lines = Object.entries(figures).map(
    ([name, value]) => `  ${name.padEnd(18)} ${value.toFixed(4)}${name === metricNames[0] ? bounds : ""}`,
  );
  const table = confusion.map(
    (row, i) => `  ${(names[i] ?? "").padEnd(18)} ${row.map((n) => String(n).padStart(5)).join("")}`,
  );
  const heading = `${patches.length} pictures of ${names.length} classes, ${views} view(s) each`;
  say("evaluated", [heading, ...lines, "  answered as (columns in the order of the rows):", ...table].join("\n"), {
    pictures: patches.length,
    classes: names,
    metrics: figures,
    confusion,
    bootstrap,
  });
  const out = flags.text("out");
  if (out !== null) {
    const dataset = Object.fromEntries(
      Object.entries(figures).map(([name, value]) => [`test/${name}`, statisticsOf([value])]),
    );
    const config = {
      command: "evaluate",
      appVersion,
      model: { id: named.id, weightsDigest: opened.status.weightsDigest },
      promptSet: set.id,
      data: { name: folder.name, classes: folder.classes, pictures: patches.length, split: flags.text("split") },
      views,
      stain: shared.engine.stain,
      seeds: [seed],
    };
    const file = { metrics: { val: [], test: [dataset] }, config, details: { confusion, bootstrap } };
    await writeFile(out, serializeResults(file));
  }
}

function assertSameClasses({ classes, name }: PatchFolder, { metadata }: PromptSetSummary): void {
  const known = metadata.classes.map((c) => c.name);
  const strange = classes.filter((each) => !known.includes(each));
  if (strange.length > 0) {
    throw new Fault(
      "invalid",
      `${name} has folders of ${strange.join(", ")}, which the prompt set "${metadata.name}" does not know. It knows ${known.join(", ")}.`,
    );
  }
}

/** Balanced accuracy over resamples of whole groups; those without one of the classes are drawn again. */
function bootstrapOver(
  patches: readonly FolderPatch[],
  truth: readonly number[],
  answers: readonly number[],
  classes: number,
  seed: number,
) {
  const members = new Map<string, number[]>();
  patches.forEach(({ group }, i) => {
    members.set(group, [...(members.get(group) ?? []), i]);
  });
  const units = [...members.values()];
  const present = new Set(truth).size;
  const statistic = (drawn: Uint32Array): number | null => {
    const of = [...drawn].flatMap((unit) => units[unit] ?? []);
    const seen = of.map((i) => truth[i] ?? 0);
    if (new Set(seen).size < present) return null;
    return balancedAccuracy(
      confusionMatrix(
        seen,
        of.map((i) => answers[i] ?? 0),
        classes,
      ),
    );
  };
  return bootstrapSummary(units.length, statistic, { random: randomFor(seed, "evaluate") });
}

async function retrievalOf(
  { model, words, engine }: SharedOptions,
  folder: string,
  patches: readonly FolderPatch[],
  cacheFolder: string,
  signal: AbortSignal,
  progress: (what: string, done: number, total: number) => void,
): Promise<readonly [number, number, number]> {
  const loaded = await loadNamed(await nameModel(model, words, signal), signal);
  const runtime = async () => (engine.kernels === "wasm" ? openNodeRuntime() : openNativeRuntime(engine.threads));
  const table = await readFeatures(patches, loaded, runtime, {
    folder,
    cacheFolder,
    stain: engine.stain,
    signal,
    onDone: (done, total) => progress("frozen features", done, total),
  });
  const features = meanOverViews({ values: table.views, views: viewCount, width: table.width });
  const groups = [...new Set(patches.map(({ group }) => group))];
  const number = new Map(groups.map((group, i) => [group, i]));
  const [one = Number.NaN, three = Number.NaN, five = Number.NaN] = retrievalTopK(
    features,
    table.width,
    patches.map(({ classIndex }) => classIndex),
    patches.map(({ group }) => number.get(group) ?? -1),
    [1, 3, 5],
  );
  return [one, three, five];
}
