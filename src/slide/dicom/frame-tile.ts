// One frame as a tile to decode: which codec, which colour space, checked sizes. Decodes only what is no picture (raw, RLE).
// Source: DICOM PS3.5, 8.2 and A.4. The colour model a file states is often wrong for JPEG: the rule is in colourOfFrame.
import { Fault } from "../../base/fault.ts";
import { readJp2kHeader } from "../codec/jp2k-header.ts";
import { checkJpegLs } from "../codec/jpeg-ls-header.ts";
import { type JpegMarks, jpegMarks } from "../jpeg/own-colour.ts";
import { type JpegColour, selfContainedJpeg } from "../jpeg/self-contained-jpeg.ts";
import type { EncodedTile } from "../slide-reader.ts";
import type { SlideInstance } from "./instance.ts";
import { unpackRle } from "./rle.ts";

type Coding = "raw" | "rle" | "jpeg" | "jpeg2000" | "jpeg-ls";

/** By transfer syntax. Maps, here and below: the file chooses the key, and an object has keys of its own. */
const codings: ReadonlyMap<string, Coding> = new Map<string, Coding>([
  ["1.2.840.10008.1.2", "raw"],
  ["1.2.840.10008.1.2.1", "raw"],
  ["1.2.840.10008.1.2.5", "rle"],
  ["1.2.840.10008.1.2.4.50", "jpeg"],
  ["1.2.840.10008.1.2.4.80", "jpeg-ls"],
  ["1.2.840.10008.1.2.4.81", "jpeg-ls"],
  ["1.2.840.10008.1.2.4.90", "jpeg2000"],
  ["1.2.840.10008.1.2.4.91", "jpeg2000"],
]);

const others: ReadonlyMap<string, string> = new Map([
  ["1.2.840.10008.1.2.4.51", "12-bit JPEG"],
  ["1.2.840.10008.1.2.4.57", "lossless JPEG"],
  ["1.2.840.10008.1.2.4.70", "lossless JPEG"],
  ["1.2.840.10008.1.2.4.201", "HTJ2K"],
  ["1.2.840.10008.1.2.4.202", "HTJ2K"],
  ["1.2.840.10008.1.2.4.203", "HTJ2K"],
  ["1.2.840.10008.1.2.4.110", "JPEG XL"],
  ["1.2.840.10008.1.2.4.111", "JPEG XL"],
  ["1.2.840.10008.1.2.4.112", "JPEG XL"],
]);

/** Fault unsupported, naming the codec. */
export function codingOf(transferSyntax: string): Coding {
  const coding = codings.get(transferSyntax);
  if (coding) return coding;
  const name = others.get(transferSyntax) ?? `the transfer syntax ${transferSyntax}`;
  throw new Fault(
    "unsupported",
    `This slide's tiles are stored with ${name}, which is not read. Convert it to JPEG: gdcmconv --jpeg "in.dcm" out.dcm, or ` +
      "dcmdjpeg first.",
    { transferSyntax },
  );
}

/** Bytes of a frame that is not compressed. */
export const nativeFrameBytes = ({ tileWidth, tileHeight, samples }: SlideInstance): number =>
  tileWidth * tileHeight * samples;

/** Faults: damaged, unsupported. */
export function frameTile(of: SlideInstance, transferSyntax: string, frame: Uint8Array, what: string): EncodedTile {
  const size = { width: of.tileWidth, height: of.tileHeight };
  const coding = codingOf(transferSyntax);
  switch (coding) {
    case "raw":
      return { codec: "pixels", ...size, bytes: rawPixels(of, frame, of.planar, what) };
    case "rle":
      return { codec: "pixels", ...size, bytes: rawPixels(of, unpackRle(frame, size, of.samples, what), true, what) };
    case "jpeg": {
      const bytes = withoutPadding(frame);
      const colour = colourOfFrame(jpegMarks(bytes, what), of.photometric);
      return { codec: "jpeg", ...size, colour, bytes: selfContainedJpeg(bytes, null, { ...size, colour }, what) };
    }
    case "jpeg2000":
      return { codec: "jp2k", ...size, colour: checkJpeg2000(of, frame, what), bytes: frame };
    case "jpeg-ls":
      checkJpegLs(frame, { ...size, components: of.samples, ycbcr: of.photometric.startsWith("YBR") }, what);
      return { codec: "jpeg-ls", ...size, colour: of.samples === 1 ? "grey" : "rgb", bytes: frame };
    default:
      return coding satisfies never;
  }
}

/**
 * Adobe's marker is obeyed; a JFIF picture or one with subsampled chroma is YCbCr, whatever the file states (converters forget to change it);
 * else the file is believed.
 */
export function colourOfFrame(marks: JpegMarks, photometric: string): JpegColour {
  if (marks.components === 1) return "grey";
  if (marks.adobe !== null) return marks.adobe === 0 ? "rgb" : "ycbcr";
  if (marks.jfif || marks.subsampled) return "ycbcr";
  return photometric === "RGB" ? "rgb" : "ycbcr";
}

/** What to tell where a frame shows that the file states a wrong colour model; null where it does not. */
export function colourWarning(of: SlideInstance, tile: EncodedTile): string | null {
  const wrong = tile.codec === "jpeg" && of.photometric === "RGB" && tile.colour === "ycbcr";
  return wrong
    ? "The file says its colours are RGB, but its pictures are YCbCr; they are shown as the pictures are."
    : null;
}

/** Frames have even lengths; the filler is not part of the picture. */
function withoutPadding(frame: Uint8Array): Uint8Array {
  return frame.at(-1) === 0 && frame.at(-2) === 0xd9 && frame.at(-3) === 0xff ? frame.subarray(0, -1) : frame;
}

/** RGB. */
function rawPixels(of: SlideInstance, frame: Uint8Array, planar: boolean, what: string): Uint8Array {
  const pixels = of.tileWidth * of.tileHeight;
  if (frame.length < pixels * of.samples) {
    throw new Fault("damaged", `${what} is damaged: it has ${frame.length} of ${pixels * of.samples} bytes.`);
  }
  if (of.samples === 3 && of.photometric !== "RGB") {
    throw new Fault(
      "unsupported",
      `${what} is stored as uncompressed ${of.photometric}, which is not read; RGB is. Convert the slide.`,
    );
  }
  if (of.samples === 3 && !planar) return frame.subarray(0, pixels * 3);
  const bytes = new Uint8Array(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    const from = of.samples === 1 ? 0 : channel * pixels;
    for (let i = 0; i < pixels; i++) bytes[i * 3 + channel] = frame[from + i]!;
  }
  return bytes;
}

/** The colour model after decoding: the codestream's own transform, where it has one, is undone by the decoder. */
function checkJpeg2000(of: SlideInstance, frame: Uint8Array, what: string): JpegColour {
  const { width, height, components } = readJp2kHeader(frame, what);
  if (width !== of.tileWidth || height !== of.tileHeight || components.length !== of.samples) {
    const is = `it claims ${width} x ${height} pixels of ${components.length} channels`;
    throw new Fault(
      "damaged",
      `${what} is damaged: ${is} where ${of.tileWidth} x ${of.tileHeight} of ${of.samples} belong.`,
    );
  }
  if (of.samples === 1) return "grey";
  return /^YBR_(FULL|PARTIAL)/.test(of.photometric) && !isTransformed(frame) ? "ycbcr" : "rgb";
}

/** Source: ITU-T T.800, A.6.1; the header was walked before, so it ends. */
function isTransformed(frame: Uint8Array): boolean {
  const word = (at: number): number => ((frame[at] ?? 0) << 8) | (frame[at + 1] ?? 0);
  for (let at = 2; word(at) !== 0xff90 && at < frame.length; at += 2 + word(at + 2)) {
    if (word(at) === 0xff52) return frame[at + 8] === 1;
  }
  return false;
}
