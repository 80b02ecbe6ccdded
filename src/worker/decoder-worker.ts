// Roof: a browser worker that decodes tiles in codecs the browser lacks, one after the other. Spawned by the slide worker's pool.
import { createWasmDecoders } from "../platform/worker/wasm-decoders.ts";
import { type DecoderApi, decoderMethods } from "../protocol/decoder-api.ts";
import { type Port, serve, transfer } from "../protocol/rpc.ts";
import type { CodedTile, DecodedTile } from "../slide/slide-reader.ts";

declare const self: DedicatedWorkerGlobalScope;

const decoders = createWasmDecoders();
const never = new AbortController().signal;

const api: DecoderApi<CodedTile, DecodedTile> = {
  async decode(tile, options) {
    if (tile.codec !== "jp2k" && tile.codec !== "jpeg-ls") {
      throw new Error(`assertion failed: the browser decodes ${tile.codec} itself`);
    }
    await decoders.load(tile.codec);
    options?.onProgress?.("started");
    const decoded = await decoders[tile.codec](tile, never);
    return transfer(decoded, [decoded.data.buffer]);
  },
};

// The scope differs from Port only in its overloads.
serve(api, decoderMethods, self as unknown as Port);
