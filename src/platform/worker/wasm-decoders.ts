// The codecs of slides that browsers lack, as wasm: OpenJPEG and CharLS, loaded when the first such tile comes. Knows no slide and not
// which worker it runs in.
import charlsUrl from "@cornerstonejs/codec-charls/decodewasm?url";
import openJpegUrl from "@cornerstonejs/codec-openjpeg/decodewasm?url";
import { createJpegLsDecoder } from "../../slide/codec/charls.ts";
import { createJp2kDecoder } from "../../slide/codec/openjpeg.ts";
import type { CodedTile, CodedTileDecoder } from "../../slide/slide-reader.ts";
import { fetchBytes } from "./fetch-bytes.ts";

export type WasmDecoders = Readonly<{
  /** The codec's program is here: what follows is computing. Faults as of `fetchBytes`. */
  load(codec: CodedTile["codec"]): Promise<void>;
  jp2k: CodedTileDecoder;
  "jpeg-ls": CodedTileDecoder;
}>;

export function createWasmDecoders(): WasmDecoders {
  const openJpeg = keptBytes(openJpegUrl);
  const charls = keptBytes(charlsUrl);
  const silent = (): void => {};
  return {
    async load(codec) {
      if (codec === "jp2k") await openJpeg();
      if (codec === "jpeg-ls") await charls();
    },
    jp2k: createJp2kDecoder(async (messages) => {
      const { default: factory } = await import("@cornerstonejs/codec-openjpeg/decodewasmjs");
      return factory({ wasmBinary: await openJpeg(), ...messages });
    }),
    "jpeg-ls": createJpegLsDecoder(async () => {
      const { default: factory } = await import("@cornerstonejs/codec-charls/decodewasmjs");
      return factory({ wasmBinary: await charls(), print: silent, printErr: silent });
    }),
  };
}

/** Fetched once; a failure is not kept. */
function keptBytes(url: string): () => Promise<Uint8Array> {
  let kept: Promise<Uint8Array> | null = null;
  return () => {
    kept ??= fetchBytes(url, { signal: new AbortController().signal, maxBytes: 4 * 1024 * 1024 }).catch(
      (error: unknown) => {
        kept = null;
        throw error;
      },
    );
    return kept;
  };
}
