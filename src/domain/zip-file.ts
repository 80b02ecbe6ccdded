// Named files -> one ZIP archive, stored without compression. Knows no file's content. No times: the same files give the same bytes.
import { type Zippable, zipSync } from "fflate";
import { Fault } from "../base/fault.ts";

export type ZipEntry = Readonly<{ path: string; bytes: Uint8Array }>;

/** What a ZIP holds without ZIP64, which is not written. */
const mostEntries = 65_535;
const mostBytes = 0xffff_ffff;
/** Read in local time, so that every clock writes the same; near the earliest a ZIP can say. */
const noTime = "1980-01-02T00:00:00";

/** Fault `limit` beyond 65,535 files or 4 GB. */
export function writeZip(entries: readonly ZipEntry[]): Uint8Array<ArrayBuffer> {
  const total = entries.reduce((sum, { path, bytes }) => sum + bytes.length + 6 * path.length + 76, 22);
  if (entries.length > mostEntries || total > mostBytes) {
    throw new Fault("limit", `${entries.length} files of ${Math.round(total / 1e6)} MB are more than one ZIP holds.`);
  }
  const files: Zippable = Object.fromEntries(entries.map(({ path, bytes }) => [path, bytes]));
  return zipSync(files, { level: 0, mtime: noTime });
}
