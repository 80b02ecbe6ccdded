// Model folders from disk, for the command line and tests in Node. Knows the file system only.
import { readFile, stat } from "node:fs/promises";
import { Fault } from "../../base/fault.ts";
import type { FetchBytes } from "../../engine/load-model.ts";

/** `url` is a path. Faults: network (the file is not there), limit. */
export const readModelFile: FetchBytes = async (url, { signal, maxBytes, onBytes }) => {
  const size = await stat(url).then(
    (found) => found.size,
    (error: unknown) => {
      throw new Fault("network", `${url} cannot be read.`, { url }, error);
    },
  );
  if (size > maxBytes) throw new Fault("limit", `${url} has ${size} bytes; at most ${maxBytes} are read.`, { url });
  // A plain array: slice() of a Buffer is a view, and whoever copies must get a copy.
  const bytes = new Uint8Array(await readFile(url, { signal }));
  onBytes?.(bytes.length);
  return bytes;
};
