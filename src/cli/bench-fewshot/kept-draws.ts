// Finished draws on disk, one file each, under the hash of everything they depend on: an interrupted run goes on where it was. Knows JSON
// and files; a file that does not read back is made again.
import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { canonicalJson } from "../../domain/canonical-json.ts";

export type KeptDraws = Readonly<{
  /** What was kept under this name, or `make`, whose result is kept. */
  keep<T>(name: string, isWhole: (value: unknown) => value is T, make: () => T | Promise<T>): Promise<T>;
}>;

/** `dependsOn`: plain JSON; another value is another folder. */
export async function openKeptDraws(cacheFolder: string, dependsOn: unknown): Promise<KeptDraws> {
  const text = canonicalJson(dependsOn);
  const folder = join(cacheFolder, "draws", createHash("sha256").update(text).digest("hex").slice(0, 24));
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "depends-on.json"), `${text}\n`);
  return {
    async keep(name, isWhole, make) {
      const path = join(folder, `${name}.json`);
      try {
        const kept: unknown = JSON.parse(await readFile(path, "utf8"));
        if (isWhole(kept)) return kept;
      } catch {
        // Not there, or cut short by an interruption: made below.
      }
      const made = await make();
      // Renamed into place: a half-written file never has the name.
      await writeFile(`${path}.part`, JSON.stringify(made));
      await rename(`${path}.part`, path);
      return made;
    },
  };
}
