// What the hub says lies in a repository, and which of it one backbone needs. The answer is a stranger's JSON. Knows no network.
import { Fault } from "../base/fault.ts";
import {
  type At,
  field,
  hex64,
  readEntries,
  readList,
  readNumber,
  readObject,
  readString,
  rootAt,
} from "./json-reader.ts";

/** `sha256`: of large files; `gitId`: of small ones, the name git gives their content. One of them, or neither. */
export type ListedFile = Readonly<{ path: string; bytes: number; sha256: string | null; gitId: string | null }>;

export type HubListing = Readonly<{ commit: string; files: readonly ListedFile[] }>;

const hex40 = /^[0-9a-f]{40}$/;
/** Only downwards: a path becomes part of an address and the name of a file. What is called otherwise is no file of a backbone. */
const plainPath = /^(?!.*\.\.)[\w+=() -][\w.+=() -]*(?:\/[\w.+=() -]+)*$/;
const most = { files: 20_000, bytes: 2 ** 40 } as const;

/** Fault `damaged` naming what is wrong with it. */
export function parseHubListing(text: string, name: string): HubListing {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Fault("damaged", `The server's list of the files of ${name} is not JSON.`, {}, error);
  }
  const root = rootAt(json, "list");
  readObject(root);
  const commit = readString(field(root, "sha"), { max: 40, pattern: hex40 });
  const files = readList(field(root, "siblings"), { min: 0, max: most.files }).flatMap(readFile);
  if (root.problems.length > 0) {
    const problems = root.problems.slice(0, 3).join("; ");
    throw new Fault("damaged", `The server's list of the files of ${name} cannot be read: ${problems}.`, {
      problems: root.problems.slice(0, 20),
    });
  }
  return { commit, files };
}

const given = (at: At): boolean => at.value !== undefined && at.value !== null;

function readFile(at: At): readonly ListedFile[] {
  const path = readString(field(at, "rfilename"), { max: 1000 });
  if (!plainPath.test(path)) return [];
  const lfs = field(at, "lfs");
  const bytes = readNumber(field(at, "size"), { min: 0, max: most.bytes, integer: true });
  if (given(lfs)) {
    readEntries(lfs, 20);
    return [{ path, bytes, sha256: readString(field(lfs, "sha256"), { max: 64, pattern: hex64 }), gitId: null }];
  }
  const blob = field(at, "blobId");
  return [{ path, bytes, sha256: null, gitId: given(blob) ? readString(blob, { max: 40, pattern: hex40 }) : null }];
}

const ending = (path: string): string => /\.([^./]+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
const part = /^(.*)-\d{5}-of-(\d{5})\.safetensors$/;

/** Read beside the weights where they are there: they answer what would be asked. */
export const besideNames = ["config.json", "preprocessor_config.json"] as const;

/**
 * The files of one backbone: its weights where `weights` says, else the only ones there are of that kind, with their parts or external
 * data, and the configurations. Fault `bad-model` names what is there instead.
 */
export function filesNeeded<F extends Pick<ListedFile, "path">>(
  files: readonly F[],
  weights: string,
  repo: string,
): readonly F[] {
  const kind = ending(weights);
  const candidates = files.filter(({ path }) => ending(path) === kind);
  const exact = candidates.find(({ path }) => path === weights);
  const main = exact ? [exact] : candidates;
  const sets = new Set(main.map(({ path }) => part.exec(path)?.slice(1).join() ?? path));
  if (main.length === 0 || sets.size > 1) throw notThere(files, weights, repo);
  const beside = files.filter(
    ({ path }) =>
      besideNames.some((name) => name === path) ||
      (kind === "onnx" && main.some((one) => path !== one.path && path.startsWith(`${one.path}_data`))),
  );
  return [
    ...beside.filter(({ path }) => ending(path) === "json"),
    ...main,
    ...beside.filter(({ path }) => ending(path) !== "json"),
  ];
}

function notThere(files: readonly Pick<ListedFile, "path">[], weights: string, repo: string): Fault {
  const models = files
    .map(({ path }) => path)
    .filter((path) => ["onnx", "safetensors", "bin", "pt", "pth", "ckpt"].includes(ending(path)));
  const there = models.length === 0 ? "no file of weights" : models.slice(0, 6).join(", ");
  const programs = models.length > 0 && models.every((path) => !["onnx", "safetensors"].includes(ending(path)));
  const way = programs
    ? "PyTorch files can hold programs and are not opened here: convert them to safetensors, and load that by hand."
    : "Download what you need from its page and load it by hand.";
  return new Fault("bad-model", `${repo} has no "${weights}" now, but ${there}. ${way}`, { reason: "not-there" });
}
