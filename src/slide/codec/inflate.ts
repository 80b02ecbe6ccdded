// Deflate with a bound on what comes out. Knows no image. Source: RFC 1950, RFC 1951.
import { Inflate } from "fflate";
import { Fault } from "../../base/fault.ts";

/** Bytes fed at once: a thousandfold expansion of one piece stays in memory. */
const piece = 16 * 1024;

/** Exactly `length` bytes of a zlib stream; what follows them is ignored, fewer are a Fault `damaged`. */
export function decodeZlib(bytes: Uint8Array, length: number, what: string): Uint8Array {
  const [method = 0, flags = 0] = bytes;
  if ((method & 15) !== 8 || method >> 4 > 7 || ((method << 8) | flags) % 31 !== 0 || (flags & 32) !== 0) {
    throw damaged(what, "its Deflate data does not start as it must");
  }
  const out = new Uint8Array(length);
  let at = 0;
  const inflate = new Inflate((part) => {
    const take = Math.min(part.length, length - at);
    out.set(part.subarray(0, take), at);
    at += take;
  });
  try {
    for (let from = 2; from < bytes.length && at < length; from += piece) {
      // Never said to be the last: the stream's own end is enough, and a checksum follows it.
      inflate.push(bytes.subarray(from, from + piece), false);
    }
  } catch (error) {
    if (at < length) throw damaged(what, "its Deflate data contradicts itself", error);
  }
  if (at < length) throw damaged(what, `its Deflate data ends after ${at} of ${length} bytes`);
  return out;
}

function damaged(what: string, how: string, cause?: unknown): Fault {
  return new Fault("damaged", `${what} is damaged: ${how}.`, {}, cause);
}
