// A DICOM data set in memory, little endian, explicit or implicit: elements, sequences, values. Knows no file and no meaning.
// Source: DICOM PS3.5, 6.2 and 7.
import { Fault } from "../../base/fault.ts";
import { type Attributes, tags } from "./attributes.ts";

type Element = Readonly<{ vr: string; start: number; end: number; items: readonly DataSet[] | null }>;
export type DataSet = Readonly<{ bytes: Uint8Array; elements: ReadonlyMap<string, Element> }>;

/** Where pixel data begins: after its header. `length` null: encapsulated, of undefined length. */
export type PixelPlace = Readonly<{ start: number; length: number | null }>;

export type ParsedHeader = Readonly<{ set: DataSet; pixels: PixelPlace | null; end: number }>;

/** The bytes at hand end before the data set does. */
export class NeedsMore extends Error {}

const longForm = new Set(["OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"]);
/** Implicit data sets do not say which elements are sequences. */
const sequences: ReadonlySet<string> = new Set([
  tags.pixelMeasures,
  tags.opticalPathSequence,
  tags.planePositionSlide,
  tags.sharedGroups,
  tags.perFrameGroups,
]);

const undefinedLength = 0xffffffff;
const maxDepth = 12;
/** Elements of one file: a slide of a million sparse tiles has some ten million; nobody waits for more. */
const maxElements = 12_000_000;

const damaged = (how: string): Fault =>
  new Fault("damaged", `The DICOM file is damaged: ${how}. Copy, download or export it again.`);

type Reading = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly explicit: boolean;
  /** Whether `bytes` is the whole rest of the file: then running out of it is damage. */
  readonly whole: boolean;
  elements: number;
};

/** Top-level elements from `start` up to the pixel data. Throws NeedsMore while `bytes` is only a beginning. Faults damaged, limit. */
export function parseHeader(
  bytes: Uint8Array,
  start: number,
  how: Readonly<{ explicit: boolean; whole: boolean; untilGroup?: number }>,
): ParsedHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reading: Reading = { bytes, view, explicit: how.explicit, whole: how.whole, elements: 0 };
  const elements = new Map<string, Element>();
  let at = start;
  for (;;) {
    if (at === bytes.length && how.whole) return { set: { bytes, elements }, pixels: null, end: at };
    need(reading, at, 8);
    if (how.untilGroup !== undefined && view.getUint16(at, true) > how.untilGroup) {
      return { set: { bytes, elements }, pixels: null, end: at };
    }
    const head = readHead(reading, at);
    if (head.tag === tags.pixelData) {
      const length = head.length === undefinedLength ? null : head.length;
      return { set: { bytes, elements }, pixels: { start: head.value, length }, end: at };
    }
    const { element, next } = readElement(reading, head, 0);
    elements.set(head.tag, element);
    at = next;
  }
}

type Head = Readonly<{ tag: string; vr: string; length: number; value: number }>;

function readHead(reading: Reading, at: number): Head {
  const { view, bytes } = reading;
  if (++reading.elements > maxElements)
    throw new Fault("limit", "The DICOM file lists more elements than any slide has.");
  need(reading, at, 8);
  const tag = hex(view.getUint16(at, true)) + hex(view.getUint16(at + 2, true));
  if (!reading.explicit || tag.startsWith("FFFE")) {
    return { tag, vr: sequences.has(tag) ? "SQ" : "", length: view.getUint32(at + 4, true), value: at + 8 };
  }
  const vr = String.fromCharCode(bytes[at + 4] ?? 0, bytes[at + 5] ?? 0);
  if (!/^[A-Z]{2}$/.test(vr)) throw damaged(`element ${tag} has no type`);
  if (!longForm.has(vr)) return { tag, vr, length: view.getUint16(at + 6, true), value: at + 8 };
  need(reading, at, 12);
  return { tag, vr, length: view.getUint32(at + 8, true), value: at + 12 };
}

function readElement(reading: Reading, head: Head, depth: number): Readonly<{ element: Element; next: number }> {
  const { vr, length, value: start } = head;
  const isSequence = vr === "SQ" || length === undefinedLength;
  if (!isSequence) {
    need(reading, start, length);
    return { element: { vr, start, end: start + length, items: null }, next: start + length };
  }
  if (length !== undefinedLength) need(reading, start, length);
  // PS3.5 6.2.2: an unknown element of undefined length is an implicit sequence.
  const inner = vr === "UN" ? { ...reading, explicit: false } : reading;
  const { items, next } = readItems(inner, start, length === undefinedLength ? null : start + length, depth + 1);
  return { element: { vr: "SQ", start, end: next, items }, next };
}

function readItems(
  reading: Reading,
  start: number,
  end: number | null,
  depth: number,
): Readonly<{ items: readonly DataSet[]; next: number }> {
  if (depth > maxDepth) throw damaged("its sequences are nested too deeply");
  const items: DataSet[] = [];
  let at = start;
  while (end === null || at < end) {
    const head = readHead(reading, at);
    if (head.tag === "FFFEE0DD" && end === null) return { items, next: at + 8 };
    if (head.tag !== "FFFEE000") throw damaged(`a sequence holds ${head.tag} where an item belongs`);
    const itemEnd = head.length === undefinedLength ? null : head.value + head.length;
    if (end !== null && itemEnd !== null && itemEnd > end) throw damaged("an item is longer than its sequence");
    const elements = new Map<string, Element>();
    at = head.value;
    for (;;) {
      if (itemEnd !== null && at >= itemEnd) break;
      const inner = readHead(reading, at);
      if (inner.tag === "FFFEE00D" && itemEnd === null) {
        at += 8;
        break;
      }
      const { element, next } = readElement(reading, inner, depth);
      elements.set(inner.tag, element);
      at = next;
    }
    if (itemEnd !== null && at !== itemEnd) throw damaged("an item's elements do not fill it");
    items.push({ bytes: reading.bytes, elements });
  }
  return { items, next: at };
}

function need({ bytes, whole }: Reading, at: number, length: number): void {
  if (at + length <= bytes.length) return;
  if (whole) throw damaged(`it ends at byte ${bytes.length} where ${at + length} are needed`);
  throw new NeedsMore();
}

const hex = (value: number): string => value.toString(16).toUpperCase().padStart(4, "0");

/** The elements as attributes. */
export function attributesOf({ bytes, elements }: DataSet): Attributes {
  const bytesOf = (tag: string): Uint8Array | null => {
    const element = elements.get(tag);
    return element && !element.items ? bytes.subarray(element.start, element.end) : null;
  };
  const texts = (tag: string): readonly string[] => {
    const value = bytesOf(tag);
    if (!value || value.length === 0 || value.length > 65_536) return [];
    const all = String.fromCharCode(...value.subarray(0, 4096));
    return all.split("\\").map((one) => one.replace(/[\0 ]+$/, "").trimStart());
  };
  return {
    texts,
    numbers: (tag) => numbersOf(elements.get(tag)?.vr ?? "", bytesOf(tag), () => texts(tag)),
    items: (tag) => (elements.get(tag)?.items ?? []).map(attributesOf),
  };
}

/** Binary by their type; where it is unknown (implicit), by their length; what is text otherwise. */
function numbersOf(vr: string, value: Uint8Array | null, texts: () => readonly string[]): readonly number[] {
  if (!value) return [];
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  const each = (size: number, read: (at: number) => number): readonly number[] =>
    Array.from({ length: Math.floor(value.length / size) }, (_, i) => read(i * size));
  switch (vr) {
    case "US":
      return each(2, (at) => view.getUint16(at, true));
    case "SS":
      return each(2, (at) => view.getInt16(at, true));
    case "UL":
      return each(4, (at) => view.getUint32(at, true));
    case "SL":
      return each(4, (at) => view.getInt32(at, true));
    case "FL":
      return each(4, (at) => view.getFloat32(at, true));
    case "FD":
      return each(8, (at) => view.getFloat64(at, true));
    case "OV":
    case "UV":
      return each(8, (at) => Number(view.getBigUint64(at, true)));
    case "IS":
    case "DS":
      return decimals(texts());
    default: {
      const written = decimals(texts());
      if (written.length > 0 && value.every((byte) => byte >= 0x20 && byte < 0x7f)) return written;
      return value.length === 2
        ? [view.getUint16(0, true)]
        : value.length === 4
          ? [view.getInt32(0, true)]
          : each(8, (at) => Number(view.getBigUint64(at, true)));
    }
  }
}

function decimals(texts: readonly string[]): readonly number[] {
  const all = texts.map((one) =>
    /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(one.trim()) ? Number(one) : Number.NaN,
  );
  return all.some(Number.isNaN) ? [] : all;
}
