// What a JPEG says of itself before its first scan. Knows no TIFF and decodes nothing. Source: ITU-T T.81, annex B.
import { Fault } from "../../base/fault.ts";

export type JpegSegment = Readonly<{ marker: number; start: number; end: number }>;

export type JpegFrame = Readonly<{ width: number; height: number; components: number; progressive: boolean }>;

export type JpegHeader = Readonly<{
  /** Marker segments between SOI and the first scan, without SOI. `start` is at 0xFF, `end` one past the last byte. */
  segments: readonly JpegSegment[];
  /** Null in a stream of tables only. */
  frame: JpegFrame | null;
  /** Where the first scan's SOS marker stands; the stream's end where there is none. */
  scan: number;
}>;

/** Segments before the first scan: tables, and a profile or EXIF in pieces of 64 KiB. */
const maxSegments = 4096;

const SOS = 0xda;
const EOI = 0xd9;

/** Reads marker segments up to the first scan. Faults: damaged, limit, unsupported (lossless, arithmetic, not 8 bit). */
export function readJpegHeader(bytes: Uint8Array, what: string): JpegHeader {
  if (bytes[0] !== 0xff || bytes[1] !== 0xd8) throw damaged(what, "it does not start like a JPEG");
  const segments: JpegSegment[] = [];
  let frame: JpegFrame | null = null;
  let at = 2;
  for (;;) {
    if (at >= bytes.length) return { segments, frame, scan: bytes.length };
    if (bytes[at] !== 0xff) throw damaged(what, `no marker at its byte ${at}`);
    while (bytes[at + 1] === 0xff) at++; // fill bytes
    const marker = bytes[at + 1];
    if (marker === undefined) throw damaged(what, "it ends inside a marker");
    if (marker === SOS || marker === EOI) return { segments, frame, scan: at };
    if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) throw damaged(what, "a marker stands where none may");
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw damaged(what, "a segment is longer than the tile");
    if (isFrame(marker)) {
      if (frame) throw damaged(what, "it has two frames");
      frame = readFrame(bytes.subarray(at + 4, end), marker, what);
    }
    if (segments.length === maxSegments)
      throw new Fault("limit", `${what} has more than ${maxSegments} header segments.`);
    segments.push({ marker, start: at, end });
    at = end;
  }
}

const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;

function readFrame(body: Uint8Array, marker: number, what: string): JpegFrame {
  if (marker > 0xc2) {
    throw new Fault("unsupported", `${what} is a JPEG of a rare kind (lossless, hierarchical or arithmetic coding).`);
  }
  const [precision = 0, h1 = 0, h0 = 0, w1 = 0, w0 = 0, components = 0] = body;
  if (body.length < 6 + 3 * components) throw damaged(what, "its frame header is cut off");
  if (precision !== 8) throw new Fault("unsupported", `${what} has ${precision} bits per sample; only 8 are read.`);
  return { height: (h1 << 8) | h0, width: (w1 << 8) | w0, components, progressive: marker === 0xc2 };
}

export function damaged(what: string, how: string): Fault {
  return new Fault("damaged", `${what} is damaged: ${how}.`);
}
