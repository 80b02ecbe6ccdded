// What a WebP image says of its size. Decodes nothing. Source: RFC 9649.
import { Fault } from "../../base/fault.ts";

/** Width and height; Fault `damaged` where the bytes are no still WebP image. */
export function readWebpSize(bytes: Uint8Array, what: string): Readonly<{ width: number; height: number }> {
  const text = (at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30 || text(0) !== "RIFF" || text(8) !== "WEBP")
    throw damaged(what, "it does not start like a WebP");
  if (view.getUint32(4, true) + 8 > bytes.length) throw damaged(what, "it is cut off");
  const kind = text(12);
  if (kind === "VP8 ") {
    if (view.getUint16(23, true) !== 0x019d || bytes[25] !== 0x2a)
      throw damaged(what, "its WebP frame is no key frame");
    return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  }
  if (kind === "VP8L") {
    if (bytes[20] !== 0x2f) throw damaged(what, "its WebP frame does not start as it must");
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  throw new Fault("unsupported", `${what} is a WebP with animation, transparency or a profile, which is not read.`);
}

function damaged(what: string, how: string): Fault {
  return new Fault("damaged", `${what} is damaged: ${how}.`);
}
