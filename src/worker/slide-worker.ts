// Roof: the browser worker that owns open slides. Chooses the hosts of the slide floor, serves SlideApi to the page and, on a port
// handed over by the page ({ connect: MessagePort }), to the engine worker, so that pixels never pass the page.
import { Fault } from "../base/fault.ts";
import { createFileSource } from "../platform/worker/file-source.ts";
import { createHttpResources } from "../platform/worker/http-resources.ts";
import { openHttpSource } from "../platform/worker/http-source.ts";
import { createImageDecoders, pixelsToBitmap } from "../platform/worker/image-decoder.ts";
import { createWasmDecoders } from "../platform/worker/wasm-decoders.ts";
import { type DecoderApi, decoderMethods } from "../protocol/decoder-api.ts";
import { connect, type Port, serve, transfer } from "../protocol/rpc.ts";
import { type SlideApi, type SlideSource, slideMethods } from "../protocol/slide-api.ts";
import type { ByteSource } from "../slide/byte-source.ts";
import { createDecoderPool, type DecoderWorker } from "../slide/decoder-pool.ts";
import { createSlideService } from "../slide/service.ts";
import type { CodedTile, CodedTileDecoder, DecodedTile } from "../slide/slide-reader.ts";

declare const self: DedicatedWorkerGlobalScope;

/** Each holds 50 MiB of memory from the start. */
const mostDecoders = 4;

const { decodeTile, tileToBitmap, tileToManagedBitmap } = createImageDecoders(lackingCodecs());
const slides = createSlideService({
  openSource,
  openTree: async (address) => createHttpResources({ ...address, root: httpAddress(address.root) }),
  decode: decodeTile,
  toImage: tileToBitmap,
  toManagedImage: tileToManagedBitmap,
  pixelsToImage: pixelsToBitmap,
});

/** Pixels and pictures change hands instead of being copied. */
const api: SlideApi = {
  ...slides,
  async tile(params, options) {
    const image = await slides.tile(params, options);
    return image && transfer(image, [image]);
  },
  async preview(params, options) {
    const image = await slides.preview(params, options);
    return transfer(image, [image]);
  },
  async photograph(params, options) {
    const image = await slides.photograph(params, options);
    return transfer(image, [image]);
  },
  async patch(params, options) {
    const pixels = await slides.patch(params, options);
    return transfer(pixels, [pixels.data.buffer]);
  },
};

serve(api, slideMethods, portOf(self));
self.addEventListener("message", (event) => {
  const data: unknown = event.data;
  if (typeof data === "object" && data !== null && "connect" in data && data.connect instanceof MessagePort) {
    serve(api, slideMethods, portOf(data.connect));
  }
});

function lackingCodecs(): Readonly<Record<"jp2k" | "jpeg-ls", CodedTileDecoder>> {
  // Some browsers have no workers inside workers: decoded here, one after the other.
  if (typeof Worker === "undefined") return createWasmDecoders();
  const pool = createDecoderPool({
    most: Math.max(1, Math.min(mostDecoders, navigator.hardwareConcurrency || 1)),
    spawn: spawnDecoder,
    after(milliseconds, then) {
      const timer = setTimeout(then, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  return { jp2k: pool, "jpeg-ls": pool };
}

function spawnDecoder(): DecoderWorker {
  const worker = new Worker(new URL("./decoder-worker.ts", import.meta.url), { type: "module" });
  const { api, sever } = connect<DecoderApi<CodedTile, DecodedTile>>(decoderMethods, portOf(worker));
  return {
    decode(tile, onStart) {
      // A copy of its own: the bytes may be a part of a much larger read, all of which would be sent.
      const bytes = tile.bytes.slice();
      return api.decode(transfer({ ...tile, bytes }, [bytes.buffer]), { onProgress: onStart });
    },
    close() {
      worker.terminate();
      sever(new Fault("worker-died", "A decoder was ended."));
    },
  };
}

async function openSource(source: SlideSource, signal: AbortSignal): Promise<ByteSource> {
  switch (source.kind) {
    case "file":
      return createFileSource(source.file);
    case "url":
      return openHttpSource(httpAddress(source.url), signal);
    case "files":
      throw new Error("assertion failed: several files are opened one by one");
    default:
      return source satisfies never;
  }
}

/** The address, if it is complete and http(s). */
function httpAddress(url: string): string {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Fault("invalid", "A slide's address must be complete and start with https:// or http://.");
  }
  return url;
}

/** rpc.ts names what it needs of a port structurally; the DOM's types differ from it only in their overloads. */
function portOf(port: MessagePort | Worker | DedicatedWorkerGlobalScope): Port {
  return port as unknown as Port;
}
