// One picture file as RGB: JPEG by libjpeg-turbo (bit for bit what the app decodes), PNG and TIFF by sharp. Knows no folder.
import { Fault, isAbort, toFault } from "../../base/fault.ts";
import { decodeJpeg } from "./jpeg-decoder.ts";

/** RGB, row-major, 3 bytes a pixel. */
export type DecodedImage = Readonly<{ width: number; height: number; data: Uint8Array }>;

export const imageEndings: readonly string[] = ["jpg", "jpeg", "png", "tif", "tiff"];
/** A labelled patch, not a slide. */
const mostPixels = 64 * 2 ** 20;

/** By its first bytes, whatever it is called. Faults: damaged, unsupported, limit; the message names the file. */
export async function decodeImage(bytes: Uint8Array, name: string, signal: AbortSignal): Promise<DecodedImage> {
  signal.throwIfAborted();
  const begins = (...head: readonly number[]): boolean => head.every((byte, i) => bytes[i] === byte);
  if (begins(0xff, 0xd8, 0xff)) {
    try {
      const { width, height, data } = await decodeJpeg(
        // A picture of its own says its size and colours itself.
        { codec: "jpeg", bytes, width: 0, height: 0, colour: "ycbcr" },
        signal,
      );
      return { width, height, data: Uint8Array.from(data) };
    } catch (error) {
      if (isAbort(error)) throw error;
      throw new Fault("damaged", `${name} cannot be decoded: ${reasonOf(error)}.`, { name }, error);
    }
  }
  const known = begins(0x89, 0x50, 0x4e, 0x47) || begins(0x49, 0x49, 0x2a, 0) || begins(0x4d, 0x4d, 0, 0x2a);
  if (known || begins(0x49, 0x49, 0x2b, 0) || begins(0x4d, 0x4d, 0, 0x2b)) return bySharp(bytes, name, signal);
  throw new Fault("unsupported", `${name} is no JPEG, PNG or TIFF picture.`, { name });
}

async function bySharp(bytes: Uint8Array, name: string, signal: AbortSignal): Promise<DecodedImage> {
  const sharp = await loadSharp(name);
  try {
    // Values as they are stored, as Pillow and the app's own JPEG decoder give them: no colour profile is applied.
    const picture = sharp(bytes, { limitInputPixels: mostPixels, failOn: "error", pages: 1, ignoreIcc: true });
    const { pages = 1, depth, hasAlpha } = await picture.metadata();
    signal.throwIfAborted();
    if (pages > 1) throw new Fault("unsupported", `${name} holds ${pages} pictures; give files of one picture each.`);
    if (depth !== "uchar") {
      throw new Fault("unsupported", `${name} has ${depth} samples; save it with 8 bits a channel.`, { name });
    }
    // Transparent pixels would be coloured by whatever lies under them: they become glass.
    const flat = hasAlpha ? picture.flatten({ background: "#ffffff" }) : picture;
    const { data, info } = await flat.toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
    if (info.channels !== 3 && info.channels !== 1) {
      throw new Fault("unsupported", `${name} has ${info.channels} channels; pictures must be RGB or grey.`, { name });
    }
    const pixels = info.width * info.height;
    const rgb = new Uint8Array(pixels * 3);
    if (info.channels === 3) rgb.set(data);
    else for (let i = 0; i < pixels; i++) rgb.fill(data[i] ?? 0, i * 3, i * 3 + 3);
    return { width: info.width, height: info.height, data: rgb };
  } catch (error) {
    if (isAbort(error) || error instanceof Fault) throw error;
    throw new Fault("damaged", `${name} cannot be decoded: ${reasonOf(error)}.`, { name }, error);
  }
}

/** Loaded late: it is a native library, and not every machine has its binary. */
async function loadSharp(name: string) {
  try {
    return (await import("sharp")).default;
  } catch (error) {
    throw toFault(error, "unsupported", `${name} needs the package sharp, which cannot be loaded here`);
  }
}

const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]?.replace(/\.$/, "") ?? "";
