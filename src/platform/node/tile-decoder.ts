// All tile codecs as Node has them: libjpeg-turbo, OpenJPEG and CharLS as wasm, no WebP. Knows no slide.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Fault } from "../../base/fault.ts";
import { type Charls, createJpegLsDecoder } from "../../slide/codec/charls.ts";
import { createJp2kDecoder, type OpenJpeg } from "../../slide/codec/openjpeg.ts";
import { createTileDecoder } from "../../slide/decode-tile.ts";
import { decodeJpeg } from "./jpeg-decoder.ts";

const require = createRequire(import.meta.url);
const silent = (): void => {};

export const decodeTile = createTileDecoder({
  jpeg: decodeJpeg,
  jp2k: createJp2kDecoder(async (messages) => {
    const factory: (options: object) => Promise<OpenJpeg> = require("@cornerstonejs/codec-openjpeg/decodewasmjs");
    return factory({
      wasmBinary: readFileSync(require.resolve("@cornerstonejs/codec-openjpeg/decodewasm")),
      ...messages,
    });
  }),
  "jpeg-ls": createJpegLsDecoder(async () => {
    const factory: (options: object) => Promise<Charls> = require("@cornerstonejs/codec-charls/decodewasmjs");
    const wasmBinary = readFileSync(require.resolve("@cornerstonejs/codec-charls/decodewasm"));
    return factory({ wasmBinary, print: silent, printErr: silent });
  }),
  async webp() {
    throw new Fault("unsupported", "This slide's tiles are WebP, which is decoded in the browser only.");
  },
});
