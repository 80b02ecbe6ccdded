// What a JPEG 2000 codestream says of itself before its first tile, and whether it may be decoded. Decodes nothing.
// Source: ITU-T T.800, annex A.
import { Fault } from "../../base/fault.ts";

export type Jp2kHeader = Readonly<{
  width: number;
  height: number;
  components: readonly Readonly<{ dx: number; dy: number }>[];
}>;

/** Wavelet decoding needs some 20 bytes a pixel; slides use tiles of 256 pixels. */
export const maxJp2kPixels = 4 * 1024 * 1024;
const maxTiles = 1024;
/** Layers, and precincts of at least 2^4 pixels: their product is memory a decoder takes before it reads any data. */
const maxLayers = 256;
const minPrecinct = 4;

const SOC = 0xff4f;
const SIZ = 0xff51;
const COD = 0xff52;
const COC = 0xff53;
const POC = 0xff5f;
const SOT = 0xff90;

/** Reads the main header. Faults: damaged, unsupported (not 8 bit, an offset grid), limit. */
export function readJp2kHeader(bytes: Uint8Array, what: string): Jp2kHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const u16 = (at: number): number => {
    if (at + 2 > bytes.length) throw damaged(what, "its JPEG 2000 header is cut off");
    return view.getUint16(at);
  };
  if (u16(0) !== SOC || u16(2) !== SIZ) throw damaged(what, "it does not start like a JPEG 2000 codestream");
  let header: Jp2kHeader | null = null;
  for (let at = 2; ; ) {
    const marker = u16(at);
    if (marker === SOT) break;
    if (marker < 0xff00) throw damaged(what, `no marker at its byte ${at}`);
    const length = u16(at + 2);
    const end = at + 2 + length;
    if (length < 2 || end > bytes.length) throw damaged(what, "a segment is longer than the tile");
    const body = bytes.subarray(at + 4, end);
    if (marker === SIZ) {
      if (header) throw damaged(what, "it has two sizes");
      header = readSize(body, what);
    } else if (marker === COD) checkCoding(body, 5, body[0] ?? 0, what);
    else if (marker === COC && header) checkComponent(body, header.components.length, what);
    else if (marker === POC) throw unsupported(what, "it changes the order of its packets");
    at = end;
  }
  if (!header) throw damaged(what, "it has no size");
  return header;
}

function readSize(body: Uint8Array, what: string): Jp2kHeader {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  if (body.length < 36) throw damaged(what, "its size is cut off");
  const word = (i: number): number => view.getUint32(2 + 4 * i);
  const [width, height, tileWidth, tileHeight] = [word(0), word(1), word(4), word(5)];
  const count = view.getUint16(34);
  if (count < 1 || count > 4 || body.length < 36 + 3 * count) throw damaged(what, `it claims ${count} channels`);
  if (word(2) !== 0 || word(3) !== 0 || word(6) !== 0 || word(7) !== 0) {
    throw unsupported(what, "its pixels do not start at the corner of its grid");
  }
  if (width < 1 || height < 1 || tileWidth < 1 || tileHeight < 1) throw damaged(what, "it claims no pixels");
  if (width * height > maxJp2kPixels || Math.ceil(width / tileWidth) * Math.ceil(height / tileHeight) > maxTiles) {
    throw new Fault("limit", `${what} claims ${width} x ${height} pixels of JPEG 2000; that is more than is decoded.`);
  }
  const components = Array.from({ length: count }, (_, i) => {
    const [precision = 0, dx = 0, dy = 0] = body.subarray(36 + 3 * i);
    if (precision !== 7) throw unsupported(what, `its channel ${i} is not of 8 bits without sign`);
    if (dx < 1 || dy < 1 || dx > 2 || dy > 2)
      throw unsupported(what, `its channel ${i} is stored ${dx} x ${dy} times smaller`);
    return { dx, dy };
  });
  return { width, height, components };
}

function checkComponent(body: Uint8Array, components: number, what: string): void {
  const at = components < 257 ? 1 : 2;
  checkCoding(body, at + 1, body[at] ?? 0, what, false);
}

/** `at`: where the coding parameters (levels, block size, style, transform, precincts) begin. */
function checkCoding(body: Uint8Array, at: number, style: number, what: string, whole = true): void {
  if (body.length < at + 5) throw damaged(what, "its coding parameters are cut off");
  const layers = ((body[2] ?? 0) << 8) | (body[3] ?? 0);
  if (whole && (layers < 1 || layers > maxLayers)) {
    throw new Fault("limit", `${what} claims ${layers} quality layers; at most ${maxLayers} are decoded.`);
  }
  if ((body[at] ?? 0) > 32) throw damaged(what, "it claims too many resolutions");
  if ((style & 1) === 0) return;
  for (const size of body.subarray(at + 5)) {
    if ((size & 15) < minPrecinct || size >> 4 < minPrecinct) {
      throw unsupported(what, "its JPEG 2000 precincts are tinier than any slide's");
    }
  }
}

function damaged(what: string, how: string): Fault {
  return new Fault("damaged", `${what} is damaged: ${how}.`);
}

function unsupported(what: string, why: string): Fault {
  return new Fault("unsupported", `${what} is JPEG 2000 of a kind that is not read: ${why}.`);
}
