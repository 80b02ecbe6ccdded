// All tile codecs as Node has them: libjpeg-turbo and OpenJPEG as wasm, no WebP. Knows no slide.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Fault } from "../../base/fault.ts";
import { createJp2kDecoder, type OpenJpeg } from "../../slide/codec/openjpeg.ts";
import { createTileDecoder } from "../../slide/decode-tile.ts";
import { decodeJpeg } from "./jpeg-decoder.ts";

const require = createRequire(import.meta.url);

export const decodeTile = createTileDecoder({
  jpeg: decodeJpeg,
  jp2k: createJp2kDecoder(async (messages) => {
    const factory: (options: object) => Promise<OpenJpeg> = require("@cornerstonejs/codec-openjpeg/decodewasmjs");
    return factory({
      wasmBinary: readFileSync(require.resolve("@cornerstonejs/codec-openjpeg/decodewasm")),
      ...messages,
    });
  }),
  async webp() {
    throw new Fault("unsupported", "This slide's tiles are WebP, which is decoded in the browser only.");
  },
});
