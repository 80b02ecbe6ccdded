// The colour space a JPEG states itself, where no container states it. The rules are libjpeg's, so that every reader agrees.
// Source: libjpeg-turbo jdapimin.c, default_decompress_parms; DICOM PS3.5 8.2.1.
import { Fault } from "../../base/fault.ts";
import { damaged, type JpegHeader, type JpegSegment, readJpegHeader } from "./jpeg-header.ts";
import { type JpegColour, selfContainedJpeg } from "./self-contained-jpeg.ts";

export type JpegMarks = Readonly<{
  width: number;
  height: number;
  components: number;
  jfif: boolean;
  /** Adobe's transform flag; null where there is no such marker. */
  adobe: number | null;
  /** Whether chroma is stored at less than full resolution: no RGB image is. */
  subsampled: boolean;
  ids: readonly number[];
}>;

const starts = (bytes: Uint8Array, segment: JpegSegment, text: string): boolean =>
  [...text].every((c, i) => bytes[segment.start + 4 + i] === c.charCodeAt(0));

/** Faults: damaged, unsupported. */
export function jpegMarks(bytes: Uint8Array, what: string): JpegMarks {
  const header: JpegHeader = readJpegHeader(bytes, what);
  const { frame } = header;
  if (!frame) throw damaged(what, "it holds no image");
  const sof = header.segments.find(({ marker }) => marker >= 0xc0 && marker <= 0xc2);
  const at = (sof?.start ?? 0) + 10;
  const ids = Array.from({ length: frame.components }, (_, i) => bytes[at + 3 * i] ?? 0);
  const sampling = Array.from({ length: frame.components }, (_, i) => bytes[at + 3 * i + 1] ?? 0);
  const adobe = header.segments.find((s) => s.marker === 0xee && s.end - s.start >= 16 && starts(bytes, s, "Adobe"));
  return {
    width: frame.width,
    height: frame.height,
    components: frame.components,
    jfif: header.segments.some((s) => s.marker === 0xe0 && starts(bytes, s, "JFIF")),
    adobe: adobe ? (bytes[adobe.start + 15] ?? 0) : null,
    subsampled: sampling.some((factors) => factors !== sampling[0]),
    ids,
  };
}

/** Fault unsupported for CMYK. */
export function ownColour(marks: JpegMarks, what: string): JpegColour {
  if (marks.components === 1) return "grey";
  if (marks.components !== 3) {
    throw new Fault("unsupported", `${what} has ${marks.components} colour channels; only grey and colour are read.`);
  }
  if (marks.jfif) return "ycbcr";
  if (marks.adobe !== null) return marks.adobe === 0 ? "rgb" : "ycbcr";
  const [r, g, b] = marks.ids;
  return r === 0x52 && g === 0x47 && b === 0x42 ? "rgb" : "ycbcr";
}

/** A whole JPEG picture of a known size, made safe to decode: no profile, no rotation, colour stated. */
export function wholeJpeg(
  bytes: Uint8Array,
  size: Readonly<{ width: number; height: number }>,
  what: string,
): Readonly<{ bytes: Uint8Array; colour: JpegColour }> {
  const colour = ownColour(jpegMarks(bytes, what), what);
  return { bytes: selfContainedJpeg(bytes, null, { ...size, colour }, what), colour };
}
