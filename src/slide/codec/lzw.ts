// TIFF's LZW: codes of 9 to 12 bits, most significant bit first, widened one code early. Knows no image.
// Source: TIFF 6.0, section 13.
import { Fault } from "../../base/fault.ts";

const clear = 256;
const end = 257;

/** Exactly `length` bytes; a longer stream is cut, as libtiff does, a shorter one is a Fault `damaged`. */
export function decodeLzw(bytes: Uint8Array, length: number, what: string): Uint8Array {
  if (bytes[0] === 0 && ((bytes[1] ?? 0) & 1) === 1) {
    throw new Fault("unsupported", `${what} is packed with LZW as before TIFF 6.0, which is not read.`);
  }
  const out = new Uint8Array(length);
  // Entry i >= 258 is the string at `start[i]`, `sizes[i]` bytes long: it was written to `out` when the entry was made.
  const start = new Int32Array(4097);
  const sizes = new Int32Array(4097);
  let next = 258;
  let width = 9;
  let previousAt = -1;
  let previousSize = 0;
  let at = 0;
  let buffer = 0;
  let bits = 0;
  let read = 0;
  while (at < length) {
    while (bits < width) {
      if (read >= bytes.length) throw damaged(what, `its LZW data ends after ${at} of ${length} bytes`);
      buffer = ((buffer << 8) | bytes[read++]!) & 0xffffff;
      bits += 8;
    }
    bits -= width;
    const code = (buffer >> bits) & ((1 << width) - 1);
    if (code === end) throw damaged(what, `its LZW data ends after ${at} of ${length} bytes`);
    if (code === clear) {
      next = 258;
      width = 9;
      previousAt = -1;
      continue;
    }
    const here = at;
    let size: number;
    if (code < 256) {
      out[at] = code;
      size = 1;
    } else if (previousAt >= 0 && code <= next) {
      // The code that is just being made is the previous string and its own first byte.
      const known = code < next;
      const from = known ? start[code]! : previousAt;
      size = known ? sizes[code]! : previousSize + 1;
      for (let i = 0; i < size && here + i < length; i++) out[here + i] = out[from + i]!;
    } else {
      throw damaged(what, "its LZW data names a string that does not exist");
    }
    at += size;
    if (previousAt >= 0) {
      if (next > 4095) throw damaged(what, "its LZW table overflows");
      start[next] = previousAt;
      sizes[next] = previousSize + 1;
      next++;
      if (next >= (1 << width) - 1 && width < 12) width++;
    }
    previousAt = here;
    previousSize = size;
  }
  return out;
}

function damaged(what: string, how: string): Fault {
  return new Fault("damaged", `${what} is damaged: ${how}.`);
}
