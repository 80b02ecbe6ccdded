// A JPEG made of some restart segments of a larger one. Knows no TIFF. Source: ITU-T T.81, sections B.2 and E.1.4.
import { Fault } from "../../base/fault.ts";
import { damaged } from "./jpeg-header.ts";

export type RestartHeader = Readonly<{
  /** SOI up to and including the header of the only scan. */
  bytes: Uint8Array;
  /** Where the frame's height and width stand in `bytes`. */
  sizeAt: number;
  /** Where coded data begins. */
  scan: number;
  /** MCUs (blocks of all channels together) from one restart to the next; 0 = none. */
  restartInterval: number;
  /** Pixels of one MCU. */
  mcuWidth: number;
  mcuHeight: number;
  components: number;
  subsampled: boolean;
}>;

/** Reads the header without believing its size: scanners write 0 where it does not fit. Faults: damaged, unsupported. */
export function readRestartHeader(bytes: Uint8Array, what: string): RestartHeader {
  const u16 = (at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  if (u16(0) !== 0xffd8) throw damaged(what, "it does not start like a JPEG");
  let restartInterval = 0;
  let frame: Readonly<{ sizeAt: number; components: number; mcuWidth: number; mcuHeight: number }> | null = null;
  for (let at = 2; ; ) {
    if (bytes[at] !== 0xff) throw damaged(what, `no marker at its byte ${at}`);
    const marker = bytes[at + 1] ?? 0;
    const length = u16(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw damaged(what, "its header is cut off");
    if (marker === 0xdd) restartInterval = u16(at + 4);
    else if (marker === 0xc0 || marker === 0xc1) {
      if (frame) throw damaged(what, "it has two frames");
      const components = bytes[at + 9] ?? 0;
      if (components < 1 || components > 4 || length < 8 + 3 * components)
        throw damaged(what, `it has ${components} colour channels`);
      const factors = Array.from({ length: components }, (_, i) => bytes[at + 11 + 3 * i] ?? 0);
      const h = factors.map((f) => f >> 4);
      const v = factors.map((f) => f & 15);
      if ([...h, ...v].some((f) => f < 1 || f > 4)) throw damaged(what, "its channels have impossible sizes");
      // The only channel's blocks are not interleaved: an MCU is one block whatever its factors.
      const single = components === 1;
      frame = {
        sizeAt: at + 5,
        components,
        mcuWidth: 8 * (single ? 1 : Math.max(...h)),
        mcuHeight: 8 * (single ? 1 : Math.max(...v)),
      };
    } else if (marker > 0xc1 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc) {
      throw new Fault(
        "unsupported",
        `${what} is a JPEG of a kind that cannot be read in pieces (progressive, lossless or arithmetic).`,
      );
    } else if (marker === 0xda) {
      if (!frame) throw damaged(what, "its scan has no frame");
      if ((bytes[at + 4] ?? 0) !== frame.components)
        throw new Fault("unsupported", `${what} keeps its colours in separate scans.`);
      const subsampled = frame.mcuWidth > 8 || frame.mcuHeight > 8;
      return { bytes: bytes.slice(0, end), scan: end, restartInterval, subsampled, ...frame };
    }
    at = end;
  }
}

/** Where each of the first `most` segments of `bytes` (the whole JPEG) begins. */
export function restartStarts(bytes: Uint8Array, scan: number, most: number): readonly number[] {
  const starts = [scan];
  for (let i = scan; i + 1 < bytes.length && starts.length < most; i++) {
    if (bytes[i] !== 0xff) continue;
    const marker = bytes[i + 1] ?? 0;
    if (marker >= 0xd0 && marker <= 0xd7) starts.push(i + 2);
    if (marker === 0xd9) break;
  }
  return starts;
}

/** A JPEG of `width` x `height` pixels out of segments in reading order, each as stored: with or without the marker at its end. */
export function segmentJpeg(
  header: RestartHeader,
  segments: readonly Uint8Array[],
  width: number,
  height: number,
  what: string,
): Uint8Array {
  if (width > 65_500 || height > 65_500)
    throw new Fault("limit", `${what} has pieces of ${width} x ${height} pixels; that is too large.`);
  const data = segments.map((segment) => withoutMarker(segment, what));
  const out = new Uint8Array(header.bytes.length + data.reduce((sum, part) => sum + part.length + 2, 0));
  out.set(header.bytes);
  new DataView(out.buffer).setUint16(header.sizeAt, height);
  new DataView(out.buffer).setUint16(header.sizeAt + 2, width);
  let at = header.bytes.length;
  data.forEach((part, i) => {
    out.set(part, at);
    at += part.length;
    // Restart markers count from 0 to 7 and around; the last segment ends the image.
    out[at++] = 0xff;
    out[at++] = i + 1 < data.length ? 0xd0 + (i % 8) : 0xd9;
  });
  return out;
}

/** A segment ends with the next restart marker or, the last, with the end of the image and whatever follows it. */
function withoutMarker(segment: Uint8Array, what: string): Uint8Array {
  for (let i = 0; i + 1 < segment.length; i++) {
    if (segment[i] !== 0xff) continue;
    const next = segment[i + 1] ?? 0;
    if (next === 0 || next === 0xff) continue;
    if ((next >= 0xd0 && next <= 0xd7 && i + 2 >= segment.length) || next === 0xd9) return segment.subarray(0, i);
    throw damaged(what, "a piece holds a marker where none may stand");
  }
  throw damaged(what, "a piece has no end");
}
