// JPEG-LS by the CharLS module a host has loaded: pixels as they were encoded. Knows no host.
import { Fault, toFault } from "../../base/fault.ts";
import type { CodedTileDecoder } from "../slide-reader.ts";

type Decoder = {
  getEncodedBuffer(bytes: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): Readonly<{ width: number; height: number; bitsPerSample: number; componentCount: number }>;
  /** 0: planes one after the other; 1, 2: pixels. */
  getInterleaveMode(): number | Readonly<{ value: number }>;
  delete(): void;
};
export type Charls = Readonly<{ JpegLSDecoder: new () => Decoder }>;

/** Loads on first use; a module that failed is loaded anew. Headers are checked by whoever made the tile. */
export function createJpegLsDecoder(load: () => Promise<Charls>): CodedTileDecoder {
  let loading: Promise<Charls> | null = null;
  return async (tile, signal) => {
    signal.throwIfAborted();
    loading ??= load();
    const module = await loading.catch((error: unknown) => {
      loading = null;
      throw toFault(error, "read", "The JPEG-LS decoder cannot be loaded");
    });
    signal.throwIfAborted();
    const decoder = new module.JpegLSDecoder();
    try {
      decoder.getEncodedBuffer(tile.bytes.length).set(tile.bytes);
      decoder.decode();
      const { width, height, componentCount: channels, bitsPerSample } = decoder.getFrameInfo();
      const sane = width === tile.width && height === tile.height && bitsPerSample === 8;
      if (!sane || channels !== (tile.colour === "grey" ? 1 : 3)) {
        throw new Fault("damaged", `JPEG-LS data decoded to ${width} x ${height} pixels of ${channels} channels.`);
      }
      const mode = decoder.getInterleaveMode();
      const planar = (typeof mode === "number" ? mode : mode.value) === 0;
      const data = toRgb(decoder.getDecodedBuffer(), width * height, channels, planar);
      return { width, height, channels: 3, data };
    } catch (error) {
      if (error instanceof Fault) throw error;
      // A trap leaves the module's memory in an unknown state.
      loading = null;
      throw new Fault("damaged", "JPEG-LS data cannot be decoded", {}, error);
    } finally {
      decoder.delete();
    }
  };
}

function toRgb(decoded: Uint8Array, pixels: number, channels: number, planar: boolean): Uint8Array {
  if (decoded.length < pixels * channels) throw new Fault("damaged", "JPEG-LS data is cut off");
  if (channels === 3 && !planar) return decoded.slice(0, pixels * 3);
  const out = new Uint8Array(pixels * 3);
  for (let channel = 0; channel < 3; channel++) {
    const from = channels === 1 ? 0 : channel * pixels;
    for (let i = 0; i < pixels; i++) out[i * 3 + channel] = decoded[from + i]!;
  }
  return out;
}
