// Named files -> one ZIP archive, stored without compression (APPNOTE 6.3.3, no ZIP64). Knows no file's content. No times: the same files
// give the same bytes.

import { Fault } from "../base/fault.ts";
import { crc32 } from "../math/crc32.ts";
import { type ByteParts, createByteParts } from "./bytes.ts";

export type ZipEntry = Readonly<{ path: string; bytes: Uint8Array }>;

const mostEntries = 65_535;
const mostBytes = 0xffff_ffff;
/** 1 January 1980, the earliest a ZIP can say. */
const date = (1 << 5) | 1;

/** Fault `limit` beyond 65,535 files or 4 GB. */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer> {
  const total = entries.reduce((sum, { path, bytes }) => sum + bytes.length + 2 * path.length + 76, 22);
  if (entries.length > mostEntries || total > mostBytes) {
    throw new Fault("limit", `${entries.length} files of ${Math.round(total / 1e6)} MB are more than one ZIP holds.`);
  }
  const out = createByteParts();
  const directory = createByteParts();
  const encoder = new TextEncoder();
  for (const { path, bytes } of entries) {
    const name = encoder.encode(path);
    const at = out.length;
    const crc = crc32(bytes);
    /** What local header and directory share. 0x0800: the name is UTF-8. */
    const common = (parts: ByteParts): ByteParts =>
      parts
        .u16le(20)
        .u16le(0x0800)
        .u16le(0)
        .u16le(0)
        .u16le(date)
        .u32le(crc)
        .u32le(bytes.length)
        .u32le(bytes.length)
        .u16le(name.length)
        .u16le(0);
    common(out.u32le(0x04034b50)).bytes(name).bytes(bytes);
    common(directory.u32le(0x02014b50).u16le(20)).u16le(0).u16le(0).u16le(0).u32le(0).u32le(at).bytes(name);
  }
  const start = out.length;
  out.bytes(directory.join());
  out.u32le(0x06054b50).u16le(0).u16le(0).u16le(entries.length).u16le(entries.length);
  return out.u32le(directory.length).u32le(start).u16le(0).join();
}
