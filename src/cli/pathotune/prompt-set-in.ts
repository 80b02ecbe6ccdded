// A prompt set from disk into an engine, and whose scores they are. Knows the file and the engine's own checks.
import { readFile } from "node:fs/promises";
import { toFault } from "../../base/fault.ts";
import type { PromptSetSummary } from "../../domain/prompt-set.ts";
import type { FolderEngine } from "../folder-engine.ts";

/** Faults: read, bad-prompt-set (damaged, or of another backbone). */
export async function addPromptSetFile({ engine }: FolderEngine, path: string): Promise<PromptSetSummary> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(path));
  } catch (error) {
    throw toFault(error, "read", `The prompt set ${path} cannot be read`);
  }
  return engine.addPromptSet({ bytes });
}
