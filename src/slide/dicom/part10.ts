// A DICOM file: preamble, meta information, data set, pixel data at a place. Knows no slide; reads no pixel.
// Source: DICOM PS3.10, 7. The header is read in growing portions: per-frame groups can be megabytes, pixels are gigabytes.
import { Fault } from "../../base/fault.ts";
import type { ByteSource } from "../byte-source.ts";
import { type Attributes, tags, text } from "./attributes.ts";
import { attributesOf, NeedsMore, type ParsedHeader, type PixelPlace, parseHeader } from "./data-set.ts";

export type DicomFile = Readonly<{
  source: ByteSource;
  attributes: Attributes;
  transferSyntax: string;
  pixels: PixelPlace | null;
}>;

const firstPortion = 256 * 1024;
/** A slide of a million sparse tiles describes each in some 200 bytes. */
const maxHeaderBytes = 256 * 1024 * 1024;

export async function isDicom(source: ByteSource, signal: AbortSignal): Promise<boolean> {
  if (source.size < 132) return false;
  const mark = await source.read(128, 4, signal);
  return String.fromCharCode(...mark) === "DICM";
}

const unread: ReadonlyMap<string, string> = new Map([
  ["1.2.840.10008.1.2.2", "big-endian DICOM (retired)"],
  ["1.2.840.10008.1.2.1.99", "a deflated DICOM data set"],
]);

/** Faults: damaged, unsupported, limit, and the source's own. */
export async function readDicomFile(source: ByteSource, signal: AbortSignal): Promise<DicomFile> {
  for (let portion = firstPortion; ; portion *= 4) {
    const length = Math.min(portion, source.size);
    if (length > maxHeaderBytes) {
      throw new Fault(
        "limit",
        `The header of "${source.name}" is longer than ${maxHeaderBytes >> 20} MiB; it is damaged.`,
      );
    }
    const bytes = await source.read(0, length, signal);
    try {
      const { transferSyntax, header } = parseFile(bytes, length === source.size, source.name);
      return { source, attributes: attributesOf(header.set), transferSyntax, pixels: header.pixels };
    } catch (error) {
      if (!(error instanceof NeedsMore)) throw error;
    }
  }
}

function parseFile(
  bytes: Uint8Array,
  whole: boolean,
  name: string,
): Readonly<{ transferSyntax: string; header: ParsedHeader }> {
  const meta = parseHeader(bytes, 132, { explicit: true, whole, untilGroup: 2 });
  const transferSyntax = text(attributesOf(meta.set), tags.transferSyntax);
  if (transferSyntax === null) {
    throw new Fault("damaged", `"${name}" is a damaged DICOM file: it does not say how it is encoded.`);
  }
  const how = unread.get(transferSyntax);
  if (how !== undefined) {
    throw new Fault("unsupported", `"${name}" is ${how}, which is not read. Convert it: dcmconv +te "in.dcm" out.dcm`);
  }
  const explicit = transferSyntax !== "1.2.840.10008.1.2";
  return { transferSyntax, header: parseHeader(bytes, meta.end, { explicit, whole }) };
}
