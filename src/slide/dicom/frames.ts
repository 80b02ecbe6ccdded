// Where each frame of a DICOM file lies: uncompressed, by an offset table, or found by walking the fragments. Decodes nothing.
// Source: DICOM PS3.5, A.4 (encapsulation) and PS3.3, C.7.6.3 (extended offset table). Basic tables are often empty in real slides.
import { Fault } from "../../base/fault.ts";
import { type ByteSource, checkRange } from "../byte-source.ts";
import { pictureLimits } from "../picture-pyramid.ts";
import { number, tags } from "./attributes.ts";
import type { DicomFile } from "./part10.ts";

export type Frames = Readonly<{ read(frame: number, signal: AbortSignal): Promise<Uint8Array> }>;

/** `nativeBytes`: length of a frame where it is not compressed. Faults: damaged, limit. */
export async function openFrames(
  file: DicomFile,
  count: number,
  nativeBytes: number,
  signal: AbortSignal,
): Promise<Frames> {
  const { source, pixels } = file;
  if (!pixels) throw damaged(source, "it holds no pixels");
  if (pixels.length !== null) {
    if (pixels.length < count * nativeBytes) {
      throw damaged(source, `its pixels are ${pixels.length} bytes where ${count * nativeBytes} are needed`);
    }
    checkRange(source.size, pixels.start, count * nativeBytes, "the last frame");
    return { read: (frame, one) => source.read(pixels.start + frame * nativeBytes, nativeBytes, one) };
  }
  const table = await readItem(source, pixels.start, signal);
  if (!table || table.tag !== itemTag) throw damaged(source, "its pixels have no offset table");
  const base = pixels.start + 8 + table.length;
  const extended = extendedPlaces(file, base, count);
  if (extended) return framesAt(source, extended);
  const basic = await basicOffsets(source, pixels.start + 8, table.length, count, signal);
  if (basic)
    return framesBetween(
      source,
      basic.map((offset) => base + offset),
    );
  return framesAt(source, groupFragments(source, await walkFragments(source, base, signal), count));
}

const itemTag = 0xfffee000;
const endTag = 0xfffee0dd;
const maxFragments = 8_000_000;
/** On a server each piece that is walked past is a request of its own. */
const maxRemoteFragments = 2000;

/** Parts of one frame, to be joined. */
type Place = readonly Readonly<{ offset: number; length: number }>[];

function framesAt(source: ByteSource, places: readonly Place[]): Frames {
  return {
    async read(frame, signal) {
      const parts = places[frame] ?? [];
      checkFrame(
        source,
        frame,
        parts.reduce((sum, part) => sum + part.length, 0),
      );
      return join(await Promise.all(parts.map(({ offset, length }) => source.read(offset, length, signal))));
    },
  };
}

/** Each frame from its first item's header to the next frame's; the last one's end is found by walking. */
function framesBetween(source: ByteSource, starts: readonly number[]): Frames {
  return {
    async read(frame, signal) {
      const start = starts[frame] ?? 0;
      const next = starts[frame + 1];
      const parts =
        next === undefined
          ? await walkFragments(source, start, signal)
          : await walkFragments(source, start, signal, next);
      checkFrame(
        source,
        frame,
        parts.reduce((sum, part) => sum + part.length, 0),
      );
      return join(await Promise.all(parts.map(({ offset, length }) => source.read(offset, length, signal))));
    },
  };
}

function checkFrame(source: ByteSource, frame: number, length: number): void {
  if (length === 0) throw damaged(source, `frame ${frame + 1} is empty`);
  if (length > pictureLimits.tileBytes) {
    throw new Fault(
      "limit",
      `Frame ${frame + 1} of "${source.name}" claims ${length} bytes; at most ${pictureLimits.tileBytes} are read.`,
    );
  }
}

type Item = Readonly<{ tag: number; length: number; start: Uint8Array }>;

/** An item's header and the first bytes of its value; null at the end of the file. */
async function readItem(source: ByteSource, at: number, signal: AbortSignal): Promise<Item | null> {
  if (at + 8 > source.size) return null;
  const bytes = await source.read(at, Math.min(12, source.size - at), signal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tag = view.getUint16(0, true) * 0x10000 + view.getUint16(2, true);
  return { tag, length: view.getUint32(4, true), start: bytes.subarray(8) };
}

type Fragment = Readonly<{ offset: number; length: number; start: Uint8Array }>;

/** From an item's header on, up to `end` or the sequence's own. */
async function walkFragments(
  source: ByteSource,
  from: number,
  signal: AbortSignal,
  end = Number.POSITIVE_INFINITY,
): Promise<readonly Fragment[]> {
  const found: Fragment[] = [];
  let at = from;
  while (at < end) {
    const item = await readItem(source, at, signal);
    if (item?.tag === endTag) break;
    if (!item) throw damaged(source, `it is cut off after ${found.length} pieces of pixel data`);
    if (item.tag !== itemTag) throw damaged(source, `there is no piece of pixel data at byte ${at}`);
    checkRange(source.size, at + 8, item.length, `piece ${found.length} of the pixel data`);
    found.push({ offset: at + 8, length: item.length, start: item.start });
    if (source.remote && found.length > maxRemoteFragments) {
      throw new Fault(
        "unsupported",
        `"${source.name}" has no table of where its frames are, so its server would be asked thousands of times. Download it and open it ` +
          "as a file, or open it through DICOMweb.",
      );
    }
    if (found.length > maxFragments)
      throw new Fault("limit", `"${source.name}" holds more than ${maxFragments} pieces of pixel data.`);
    at += 8 + item.length;
  }
  return found;
}

/** One piece a frame; or several, of which the first starts like a picture. */
function groupFragments(source: ByteSource, fragments: readonly Fragment[], count: number): readonly Place[] {
  if (fragments.length === count) return fragments.map((fragment) => [fragment]);
  if (count === 1) return [fragments];
  const groups: Fragment[][] = [];
  for (const fragment of fragments) {
    const [a, b] = fragment.start;
    const begins = a === 0xff && (b === 0xd8 || b === 0x4f);
    const last = groups.at(-1);
    if (begins || !last) groups.push([fragment]);
    else last.push(fragment);
  }
  if (groups.length !== count) {
    throw damaged(
      source,
      `it has ${fragments.length} pieces of pixel data for ${count} frames and no table of where they begin`,
    );
  }
  return groups;
}

function extendedPlaces({ attributes, source }: DicomFile, base: number, count: number): readonly Place[] | null {
  if (number(attributes, tags.extendedOffsets) === null) return null;
  const offsets = attributes.numbers(tags.extendedOffsets);
  const lengths = attributes.numbers(tags.extendedLengths);
  if (offsets.length !== count || lengths.length !== count) {
    throw damaged(source, `its table lists ${offsets.length} frames, not ${count}`);
  }
  return offsets.map((offset, i) => {
    const place = { offset: base + offset + 8, length: lengths[i] ?? 0 };
    checkRange(source.size, place.offset, place.length, `frame ${i + 1}`);
    return [place];
  });
}

/** Null: the table is empty, or has wrapped round beyond 4 GiB. */
async function basicOffsets(
  source: ByteSource,
  at: number,
  length: number,
  count: number,
  signal: AbortSignal,
): Promise<readonly number[] | null> {
  if (length === 0) return null;
  if (length !== count * 4) throw damaged(source, `its table lists ${length / 4} frames, not ${count}`);
  const bytes = await source.read(at, length, signal);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const offsets = Array.from({ length: count }, (_, i) => view.getUint32(i * 4, true));
  const ascending = offsets.every((offset, i) => i === 0 || offset > (offsets[i - 1] ?? 0));
  if (!ascending || offsets[0] !== 0) return null;
  const base = at + length;
  checkRange(source.size, base + (offsets.at(-1) ?? 0), 8, `frame ${count}`);
  return offsets;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (parts.length === 1 && only) return only;
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function damaged(source: ByteSource, how: string): Fault {
  return new Fault("damaged", `The DICOM file "${source.name}" is damaged: ${how}. Copy, download or export it again.`);
}
