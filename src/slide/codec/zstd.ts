// Zstandard with bounds on time and memory: frames and blocks are walked before the library sees them. Knows no image.
// Source: RFC 8878.
import { Decompress } from "fzstd";
import { Fault } from "../../base/fault.ts";

const maxBlock = 128 * 1024;
/** Bytes a decoder must look back at most; what compressors use unless told otherwise is 8 MiB. */
const maxWindow = 64 * 1024 * 1024;

/** Exactly `length` bytes; more or fewer are a Fault `damaged`. */
export function decodeZstd(bytes: Uint8Array, length: number, what: string): Uint8Array {
  checkFrames(bytes, length, what);
  const out = new Uint8Array(length);
  let at = 0;
  const stream = new Decompress((part) => {
    if (at + part.length > length) throw damaged(what, `its Zstandard data holds more than ${length} bytes`);
    out.set(part, at);
    at += part.length;
  });
  try {
    stream.push(bytes, true);
  } catch (error) {
    throw error instanceof Fault ? error : damaged(what, "its Zstandard data contradicts itself", error);
  }
  if (at !== length) throw damaged(what, `its Zstandard data holds ${at} bytes, not ${length}`);
  return out;
}

/** Walks frames and block headers. Encoders fill blocks of 128 KiB; a stream of very many small ones is made to waste time. */
function checkFrames(bytes: Uint8Array, length: number, what: string): void {
  const byte = (at: number): number => {
    const value = bytes[at];
    if (value === undefined) throw damaged(what, "its Zstandard data is cut off");
    return value;
  };
  let blocks = 64 + 16 * Math.ceil(length / maxBlock);
  let at = 0;
  let frames = 0;
  while (at < bytes.length) {
    const magic = byte(at) + byte(at + 1) * 2 ** 8 + byte(at + 2) * 2 ** 16 + byte(at + 3) * 2 ** 24;
    if (magic !== 0xfd2fb528) throw damaged(what, "its Zstandard data does not start as it must");
    if (frames++ > 0) throw damaged(what, "its Zstandard data has more than one frame");
    const descriptor = byte(at + 4);
    const single = (descriptor >> 5) & 1;
    const sizeBytes = descriptor >> 6 === 0 ? single : 1 << (descriptor >> 6);
    const dictionary = descriptor & 3;
    if (dictionary !== 0) throw damaged(what, "its Zstandard data asks for a dictionary");
    const window = byte(at + 5);
    if (!single && 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8) > maxWindow) {
      throw new Fault("limit", `${what} needs more than ${maxWindow} bytes of memory to decode. It was not decoded.`);
    }
    at += 5 + (1 - single);
    let size = 0;
    for (let i = 0; i < sizeBytes; i++) size += byte(at + i) * 2 ** (8 * i);
    if (sizeBytes === 2) size += 256;
    if (sizeBytes > 0 && size !== length) throw damaged(what, `its Zstandard data states ${size} bytes, not ${length}`);
    at += sizeBytes;
    for (let last = false; !last; ) {
      const header = byte(at) + byte(at + 1) * 256 + byte(at + 2) * 65536;
      last = (header & 1) === 1;
      const kind = (header >> 1) & 3;
      const stated = header >> 3;
      if (kind === 3 || stated > maxBlock) throw damaged(what, "its Zstandard data has an impossible block");
      at += 3 + (kind === 1 ? 1 : stated);
      if (at > bytes.length) throw damaged(what, "its Zstandard data is cut off");
      if (--blocks < 0) {
        throw new Fault(
          "limit",
          `${what} is made of far more Zstandard blocks than its size needs. It was not decoded.`,
        );
      }
    }
    at += (descriptor >> 2) & 1 ? 4 : 0;
  }
  if (frames === 0) throw damaged(what, "it is empty");
}

function damaged(what: string, how: string, cause?: unknown): Fault {
  return new Fault("damaged", `${what} is damaged: ${how}.`, {}, cause);
}
