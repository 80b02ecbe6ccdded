// JPEG decoding in Node: libjpeg-turbo as wasm, bit for bit what OpenSlide and Pillow give. Knows no slide.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Fault, toFault } from "../../base/fault.ts";
import type { CodedTileDecoder, DecodedTile } from "../../slide/slide-reader.ts";

type Frame = Readonly<{ width: number; height: number; componentCount: number }>;
type Decoder = {
  getEncodedBuffer(bytes: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): Frame;
  delete(): void;
};
type Codec = Readonly<{ JPEGDecoder: new () => Decoder; getExceptionMessage?: (e: unknown) => unknown }>;

const require = createRequire(import.meta.url);
let loading: Promise<Codec> | null = null;

function codec(): Promise<Codec> {
  loading ??= load().catch((error: unknown) => {
    loading = null;
    throw error;
  });
  return loading;
}

async function load(): Promise<Codec> {
  const factory: (options: object) => Promise<Codec> = require("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs");
  const wasmBinary = readFileSync(require.resolve("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasm"));
  const silent = (): void => {};
  return factory({ wasmBinary, print: silent, printErr: silent });
}

/** RGB bytes of a tile. Fault `damaged` where the bytes are no image. */
export const decodeJpeg: CodedTileDecoder = async (tile, signal) => {
  signal.throwIfAborted();
  const { JPEGDecoder } = await codec();
  const decoder = new JPEGDecoder();
  try {
    decoder.getEncodedBuffer(tile.bytes.length).set(tile.bytes);
    decoder.decode();
    const { width, height, componentCount } = decoder.getFrameInfo();
    return toRgb(decoder.getDecodedBuffer(), width, height, componentCount);
  } catch (error) {
    // Emscripten throws C++ exceptions as bare pointers; they say nothing a person could use.
    throw error instanceof Error
      ? toFault(error, "damaged", "JPEG data cannot be decoded")
      : new Fault("damaged", "JPEG data cannot be decoded");
  } finally {
    decoder.delete();
  }
};

function toRgb(decoded: Uint8Array, width: number, height: number, components: number): DecodedTile {
  const pixels = width * height;
  if (components === 3) return { width, height, channels: 3, data: decoded.slice(0, pixels * 3) };
  if (components !== 1) throw new Fault("damaged", `JPEG data has ${components} colour channels`);
  const data = new Uint8Array(pixels * 3);
  for (let i = 0; i < pixels; i++) data.fill(decoded[i] ?? 0, i * 3, i * 3 + 3);
  return { width, height, channels: 3, data };
}
