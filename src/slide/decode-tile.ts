// Any encoded tile to pixels: what hosts decode is asked of them, the rest is copied together. Knows no container and no host.
import { Fault } from "../base/fault.ts";
import type { CodedTile, CodedTileDecoder, DecodedTile, EncodedTile, TileDecoder } from "./slide-reader.ts";

/** One decoder per codec; a host without one for WebP refuses it by name. */
export type TileCodecs = Readonly<Record<CodedTile["codec"], CodedTileDecoder>>;

/** Pixels of an image that is decoded whole to be cut up: 120 to 160 MiB once decoded. */
export const maxWholePixels = 40 * 1024 * 1024;

/** A decoder of all tiles out of one per codec. Images that are cut up are decoded once, for as long as their reader lives. */
export function createTileDecoder(codecs: TileCodecs): TileDecoder {
  const whole = new WeakMap<EncodedTile, Promise<DecodedTile>>();

  /** Shared by all cuts, so no caller's signal may stop it. */
  const decodeShared = (tile: EncodedTile): Promise<DecodedTile> => {
    const known = whole.get(tile);
    if (known) return known;
    const decoding = decode(tile, new AbortController().signal);
    whole.set(tile, decoding);
    decoding.catch(() => whole.delete(tile));
    return decoding;
  };

  const decode: TileDecoder = async (tile, signal) => {
    signal.throwIfAborted();
    switch (tile.codec) {
      case "jpeg":
      case "jp2k":
      case "jpeg-ls":
      case "webp":
        return codecs[tile.codec](tile, signal);
      case "pixels":
        return { width: tile.width, height: tile.height, channels: 3, data: tile.bytes };
      case "mosaic": {
        const out = new Uint8Array(tile.width * tile.height * 3).fill(255);
        for (const part of tile.parts) {
          const from = checkSize(part.tile, await decode(part.tile, signal));
          copyRect(from, { x: 0, y: 0 }, out, tile.width, part, {
            width: Math.min(from.width, tile.width - part.x),
            height: Math.min(from.height, tile.height - part.y),
          });
        }
        return { width: tile.width, height: tile.height, channels: 3, data: out };
      }
      case "cut": {
        const from = checkSize(tile.from, await decodeShared(tile.from));
        signal.throwIfAborted();
        const out = new Uint8Array(tile.width * tile.height * 3);
        copyRect(from, tile, out, tile.width, { x: 0, y: 0 }, tile);
        return { width: tile.width, height: tile.height, channels: 3, data: out };
      }
      default:
        return tile satisfies never;
    }
  };
  return decode;
}

function checkSize(tile: EncodedTile, decoded: DecodedTile): DecodedTile {
  if (decoded.width === tile.width && decoded.height === tile.height) return decoded;
  throw new Fault("damaged", `A part of the slide decoded to ${decoded.width} x ${decoded.height} pixels.`);
}

type Place = Readonly<{ x: number; y: number }>;

/** Copies `size` pixels at `from` of a decoded image to `to` of an RGB one. */
function copyRect(
  { data, channels, width }: DecodedTile,
  from: Place,
  out: Uint8Array,
  outWidth: number,
  to: Place,
  size: Readonly<{ width: number; height: number }>,
): void {
  for (let y = 0; y < size.height; y++) {
    let source = ((from.y + y) * width + from.x) * channels;
    let target = ((to.y + y) * outWidth + to.x) * 3;
    if (channels === 3) {
      out.set(data.subarray(source, source + size.width * 3), target);
      continue;
    }
    for (let x = 0; x < size.width; x++, source += 4, target += 3) {
      out[target] = data[source]!;
      out[target + 1] = data[source + 1]!;
      out[target + 2] = data[source + 2]!;
    }
  }
}
