// A File the person picked, as a byte source. Knows File.slice, nothing of slides.
import { Fault, isAbort } from "../../base/fault.ts";
import type { LocalFile } from "../../protocol/call.ts";
import { type ByteSource, checkLength, checkRange } from "../../slide/byte-source.ts";

export function createFileSource(file: LocalFile): ByteSource {
  return {
    name: file.name,
    size: file.size,
    async read(offset, length, signal) {
      signal.throwIfAborted();
      checkRange(file.size, offset, length, "data");
      let buffer: ArrayBuffer;
      try {
        buffer = await file.slice(offset, offset + length).arrayBuffer();
      } catch (error) {
        if (isAbort(error) && signal.aborted) throw signal.reason;
        // Browsers report NotReadableError once the file was moved, changed or its permission withdrawn.
        const how = `"${file.name}" cannot be read any more: it was moved, changed or its permission withdrawn. Open it again.`;
        throw new Fault("read", how, {}, error);
      }
      signal.throwIfAborted();
      return checkLength(new Uint8Array(buffer), length, file.name);
    },
    close() {},
  };
}
