// OpenSlide and Pillow as a peer: starts openslide_patches.py, gives it a slide and the boxes of the patches, has it read them pass by
// pass. Knows no figure.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Fault } from "../../base/fault.ts";
import type { PatchPeer, PeerPatch } from "./patch-peer.ts";

/** Fault `unsupported` with Python's last words where it, OpenSlide or Pillow is missing, or OpenSlide does not open the file. */
export async function openOpenSlide(python: string, path: string, patches: readonly PeerPatch[]): Promise<PatchPeer> {
  const child = spawn(python, [join(import.meta.dirname, "openslide_patches.py"), path]);
  let complaint = "";
  child.stderr.on("data", (data) => {
    complaint = (complaint + String(data)).slice(-2000);
  });
  child.stdin.on("error", () => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = new Promise<never>((_, reject) => child.once("error", reject));
  failed.catch(() => {});
  const close = (): void => {
    child.stdin.end();
    child.kill();
  };
  const ask = async (line: string): Promise<Readonly<Record<string, unknown>>> => {
    child.stdin.write(`${line}\n`);
    const answer = await Promise.race([lines.next(), failed]);
    if (!answer.done) return JSON.parse(answer.value) as Readonly<Record<string, unknown>>;
    throw new Fault("unsupported", complaint.trim().split("\n").at(-1) || "Python ended without a word");
  };
  try {
    const { version, sums } = await ask(JSON.stringify(patches));
    return {
      version: String(version),
      sums: Array.isArray(sums) ? sums.map(Number) : [],
      async pass() {
        const { ms } = await ask("pass");
        return { patches: patches.length, ms: Number(ms) };
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}
