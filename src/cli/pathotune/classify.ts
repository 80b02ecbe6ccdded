// pathotune classify: pictures, or places on a slide -> scores under a prompt set. Knows flags, files and the order of things.
import { stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Fault, present } from "../../base/fault.ts";
import { writeCsv } from "../../domain/csv-file.ts";
import { patchSpecOf } from "../../domain/model.ts";
import { minimumTissue } from "../../domain/patch.ts";
import type { PromptSetSummary } from "../../domain/prompt-set.ts";
import { argmaxOfRow } from "../../math/metrics.ts";
import { filesAndFolders } from "../../platform/node/files-and-folders.ts";
import { imageEndings } from "../../platform/node/image-decoder.ts";
import { nameModel } from "../../platform/node/model-files.ts";
import { createNodeSlideService } from "../../platform/node/slide-service.ts";
import { type FolderEngine, openFolderEngine } from "../folder-engine.ts";
import { type FlagReader, readShared, sharedFlags, sharedHelp } from "./arguments.ts";
import { addPromptSetFile } from "./prompt-set-in.ts";
import { createSpeaker, type Speaker } from "./speak.ts";

export const classifyFlags = {
  ...sharedFlags,
  prompts: { type: "string" },
  pictures: { type: "string" },
  slide: { type: "string" },
  places: { type: "string" },
  views: { type: "string" },
  out: { type: "string" },
} as const;

export const classifyHelp = `pathotune classify --model <path> --prompts <set.safetensors> (--pictures <file or folder> | --slide <file>)
  Scores of every picture, or of places spread over a slide's tissue.
  --pictures <path>  a picture, or a folder of them (and of folders of them)
  --slide <file>     a whole slide that states its um/px; --places <n> on its tissue (default 100)
  --views <1..8>     flips and turns a picture's scores are averaged over (default 8)
  --out <file>       the answers as CSV
${sharedHelp}`;

type Answer = Readonly<{ place: string; scores: readonly number[] | null }>;

/** Faults: those of reading and loading; bad-prompt-set. */
export async function runClassify(flags: FlagReader, signal: AbortSignal): Promise<void> {
  const shared = readShared(flags);
  const prompts = flags.required("prompts", "file");
  const [pictures, slide] = [flags.text("pictures"), flags.text("slide")];
  const places = flags.whole("places", 1, 1_000_000) ?? 100;
  const views = flags.whole("views", 1, 8) ?? 8;
  flags.check(classifyHelp);
  if ((pictures === null) === (slide === null)) {
    throw new Fault("invalid", `Give either --pictures or --slide.\n\n${classifyHelp}`);
  }
  if (slide !== null && shared.engine.stain) {
    throw new Fault(
      "invalid",
      "--stain is for pictures: a slide's patches are answered as they are. Leave one of the two out.",
    );
  }
  const speaker = createSpeaker(shared.json);
  const named = await nameModel(shared.model, shared.words, signal);
  for (const line of named.notes) speaker.note(line);
  const slides = slide === null ? null : createNodeSlideService();
  const opened = await openFolderEngine(
    named,
    { ...shared.engine, note: speaker.note, ...(slides ? { slides } : {}) },
    signal,
  );
  try {
    const set = await addPromptSetFile(opened, prompts);
    const answers =
      slides && slide !== null
        ? await ofSlide(opened, slides, set, slide, places, speaker, signal)
        : await ofPictures(opened, set, await picturesIn(pictures ?? "", signal), views, speaker, signal);
    const names = set.metadata.classes.map(({ name }) => name);
    for (const { place, scores } of answers) {
      const best = scores ? present(names[argmaxOfRow(scores, 0, names.length)], "a class") : null;
      const share = scores ? Math.max(...scores) : 0;
      const words = best === null ? `${place}  no tissue` : `${place}  ${best}  ${share.toFixed(3)}`;
      const named = scores && Object.fromEntries(names.map((name, c) => [name, scores[c]]));
      speaker.say("answer", words, { place, class: best, scores: named });
    }
    const out = flags.text("out");
    if (out !== null) await writeFile(out, csvOf(names, answers));
    speaker.note("Scores are not probabilities of disease. Research use only.");
  } finally {
    await opened.release();
  }
}

async function ofPictures(
  opened: FolderEngine,
  set: PromptSetSummary,
  paths: readonly string[],
  views: number,
  { progress }: Speaker,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const scores = await opened.scores(set.id, paths, views, signal, (done) => progress("pictures", done, paths.length));
  const classes = set.metadata.classes.length;
  return paths.map((place, i) => ({ place, scores: [...scores.subarray(i * classes, (i + 1) * classes)] }));
}

async function ofSlide(
  { engine, status }: FolderEngine,
  slides: ReturnType<typeof createNodeSlideService>,
  set: PromptSetSummary,
  path: string,
  places: number,
  { progress }: Speaker,
  signal: AbortSignal,
): Promise<readonly Answer[]> {
  const info = await slides.open({ source: { kind: "url", url: path } }, { signal });
  const spec = patchSpecOf(status.model);
  const regions = await slides.tissueGrid({ slideId: info.id, spec, max: places, minimumTissue }, { signal });
  if (regions.length === 0) {
    throw new Fault("invalid", `${path} has no tissue a patch of ${spec.pixels} px at ${spec.mpp} um/px fits on.`, {
      path,
    });
  }
  const answers: Answer[] = [];
  for (const region of regions) {
    const patch = { slideId: info.id, region, spec };
    const prediction = await engine.classify({ patch, scorer: { kind: "prompt-set", id: set.id } }, { signal });
    const place = `x=${Math.round(region.x)} y=${Math.round(region.y)} width=${Math.round(region.width)}`;
    if (prediction.kind === "unscored") throw new Fault("invalid", prediction.why ?? `${place} got no scores.`);
    answers.push({
      place,
      scores: prediction.kind === "scored" ? prediction.scores.map(({ score }) => score) : null,
    });
    progress("places", answers.length, regions.length);
  }
  await slides.close({ slideId: info.id });
  return answers;
}

/** In code-unit order of their paths. Fault `invalid` where there is none. */
export async function picturesIn(path: string, signal: AbortSignal): Promise<readonly string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new Fault("read", `There is nothing at ${path}.`, { path }, error);
  });
  if (found.isFile()) return [path];
  const isPicture = (name: string): boolean => imageEndings.includes(name.split(".").at(-1)?.toLowerCase() ?? "");
  const inside: string[] = [];
  const visit = async (folder: string, depth: number): Promise<void> => {
    signal.throwIfAborted();
    // A link may lead back to where it lies.
    if (depth > 16) throw new Fault("limit", `${folder} lies more than 16 folders deep.`, { path: folder });
    const { files, folders } = await filesAndFolders(folder);
    for (const name of files) if (isPicture(name)) inside.push(join(folder, name));
    for (const name of folders) await visit(join(folder, name), depth + 1);
  };
  await visit(path, 0);
  if (inside.length === 0) throw new Fault("invalid", `${path} holds no picture (${imageEndings.join(", ")}).`);
  return inside.toSorted((a, b) => (a < b ? -1 : 1));
}

function csvOf(names: readonly string[], answers: readonly Answer[]): string {
  return writeCsv(
    ["place", "class", ...names],
    answers.map(({ place, scores }) => [
      place,
      scores ? present(names[argmaxOfRow(scores, 0, names.length)], "a class") : "",
      ...names.map((_, c) => scores?.[c] ?? ""),
    ]),
  );
}
