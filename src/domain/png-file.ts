// RGBA pixels -> PNG (ISO/IEC 15948), with a line of text in it. Stored, not compressed: a map is one pixel a patch, and small.
import { adler32, crc32 } from "../math/crc32.ts";
import { createByteParts } from "./bytes.ts";

/** Bytes of one stored block of a zlib stream (RFC 1951). */
const largestBlock = 65_535;

/** `text`: keyword (Latin-1, up to 79 characters) and text of each tEXt chunk; ASCII only. */
export function writePng(
  width: number,
  height: number,
  rgba: Uint8Array | Uint8ClampedArray,
  text: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const raw = new Uint8Array(height * (width * 4 + 1));
  for (let y = 0; y < height; y++) {
    // The filter byte of each row is 0: none.
    raw.set(rgba.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1);
  }
  const out = createByteParts().u8(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  const chunk = (name: string, data: Uint8Array): void => {
    const named = createByteParts().text(name).bytes(data).join();
    out.u32be(data.length).bytes(named).u32be(crc32(named));
  };
  chunk("IHDR", createByteParts().u32be(width).u32be(height).u8(8, 6, 0, 0, 0).join());
  for (const [keyword, value] of Object.entries(text))
    chunk("tEXt", createByteParts().text(keyword).u8(0).text(value).join());
  chunk("IDAT", stored(raw));
  chunk("IEND", new Uint8Array(0));
  return out.join();
}

function stored(raw: Uint8Array): Uint8Array {
  const out = createByteParts().u8(0x78, 0x01);
  for (let at = 0; at < raw.length || at === 0; at += largestBlock) {
    const block = raw.subarray(at, at + largestBlock);
    const last = at + largestBlock >= raw.length;
    out
      .u8(last ? 1 : 0)
      .u16le(block.length)
      .u16le(0xffff - block.length)
      .bytes(block);
  }
  return out.u32be(adler32(raw)).join();
}
