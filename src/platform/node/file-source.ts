// A file on disk as a byte source. Knows node:fs, nothing of slides.
import { open } from "node:fs/promises";
import { basename } from "node:path";
import { Fault, toFault } from "../../base/fault.ts";
import { type ByteSource, checkLength, checkRange } from "../../slide/byte-source.ts";

export async function openFileSource(path: string): Promise<ByteSource> {
  const name = basename(path);
  try {
    const handle = await open(path, "r");
    const stat = await handle.stat();
    if (!stat.isFile()) {
      await handle.close();
      throw new Fault("read", `"${name}" is not a file.`);
    }
    return {
      name,
      size: stat.size,
      async read(offset, length, signal) {
        signal.throwIfAborted();
        checkRange(stat.size, offset, length, "data");
        const bytes = new Uint8Array(length);
        let done = 0;
        try {
          while (done < length) {
            const { bytesRead } = await handle.read(bytes, done, length - done, offset + done);
            if (bytesRead === 0) break;
            done += bytesRead;
          }
        } catch (error) {
          throw toFault(error, "read", `"${name}" cannot be read`);
        }
        signal.throwIfAborted();
        return checkLength(bytes.subarray(0, done), length, name);
      },
      close() {
        void handle.close();
      },
    };
  } catch (error) {
    throw toFault(error, "read", `"${name}" cannot be opened`);
  }
}
