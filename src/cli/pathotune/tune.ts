// pathotune tune: labelled pictures in class folders -> a prompt set file, with the engine's own held-out estimate. Knows flags and files.
import { writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { Fault, isAbort, isFault } from "../../base/fault.ts";
import { appVersion } from "../../domain/app-version.ts";
import { estimateWords } from "../../domain/estimate-words.ts";
import { leftOutWords } from "../../domain/patch-folder.ts";
import type { TuningEvent, TuningSettings } from "../../domain/run.ts";
import type { TuningCheckpoint } from "../../domain/tuning-checkpoint.ts";
import { serializeResults, statisticsOf } from "../../engine/evaluation/results-file.ts";
import { nameModel } from "../../platform/node/model-files.ts";
import { readPatchFolder } from "../../platform/node/patch-folder.ts";
import { openFolderEngine, tissueClasses } from "../folder-engine.ts";
import { type FlagReader, readShared, sharedFlags, sharedHelp } from "./arguments.ts";
import { type KeptCheckpoint, keepCheckpoint } from "./kept-checkpoint.ts";
import { addPromptSetFile } from "./prompt-set-in.ts";
import { createSpeaker } from "./speak.ts";
import { writeWhole } from "./write-whole.ts";

export const tuneFlags = {
  ...sharedFlags,
  data: { type: "string" },
  split: { type: "string" },
  out: { type: "string" },
  results: { type: "string" },
  name: { type: "string" },
  seed: { type: "string" },
  epochs: { type: "string" },
  blocks: { type: "string" },
  tokens: { type: "string" },
  learned: { type: "string" },
} as const;

export const tuneHelp = `pathotune tune --model <path> --data <folder> --out <set.safetensors>
  Tunes prompts on the pictures of class folders (of pool/ where there are pool/ and test/) and writes a prompt set.
  --data <folder>    one folder a class; groups.csv (file, group[, split]) says which pictures are kin
  --split <value>    only pictures with this value in the column split of groups.csv
  --out <file>       the prompt set; an interrupted tuning leaves <file>.checkpoint, and the same command goes on from there
  --results <file>   the held-out estimate as results.json
  --name <text>      of the set (default: the folder's name)
  --learned <file>   prompts of pathotune learn: they stay as they are and labels fit heads only; pictures that were learned from
                     are not held out
  --seed, --epochs, --blocks, --tokens           of the tuning; defaults are the app's
${sharedHelp}`;

/** From the checkpoint where there is one of this very request, else from the start: the bytes are the same either way. */
async function goOn<T>(
  kept: KeptCheckpoint,
  note: (line: string) => void,
  run: (resume: TuningCheckpoint | null) => Promise<T>,
): Promise<T> {
  const resume = await kept.read();
  if (resume === null) return run(null);
  note(`Going on from ${kept.path}, ${resume.stepsMade} steps made.`);
  try {
    return await run(resume);
  } catch (error) {
    if (!isFault(error, "invalid")) throw error;
    note(`${kept.path} is of another tuning (other pictures, settings or model): starting anew.`);
    return run(null);
  }
}

/** Faults: those of reading, loading and tuning. */
export async function runTune(flags: FlagReader, signal: AbortSignal): Promise<void> {
  const shared = readShared(flags);
  const data = flags.required("data", "folder");
  const out = flags.required("out", "file");
  const wanted = {
    seed: flags.whole("seed", 0, 2 ** 40),
    epochs: flags.whole("epochs", 1, 10_000),
    blocks: flags.whole("blocks", 1, 128),
    tokensPerBlock: flags.whole("tokens", 1, 1024),
  };
  const learned = flags.text("learned");
  flags.check(tuneHelp);
  if (learned !== null && [wanted.epochs, wanted.blocks, wanted.tokensPerBlock].some((value) => value !== null)) {
    throw new Fault(
      "invalid",
      `--epochs, --blocks and --tokens are of a training; with --learned prompts stay as they are. Leave them out.\n\n${tuneHelp}`,
    );
  }
  const { note, progress, say } = createSpeaker(shared.json);
  const folder = await readPatchFolder(data, { split: flags.text("split") }, signal);
  const named = await nameModel(shared.model, shared.words, signal);
  for (const line of [...named.notes, leftOutWords(folder)]) if (line !== null) note(line);
  const patches = folder.parts.kind === "fixed" ? folder.parts.pool : folder.parts.patches;
  if (folder.parts.kind === "fixed") note(`Tuning on pool/ alone; nothing in test/ is looked at.`);
  const opened = await openFolderEngine(named, { ...shared.engine, note }, signal);
  try {
    const { defaults } = opened.status;
    const stated = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== null));
    const settings: TuningSettings = { ...defaults, ...stated };
    const base = learned === null ? null : await addPromptSetFile(opened, learned);
    const kept = keepCheckpoint(out);
    const request = {
      name: flags.text("name") ?? folder.name,
      classes: folder.classes,
      pictures: patches.map(({ path, classIndex, group }) => ({ path: join(data, path), classIndex, group })),
      settings,
      ...(base ? { learned: { id: base.id, places: null } } : {}),
    };
    const onEvent = (event: TuningEvent): void => {
      if (event.type === "progress") progress(event.progress.phase, Math.round(1000 * event.progress.done), 1000);
      else if (event.type === "checkpoint") kept.write(event.checkpoint);
    };
    const result = await goOn(kept, note, (resume) => opened.tune({ ...request, resume }, signal, onEvent)).catch(
      async (error: unknown) => {
        // What was reached is on disk before the process ends.
        await kept.settled();
        if (isAbort(error)) note(`Stopped. The same command goes on from ${kept.path}.`);
        throw error;
      },
    );
    await writeWhole(out, result.bytes);
    await kept.remove();
    const words = estimateWords(result.estimate, tissueClasses(folder.classes));
    const lines = [
      `What answers: ${result.choice.words}.`,
      words.headline,
      words.counts,
      words.frozen,
      words.majority,
      words.meaning,
    ].filter((l) => l !== null);
    say("tuned", [`${basename(out)}: ${result.bytes.length} bytes, ${result.ended}.`, ...lines].join("\n"), {
      out,
      id: result.summary.id,
      bytes: result.bytes.length,
      ended: result.ended,
      choice: result.choice,
      settings,
      estimate: result.estimate,
    });
    const results = flags.text("results");
    if (results !== null) {
      const { estimate } = result;
      const figures =
        estimate.kind === "figure"
          ? {
              "heldout/tuned/balanced_accuracy": statisticsOf([estimate.tuned.balancedAccuracy]),
              "heldout/frozen/balanced_accuracy": statisticsOf([estimate.frozen.balancedAccuracy]),
            }
          : null;
      const config = {
        command: "tune",
        appVersion,
        model: { id: named.id, weightsDigest: opened.status.weightsDigest },
        data: { name: folder.name, classes: folder.classes, pictures: patches.length, split: flags.text("split") },
        settings,
        stain: shared.engine.stain,
        seeds: [settings.seed],
      };
      const metrics = { val: figures ? [figures] : [], test: [] };
      await writeFile(results, serializeResults({ metrics, config, details: { estimate, choice: result.choice } }));
    }
  } finally {
    await opened.release();
  }
}
