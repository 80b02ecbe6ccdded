// Rows of numbers under names, kept in two files that only grow: what was computed once is never computed again, an interruption loses
// the row at hand and no other, and one process at a time writes. Knows no model and no picture.
import { mkdir, open, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { assert, Fault, toFault } from "../../base/fault.ts";

export type RowStore = Readonly<{
  has(key: string): boolean;
  /** Asserts that the key is there. */
  row(key: string): Float32Array;
  /** Durable when it resolves. One at a time. */
  put(key: string, row: Float32Array): Promise<void>;
  close(): Promise<void>;
}>;

/** `folder` is made where it is missing. `width`: numbers of a row. Faults: read. */
export async function openRowStore(folder: string, width: number): Promise<RowStore> {
  const bytesPerRow = width * Float32Array.BYTES_PER_ELEMENT;
  const [keysPath, rowsPath] = [join(folder, "keys.txt"), join(folder, "rows.f32")];
  try {
    await mkdir(folder, { recursive: true });
    const unlock = await lock(join(folder, "writer"));
    const keysFile = await open(keysPath, "a");
    const rowsFile = await open(rowsPath, "a");
    const text = await readFile(keysPath, "utf8");
    const bytes = await readFile(rowsPath);
    // The rows are written first: a name without a whole line, or rows without a name, are what an interruption left.
    const names = text
      .slice(0, text.lastIndexOf("\n") + 1)
      .split("\n")
      .slice(0, -1);
    const whole = Math.min(names.length, Math.floor(bytes.length / bytesPerRow));
    const kept = names.slice(0, whole);
    await truncate(rowsPath, whole * bytesPerRow);
    await truncate(
      keysPath,
      kept.reduce((sum, name) => sum + Buffer.byteLength(name) + 1, 0),
    );
    const values = new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + whole * bytesPerRow));
    const rows = new Map(kept.map((name, i) => [name, values.subarray(i * width, (i + 1) * width)] as const));
    return {
      has: (key) => rows.has(key),
      row(key) {
        const row = rows.get(key);
        assert(row, `row ${key} is there`);
        return row;
      },
      async put(key, row) {
        assert(row.length === width && !key.includes("\n"), `a row of ${width} numbers under a plain name`);
        if (rows.has(key)) return;
        await rowsFile.write(new Uint8Array(row.buffer, row.byteOffset, row.byteLength));
        await keysFile.write(`${key}\n`);
        rows.set(key, Float32Array.from(row));
      },
      async close() {
        await rowsFile.close();
        await keysFile.close();
        await unlock();
      },
    };
  } catch (error) {
    throw toFault(error, "read", `Kept features in ${folder} cannot be opened`);
  }
}

/** Rows of two writers would be mixed up under each other's names, in silence. A file left by a process that is gone is taken over. */
async function lock(path: string): Promise<() => Promise<void>> {
  const mine = String(process.pid);
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(path, mine, { flag: "wx" });
      return () => rm(path, { force: true });
    } catch (error) {
      const owner = Number(await readFile(path, "utf8").catch(() => ""));
      if (owner > 0 && isAlive(owner)) {
        throw new Fault(
          "read-only",
          `Another run (process ${owner}) keeps features in ${path}. Wait for it, or name another --cache.`,
          { path, owner },
          error,
        );
      }
      await rm(path, { force: true });
    }
  }
  throw new Fault("read-only", `${path} is taken again and again by others.`, { path });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Not ours to signal, but there.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
