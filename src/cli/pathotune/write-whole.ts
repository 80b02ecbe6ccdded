// A result on disk. Knows files.
import { rename, writeFile } from "node:fs/promises";
import { toFault } from "../../base/fault.ts";

/** A file is there whole or not at all. */
export async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(`${path}.new`, bytes);
    await rename(`${path}.new`, path);
  } catch (error) {
    throw toFault(error, "storage", `${path} cannot be written`);
  }
}
