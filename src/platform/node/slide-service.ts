// The slide service as Node runs it: files from disk, the codecs as wasm, pictures as plain RGB. For the command line and tests.
import { Fault } from "../../base/fault.ts";
import type { TileImage } from "../../protocol/call.ts";
import type { SlideApi, SlideSource } from "../../protocol/slide-api.ts";
import { type ByteSource, checkLength, checkRange } from "../../slide/byte-source.ts";
import { createSlideService, type SlideServiceDeps } from "../../slide/service.ts";
import { openFileSource } from "./file-source.ts";
import { folderSource } from "./folder-source.ts";
import { decodeTile } from "./tile-decoder.ts";

/** A picture in Node: RGB, row-major. */
export type RawImage = TileImage & Readonly<{ rgb: Uint8Array }>;

/** How a host reads addresses; without it `url` sources are `file:` URLs or paths, and a path may be a folder. */
export type RemoteSources = Pick<SlideServiceDeps, "openSource" | "openTree">;

export function createNodeSlideService(remote?: RemoteSources): SlideApi {
  const service = createSlideService({
    openSource: (source, signal) =>
      remote && source.kind === "url" && /^https?:/.test(source.url)
        ? remote.openSource(source, signal)
        : openSource(source),
    ...(remote?.openTree && { openTree: remote.openTree }),
    decode: decodeTile,
    async toImage(tile, signal) {
      const { width, height, data } = await decodeTile(tile, signal);
      return rawImage(Uint8Array.from(data), width, height);
    },
    pixelsToImage: async (rgb, width, height) => rawImage(rgb, width, height),
  });
  return { ...service, open: async ({ source }, options) => service.open({ source: await inFolder(source) }, options) };
}

const rawImage = (rgb: Uint8Array, width: number, height: number): RawImage => ({ rgb, width, height, close() {} });

const pathOf = (url: string): string => (url.startsWith("file:") ? decodeURIComponent(new URL(url).pathname) : url);

/** A path as what lies there: one file, or the files of a folder. */
async function inFolder(source: SlideSource): Promise<SlideSource> {
  if (source.kind !== "url" || /^https?:/.test(source.url)) return source;
  return (await folderSource(pathOf(source.url))) ?? source;
}

export async function openSource(source: SlideSource): Promise<ByteSource> {
  if (source.kind === "files") throw new Error("assertion failed: several files are opened one by one");
  if (source.kind === "url") {
    if (/^https?:/.test(source.url)) throw new Fault("unsupported", "Node opens slides from disk only.");
    return openFileSource(pathOf(source.url));
  }
  const { file } = source;
  return {
    name: file.name,
    size: file.size,
    async read(offset, length, signal) {
      signal.throwIfAborted();
      checkRange(file.size, offset, length, "data");
      return checkLength(new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()), length, file.name);
    },
    close() {},
  };
}
