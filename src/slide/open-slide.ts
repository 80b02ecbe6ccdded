// From bytes to a slide: tries the formats, and says of everything else what it is and what to do. Knows no host.
import { Fault } from "../base/fault.ts";
import type { ByteSource } from "./byte-source.ts";
import { openAperio } from "./format-aperio.ts";
import { openTiff } from "./format-tiff.ts";
import type { SlideFormat, SlideReader } from "./slide-reader.ts";
import { readTiff } from "./tiff/tiff-file.ts";

/** All containers we read. TIFF's vendors share one parse of the file. */
export const slideFormats: readonly SlideFormat[] = [
  {
    name: "TIFF",
    async open(source, signal) {
      const file = await readTiff(source, signal);
      if (!file) return null;
      return (await openAperio(file, signal)) ?? (await openTiff(file, signal));
    },
  },
];

/** Opens a slide. The reader owns `source` from then on; where opening fails, `source` is closed. */
export async function openSlide(source: ByteSource, signal: AbortSignal): Promise<SlideReader> {
  try {
    for (const format of slideFormats) {
      const reader = await format.open(source, signal);
      if (reader) return reader;
    }
    throw await notASlide(source, signal);
  } catch (error) {
    source.close();
    throw error;
  }
}

const ascii = (text: string): readonly number[] => [...text].map((c) => c.charCodeAt(0));

type Signature = Readonly<{ at: number; bytes: readonly number[]; is: string; next: string }>;

const wayOn = "PathoTune reads Aperio SVS and tiled TIFF slides with JPEG tiles.";
const convertAny = "Convert it with bioformats2raw/raw2ometiff, wsidicomizer or libvips to a tiled JPEG pyramid TIFF.";

const signatures: readonly Signature[] = [
  { at: 0, bytes: [0xff, 0xd8, 0xff], is: "a plain JPEG picture", next: convertAny },
  { at: 0, bytes: [0x89, ...ascii("PNG")], is: "a PNG picture", next: convertAny },
  { at: 0, bytes: ascii("GIF8"), is: "a GIF picture", next: wayOn },
  { at: 0, bytes: ascii("BM"), is: "a BMP picture", next: convertAny },
  { at: 4, bytes: ascii("jP  "), is: "a JPEG 2000 picture", next: convertAny },
  { at: 0, bytes: ascii("ZISRAWFILE"), is: "a Zeiss CZI file", next: convertAny },
  { at: 0, bytes: ascii("PK\u0003\u0004"), is: "a ZIP archive", next: "Unpack it and open the slide inside." },
  { at: 0, bytes: [0x1f, 0x8b], is: "a gzip archive", next: "Unpack it and open the slide inside." },
  { at: 0, bytes: ascii("7z"), is: "a 7-Zip archive", next: "Unpack it and open the slide inside." },
  { at: 0, bytes: ascii("%PDF"), is: "a PDF document", next: wayOn },
  { at: 0, bytes: ascii("<iSyntax"), is: "a Philips iSyntax file", next: convertAny },
  { at: 0, bytes: ascii("<!DOCTYPE"), is: "a web page", next: "Check the address of the slide." },
  { at: 0, bytes: ascii("<html"), is: "a web page", next: "Check the address of the slide." },
];

async function notASlide(source: ByteSource, signal: AbortSignal): Promise<Fault> {
  if (source.size === 0)
    return new Fault("not-a-slide", `"${source.name}" is empty (0 bytes). Copy or download it again.`);
  const head = await source.read(0, Math.min(132, source.size), signal);
  const match = signatures.find(({ at, bytes }) => bytes.every((byte, i) => head[at + i] === byte));
  const what = match ? `is ${match.is}, not a slide we read` : "is not a slide: it does not start like a TIFF file";
  return new Fault(
    "not-a-slide",
    `"${source.name}" ${what}. ${match && match.next !== wayOn ? `${match.next} ` : ""}${wayOn}`,
  );
}
