// The TIFF and BigTIFF container: header, chain of directories, values of tags, under hard limits. Knows no image and no vendor.
// Source: TIFF 6.0 (Adobe 1992), BigTIFF (AWare Systems).
import { Fault } from "../../base/fault.ts";
import { type ByteSource, checkRange } from "../byte-source.ts";
import { maxArrayBytes, maxDirectories, maxEntries, maxEntriesInFile, maxTextBytes, maxValueBytes } from "./limits.ts";
import { typeBytes } from "./tags.ts";

/** Where a tag's values lie; nothing of them is read yet. */
export type TiffEntry = Readonly<{ tag: number; type: number; count: number; offset: number; bytes: number }>;

/** One image file directory (IFD). */
export type TiffDirectory = Readonly<{ index: number; offset: number; entries: ReadonlyMap<number, TiffEntry> }>;

export type TiffFile = Readonly<{
  source: ByteSource;
  littleEndian: boolean;
  big: boolean;
  directories: readonly TiffDirectory[];
}>;

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
  const { littleEndian, big } = kind;
  const view = viewOf(head);
  if (head.length < (big ? 16 : 8)) throw damaged("its header is cut off");
  if (big && (view.getUint16(4, littleEndian) !== 8 || view.getUint16(6, littleEndian) !== 0)) {
    throw damaged("its BigTIFF header contradicts itself");
  }
  const directories: TiffDirectory[] = [];
  const visited = new Set<number>();
  let entries = 0;
  let next = big ? offsetOf(view, 8, littleEndian) : view.getUint32(4, littleEndian);
  while (next !== 0) {
    if (visited.has(next)) throw damaged(`its list of images runs in a circle (back to byte ${next})`);
    if (directories.length === maxDirectories) {
      throw new Fault(
        "limit",
        `The file lists more than ${maxDirectories} images; a slide has some ten. It was not opened.`,
      );
    }
    visited.add(next);
    const read = await readDirectory(source, next, directories.length, kind, signal);
    directories.push(read.directory);
    entries += read.directory.entries.size;
    if (entries > maxEntriesInFile) {
      throw new Fault("limit", `The file lists more than ${maxEntriesInFile} tags. It was not opened.`);
    }
    next = read.next;
  }
  if (directories.length === 0) throw damaged("it contains no image");
  return { source, littleEndian, big, directories };
}

async function readDirectory(
  source: ByteSource,
  offset: number,
  index: number,
  { littleEndian, big }: Readonly<{ littleEndian: boolean; big: boolean }>,
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
  const bytes = count * entryBytes + inlineBytes;
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
    const place =
      length <= inlineBytes
        ? offset + countBytes + valueAt
        : big
          ? offsetOf(body, valueAt, littleEndian)
          : body.getUint32(valueAt, littleEndian);
    // The first of two equal tags wins, as in libtiff.
    if (!entries.has(tag)) entries.set(tag, { tag, type, count: values, offset: place, bytes: length });
  }
  const end = count * entryBytes;
  const next = big ? offsetOf(body, end, littleEndian) : body.getUint32(end, littleEndian);
  return { directory: { index, offset, entries }, next };
}

/** All values of a numeric tag (at most `most`), or null where the tag is absent. */
export async function readNumbers(
  file: TiffFile,
  directory: TiffDirectory,
  tag: number,
  signal: AbortSignal,
  most = 64,
): Promise<readonly number[] | null> {
  const entry = directory.entries.get(tag);
  if (!entry || entry.count === 0) return null;
  if (entry.count > most) {
    throw new Fault(
      "limit",
      `Tag ${tag} of image ${directory.index} claims ${entry.count} values; at most ${most} are read.`,
    );
  }
  const bytes = await readValue(file, entry, directory.index, signal);
  return decodeNumbers(bytes, entry, file.littleEndian);
}

/** The first value of a numeric tag, or `absent`. */
export async function readNumber(
  file: TiffFile,
  directory: TiffDirectory,
  tag: number,
  signal: AbortSignal,
  absent: number,
): Promise<number> {
  const values = await readNumbers(file, directory, tag, signal);
  return values?.[0] ?? absent;
}

/** Bytes of a tag (JPEG tables, profiles), or null where absent. */
export async function readBytes(
  file: TiffFile,
  directory: TiffDirectory,
  tag: number,
  signal: AbortSignal,
  most = maxValueBytes,
): Promise<Uint8Array | null> {
  const entry = directory.entries.get(tag);
  return entry ? readValue(file, entry, directory.index, signal, most) : null;
}

/** Text of a tag up to its first NUL (64 KiB at most), as Latin-1 where it is not UTF-8; null where absent. */
export async function readText(
  file: TiffFile,
  directory: TiffDirectory,
  tag: number,
  signal: AbortSignal,
): Promise<string | null> {
  const entry = directory.entries.get(tag);
  if (!entry) return null;
  checkRange(file.source.size, entry.offset, entry.bytes, `tag ${tag} of image ${directory.index}`);
  const bytes = await file.source.read(entry.offset, Math.min(entry.bytes, maxTextBytes), signal);
  const end = bytes.indexOf(0);
  const text = end < 0 ? bytes : bytes.subarray(0, end);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(text);
  } catch {
    return new TextDecoder("latin1").decode(text);
  }
}

/** A tag's array that stays in the file: one value costs one small (cached) read. */
export type TagArray = Readonly<{
  count: number;
  bytes: number;
  at(index: number, signal: AbortSignal): Promise<number>;
  /** `count` values from `first`. */
  range(first: number, count: number, signal: AbortSignal): Promise<readonly number[]>;
}>;

/** Checks that the array is numeric, of a sane size and inside the file. Null where the tag is absent. */
export function openTagArray(file: TiffFile, directory: TiffDirectory, tag: number): TagArray | null {
  const entry = directory.entries.get(tag);
  if (!entry) return null;
  const size = typeBytes[entry.type];
  if (size === undefined || ![3, 4, 16].includes(entry.type)) throw damaged(`tag ${tag} has type ${entry.type}`);
  if (entry.bytes > maxArrayBytes) {
    throw new Fault(
      "limit",
      `Image ${directory.index} of the file claims ${entry.count} tiles; more than ${maxArrayBytes / size} are not read. It was not opened.`,
    );
  }
  checkRange(file.source.size, entry.offset, entry.bytes, `the tile table of image ${directory.index}`);
  const range = async (first: number, count: number, signal: AbortSignal): Promise<readonly number[]> => {
    const bytes = await file.source.read(entry.offset + first * size, count * size, signal);
    return decodeNumbers(bytes, { ...entry, count }, file.littleEndian);
  };
  return {
    count: entry.count,
    bytes: entry.bytes,
    range,
    at: async (index, signal) => (await range(index, 1, signal))[0] ?? 0,
  };
}

async function readValue(
  file: TiffFile,
  entry: TiffEntry,
  index: number,
  signal: AbortSignal,
  most = maxValueBytes,
): Promise<Uint8Array> {
  const what = `tag ${entry.tag} of image ${index}`;
  if (entry.bytes > most) {
    throw new Fault("limit", `${what} claims ${entry.bytes} bytes; at most ${most} are read. The file is damaged.`);
  }
  checkRange(file.source.size, entry.offset, entry.bytes, what);
  return file.source.read(entry.offset, entry.bytes, signal);
}

function decodeNumbers(bytes: Uint8Array, entry: TiffEntry, little: boolean): readonly number[] {
  const view = viewOf(bytes);
  const one = (i: number): number => {
    switch (entry.type) {
      case 1:
      case 7:
        return view.getUint8(i);
      case 3:
        return view.getUint16(i * 2, little);
      case 4:
      case 13:
        return view.getUint32(i * 4, little);
      case 5:
        return view.getUint32(i * 8, little) / view.getUint32(i * 8 + 4, little);
      case 6:
        return view.getInt8(i);
      case 8:
        return view.getInt16(i * 2, little);
      case 9:
        return view.getInt32(i * 4, little);
      case 10:
        return view.getInt32(i * 8, little) / view.getInt32(i * 8 + 4, little);
      case 11:
        return view.getFloat32(i * 4, little);
      case 12:
        return view.getFloat64(i * 8, little);
      case 16:
      case 18:
        return offsetOf(view, i * 8, little);
      default:
        throw damaged(`tag ${entry.tag} should be a number, but has type ${entry.type}`);
    }
  };
  return Array.from({ length: entry.count }, (_, i) => one(i));
}

const viewOf = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** A 64-bit number. Beyond 2^53 it is no longer exact, but also far beyond any file: the range check refuses it. */
function offsetOf(view: DataView, at: number, little: boolean): number {
  return Number(view.getBigUint64(at, little));
}

function damaged(how: string): Fault {
  return new Fault("damaged", `The file is a damaged TIFF: ${how}. Copy or download it again, or export it anew.`);
}
