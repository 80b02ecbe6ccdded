// The parts of a multipart/related answer, as DICOMweb sends frames. Source: RFC 2046, 5.1; DICOM PS3.18, 8.6.1.2.
import { Fault } from "../../base/fault.ts";

export type MultipartPart = Readonly<{
  /** Header names in lower case. */
  headers: ReadonlyMap<string, string>;
  bytes: Uint8Array;
}>;

const maxParts = 10_000;

/** `type`: the answer's Content-Type. Null where it is not multipart. Fault damaged. */
export function parseMultipart(bytes: Uint8Array, type: string): readonly MultipartPart[] | null {
  if (!/^\s*multipart\//i.test(type)) return null;
  const boundary = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  const name = boundary?.[1] ?? boundary?.[2];
  if (name === undefined || name.length > 200) throw damaged("it names no boundary");
  const mark = new TextEncoder().encode(`--${name}`);
  const parts: MultipartPart[] = [];
  let at = indexOf(bytes, mark, 0);
  if (at < 0) throw damaged("it holds no part");
  for (;;) {
    at += mark.length;
    if (bytes[at] === 0x2d && bytes[at + 1] === 0x2d) return parts;
    at = afterLine(bytes, at);
    const head = headersAt(bytes, at);
    const { body, end } = bodyAt(bytes, head.end, mark, head.headers);
    parts.push({ headers: head.headers, bytes: body });
    if (parts.length > maxParts) throw new Fault("limit", "The server sends more pictures than were asked for.");
    at = end;
  }
}

/** A stated length is believed where a boundary follows it: pictures may hold anything, a boundary too. */
function bodyAt(
  bytes: Uint8Array,
  start: number,
  mark: Uint8Array,
  headers: ReadonlyMap<string, string>,
): Readonly<{ body: Uint8Array; end: number }> {
  const stated = Number(headers.get("content-length") ?? Number.NaN);
  if (Number.isInteger(stated) && stated >= 0) {
    const next = start + stated + 2;
    if (startsAt(bytes, mark, next)) return { body: bytes.subarray(start, start + stated), end: next };
  }
  const next = nextBoundary(bytes, mark, start);
  if (next < 0) throw damaged("it is cut off");
  return { body: bytes.subarray(start, next - 2), end: next };
}

function nextBoundary(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  for (let at = indexOf(bytes, mark, from); at >= 0; at = indexOf(bytes, mark, at + 1)) {
    if (bytes[at - 2] === 0x0d && bytes[at - 1] === 0x0a) return at;
  }
  return -1;
}

function headersAt(bytes: Uint8Array, start: number): Readonly<{ headers: ReadonlyMap<string, string>; end: number }> {
  const headers = new Map<string, string>();
  let at = start;
  for (let lines = 0; lines < 50; lines++) {
    const next = afterLine(bytes, at);
    const line = String.fromCharCode(...bytes.subarray(at, Math.min(next - 2, at + 2000)));
    at = next;
    if (line === "") return { headers, end: at };
    const colon = line.indexOf(":");
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  throw damaged("a part has no end to its headers");
}

function afterLine(bytes: Uint8Array, from: number): number {
  for (let at = from; at + 1 < bytes.length; at++) if (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) return at + 2;
  throw damaged("it is cut off");
}

const startsAt = (bytes: Uint8Array, mark: Uint8Array, at: number): boolean =>
  at + mark.length <= bytes.length && mark.every((byte, i) => bytes[at + i] === byte);

function indexOf(bytes: Uint8Array, mark: Uint8Array, from: number): number {
  const [first = 0] = mark;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (startsAt(bytes, mark, at)) return at;
  }
  return -1;
}

const damaged = (how: string): Fault =>
  new Fault("damaged", `The server's answer is damaged: ${how}. Try again, or download the slide and open its files.`);
