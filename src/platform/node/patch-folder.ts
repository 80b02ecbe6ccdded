// Reads which labelled patches a folder on disk holds: class folders, or `pool/` and `test/` of class folders, and groups.csv.
// Knows names only; pixels are read by whoever needs them.
import { readFile, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Fault, toFault } from "../../base/fault.ts";
import { type PatchGroups, parseGroups } from "../../domain/parse-groups.ts";
import type { FolderPatch, PatchFolder } from "../../domain/patch-folder.ts";
import { filesAndFolders } from "./files-and-folders.ts";
import { imageEndings } from "./image-decoder.ts";

const mostPatches = 1_000_000;
const isPicture = (name: string): boolean => imageEndings.includes(name.split(".").at(-1)?.toLowerCase() ?? "");
const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `split`: only rows of groups.csv with this value in their `split` column. Faults: read, invalid, limit. */
export async function readPatchFolder(
  path: string,
  options: Readonly<{ split: string | null }>,
  signal: AbortSignal,
): Promise<PatchFolder> {
  const name = basename(resolve(path));
  const top = await foldersIn(path);
  signal.throwIfAborted();
  const groups = await readGroups(path);
  const keep = choose(groups, options.split, path);
  const fixed = top.includes("pool") && top.includes("test");
  if (!fixed && (top.includes("pool") || top.includes("test")) && top.length === 1) {
    throw new Fault("invalid", `${path} has ${top[0]}/ alone; it needs both pool/ and test/, or class folders.`);
  }
  const roots = fixed ? ["pool/", "test/"] : [""];
  const classSets = await Promise.all(roots.map((root) => foldersIn(join(path, root))));
  const classes = [...new Set(classSets.flat())].toSorted(byName);
  if (classes.length < 2) {
    throw new Fault("invalid", `${path} holds ${classes.length} class folders; at least two are needed, one a class.`);
  }
  const leftOut: string[] = [];
  const listed = async (root: string): Promise<readonly FolderPatch[]> => {
    const found: FolderPatch[] = [];
    for (const [classIndex, each] of classes.entries()) {
      const files = await filesIn(join(path, root, each));
      signal.throwIfAborted();
      for (const file of files) {
        if (!isPicture(file)) {
          leftOut.push(`${root}${each}/${file}`);
          continue;
        }
        const inside = `${root}${each}/${file}`;
        const entry = groups?.get(inside);
        if (groups && !entry) {
          throw new Fault("invalid", `groups.csv of ${path} has no row for ${inside}.`, { path: inside });
        }
        if (keep && !keep(entry?.split ?? "")) continue;
        found.push({ path: inside, classIndex, group: entry?.group ?? inside });
      }
      if (found.length > mostPatches) throw new Fault("limit", `${path} holds more than ${mostPatches} patches.`);
    }
    return found;
  };
  const lists = await Promise.all(roots.map(listed));
  for (const [i, list] of lists.entries()) {
    const empty = classes.filter((_, c) => !list.some((patch) => patch.classIndex === c));
    if (empty.length > 0) {
      const where = `${path}${fixed ? `/${roots[i]}` : ""}${options.split === null ? "" : ` (split ${options.split})`}`;
      throw new Fault("invalid", `${where} has no picture (${imageEndings.join(", ")}) of ${empty.join(", ")}.`);
    }
  }
  const [first = [], second = []] = lists;
  const parts = fixed
    ? ({ kind: "fixed", pool: first, test: second } as const)
    : ({ kind: "one", patches: first } as const);
  if (parts.kind === "fixed") assertApart(parts.pool, parts.test, path);
  return { name, classes, grouped: groups !== null, leftOut, parts };
}

/** A kin of a test patch among the labels would make every figure too good. */
function assertApart(pool: readonly FolderPatch[], test: readonly FolderPatch[], path: string): void {
  const inPool = new Set(pool.map(({ group }) => group));
  const shared = test.find(({ group }) => inPool.has(group));
  if (shared) {
    throw new Fault(
      "invalid",
      `Group ${shared.group} is in both pool/ and test/ of ${path}: figures would be too good.`,
    );
  }
}

function choose(groups: PatchGroups | null, split: string | null, path: string): ((value: string) => boolean) | null {
  if (split === null) return null;
  const values = new Set([...(groups?.values() ?? [])].map((entry) => entry.split).filter((value) => value !== ""));
  if (!values.has(split)) {
    const known = values.size > 0 ? `; it has ${[...values].toSorted(byName).join(", ")}` : " and a column split";
    throw new Fault("invalid", `Split "${split}" needs a groups.csv in ${path} that names it${known}.`);
  }
  return (value) => value === split;
}

async function readGroups(path: string): Promise<PatchGroups | null> {
  const file = join(path, "groups.csv");
  if (!(await stat(file).catch(() => null))) return null;
  try {
    return parseGroups(await readFile(file, "utf8"), file);
  } catch (error) {
    throw toFault(error, "read", `${file} cannot be read`);
  }
}

const foldersIn = async (path: string): Promise<readonly string[]> => (await filesAndFolders(path)).folders;

/** Right inside a class folder; a class folder that is missing in one part is empty there. */
async function filesIn(path: string): Promise<readonly string[]> {
  if (!(await stat(path).catch(() => null))) return [];
  return (await filesAndFolders(path)).files;
}
