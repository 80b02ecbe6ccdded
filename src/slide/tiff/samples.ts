// Losslessly packed samples of one tile or strip to RGB pixels. Knows no file.
import { Fault } from "../../base/fault.ts";
import { decodeZlib } from "../codec/inflate.ts";
import { decodeLzw } from "../codec/lzw.ts";
import { decodePackBits } from "../codec/packbits.ts";
import { decodeZstd } from "../codec/zstd.ts";
import type { LosslessCodec, SampleFormat } from "./pixel-format.ts";

/** Unpacks exactly `length` bytes. Fault damaged where the data holds fewer. */
export function unpack(codec: LosslessCodec, bytes: Uint8Array, length: number, what: string): Uint8Array {
  switch (codec) {
    case "none":
      if (bytes.length < length) {
        throw new Fault("damaged", `${what} is damaged: it holds ${bytes.length} of ${length} bytes.`);
      }
      return bytes.subarray(0, length);
    case "lzw":
      return decodeLzw(bytes, length, what);
    case "deflate":
      return decodeZlib(bytes, length, what);
    case "packbits":
      return decodePackBits(bytes, length, what);
    case "zstd":
      return decodeZstd(bytes, length, what);
    default:
      return codec satisfies never;
  }
}

/**
 * RGB of `width` x `height` pixels. `planes`: one packed block, or one per sample where the format is planar (then only those that
 * carry colour are needed).
 */
export function samplesToRgb(
  format: SampleFormat,
  planes: readonly Uint8Array[],
  width: number,
  height: number,
  what: string,
): Uint8Array {
  const perPixel = format.planar ? 1 : format.samples;
  const unpacked = planes.map((bytes) => {
    const data = unpack(format.codec, bytes, width * height * perPixel, what);
    return format.differences ? undoDifferences(data, width, height, perPixel) : data;
  });
  const [first] = unpacked;
  if (!first) throw new Fault("damaged", `${what} is damaged: it holds nothing.`);
  const pixels = width * height;
  if (format.colour === "rgb" && !format.planar && format.samples === 3) return first;
  const out = new Uint8Array(pixels * 3);
  const at = (channel: number): Readonly<{ data: Uint8Array; offset: number }> => {
    if (format.colour !== "rgb") return { data: first, offset: 0 };
    return format.planar ? { data: unpacked[channel] ?? first, offset: 0 } : { data: first, offset: channel };
  };
  for (let channel = 0; channel < 3; channel++) {
    const { data, offset } = at(channel);
    for (let i = 0, s = offset, t = channel; i < pixels; i++, s += perPixel, t += 3) {
      out[t] = format.colour === "inverted" ? 255 - data[s]! : data[s]!;
    }
  }
  return out;
}

/** TIFF's predictor 2 for 8-bit samples. Source: TIFF 6.0, section 14. */
function undoDifferences(data: Uint8Array, width: number, height: number, perPixel: number): Uint8Array {
  const row = width * perPixel;
  for (let y = 0; y < height; y++) {
    for (let i = y * row + perPixel; i < (y + 1) * row; i++) data[i] = data[i]! + data[i - perPixel]!;
  }
  return data;
}
