// Values of TIFF tags: numbers, texts, bytes, arrays that stay in the file. Knows no image and no vendor.
import { Fault } from "../../base/fault.ts";
import { checkRange } from "../byte-source.ts";
import { maxArrayBytes, maxSubDirectories, maxTextBytes, maxValueBytes } from "./limits.ts";
import { tag as tags, typeBytes } from "./tags.ts";
import {
  damaged,
  offsetOf,
  readDirectory,
  type TiffDirectory,
  type TiffEntry,
  type TiffFile,
  viewOf,
} from "./tiff-file.ts";

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
  if (entry.value !== undefined) return [entry.value];
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

/** Text of a tag up to its first NUL (the first `most` bytes), as Latin-1 where it is not UTF-8; null where absent. */
export async function readText(
  file: TiffFile,
  directory: TiffDirectory,
  tag: number,
  signal: AbortSignal,
  most = maxTextBytes,
): Promise<string | null> {
  const entry = directory.entries.get(tag);
  if (!entry) return null;
  checkRange(file.source.size, entry.offset, entry.bytes, `tag ${tag} of image ${directory.index}`);
  const bytes = await file.source.read(entry.offset, Math.min(entry.bytes, most), signal);
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
    if (entry.value !== undefined) return [entry.value];
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

/** The reduced images a directory lists as its own (SubIFDs), in the file's order. Faults damaged, limit. */
export async function readSubDirectories(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
): Promise<readonly TiffDirectory[]> {
  const offsets = (await readNumbers(file, directory, tags.subIfds, signal, maxSubDirectories)) ?? [];
  const taken = new Set(file.directories.map((d) => d.offset));
  const found: TiffDirectory[] = [];
  for (const offset of offsets) {
    if (taken.has(offset)) throw damaged(`its lists of images run in a circle (back to byte ${offset})`);
    taken.add(offset);
    found.push((await readDirectory(file.source, offset, directory.index, file, signal)).directory);
  }
  return found;
}
