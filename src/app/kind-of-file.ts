// What a file is that somebody gave: by its content where the name does not tell. Reads a header at most; refuses nothing.
import { promptSetFileLimits } from "../domain/prompt-set-file.ts";
import { looksLikeTorchFile } from "../domain/torch-file.ts";
import type { LocalFile } from "../protocol/call.ts";
import { many, say } from "../words/say.ts";

/**
 * `project`: this app's own. `prompt-state`: a prompt file of others. `annotations`: GeoJSON. `beside-model`: of use with a backbone only
 * (external data, a configuration). `unknown`: that may be called anything, or a slide.
 */
export type KindOfFile =
  | "slide"
  | "prompt-set"
  | "prompt-state"
  | "project"
  | "annotations"
  | "model"
  | "beside-model"
  | "unknown";

/** Names under which slides we read are stored; `.ome.tif` ends like any TIFF. */
export const slideExtensions = [
  ...[".svs", ".tif", ".tiff", ".btf", ".ndpi", ".scn", ".qptiff", ".dcm"],
  ...[".png", ".jpg", ".jpeg", ".bmp"],
] as const;

/** PyTorch's own files are backbones too: that they are not opened, and the way on, is said where backbones are brought. */
export const models = /\.(onnx|safetensors|pt|pth|ckpt|bin)$/i;
const beside = /(\.json|\.data|_data)$/i;

export async function kindOfFile(file: LocalFile): Promise<KindOfFile> {
  if (slideExtensions.some((end) => file.name.toLowerCase().endsWith(end))) return "slide";
  if (/\.pathotune\.zip$/i.test(file.name)) return "project";
  if (/\.geojson$/i.test(file.name) || (/\.json$/i.test(file.name) && (await holdsFeatures(file))))
    return "annotations";
  if (beside.test(file.name)) return "beside-model";
  if (!/\.(onnx|safetensors)$/i.test(file.name) && (await isPromptState(file))) return "prompt-state";
  const metadata = await safetensorsMetadata(file);
  // Under any version of the format: one that is too new is refused in words, as a prompt set.
  if (metadata?.format?.startsWith("pathotune-prompts")) return "prompt-set";
  return metadata || models.test(file.name) ? "model" : "unknown";
}

const pickleStart = 4096;

/** PuzzleTuning's: a zip of torch whose first entry, the pickle, names Prompt_Tokens near its start. Weights do not. */
async function isPromptState(file: LocalFile): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, Math.min(file.size, 4)).arrayBuffer());
  if (!looksLikeTorchFile(head)) return false;
  const start = await file.slice(0, Math.min(file.size, pickleStart)).arrayBuffer();
  return new TextDecoder("latin1").decode(start).includes("Prompt_Tokens");
}

/** A .json of QuPath's: it says so in its first characters. */
async function holdsFeatures(file: LocalFile): Promise<boolean> {
  const head = new TextDecoder().decode(await file.slice(0, Math.min(file.size, 400)).arrayBuffer());
  return /"type"\s*:\s*"Feature(?:Collection)?"/.test(head);
}

/**
 * `__metadata__` of a safetensors file (empty where it has none); null where it is no such file, or its header is longer than any
 * prompt set's and therefore not read.
 */
async function safetensorsMetadata(file: LocalFile): Promise<Readonly<{ format?: string }> | null> {
  if (file.size < 10) return null;
  const head = new DataView(await file.slice(0, 8).arrayBuffer());
  const length = head.getBigUint64(0, true);
  if (length < 2n || length > BigInt(Math.min(promptSetFileLimits.headerBytes, file.size - 8))) return null;
  try {
    const bytes = await file.slice(8, 8 + Number(length)).arrayBuffer();
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof header !== "object" || header === null || Array.isArray(header)) return null;
    const metadata: unknown = Object.hasOwn(header, "__metadata__") ? Reflect.get(header, "__metadata__") : null;
    const format: unknown =
      typeof metadata === "object" && metadata !== null && Object.hasOwn(metadata, "format")
        ? Reflect.get(metadata, "format")
        : null;
    return typeof format === "string" ? { format } : {};
  } catch {
    return null;
  }
}

export type Given = Readonly<{ path: string; folder: string | null; kind: KindOfFile }>;

/** `model`: what goes to the form of one backbone. `others`: slides and prompt sets. `refused`: why the rest is left out. */
export type SortedGiven<F extends Given> = Readonly<{
  model: readonly F[];
  others: readonly F[];
  refused: readonly string[];
}>;

/** @param importing a backbone's files are being gathered already: what was missing among them may come alone */
export function sortGiven<F extends Given>(given: readonly F[], importing: boolean): SortedGiven<F> {
  const isModel = importing || given.some(({ kind }) => kind === "model");
  const belongs = ({ kind }: F): boolean => kind === "model" || kind === "beside-model" || kind === "unknown";
  const model = isModel ? given.filter(belongs) : [];
  // A folder of slides would open them all.
  const loose = given.filter((one) => one.folder === null && !model.includes(one));
  const [others, stray] = [
    loose.filter(({ kind }) => kind !== "beside-model"),
    loose.filter(({ kind }) => kind === "beside-model"),
  ];
  const folders = [...new Set(given.flatMap(({ folder }) => folder ?? []))];
  const leftOut = (folder: string): readonly string[] =>
    given.filter((one) => one.folder === folder && !model.includes(one)).map(({ path }) => path);
  return {
    model,
    others,
    refused: [
      ...stray.map(({ path }) =>
        say('"{path}" is of use together with its backbone only. Drop both at once.', { path }),
      ),
      ...folders.flatMap((folder) => {
        if (!isModel)
          return say(
            '"{folder}" holds no backbone (.onnx or .safetensors) and is no slide of many parts (DICOM, OME-Zarr, Deep Zoom, IIIF). Drop slides of one file and prompt sets as files.',
            { folder },
          );
        const paths = leftOut(folder);
        return paths.length === 0 ? [] : leftOutWords(folder, paths);
      }),
    ],
  };
}

const namedLeftOut = 3;

function leftOutWords(folder: string, paths: readonly string[]): string {
  const named = paths.slice(0, namedLeftOut).map((path) => `"${path}"`);
  const more = paths.length > namedLeftOut ? say(" and {more} more", { more: paths.length - namedLeftOut }) : "";
  return many(
    paths.length,
    '{named} in the folder "{folder}" is no part of a backbone and not opened. Drop it as a file.',
    '{named} in the folder "{folder}" are no part of a backbone and not opened. Drop them as files.',
    { named: named.join(", ") + more, folder },
  );
}
