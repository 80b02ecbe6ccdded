// The slide service as Node runs it: files from disk, the codecs as wasm, pictures as plain RGB. For the command line and tests.
import { Fault } from "../../base/fault.ts";
import type { TileImage } from "../../protocol/call.ts";
import type { SlideApi, SlideSource } from "../../protocol/slide-api.ts";
import type { ByteSource } from "../../slide/byte-source.ts";
import { createSlideService } from "../../slide/service.ts";
import { openFileSource } from "./file-source.ts";
import { decodeTile } from "./tile-decoder.ts";

/** A picture in Node: RGB, row-major. */
export type RawImage = TileImage & Readonly<{ rgb: Uint8Array }>;

/** `url` sources are `file:` URLs or paths; nothing is fetched. */
export function createNodeSlideService(): SlideApi {
  return createSlideService({
    openSource,
    decode: decodeTile,
    async toImage(tile, signal) {
      const { width, height, data } = await decodeTile(tile, signal);
      return rawImage(Uint8Array.from(data), width, height);
    },
    pixelsToImage: async (rgb, width, height) => rawImage(rgb, width, height),
  });
}

const rawImage = (rgb: Uint8Array, width: number, height: number): RawImage => ({ rgb, width, height, close() {} });

async function openSource(source: SlideSource): Promise<ByteSource> {
  if (source.kind === "url") {
    if (/^https?:/.test(source.url)) throw new Fault("unsupported", "Node opens slides from disk only.");
    return openFileSource(
      source.url.startsWith("file:") ? decodeURIComponent(new URL(source.url).pathname) : source.url,
    );
  }
  const { file } = source;
  return {
    name: file.name,
    size: file.size,
    async read(offset, length, signal) {
      signal.throwIfAborted();
      return new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
    },
    close() {},
  };
}
