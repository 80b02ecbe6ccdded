// A backbone named on a command line -> what the engine loads: a model folder's manifest, or a .safetensors or .onnx file with its
// facts. Knows the file system and which published files are known; guesses nothing that features depend on.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Fault, toFault } from "../../base/fault.ts";
import { rootAt } from "../../domain/json-reader.ts";
import { readImportFacts } from "../../domain/kept-model.ts";
import type { ImportFacts } from "../../domain/model-import.ts";
import { factsOfPreset, modelPresets } from "../../domain/model-presets.ts";
import { importModel } from "../../engine/import-model.ts";
import { inspectModel } from "../../engine/inspect-model.ts";
import { loadModel } from "../../engine/load-model.ts";
import type { LoadedModel } from "../../engine/loaded-model.ts";
import type { LocalFile } from "../../protocol/call.ts";
import type { GivenFile, ModelSource } from "../../protocol/engine-api.ts";
import { readModelFile } from "./fetch-files.ts";
import { knownCheckpoints } from "./known-checkpoints.ts";
import { stashInMemory } from "./ort-runtime.ts";

export type NamedModel = Readonly<{
  source: ModelSource;
  /** For names of figures and files: letters, digits, "-" and "_". */
  id: string;
  /** What was not stated and does not change features, in words; to be shown. */
  notes: readonly string[];
}>;

export type ModelWords = Readonly<{
  /** A file of facts as JSON (domain/model-import.ts), or null. */
  facts: string | null;
  /** Id of a preset (domain/model-presets.ts), or null. */
  preset: string | null;
  /** um/px of the pictures, or null where nobody said. */
  mpp: number | null;
}>;

/** Faults: read, bad-model (with what is still to be answered), invalid. */
export async function nameModel(path: string, words: ModelWords, signal: AbortSignal): Promise<NamedModel> {
  const found = await stat(path).catch((error: unknown) => {
    throw new Fault("read", `There is no model at ${path}.`, { path }, error);
  });
  const manifestUrl = found.isDirectory() ? join(path, "manifest.json") : path;
  if (/\.json$/i.test(manifestUrl)) {
    const id = basename(dirname(resolve(manifestUrl)));
    return { source: { kind: "folder", manifestUrl: manifestUrl.replaceAll("\\", "/") }, id: idOf(id), notes: [] };
  }
  const files = await filesOf(path);
  const { facts, notes } = await factsOf(path, files, words, signal);
  return {
    source: { kind: "files", files, facts },
    id: idOf(basename(path).replace(/\.[^.]*$/, "")),
    notes,
  };
}

const idOf = (name: string): string => name.replace(/[^A-Za-z0-9_-]+/g, "-").slice(0, 60) || "model";

/** Without gates: for figures whose numbers are checked otherwise. */
export function loadNamed({ source }: NamedModel, signal: AbortSignal): Promise<LoadedModel> {
  return source.kind === "folder"
    ? loadModel(source.manifestUrl, readModelFile, signal, () => {})
    : importModel(source.files, source.facts, stashInMemory, signal, () => {});
}

async function factsOf(
  path: string,
  files: readonly GivenFile[],
  words: ModelWords,
  signal: AbortSignal,
): Promise<Readonly<{ facts: ImportFacts; notes: readonly string[] }>> {
  const notes: string[] = [];
  const known = knownCheckpoints[await sha256Of(path)];
  const preset = words.preset === null ? undefined : modelPresets.find(({ id }) => id === words.preset);
  if (words.preset !== null && !preset) {
    const ids = modelPresets.map(({ id }) => id).join(", ");
    throw new Fault("invalid", `There is no preset "${words.preset}". Presets: ${ids}.`);
  }
  const ofPreset: ImportFacts = preset
    ? { ...sharedFacts(preset), normalisation: preset.normalisation, licence: preset.licence, preset: preset.id }
    : {};
  const stated = words.facts === null ? {} : await readFacts(words.facts);
  const scale = words.mpp === null ? {} : { mpp: words.mpp };
  let facts: ImportFacts = { ...known, ...ofPreset, ...scale, ...stated };
  const { missing, refusal } = await inspectModel(files, facts, signal);
  if (refusal !== null) throw new Fault("bad-model", `${path}: ${refusal}`);
  const needed = missing.filter((fact) => fact !== "mpp" && fact !== "licence");
  if (needed.length > 0) {
    throw new Fault(
      "bad-model",
      `${path} does not say ${needed.join(", ")}. State it with --facts <file>, e.g. {"heads": 6, "layerNormEps": 1e-6, "readout": "cls", ` +
        '"activation": "gelu", "normalisation": {"mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5]}}, or with --preset.',
      { missing: needed },
    );
  }
  if (known && words.facts === null && words.preset === null) {
    notes.push(`${basename(path)} is known by its bytes: ${known.name}.`);
  }
  if (facts.mpp === undefined) {
    facts = { ...facts, mpp: unstatedMpp };
    notes.push(`um/px was not stated (--mpp); ${unstatedMpp} is written down, and no picture is rescaled by it.`);
  }
  if (!facts.licence) {
    const text = "Nobody stated the licence of this backbone.";
    facts = { ...facts, licence: { id: "not stated", text, source: basename(path) } };
    notes.push(text);
  }
  return { facts, notes };
}

/** Pictures in folders have no scale that could be honoured or broken; a prompt set must name one. */
const unstatedMpp = 0.5;

function sharedFacts(preset: (typeof modelPresets)[number]): ImportFacts {
  const { imagePixels, heads, layerNormEps, readout, activation, positionResample } = factsOfPreset(preset);
  const all = { imagePixels, heads, layerNormEps, readout, activation, positionResample };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

async function readFacts(path: string): Promise<ImportFacts> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    throw toFault(error, "read", `The facts in ${path} cannot be read`);
  }
  const root = rootAt(value, "facts");
  const facts = readImportFacts(root);
  if (root.problems.length > 0) throw new Fault("invalid", `${path}: ${root.problems.slice(0, 5).join("; ")}.`);
  return facts;
}

/** The file, configurations beside it, and for ONNX whatever its external data may be called. */
async function filesOf(path: string): Promise<readonly GivenFile[]> {
  const name = basename(path);
  const isOnnx = /\.onnx$/i.test(name);
  const beside = (await readdir(dirname(resolve(path)), { withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name !== name)
    .map((entry) => entry.name)
    .filter((other) =>
      isOnnx ? !/\.(onnx|safetensors)$/i.test(other) : other === "config.json" || other === "preprocessor_config.json",
    );
  const all = [name, ...beside.toSorted()];
  return Promise.all(
    all.map(async (each) => ({ path: each, file: await localFile(join(dirname(resolve(path)), each)) })),
  );
}

async function localFile(path: string): Promise<LocalFile> {
  const { size } = await stat(path);
  return {
    name: basename(path),
    size,
    lastModified: 0,
    slice: (start, end) => ({
      async arrayBuffer() {
        const handle = await open(path, "r");
        try {
          const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
          for (let done = 0; done < bytes.length; ) {
            const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done);
            if (bytesRead === 0) throw new Fault("read", `${path} became shorter while it was read.`, { path });
            done += bytesRead;
          }
          return bytes.buffer;
        } finally {
          await handle.close();
        }
      },
    }),
  };
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  try {
    for await (const part of createReadStream(path)) hash.update(part as Uint8Array);
  } catch (error) {
    throw toFault(error, "read", `${path} cannot be read`);
  }
  return hash.digest("hex");
}
