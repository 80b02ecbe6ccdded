// The TIFF and BigTIFF container: header and chain of directories, under hard limits. Knows no value, no image and no vendor.
// Source: TIFF 6.0 (Adobe 1992), BigTIFF (AWare Systems); Hamamatsu's 64-bit variant: OpenSlide, openslide-decode-tifflike.c.
import { Fault, isFault } from "../../base/fault.ts";
import { type ByteSource, checkRange } from "../byte-source.ts";
import { maxDirectories, maxEntries, maxEntriesInFile } from "./limits.ts";
import { tag as tags, typeBytes } from "./tags.ts";

/** Where a tag's values lie; nothing of them is read yet. `value`: the only one, where it does not lie in one piece. */
export type TiffEntry = Readonly<{
  tag: number;
  type: number;
  count: number;
  offset: number;
  bytes: number;
  value?: number;
}>;

/** One image file directory (IFD). */
export type TiffDirectory = Readonly<{ index: number; offset: number; entries: ReadonlyMap<number, TiffEntry> }>;

export type TiffFile = Readonly<{
  source: ByteSource;
  littleEndian: boolean;
  big: boolean;
  /** Hamamatsu's layout: links of 64 bits in a classic file, the upper halves of all values after each directory. */
  ndpi: boolean;
  directories: readonly TiffDirectory[];
}>;

export type Layout = Pick<TiffFile, "littleEndian" | "big" | "ndpi">;

/** Byte order and width of a file that starts with `head`; null where it is no TIFF. */
export function tiffKind(head: Uint8Array): Readonly<{ littleEndian: boolean; big: boolean }> | null {
  if (head.length < 8 || head[0] !== head[1] || (head[0] !== 0x49 && head[0] !== 0x4d)) return null;
  const littleEndian = head[0] === 0x49;
  const magic = viewOf(head).getUint16(2, littleEndian);
  return magic === 42 || magic === 43 ? { littleEndian, big: magic === 43 } : null;
}

/** Reads the header and every directory of the chain. Null where the bytes are no TIFF; Faults damaged, limit. */
export async function readTiff(source: ByteSource, signal: AbortSignal): Promise<TiffFile | null> {
  const head = await source.read(0, Math.min(16, source.size), signal);
  const kind = tiffKind(head);
  if (!kind) return null;
  const layout: Layout = { ...kind, ndpi: !kind.big && (await isNdpi(source, head, kind.littleEndian, signal)) };
  const { littleEndian, big, ndpi } = layout;
  const view = viewOf(head);
  if (head.length < (big ? 16 : 8)) throw damaged("its header is cut off");
  if (big && (view.getUint16(4, littleEndian) !== 8 || view.getUint16(6, littleEndian) !== 0)) {
    throw damaged("its BigTIFF header contradicts itself");
  }
  const directories: TiffDirectory[] = [];
  const visited = new Set<number>();
  let entries = 0;
  let next = big
    ? offsetOf(view, 8, littleEndian)
    : ndpi
      ? offsetOf(view, 4, littleEndian)
      : view.getUint32(4, littleEndian);
  while (next !== 0) {
    if (visited.has(next)) throw damaged(`its list of images runs in a circle (back to byte ${next})`);
    if (directories.length === maxDirectories) {
      throw new Fault(
        "limit",
        `The file lists more than ${maxDirectories} images; a slide has some ten. It was not opened.`,
      );
    }
    visited.add(next);
    const read = await readDirectory(source, next, directories.length, layout, signal);
    directories.push(read.directory);
    entries += read.directory.entries.size;
    if (entries > maxEntriesInFile) {
      throw new Fault("limit", `The file lists more than ${maxEntriesInFile} tags. It was not opened.`);
    }
    next = read.next;
  }
  if (directories.length === 0) throw damaged("it contains no image");
  return { source, ...layout, directories };
}

/** Whether the first directory, read in Hamamatsu's layout, carries Hamamatsu's mark. */
async function isNdpi(
  source: ByteSource,
  head: Uint8Array,
  littleEndian: boolean,
  signal: AbortSignal,
): Promise<boolean> {
  if (head.length < 12) return false;
  const first = offsetOf(viewOf(head), 4, littleEndian);
  if (first < 8 || first + 2 > source.size) return false;
  try {
    const { directory } = await readDirectory(source, first, 0, { littleEndian, big: false, ndpi: true }, signal);
    return directory.entries.has(tags.ndpiVersion);
  } catch (error) {
    if (isFault(error, "damaged") || isFault(error, "limit")) return false;
    throw error;
  }
}

/** One directory; `next` is where the file says the following one is. Faults damaged, limit. */
export async function readDirectory(
  source: ByteSource,
  offset: number,
  index: number,
  { littleEndian, big, ndpi }: Layout,
  signal: AbortSignal,
): Promise<Readonly<{ directory: TiffDirectory; next: number }>> {
  const countBytes = big ? 8 : 2;
  const entryBytes = big ? 20 : 12;
  const inlineBytes = big ? 8 : 4;
  checkRange(source.size, offset, countBytes, `the list of tags of image ${index}`);
  const head = viewOf(await source.read(offset, countBytes, signal));
  const count = big ? offsetOf(head, 0, littleEndian) : head.getUint16(0, littleEndian);
  if (count > maxEntries) {
    throw new Fault(
      "limit",
      `Image ${index} of the file claims ${count} tags; at most ${maxEntries} are read. It was not opened.`,
    );
  }
  const linkBytes = ndpi ? 8 : inlineBytes;
  const bytes = count * entryBytes + linkBytes + (ndpi ? count * 4 : 0);
  checkRange(source.size, offset + countBytes, bytes, `the tags of image ${index}`);
  const body = viewOf(await source.read(offset + countBytes, bytes, signal));
  const entries = new Map<number, TiffEntry>();
  for (let i = 0; i < count; i++) {
    const at = i * entryBytes;
    const tag = body.getUint16(at, littleEndian);
    const type = body.getUint16(at + 2, littleEndian);
    const values = big ? offsetOf(body, at + 4, littleEndian) : body.getUint32(at + 4, littleEndian);
    const valueAt = at + (big ? 12 : 8);
    const length = values * (typeBytes[type] ?? 1);
    const high = ndpi ? body.getUint32(count * entryBytes + linkBytes + i * 4, littleEndian) * 2 ** 32 : 0;
    // Hamamatsu keeps texts out of the directory however short they are.
    const inline = length <= inlineBytes && !(ndpi && type === 2);
    const place = inline
      ? offset + countBytes + valueAt
      : big
        ? offsetOf(body, valueAt, littleEndian)
        : body.getUint32(valueAt, littleEndian) + high;
    const wide = inline && high > 0 && values === 1 && type === 4;
    // The first of two equal tags wins, as in libtiff.
    if (!entries.has(tag)) {
      entries.set(tag, {
        tag,
        type,
        count: values,
        offset: place,
        bytes: length,
        ...(wide && { value: body.getUint32(valueAt, littleEndian) + high }),
      });
    }
  }
  const end = count * entryBytes;
  const next = big || ndpi ? offsetOf(body, end, littleEndian) : body.getUint32(end, littleEndian);
  return { directory: { index, offset, entries }, next };
}

export const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit number. Beyond 2^53 it is no longer exact, but also far beyond any file: the range check refuses it. */
export function offsetOf(view: DataView, at: number, little: boolean): number {
  return Number(view.getBigUint64(at, little));
}

export function damaged(how: string): Fault {
  return new Fault("damaged", `The file is a damaged TIFF: ${how}. Copy or download it again, or export it anew.`);
}
