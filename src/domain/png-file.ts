// RGBA pixels -> PNG (ISO/IEC 15948), with a line of text in it. Knows no map.
import { zlibSync } from "fflate";
import { crc32 } from "../math/crc32.ts";
import { createByteParts } from "./bytes.ts";

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
  chunk("IDAT", zlibSync(raw));
  chunk("IEND", new Uint8Array(0));
  return out.join();
}
