// Roof: the browser worker that owns open slides. Chooses the hosts of the slide floor, serves SlideApi to the page and, on a port
// handed over by the page ({ connect: MessagePort }), to the engine worker, so that pixels never pass the page.
import { Fault } from "../base/fault.ts";
import { createFileSource } from "../platform/worker/file-source.ts";
import { createHttpResources } from "../platform/worker/http-resources.ts";
import { openHttpSource } from "../platform/worker/http-source.ts";
import { decodeTile, pixelsToBitmap, tileToBitmap, tileToManagedBitmap } from "../platform/worker/image-decoder.ts";
import { type Port, serve, transfer } from "../protocol/rpc.ts";
import { type SlideApi, type SlideSource, slideMethods } from "../protocol/slide-api.ts";
import type { ByteSource } from "../slide/byte-source.ts";
import { createSlideService } from "../slide/service.ts";

declare const self: DedicatedWorkerGlobalScope;

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
function portOf(port: MessagePort | DedicatedWorkerGlobalScope): Port {
  return port as unknown as Port;
}
