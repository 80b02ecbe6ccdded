// A tile with the slide's colour profile inside, for a host that applies embedded profiles when it shows pictures. For looking only:
// analysis reads stored colours. Knows no host and converts nothing itself. Source: ICC.1:2022, PNG (iCCP), ICC in JPEG (annex B.4).
import { zlibSync } from "fflate";
import { Fault } from "../base/fault.ts";
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
  const head = new Uint8Array(13);
  new DataView(head.buffer).setUint32(0, width);
  new DataView(head.buffer).setUint32(4, height);
  head.set([8, 2], 8);
  const chunks = [
    chunk("IHDR", head),
    chunk("iCCP", join([latin1("slide\0\0"), zlibSync(profile, { level: 0 })])),
    chunk("IDAT", zlibSync(raw, { level: 0 })),
    chunk("IEND", new Uint8Array(0)),
  ];
  return join([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunks]);
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));

function chunk(kind: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(data.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, data.length);
  out.set(latin1(kind), 4);
  out.set(data, 8);
  view.setUint32(data.length + 8, crc(out.subarray(4, data.length + 8)));
  return out;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c >>> 0;
});

function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = crcTable[(c ^ bytes[i]!) & 255]! ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
