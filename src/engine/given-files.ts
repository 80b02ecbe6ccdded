// The files a person gave as one model: which is the network, which belong to it, what the configurations beside it say.
// Knows names and reads bytes; knows no tensors and no graph.
import { Fault, toFault } from "../base/fault.ts";
import type { Normalisation } from "../domain/model.ts";
import { type ModelConfig, parseModelConfig } from "../domain/parse-model-config.ts";
import { parsePreprocessorConfig } from "../domain/parse-preprocessor-config.ts";
import { modelLimits } from "../domain/safetensors.ts";
import type { SideFiles } from "../graph/canonical/foreign.ts";
import type { GivenFile } from "../protocol/engine-api.ts";

export type SortedFiles = Readonly<{
  container: "onnx" | "safetensors";
  /** One ONNX file; or the parts of a checkpoint in the order of their names. */
  main: readonly GivenFile[];
  /** Everything else, by the path an ONNX file in the same folder calls it. */
  beside: ReadonlyMap<string, GivenFile>;
  /** Of the main file, without its ending. */
  name: string;
  bytes: number;
}>;

const ending = (path: string): string => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
const baseName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** Files that hold programs, not only numbers. */
const programs: ReadonlySet<string> = new Set(["pt", "pth", "bin", "ckpt", "pkl", "tar"]);

/** Throws Fault `bad-model` or `unsupported`, with the way on. */
export function sortFiles(files: readonly GivenFile[]): SortedFiles {
  const of = (kind: string): readonly GivenFile[] =>
    files.filter(({ path }) => ending(path) === kind).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const [onnx, tensors] = [of("onnx"), of("safetensors")];
  const names = (list: readonly GivenFile[]): string => list.map(({ path }) => path).join(", ");
  if (onnx.length > 1) {
    const detail = { files: onnx.map(({ path }) => path) };
    throw new Fault("bad-model", `There are several ONNX files (${names(onnx)}). Give one of them.`, detail);
  }
  const main = onnx.length === 1 ? onnx : tensors;
  const [first] = main;
  if (!first) {
    if (files.some(({ path }) => programs.has(ending(path)))) {
      throw new Fault(
        "unsupported",
        `${names(files)}: PyTorch files can hold programs and are not opened. Save the state dict with the safetensors library, or export it as ONNX, and give that file.`,
      );
    }
    throw new Fault(
      "bad-model",
      `No backbone among ${names(files) || "the files"}: give an .onnx or a .safetensors file.`,
    );
  }
  const folder = folderOf(first.path);
  const others = files.filter((file) => !main.includes(file));
  const beside = new Map<string, GivenFile>();
  // Files dropped one by one have no folder: a bare name counts where only one file has it, and after what lies at its place.
  for (const file of others) {
    const name = baseName(file.path);
    if (others.filter((other) => baseName(other.path) === name).length === 1) beside.set(name, file);
  }
  const parent = folderOf(folder.slice(0, -1));
  for (const file of others) {
    if (folder !== "" && folderOf(file.path) === parent) beside.set(`../${baseName(file.path)}`, file);
    if (file.path.startsWith(folder)) beside.set(file.path.slice(folder.length), file);
  }
  return {
    container: onnx.length === 1 ? "onnx" : "safetensors",
    main,
    beside,
    name: baseName(first.path).replace(/(-\d{5}-of-\d{5})?\.[^.]*$/, ""),
    bytes: [...main, ...sideOf(others)].reduce((sum, { file }) => sum + file.size, 0),
  };
}

const sideOf = (files: readonly GivenFile[]): readonly GivenFile[] =>
  files.filter(({ path }) => ending(path) !== "json" && ending(path) !== "md" && ending(path) !== "txt");

/** Whole. Faults: `read` (moved, permission withdrawn), `limit`. */
export async function readGiven({ path, file }: GivenFile): Promise<Uint8Array> {
  if (file.size > modelLimits.fileBytes) {
    throw new Fault("limit", `${path} has ${file.size} bytes; at most ${modelLimits.fileBytes} are read.`, { path });
  }
  try {
    return new Uint8Array(await file.slice(0, file.size).arrayBuffer());
  } catch (error) {
    throw toFault(error, "read", `${path} could not be read. Was it moved? Give it again`);
  }
}

/** External data of an ONNX file: of the files beside it those it names, by the names it calls them. */
export async function readBeside(
  { beside }: SortedFiles,
  locations: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<SideFiles> {
  const read = new Map<string, Uint8Array>();
  for (const location of locations) {
    signal.throwIfAborted();
    const file = beside.get(location);
    if (file) read.set(location, await readGiven(file));
  }
  return read;
}

export type Stated = Readonly<{ config: ModelConfig | null; normalisation: Normalisation | null }>;

/** What config.json and preprocessor_config.json beside the network state. Fault `bad-model` where one cannot be read. */
export async function readConfigs({ main, beside }: SortedFiles): Promise<Stated> {
  const text = async (name: string): Promise<string | null> => {
    // Beside the network, or one folder up, where the hub's layout has it; not one of some other part of a larger model.
    const here = [beside.get(name), beside.get(`../${name}`)].filter((file) => file !== undefined);
    const near = new Set([folderOf(main[0]?.path ?? ""), folderOf(folderOf(main[0]?.path ?? "").slice(0, -1)), ""]);
    const file = here.find(({ path }) => near.has(folderOf(path)));
    if (!file) return null;
    if (file.file.size > 2 ** 20) throw new Fault("limit", `${file.path} is too large for a configuration.`);
    return new TextDecoder("utf-8").decode(await readGiven(file));
  };
  const [config, preprocessor] = [await text("config.json"), await text("preprocessor_config.json")];
  const parsed = config === null ? null : parseModelConfig(config, "config.json");
  const found = preprocessor === null ? null : parsePreprocessorConfig(preprocessor, "preprocessor_config.json");
  return { config: parsed, normalisation: found ?? parsed?.normalisation ?? null };
}
