// Tiles decoded by the browser: JPEG bit for bit as libjpeg-turbo in Chromium and Firefox with exactly these options, WebP too; codecs
// it lacks are decoded by who is given. Knows no slide.
import { Fault } from "../../base/fault.ts";
import { createTileDecoder } from "../../slide/decode-tile.ts";
import { checkProfile, jpegWithProfile, pngWithProfile } from "../../slide/managed-image.ts";
import type { CodedTile, CodedTileDecoder, DecodedTile, EncodedTile, TileDecoder } from "../../slide/slide-reader.ts";
import { readsBackExactly } from "./exact-readback.ts";

/** No colour profile and no premultiplication: pixels as they are stored. */
const exact: ImageBitmapOptions = { colorSpaceConversion: "none", premultiplyAlpha: "none" };

/** Colours converted from the embedded profile to sRGB. */
const managed: ImageBitmapOptions = { colorSpaceConversion: "default", premultiplyAlpha: "none" };

export type ImageDecoders = Readonly<{
  /** For analysis: RGB or RGBA bytes. */
  decodeTile: TileDecoder;
  /** For display; ownership of the bitmap is the caller's. Fault `damaged` where the browser cannot decode the bytes. */
  tileToBitmap(tile: EncodedTile, signal: AbortSignal): Promise<ImageBitmap>;
  /** For display, colours through the profile: the browser applies what is embedded. Never for analysis. */
  tileToManagedBitmap(tile: EncodedTile, profile: Uint8Array, signal: AbortSignal): Promise<ImageBitmap>;
}>;

export function createImageDecoders(lacking: Readonly<Record<"jp2k" | "jpeg-ls", CodedTileDecoder>>): ImageDecoders {
  const decodeTile = createTileDecoder({
    jpeg: decodeNatively,
    webp: decodeNatively,
    jp2k: lacking.jp2k,
    "jpeg-ls": lacking["jpeg-ls"],
  });
  return {
    decodeTile,
    async tileToBitmap(tile, signal) {
      if (tile.codec === "jpeg" || tile.codec === "webp") return nativeBitmap(tile, signal);
      const { data, width, height } = await decodeTile(tile, signal);
      return pixelsToBitmap(data, width, height);
    },
    async tileToManagedBitmap(tile, profile, signal) {
      checkProfile(profile);
      if (tile.codec === "jpeg" && tile.colour !== "grey") {
        return bitmapOf(jpegWithProfile(tile.bytes, profile), "jpeg", managed, signal);
      }
      return bitmapOf(pngWithProfile(await decodeTile(tile, signal), profile), "png", managed, signal);
    },
  };
}

const nativeBitmap = (tile: CodedTile, signal: AbortSignal): Promise<ImageBitmap> =>
  bitmapOf(tile.bytes, tile.codec, exact, signal);

async function bitmapOf(
  bytes: Uint8Array,
  codec: string,
  options: ImageBitmapOptions,
  signal: AbortSignal,
): Promise<ImageBitmap> {
  signal.throwIfAborted();
  const blob = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: `image/${codec}` });
  let bitmap: ImageBitmap;
  try {
    bitmap = await createImageBitmap(blob, options);
  } catch (error) {
    throw new Fault("damaged", "The browser cannot decode a tile of this slide: its data is damaged.", {}, error);
  }
  if (signal.aborted) bitmap.close();
  signal.throwIfAborted();
  return bitmap;
}

async function decodeNatively(tile: CodedTile, signal: AbortSignal): Promise<DecodedTile> {
  exactly ??= drawAndReadBack();
  if (!(await exactly)) {
    throw new Fault(
      "self-test",
      "This browser changes pixels that a page reads back (its protection against fingerprinting), so patches would not be those " +
        "of the slide. Switch that protection off for this page, or use a window without it, and reload.",
    );
  }
  const bitmap = await nativeBitmap(tile, signal);
  const { width, height } = bitmap;
  return { width, height, channels: 4, data: readBack(bitmap) };
}

/** Asked once per worker, before the first pixel is believed; a failure to find out is not remembered. */
let exactly: Promise<boolean> | null = null;

function drawAndReadBack(): Promise<boolean> {
  return readsBackExactly(async (rgba, side) =>
    readBack(await createImageBitmap(new ImageData(rgba, side), exact)),
  ).catch((error: unknown) => {
    exactly = null;
    throw error;
  });
}

/** RGBA bytes of the bitmap, which is closed. */
function readBack(bitmap: ImageBitmap): Uint8ClampedArray {
  try {
    const { width, height } = bitmap;
    const context = readbackContext(width, height);
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, width, height).data;
  } finally {
    bitmap.close();
  }
}

/** RGB pixels as a bitmap for display. */
export async function pixelsToBitmap(
  rgb: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Promise<ImageBitmap> {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < rgb.length; i++) rgba[i + Math.floor(i / 3)] = rgb[i] ?? 255;
  return createImageBitmap(new ImageData(rgba, width, height), exact);
}

let canvas: OffscreenCanvas | null = null;
const maxKeptCanvas = 4 * 1024 * 1024;

/** One canvas for all tiles; drawing and reading back happen without a pause between, so tiles cannot mix. */
function readbackContext(width: number, height: number): OffscreenCanvasRenderingContext2D {
  const fits = canvas?.width === width && canvas.height === height;
  const used = canvas && fits ? canvas : new OffscreenCanvas(width, height);
  // A whole picture's canvas would be held for ever.
  if (width * height <= maxKeptCanvas) canvas = used;
  const context = used.getContext("2d", { willReadFrequently: true, alpha: false, colorSpace: "srgb" });
  if (!context)
    throw new Fault("out-of-memory", "The browser gave no canvas to read pixels from. Close other tabs and reload.");
  return context;
}
