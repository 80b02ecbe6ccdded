// JPEG-LS in a browser worker: CharLS as wasm, loaded when the first such tile comes. Knows no slide.
import charlsUrl from "@cornerstonejs/codec-charls/decodewasm?url";
import { createJpegLsDecoder } from "../../slide/codec/charls.ts";
import { fetchBytes } from "./fetch-bytes.ts";

export const decodeJpegLs = createJpegLsDecoder(async () => {
  const { default: factory } = await import("@cornerstonejs/codec-charls/decodewasmjs");
  const signal = new AbortController().signal;
  const wasmBinary = await fetchBytes(charlsUrl, { signal, maxBytes: 4 * 1024 * 1024 });
  const silent = (): void => {};
  return factory({ wasmBinary, print: silent, printErr: silent });
});
