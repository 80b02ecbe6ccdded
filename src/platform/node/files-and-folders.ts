// What lies right inside a folder, links followed, hidden names left out, in code-unit order. Knows names only.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { Fault } from "../../base/fault.ts";

/** Fault `read` where the folder, or what a link points to, is not there. */
export async function filesAndFolders(
  path: string,
): Promise<Readonly<{ files: readonly string[]; folders: readonly string[] }>> {
  const files: string[] = [];
  const folders: string[] = [];
  try {
    for (const entry of await readdir(path, { withFileTypes: true })) {
      if (entry.name.startsWith(".")) continue;
      // A linked picture or class folder is one: only the link itself would say otherwise.
      const real = entry.isSymbolicLink() ? await stat(join(path, entry.name)) : entry;
      if (real.isDirectory()) folders.push(entry.name);
      else if (real.isFile()) files.push(entry.name);
    }
  } catch (error) {
    throw new Fault("read", `The folder ${path} cannot be read.`, { path }, error);
  }
  const byName = (a: string, b: string): number => (a < b ? -1 : 1);
  return { files: files.toSorted(byName), folders: folders.toSorted(byName) };
}
