// How one TIFF image stores its pixels, and whether that can be turned into 8-bit RGB without guessing. Reads no pixel.
import { Fault } from "../../base/fault.ts";
import { readNumber, readNumbers } from "./tag-values.ts";
import { compressionNames, tag } from "./tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff-file.ts";

export type LosslessCodec = "none" | "lzw" | "deflate" | "packbits" | "zstd";

/** A codec whose tiles go to a decoder as they are. */
export type CodedFormat = Readonly<{
  kind: "coded";
  codec: "jpeg" | "jp2k" | "webp";
  colour: "grey" | "rgb" | "ycbcr";
  warnings: readonly string[];
}>;

/** Bytes of 8 bits per sample behind a lossless codec. */
export type SampleFormat = Readonly<{
  kind: "samples";
  codec: LosslessCodec;
  /** Samples stored per pixel, those that are ignored included. */
  samples: number;
  /** Each sample in a plane of its own: tiles are listed plane after plane. */
  planar: boolean;
  /** Samples are differences to the pixel on their left. */
  differences: boolean;
  colour: "rgb" | "grey" | "inverted";
  warnings: readonly string[];
}>;

export type PixelFormat = CodedFormat | SampleFormat;

/** What to type to get a slide we read. */
export const convertHint =
  'Convert it with libvips: vips tiffsave "in" out.tif --tile --pyramid --compression jpeg --Q 90 --bigtiff';

const lossless: Readonly<Record<number, LosslessCodec>> = {
  1: "none",
  5: "lzw",
  8: "deflate",
  32946: "deflate",
  32773: "packbits",
  50000: "zstd",
};

const coded: Readonly<Record<number, CodedFormat["codec"]>> = {
  7: "jpeg",
  33003: "jp2k",
  33005: "jp2k",
  34712: "jp2k",
  50001: "webp",
};

/** Fault unsupported names what is in the way. */
export async function readPixelFormat(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
): Promise<PixelFormat> {
  const one = (t: number, absent: number): Promise<number> => readNumber(file, directory, t, signal, absent);
  const all = (t: number): Promise<readonly number[] | null> => readNumbers(file, directory, t, signal);
  const compression = await one(tag.compression, 1);
  const codec = coded[compression];
  const packed = lossless[compression];
  if (!codec && !packed) {
    const name = compressionNames[compression] ?? `compression ${compression}`;
    throw unsupported(`This slide's pixels are stored with ${name}, which is not read.`, { compression });
  }
  const samples = await one(tag.samplesPerPixel, 1);
  const bits = (await all(tag.bitsPerSample)) ?? [packed ? 1 : 8];
  const signs = (await all(tag.sampleFormat)) ?? [1];
  const photometric = await one(tag.photometric, codec === "jpeg" && samples === 3 ? 6 : samples >= 3 ? 2 : 1);
  if (bits.some((b) => b !== 8) || signs.some((s) => s !== 1)) {
    const kind = signs.some((s) => s === 3) ? " (floating point)" : signs.some((s) => s === 2) ? " (signed)" : "";
    throw unsupported(
      `This image has ${[...new Set(bits)].join("/")} bits per channel${kind}; only 8-bit colour without sign is read.`,
    );
  }
  const planar = (await one(tag.planarConfiguration, 1)) !== 1 && samples > 1;
  if (codec) {
    if (planar) throw unsupported("This image keeps its colour channels in separate planes, which is not read.");
    return { kind: "coded", codec, colour: codedColour(codec, compression, samples, photometric), warnings: [] };
  }
  if ((await one(tag.fillOrder, 1)) !== 1)
    throw unsupported("This image stores its bits in reverse order, which is not read.");
  const predictor = await one(tag.predictor, 1);
  const differences = predictor === 2 && packed !== "none" && packed !== "packbits";
  if (predictor !== 1 && predictor !== 2)
    throw unsupported(`This image uses predictor ${predictor}, which is not read.`);
  const colours = photometric === 2 ? 3 : photometric === 0 || photometric === 1 ? 1 : 0;
  if (colours === 0 || samples < colours || samples > colours + 1) throw wrongColours(samples, photometric);
  return {
    kind: "samples",
    codec: packed ?? "none",
    samples,
    planar,
    differences,
    colour: photometric === 2 ? "rgb" : photometric === 1 ? "grey" : "inverted",
    warnings: samples > colours ? ["The file has a transparency channel, which is ignored."] : [],
  };
}

function codedColour(
  codec: CodedFormat["codec"],
  compression: number,
  samples: number,
  photometric: number,
): CodedFormat["colour"] {
  // Aperio's numbers state the colours themselves; the tag says RGB in both cases.
  if (samples === 3 && compression === 33003) return "ycbcr";
  if (samples === 3 && compression === 33005) return "rgb";
  if (samples === 3 && photometric === 2) return "rgb";
  if (samples === 3 && photometric === 6 && codec !== "webp") return "ycbcr";
  if (samples === 1 && photometric === 1 && codec !== "webp") return "grey";
  throw wrongColours(samples, photometric);
}

function wrongColours(samples: number, photometric: number): Fault {
  return unsupported(
    `This image has ${samples} channels with colour model ${photometric}; only RGB, YCbCr (as JPEG) and grey are read.`,
    { samples, photometric },
  );
}

function unsupported(why: string, detail: Readonly<Record<string, number>> = {}): Fault {
  return new Fault("unsupported", `${why} ${convertHint}`, detail);
}
