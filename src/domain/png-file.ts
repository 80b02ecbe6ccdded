// Pixels -> PNG (ISO/IEC 15948), eight bits a channel. Knows no map and no slide.
import { zlibSync } from "fflate";
import { crc32 } from "../math/crc32.ts";
import { type ByteParts, createByteParts } from "./bytes.ts";

/** What stands between the header and the pixels, as a text or a profile. */
export type PngChunk = Readonly<{ kind: string; data: Uint8Array }>;

const colourTypes = { rgb: 2, rgba: 6 } as const;

/** `lines`: each row after its filter byte. `level`: of compression, 0 for none to 9. */
export function pngOfLines(
  { width, height, colour }: Readonly<{ width: number; height: number; colour: keyof typeof colourTypes }>,
  lines: Uint8Array,
  chunks: readonly PngChunk[],
  level: 0 | 6,
): Uint8Array<ArrayBuffer> {
  const head = createByteParts().u32be(width).u32be(height).u8(8, colourTypes[colour], 0, 0, 0).join();
  const out = createByteParts().u8(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
  putChunk(out, { kind: "IHDR", data: head });
  for (const chunk of chunks) putChunk(out, chunk);
  putChunk(out, { kind: "IDAT", data: zlibSync(lines, { level }) });
  putChunk(out, { kind: "IEND", data: new Uint8Array(0) });
  return out.join();
}

/** RGBA, row-major. `text`: keyword (Latin-1, up to 79 characters) and text of each tEXt chunk; ASCII only. */
export function writePng(
  width: number,
  height: number,
  rgba: Uint8Array | Uint8ClampedArray,
  text: Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const lines = new Uint8Array(height * (width * 4 + 1));
  for (let y = 0; y < height; y++) {
    // The filter byte of each row is 0: none.
    lines.set(rgba.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1);
  }
  const chunks = Object.entries(text).map(([keyword, value]) => ({
    kind: "tEXt",
    data: createByteParts().text(keyword).u8(0).text(value).join(),
  }));
  return pngOfLines({ width, height, colour: "rgba" }, lines, chunks, 6);
}

function putChunk(out: ByteParts, { kind, data }: PngChunk): void {
  const named = createByteParts().text(kind).bytes(data).join();
  out.u32be(data.length).bytes(named).u32be(crc32(named));
}
