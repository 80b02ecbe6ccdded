// Bytes at an offset: the one thing a container parser needs of a file. Knows no file system and no network.
import { Fault } from "../base/fault.ts";

/**
 * Random access to one file. `read` resolves to exactly `length` bytes or rejects: Fault `damaged` beyond the end,
 * `read`/`network` where the host fails, AbortError when `signal` aborts. Callers must not write into the result.
 */
export type ByteSource = Readonly<{
  /** For messages; a file name can identify a patient, so it never leaves the machine. */
  name: string;
  /** Length in bytes. */
  size: number;
  /** Every read is a request to a server. */
  remote?: boolean;
  read(offset: number, length: number, signal: AbortSignal): Promise<Uint8Array>;
  close(): void;
}>;

/** Throws Fault `damaged` unless [offset, offset+length) lies inside a file of `size` bytes. */
export function checkRange(size: number, offset: number, length: number, what: string): void {
  const whole = Number.isSafeInteger(offset) && Number.isSafeInteger(length);
  if (!whole || offset < 0 || length < 0 || offset + length > size) {
    throw new Fault(
      "damaged",
      `The file is cut off or damaged: ${what} should be at byte ${offset} (${length} bytes), but the file ends at ${size}. ` +
        "Copy or download it again.",
      { offset, length, size },
    );
  }
}

/** Throws Fault `read` where a host delivered fewer bytes than asked. */
export function checkLength(bytes: Uint8Array, length: number, name: string): Uint8Array {
  if (bytes.length !== length) {
    throw new Fault("read", `Only ${bytes.length} of ${length} bytes of "${name}" could be read. Open the file again.`);
  }
  return bytes;
}

/** A file that is already in memory. */
export function memorySource(bytes: Uint8Array, name = "memory"): ByteSource {
  return {
    name,
    size: bytes.length,
    async read(offset, length, signal) {
      signal.throwIfAborted();
      checkRange(bytes.length, offset, length, "data");
      return bytes.subarray(offset, offset + length);
    },
    close() {},
  };
}
