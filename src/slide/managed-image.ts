// A tile with the slide's colour profile inside, for a host that applies embedded profiles when it shows pictures. For looking only:
// analysis reads stored colours. Knows no host and converts nothing itself. Source: ICC.1:2022, PNG (iCCP), ICC in JPEG (annex B.4).
import { zlibSync } from "fflate";
import { Fault } from "../base/fault.ts";
import { createByteParts } from "../domain/bytes.ts";
import { pngOfLines } from "../domain/png-file.ts";
import type { DecodedTile } from "./slide-reader.ts";

/** Fault `unsupported` where it is no profile of RGB colours: a host would ignore it, and the picture would pass for managed. */
export function checkProfile(profile: Uint8Array): void {
  const text = (at: number): string => String.fromCharCode(...profile.subarray(at, at + 4));
  const size = profile.length < 132 ? 0 : new DataView(profile.buffer, profile.byteOffset).getUint32(0);
  if (size < 132 || size > profile.length || text(36) !== "acsp" || text(16) !== "RGB ") {
    throw new Fault(
      "unsupported",
      "The slide's colour profile cannot be used; its colours are shown as they are stored.",
    );
  }
}

const perSegment = 65_519;

/** A colour JPEG as selfContainedJpeg makes it, with the profile behind its first marker. */
export function jpegWithProfile(jpeg: Uint8Array, profile: Uint8Array): Uint8Array {
  const count = Math.ceil(profile.length / perSegment);
  if (count > 255) throw new Fault("limit", "The slide's colour profile is too large to be used.");
  const out = new Uint8Array(jpeg.length + profile.length + count * 18);
  out.set(jpeg.subarray(0, 2));
  let at = 2;
  for (let i = 0; i < count; i++) {
    const part = profile.subarray(i * perSegment, (i + 1) * perSegment);
    const length = part.length + 16;
    out.set([0xff, 0xe2, length >> 8, length & 255, ...latin1("ICC_PROFILE\0"), i + 1, count], at);
    out.set(part, at + 18);
    at += 18 + part.length;
  }
  out.set(jpeg.subarray(2), at);
  return out;
}

/** Pixels as a PNG with the profile; packed as fast as possible, it lives for one tile. */
export function pngWithProfile({ width, height, channels, data }: DecodedTile, profile: Uint8Array): Uint8Array {
  const raw = new Uint8Array(height * (1 + width * 3));
  for (let y = 0, to = 0, from = 0; y < height; y++) {
    to++; // no filter
    for (let x = 0; x < width; x++, to += 3, from += channels) {
      raw[to] = data[from]!;
      raw[to + 1] = data[from + 1]!;
      raw[to + 2] = data[from + 2]!;
    }
  }
  const iccp = zlibSync(profile, { level: 0 });
  const named = createByteParts().text("slide").u8(0, 0).bytes(iccp).join();
  return pngOfLines({ width, height, colour: "rgb" }, raw, [{ kind: "iCCP", data: named }], 0);
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
