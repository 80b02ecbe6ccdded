// Baseline JPEG by libjpeg-turbo (WebAssembly) in Node. Knows only this library.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { TileEncoder } from "../../synth/tiff-writer.ts";

type FrameInfo = Readonly<{ width: number; height: number; bitsPerSample: 8; componentCount: 3; isSigned: false }>;
type JpegEncoder = Readonly<{
  getDecodedBuffer(frame: FrameInfo): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  encode(): void;
  setQuality(quality: number): void;
  setSubSampling(mode: number): void;
  setProgressive(on: boolean): void;
}>;
type Codec = Readonly<{ JPEGEncoder: new () => JpegEncoder }>;

/** 4:2:0, standard Huffman tables; `quality` 1..100 as libjpeg counts it. */
export async function createJpegEncoder(quality: number): Promise<TileEncoder> {
  const require = createRequire(import.meta.url);
  const open = require("@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs") as (options: object) => Promise<Codec>;
  const wasmBinary = await readFile(require.resolve("@cornerstonejs/codec-libjpeg-turbo-8bit/wasm"));
  const codec = await open({ wasmBinary });
  const encoder = new codec.JPEGEncoder();
  return (rgb, size) => {
    encoder
      .getDecodedBuffer({ width: size, height: size, bitsPerSample: 8, componentCount: 3, isSigned: false })
      .set(rgb);
    encoder.setQuality(quality);
    // The library's numbering: 0 = 4:4:4, 1 = 4:2:2, 2 = 4:2:0.
    encoder.setSubSampling(2);
    encoder.setProgressive(false);
    encoder.encode();
    return Uint8Array.from(encoder.getEncodedBuffer());
  };
}
