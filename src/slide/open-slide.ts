// From bytes to a slide: tries the formats, and says of everything else what it is and what to do. Knows no host.
import { Fault } from "../base/fault.ts";
import type { ByteSource } from "./byte-source.ts";
import { openAperio } from "./format-aperio.ts";
import { openNdpi } from "./format-ndpi.ts";
import { openOme } from "./format-ome.ts";
import { openPhilips } from "./format-philips.ts";
import { openPicture } from "./format-picture.ts";
import { openQptiff } from "./format-qptiff.ts";
import { openScn } from "./format-scn.ts";
import { openTiff } from "./format-tiff.ts";
import { refuseKnownFormats } from "./refused-by-name.ts";
import type { SlideFormat, SlideReader } from "./slide-reader.ts";
import { readTiff, type TiffFile } from "./tiff/tiff-file.ts";

/** Vendors whose slides are TIFF files, each asked whether the file is its own. */
const tiffVendors: readonly ((file: TiffFile, signal: AbortSignal) => Promise<SlideReader | null>)[] = [
  openAperio,
  openNdpi,
  openOme,
  openPhilips,
  openScn,
  openQptiff,
];

/** All containers we read. TIFF's vendors share one parse of the file. */
export const slideFormats: readonly SlideFormat[] = [
  {
    name: "TIFF",
    async open(source, signal) {
      const file = await readTiff(source, signal);
      if (!file) return null;
      for (const open of tiffVendors) {
        const reader = await open(file, signal);
        if (reader) return reader;
      }
      return openTiff(file, signal);
    },
  },
  { name: "Picture", open: openPicture },
];

/** Opens a slide. The reader owns `source` from then on; where opening fails, `source` is closed. */
export async function openSlide(source: ByteSource, signal: AbortSignal): Promise<SlideReader> {
  try {
    refuseKnownFormats(source.name, await source.read(0, Math.min(64, source.size), signal));
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

const wayOn = "PathoTune reads Aperio SVS, Hamamatsu NDPI, OME-TIFF, tiled TIFF, and PNG, JPEG and BMP pictures.";
const convertAny = "Convert it with bioformats2raw/raw2ometiff, wsidicomizer or libvips to a tiled JPEG pyramid TIFF.";

const signatures: readonly Signature[] = [
  { at: 0, bytes: ascii("GIF8"), is: "a GIF picture", next: wayOn },
  { at: 0, bytes: ascii("RIFF"), is: "a WebP picture or a film", next: convertAny },
  { at: 4, bytes: ascii("jP  "), is: "a JPEG 2000 picture", next: convertAny },
  { at: 0, bytes: ascii("PK\u0003\u0004"), is: "a ZIP archive", next: "Unpack it and open the slide inside." },
  { at: 0, bytes: [0x1f, 0x8b], is: "a gzip archive", next: "Unpack it and open the slide inside." },
  { at: 0, bytes: ascii("7z"), is: "a 7-Zip archive", next: "Unpack it and open the slide inside." },
  { at: 0, bytes: ascii("%PDF"), is: "a PDF document", next: wayOn },
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
