// JPEG 2000 by the OpenJPEG module a host has loaded: pixels as OpenSlide gives them. Knows no host.
// The wavelet is computed in single precision: builds of OpenJPEG for newer processors round one pixel in a million otherwise, by 1.
// Source of the colour rule: OpenSlide src/openslide-decode-jp2k.c (chroma repeated, libjpeg's conversion tables).
import { Fault, toFault } from "../../base/fault.ts";
import type { CodedTileDecoder, DecodedTile } from "../slide-reader.ts";
import { type Jp2kHeader, readJp2kHeader } from "./jp2k-header.ts";

type Decoder = {
  getEncodedBuffer(bytes: number): Uint8Array;
  getDecodedBuffer(): Uint8Array;
  decode(): void;
  getFrameInfo(): Readonly<{ width: number; height: number; bitsPerSample: number; componentCount: number }>;
  delete(): void;
};
export type OpenJpeg = Readonly<{ J2KDecoder: new () => Decoder }>;

/** How a host loads the module; `print` and `printErr` receive OpenJPEG's messages. */
export type LoadOpenJpeg = (
  messages: Readonly<{ print(text: string): void; printErr(text: string): void }>,
) => Promise<OpenJpeg>;

/** Reading past a plane must stay inside the module's memory: see `decodePlanes`. */
const maxSubsampledPixels = 1024 * 1024;

/** Loads on first use; a module that failed is loaded anew. */
export function createJp2kDecoder(load: LoadOpenJpeg): CodedTileDecoder {
  let loading: Promise<OpenJpeg> | null = null;
  let complaint = "";
  const listen = (text: string): void => {
    // OpenJPEG paints what it cannot decode grey and only warns: a slide must not show that as tissue.
    if (!text.startsWith("[INFO]") && complaint === "") complaint = text.slice(0, 200).trim();
  };
  const forget = (): void => {
    loading = null;
  };
  return async (tile, signal) => {
    signal.throwIfAborted();
    const header = readJp2kHeader(tile.bytes, "A JPEG 2000 tile");
    loading ??= load({ print: listen, printErr: listen });
    const module = await loading.catch((error: unknown) => {
      forget();
      throw toFault(error, "read", "The JPEG 2000 decoder cannot be loaded");
    });
    signal.throwIfAborted();
    complaint = "";
    try {
      const planes = decodePlanes(module, tile.bytes, header);
      if (complaint !== "") throw new Fault("damaged", `JPEG 2000 data is damaged: ${complaint}`);
      return toRgb(planes, header, tile.colour);
    } catch (error) {
      if (error instanceof Fault) throw error;
      // A trap leaves the module's memory in an unknown state.
      forget();
      throw new Fault("damaged", "JPEG 2000 data cannot be decoded", {}, error);
    }
  };
}

/**
 * Samples as the module interleaves them: sample i of component c at `data[i * components + c]`.
 *
 * The module turns subsampled chroma into RGB by a rule of its own that differs from OpenSlide's by a step. It does so only where
 * the first component is square; so the reference grid is stretched twofold in y, which leaves every coefficient where it was. It
 * then interleaves twice the rows, reading past the planes; what belongs to them comes first and alone is used.
 */
function decodePlanes(module: OpenJpeg, bytes: Uint8Array, header: Jp2kHeader): Uint8Array {
  const { width, height, components } = header;
  const plain = components.every(({ dx, dy }) => dx === 1 && dy === 1);
  if (!plain && width * height > maxSubsampledPixels) {
    throw new Fault(
      "limit",
      `A JPEG 2000 tile of ${width} x ${height} pixels has subsampled colour; that is not decoded.`,
    );
  }
  const input = plain ? bytes : stretched(bytes, components.length);
  const rows = plain ? height : height * 2;
  const decoder = new module.J2KDecoder();
  try {
    decoder.getEncodedBuffer(input.length).set(input);
    decoder.decode();
    const info = decoder.getFrameInfo();
    if (
      info.width !== width ||
      info.height !== rows ||
      info.componentCount !== components.length ||
      info.bitsPerSample !== 8
    ) {
      throw new Fault("damaged", "JPEG 2000 data is damaged: it cannot be decoded.");
    }
    return decoder.getDecodedBuffer().slice(0, width * height * components.length);
  } finally {
    decoder.delete();
  }
}

function stretched(bytes: Uint8Array, components: number): Uint8Array {
  const out = bytes.slice();
  const view = new DataView(out.buffer);
  for (const at of [12, 28]) view.setUint32(at, Math.min(view.getUint32(at) * 2, 0xffffffff)); // Ysiz, YTsiz
  for (let c = 0; c < components; c++) out[44 + 3 * c] = out[44 + 3 * c]! * 2; // YRsiz
  return out;
}

function toRgb(data: Uint8Array, header: Jp2kHeader, colour: "grey" | "rgb" | "ycbcr"): DecodedTile {
  const { width, height, components } = header;
  const n = components.length;
  if (n !== (colour === "grey" ? 1 : 3)) throw new Fault("damaged", `JPEG 2000 data has ${n} colour channels`);
  const out = new Uint8Array(width * height * 3);
  const [first, second = first, third = first] = components.map(({ dx, dy }) => ({
    dx,
    dy,
    row: Math.ceil(width / dx),
  }));
  if (!first || !second || !third) throw new Fault("damaged", "JPEG 2000 data has no colour channels");
  const [c1, c2] = n === 1 ? [0, 0] : [1, 2];
  let at = 0;
  for (let y = 0; y < height; y++) {
    const row0 = Math.floor(y / first.dy) * first.row;
    const row1 = Math.floor(y / second.dy) * second.row;
    const row2 = Math.floor(y / third.dy) * third.row;
    for (let x = 0; x < width; x++, at += 3) {
      const a = data[(row0 + Math.floor(x / first.dx)) * n]!;
      const b = data[(row1 + Math.floor(x / second.dx)) * n + c1]!;
      const c = data[(row2 + Math.floor(x / third.dx)) * n + c2]!;
      if (colour === "ycbcr") {
        // libjpeg's integers (jdcolor.c): 16 bits of fraction; Uint8ClampedArray would round again.
        const cb = b - 128;
        const cr = c - 128;
        out[at] = clamp(a + ((91881 * cr + 32768) >> 16));
        out[at + 1] = clamp(a + ((-22554 * cb - 46802 * cr + 32768) >> 16));
        out[at + 2] = clamp(a + ((116130 * cb + 32768) >> 16));
      } else {
        out[at] = a;
        out[at + 1] = b;
        out[at + 2] = c;
      }
    }
  }
  return { width, height, channels: 3, data: out };
}

const clamp = (v: number): number => (v < 0 ? 0 : v > 255 ? 255 : v);
