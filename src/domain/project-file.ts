// A project as one zip: project.json (labels, classes, slides by fingerprint, runs), prompt-sets/<sha256>.safetensors and, to be read by
// people, cards/<sha256>.txt. No pixels.
// Hostile until parsed.
// Knows no storage and no file picker.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { strFromU8, strToU8, unzipSync, zipSync } from "fflate";
import type { PromptSetId } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import { appVersion } from "./app-version.ts";
import { field, readObject, readString, rootAt } from "./json-reader.ts";
import { parseEvents } from "./parse-project.ts";
import type { Project, ProjectEvent, SlideRef } from "./project.ts";
import { cardText, promptCard } from "./prompt-card.ts";
import { researchUseNotice } from "./prompt-set.ts";
import { snapshotOf } from "./replay.ts";

export const projectFileFormat = "pathotune-project/1";
/** Of the zip and of what comes out of it. */
export const projectFileLimits = { bytes: 256e6 } as const;

/** `names` "hidden": file names, addresses and cases are left out; slides are found again by their fingerprints alone. */
export type ProjectFileOptions = Readonly<{ names: "kept" | "hidden" }>;

export type ProjectFile = Readonly<{
  /** What the file adds up to, oldest first; the active set is not among them where its bytes are missing. */
  events: readonly ProjectEvent[];
  promptSets: ReadonlyMap<PromptSetId, Uint8Array>;
  /** In words, what could not be read and was left out. */
  warnings: readonly string[];
}>;

/** Sets without bytes (`promptSets`) are left out: nobody could use them. */
export function writeProjectFile(
  project: Project,
  promptSets: ReadonlyMap<PromptSetId, Uint8Array>,
  { names }: ProjectFileOptions,
): Uint8Array {
  const slides = names === "kept" ? project.slides : new Map([...project.slides].map(([id, s]) => [id, nameless(s)]));
  const sets = new Map([...project.promptSets].filter(([id]) => promptSets.has(id)));
  const learnedPlaces = new Map([...project.learnedPlaces].filter(([id]) => sets.has(id)));
  const activeSet = project.activeSet !== null && sets.has(project.activeSet) ? project.activeSet : null;
  const content = {
    format: projectFileFormat,
    notice: researchUseNotice,
    app: appVersion,
    project: snapshotOf({ ...project, slides, promptSets: sets, learnedPlaces, activeSet }),
  };
  const files: Record<string, Uint8Array> = { [contentName]: strToU8(`${JSON.stringify(content, null, 1)}\n`) };
  for (const id of sets.keys()) files[`${setFolder}${id}.safetensors`] = promptSets.get(id) ?? new Uint8Array();
  for (const [id, set] of sets) files[`cards/${id}.txt`] = strToU8(cardText(promptCard(set)));
  // A fixed time: the same project is the same file.
  return zipSync(files, { mtime: "1980-01-01T00:00:00" });
}

const contentName = "project.json";
const setFolder = "prompt-sets/";

function nameless(slide: SlideRef): SlideRef {
  const source = slide.source.kind === "url" ? ({ kind: "file" } as const) : slide.source;
  return { ...slide, name: `Slide ${slide.id.slice(0, 8)}`, source, caseId: null };
}

/** Faults: `damaged` names every path that is wrong, `unsupported` a file of another kind or version, `limit` one that is too large. */
export function parseProjectFile(file: Uint8Array, name: string): ProjectFile {
  const files = unzipped(file, name);
  const at = rootAt(parseJson(files[contentName], name), contentName);
  if (!readObject(at)) throw damaged(name, at.problems);
  const format = readString(field(at, "format"), { max: 100 });
  if (format !== projectFileFormat) {
    throw new Fault(
      "unsupported",
      `"${name}" is no project file of this version (${projectFileFormat}). Load it with the version that wrote it.`,
      { format },
    );
  }
  const promptSets = new Map<PromptSetId, Uint8Array>();
  for (const [path, bytes] of Object.entries(files)) {
    const [, id = ""] = /^prompt-sets\/([0-9a-f]{64})\.safetensors$/.exec(path) ?? [];
    if (id !== "" && bytesToHex(sha256(bytes)) !== id) at.problems.push(`${path} holds other bytes than its name says`);
    else if (id !== "") promptSets.set(id as PromptSetId, bytes);
  }
  if (at.problems.length > 0) throw damaged(name, at.problems);
  const { events, damaged: lost } = parseEvents(field(at, "project").value);
  const usable = events.filter((event) => hasBytes(event, promptSets));
  const left = events.length - usable.length;
  const warnings = [
    ...(lost === 0
      ? []
      : [`${lost === 1 ? "1 entry" : `${lost} entries`} of "${name}" could not be read and was left out.`]),
    ...(left === 0 ? [] : [`"${name}" names prompt sets it does not hold; they were left out.`]),
  ];
  return { events: usable, promptSets, warnings };
}

/** Sizes are added up as the directory states them, and only what states its size truly comes out. */
function unzipped(file: Uint8Array, name: string): Readonly<Record<string, Uint8Array>> {
  let total = file.length;
  const tooLarge = (): never => {
    throw new Fault("limit", `"${name}" is larger than a project file can be (${projectFileLimits.bytes / 1e6} MB).`);
  };
  if (total > projectFileLimits.bytes) tooLarge();
  try {
    return unzipSync(file, {
      filter: ({ name: path, size, originalSize }) => {
        // A stored entry comes out as long as it lies there, whatever it states.
        total += Math.max(size, originalSize);
        if (total > projectFileLimits.bytes) tooLarge();
        return path === contentName || path.startsWith(setFolder);
      },
    });
  } catch (cause) {
    if (cause instanceof Fault) throw cause;
    throw new Fault("damaged", `"${name}" is not a whole zip file; perhaps its download stopped early.`, {}, cause);
  }
}

function hasBytes(event: ProjectEvent, promptSets: ReadonlyMap<PromptSetId, Uint8Array>): boolean {
  if (event.type === "prompt-set/put") return promptSets.has(event.summary.id);
  if (event.type === "learned-places/put") return promptSets.has(event.id);
  return event.type !== "active-set/put" || event.id === null || promptSets.has(event.id);
}

function parseJson(bytes: Uint8Array | undefined, name: string): unknown {
  if (!bytes) throw new Fault("damaged", `"${name}" holds no ${contentName}: it is another kind of zip file.`);
  try {
    return JSON.parse(strFromU8(bytes));
  } catch (cause) {
    throw new Fault("damaged", `${contentName} in "${name}" cannot be read.`, {}, cause);
  }
}

function damaged(name: string, problems: readonly string[]): Fault {
  return new Fault("damaged", `"${name}" is damaged: ${problems.slice(0, 3).join("; ")}.`, { problems });
}
