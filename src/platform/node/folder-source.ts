// A folder on disk as the files of one slide. Knows node:fs, nothing of slides.
import { open, readdir, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import { Fault, toFault } from "../../base/fault.ts";
import type { LocalFile } from "../../protocol/call.ts";
import type { SlideSource } from "../../protocol/slide-api.ts";

const mostFiles = 200_000;

/** Null where `path` is no folder. A description (.dzi, info.json) stands for the folder it lies in. */
export async function folderSource(path: string): Promise<SlideSource | null> {
  const found = await stat(path).catch(() => null);
  if (found?.isDirectory()) return { kind: "files", name: basename(path), files: await filesUnder(path, "") };
  const name = basename(path);
  if (!found?.isFile() || !/(\.dzi|^info\.json)$/i.test(name)) return null;
  const folder = dirname(path);
  const beside = name.toLowerCase() === "info.json" ? "" : `${name.replace(/\.dzi$/i, "")}_files`;
  const files = await filesUnder(folder, beside);
  const own = { path: name, file: await localFile(path) };
  return { kind: "files", name, files: [own, ...files.filter((one) => one.path !== name)] };
}

async function filesUnder(
  root: string,
  inside: string,
): Promise<readonly Readonly<{ path: string; file: LocalFile }>[]> {
  try {
    const entries = await readdir(join(root, inside), { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    if (files.length > mostFiles) {
      throw new Fault("limit", `The folder "${basename(root)}" holds more than ${mostFiles} files.`);
    }
    return await Promise.all(
      files.map(async (entry) => {
        const path = join(entry.parentPath, entry.name);
        return { path: relative(root, path).split(sep).join("/"), file: await localFile(path) };
      }),
    );
  } catch (error) {
    throw toFault(error, "read", `"${basename(root)}" cannot be read`);
  }
}

async function localFile(path: string): Promise<LocalFile> {
  const { size, mtimeMs } = await stat(path);
  return {
    name: basename(path),
    size,
    lastModified: mtimeMs,
    slice: (start, end) => ({
      async arrayBuffer() {
        const handle = await open(path, "r");
        try {
          const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
          const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
          return bytes.buffer.slice(0, bytesRead);
        } finally {
          await handle.close();
        }
      },
    }),
  };
}
