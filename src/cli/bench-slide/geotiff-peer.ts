// geotiff.js as a peer, on one thread and with its cache of decoded tiles: its windows, resampled by our code, so that reading and decoding
// is what differs. Knows no figure.
import { performance } from "node:perf_hooks";
import type { GeoTIFF, GeoTIFFImage } from "geotiff";
import { Fault } from "../../base/fault.ts";
import { resample } from "../../math/resample.ts";
import { versioned } from "../bench-engine/versions.ts";
import { type PatchPeer, type PeerPatch, sumOf } from "./patch-peer.ts";

/** Fault `unsupported` where it has no such level; its own errors where it cannot open or decode the file. */
export async function openGeotiff(path: string, patches: readonly PeerPatch[]): Promise<PatchPeer> {
  const { fromFile } = await import("geotiff");
  const each = async (look: (rgb: Uint8Array) => void): Promise<number> => {
    const file = await fromFile(path);
    try {
      const levels = await levelsOf(file);
      const before = performance.now();
      for (const patch of patches) look(await read(levels, patch));
      return performance.now() - before;
    } finally {
      await file.close();
    }
  };
  const sums: number[] = [];
  await each((rgb) => sums.push(sumOf(rgb)));
  return {
    version: `${versioned("geotiff")}, Pillow's resampling by PathoTune`,
    sums,
    pass: async () => ({ patches: patches.length, ms: await each(() => {}) }),
    close() {},
  };
}

async function levelsOf(file: GeoTIFF): Promise<readonly GeoTIFFImage[]> {
  const images: GeoTIFFImage[] = [];
  for (let i = 0; i < (await file.getImageCount()); i++) {
    const image = await file.getImage(i);
    // Decoded tiles are kept, as ours are.
    image.tiles = [];
    images.push(image);
  }
  return images;
}

async function read(levels: readonly GeoTIFFImage[], patch: PeerPatch): Promise<Uint8Array> {
  const { origin, size, box, pixels, levelWidth } = patch;
  const level = levels.find((image) => image.getWidth() === levelWidth);
  if (!level) throw new Fault("unsupported", `geotiff.js finds no level ${levelWidth} px wide in this file`);
  const [x, y] = origin;
  const [width, height] = size;
  const read = await level.readRGB({ window: [x, y, x + width, y + height], interleave: true });
  const data = new Uint8Array(read.buffer, read.byteOffset, read.byteLength);
  if (read.length !== width * height * 3 || data.length !== read.length) {
    throw new Fault("unsupported", "geotiff.js gives no 8-bit RGB here");
  }
  return box === null ? data : resample({ data, width, height, channels: 3 }, pixels, pixels, "bicubic", box);
}
