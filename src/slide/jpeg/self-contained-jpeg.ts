// One colour rule for JPEG tiles, so that every decoder gives the same pixels as libjpeg-turbo under OpenSlide. Knows no TIFF file.
//
// TIFF's PhotometricInterpretation decides the colour space, as OpenSlide does it (openslide-decode-tiff.c). A bare JPEG decoder
// guesses it from JFIF, Adobe markers or component ids, and guesses wrong on Aperio "JPEG/RGB" tiles. So all APPn and comments go
// (JFIF would win over the marker, EXIF would rotate, ICC would recolour) and an Adobe marker states the space.
import { Fault } from "../../base/fault.ts";
import { damaged, type JpegSegment, readJpegHeader } from "./jpeg-header.ts";

export type JpegColour = "grey" | "rgb" | "ycbcr";

export type JpegExpectation = Readonly<{ width: number; height: number; colour: JpegColour }>;

/** A progressive image refines itself in some ten scans; each costs a decoder a pass over all pixels. */
const maxScans = 100;

const DHT = 0xc4;
const DQT = 0xdb;
const DRI = 0xdd;
const isTable = (s: JpegSegment): boolean => s.marker === DHT || s.marker === DQT || s.marker === DRI;
const isMetadata = (s: JpegSegment): boolean => (s.marker >= 0xe0 && s.marker <= 0xef) || s.marker === 0xfe;

/** Adobe APP14: version 100, no flags; transform 0 = RGB, 1 = YCbCr. */
const adobe = (transform: 0 | 1): Uint8Array =>
  Uint8Array.of(0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, transform);

/**
 * The tile with its tables merged, metadata dropped and colour space stated; its size is what `expect` says, or a Fault
 * `damaged` names `what`. `tables` is TIFF's JPEGTables value.
 */
export function selfContainedJpeg(
  tile: Uint8Array,
  tables: Uint8Array | null,
  expect: JpegExpectation,
  what: string,
): Uint8Array {
  const header = readJpegHeader(tile, what);
  const frame = header.frame;
  if (!frame || header.scan >= tile.length || tile[header.scan + 1] !== 0xda) throw damaged(what, "it holds no image");
  if (frame.width !== expect.width || frame.height !== expect.height) {
    throw damaged(
      what,
      `it claims ${frame.width} x ${frame.height} pixels where ${expect.width} x ${expect.height} belong`,
    );
  }
  const components = expect.colour === "grey" ? 1 : 3;
  if (frame.components !== components)
    throw damaged(what, `it has ${frame.components} colour channels, not ${components}`);
  const end = endOfImage(tile, header.scan);
  if (end < 0) throw damaged(what, "it is cut off");
  if (frame.progressive) checkScans(tile, header.scan, what);

  const parts: Uint8Array[] = [Uint8Array.of(0xff, 0xd8)];
  if (expect.colour !== "grey") parts.push(adobe(expect.colour === "rgb" ? 0 : 1));
  if (tables && tables.length > 0) {
    const shared = readJpegHeader(tables, "The file's shared JPEG table");
    for (const s of shared.segments) if (isTable(s)) parts.push(tables.subarray(s.start, s.end));
  }
  for (const s of header.segments) if (!isMetadata(s)) parts.push(tile.subarray(s.start, s.end));
  parts.push(tile.subarray(header.scan, end));
  return concatenate(parts);
}

/** One past the last EOI marker after `from`; -1 where there is none: the tile was cut and a decoder would paint grey. */
function endOfImage(bytes: Uint8Array, from: number): number {
  for (let i = bytes.length - 2; i > from; i--) if (bytes[i] === 0xff && bytes[i + 1] === 0xd9) return i + 2;
  return -1;
}

function checkScans(bytes: Uint8Array, from: number, what: string): void {
  let scans = 0;
  for (let i = from; i + 1 < bytes.length; i++) if (bytes[i] === 0xff && bytes[i + 1] === 0xda) scans++;
  if (scans > maxScans) {
    throw new Fault("limit", `${what} claims ${scans} refinement passes; at most ${maxScans} are decoded.`);
  }
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
