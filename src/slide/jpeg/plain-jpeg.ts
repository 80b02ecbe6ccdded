// A JPEG file on its own: size, colours as libjpeg would guess them, what its metadata asks for. Decodes nothing.
import { Fault } from "../../base/fault.ts";
import { damaged, readJpegHeader } from "./jpeg-header.ts";
import type { JpegColour } from "./self-contained-jpeg.ts";

export type PlainJpeg = Readonly<{
  width: number;
  height: number;
  colour: JpegColour;
  progressive: boolean;
  /** EXIF orientation, 1 = upright. */
  orientation: number;
  profile: Uint8Array | null;
}>;

/** Colour as in libjpeg's default_decompress_parms (jdapimin.c). Faults: damaged, unsupported. */
export function readPlainJpeg(bytes: Uint8Array): PlainJpeg {
  const what = "The JPEG picture";
  const { frame, segments } = readJpegHeader(bytes, what);
  if (!frame || frame.width < 1 || frame.height < 1) throw damaged(what, "it holds no image");
  let jfif = false;
  let adobe: number | null = null;
  let orientation = 1;
  const parts = new Map<number, Uint8Array>();
  for (const { marker, start, end } of segments) {
    const body = bytes.subarray(start + 4, end);
    if (marker === 0xe0 && startsWith(body, "JFIF\0")) jfif = true;
    else if (marker === 0xee && startsWith(body, "Adobe") && body.length >= 12) adobe = body[11] ?? 0;
    else if (marker === 0xe1 && startsWith(body, "Exif\0\0")) orientation = orientationOf(body.subarray(6));
    else if (marker === 0xe2 && startsWith(body, "ICC_PROFILE\0")) parts.set(body[12] ?? 0, body.subarray(14));
  }
  const ids = segments.find((s) => s.marker >= 0xc0 && s.marker <= 0xc2);
  const id = (i: number): number => (ids ? (bytes[ids.start + 10 + 3 * i] ?? 0) : 0);
  return { ...frame, colour: colourOf(), orientation, profile: joined(parts) };

  function colourOf(): JpegColour {
    if (frame?.components === 1) return "grey";
    if (frame?.components !== 3) {
      throw new Fault("unsupported", `This JPEG has ${frame?.components} colour channels (CMYK?); save it as RGB.`);
    }
    if (jfif) return "ycbcr";
    if (adobe !== null) return adobe === 0 ? "rgb" : "ycbcr";
    return id(0) === 0x52 && id(1) === 0x47 && id(2) === 0x42 ? "rgb" : "ycbcr";
  }
}

const startsWith = (bytes: Uint8Array, text: string): boolean =>
  [...text].every((c, i) => bytes[i] === c.charCodeAt(0));

/** Tag 274 of the EXIF block's first directory; 1 where there is none. */
function orientationOf(tiff: Uint8Array): number {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  const little = tiff[0] === 0x49;
  if (tiff.length < 14) return 1;
  const first = view.getUint32(4, little);
  if (first + 2 > tiff.length) return 1;
  const count = Math.min(view.getUint16(first, little), 200);
  for (let i = 0; i < count; i++) {
    const at = first + 2 + 12 * i;
    if (at + 12 > tiff.length) return 1;
    if (view.getUint16(at, little) === 274) return view.getUint16(at + 8, little);
  }
  return 1;
}

function joined(parts: ReadonlyMap<number, Uint8Array>): Uint8Array | null {
  if (parts.size === 0) return null;
  const sorted = [...parts].sort(([a], [b]) => a - b).map(([, part]) => part);
  const out = new Uint8Array(sorted.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of sorted) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
