// PackBits run lengths. Knows no image. Source: TIFF 6.0, section 9.
import { Fault } from "../../base/fault.ts";

/** Exactly `length` bytes; what follows them is ignored, fewer are a Fault `damaged`. */
export function decodePackBits(bytes: Uint8Array, length: number, what: string): Uint8Array {
  const out = new Uint8Array(length);
  let at = 0;
  let read = 0;
  while (at < length) {
    const head = bytes[read++];
    if (head === undefined) throw short(what, at, length);
    if (head === 128) continue;
    if (head < 128) {
      const count = Math.min(head + 1, length - at);
      if (read + count > bytes.length) throw short(what, at, length);
      out.set(bytes.subarray(read, read + count), at);
      read += head + 1;
      at += count;
    } else {
      const value = bytes[read++];
      if (value === undefined) throw short(what, at, length);
      out.fill(value, at, at + 257 - head);
      at += 257 - head;
    }
  }
  return out;
}

function short(what: string, at: number, length: number): Fault {
  return new Fault("damaged", `${what} is damaged: its PackBits data ends after ${at} of ${length} bytes.`);
}
