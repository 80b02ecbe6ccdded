// Uncompressed Windows bitmaps of 8, 24 or 32 bits to RGB. Knows no file. Source: BITMAPINFOHEADER and its successors.
import { Fault } from "../../base/fault.ts";

export type BmpHeader = Readonly<{
  width: number;
  height: number;
  topDown: boolean;
  bits: 8 | 24 | 32;
  palette: Uint8Array | null;
  dataAt: number;
}>;

export const isBmp = (head: Uint8Array): boolean => head[0] === 0x42 && head[1] === 0x4d;

/** Faults: damaged, unsupported. */
export function readBmpHeader(bytes: Uint8Array): BmpHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 54) throw damaged("it is cut off");
  const headerBytes = view.getUint32(14, true);
  const [width, signed] = [view.getInt32(18, true), view.getInt32(22, true)];
  const bits = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (headerBytes < 40 || compression !== 0 || (bits !== 8 && bits !== 24 && bits !== 32)) {
    throw new Fault("unsupported", `This BMP has ${bits} bits per pixel in form ${compression}; save it as PNG.`);
  }
  const height = Math.abs(signed);
  const dataAt = view.getUint32(10, true);
  const stride = strideOf(width, bits);
  if (width < 1 || height < 1 || dataAt + stride * height > bytes.length) throw damaged("it is cut off");
  const colours = bits === 8 ? view.getUint32(46, true) || 256 : 0;
  const paletteAt = 14 + headerBytes;
  if (colours > 256 || paletteAt + colours * 4 > bytes.length) throw damaged("its palette is cut off");
  const palette = bits === 8 ? bytes.subarray(paletteAt, paletteAt + colours * 4) : null;
  return { width, height, topDown: signed < 0, bits, palette, dataAt };
}

/** RGB, row-major. The fourth byte of 32 bits is ignored. The caller has checked the size. */
export function decodeBmp(bytes: Uint8Array, { width, height, topDown, bits, palette, dataAt }: BmpHeader): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  const stride = strideOf(width, bits);
  const step = bits / 8;
  for (let y = 0; y < height; y++) {
    const row = dataAt + (topDown ? y : height - 1 - y) * stride;
    for (let x = 0; x < width; x++) {
      const at = row + x * step;
      const entry = palette ? bytes[at]! * 4 : at;
      const from = palette ?? bytes;
      if (palette && entry >= palette.length) throw damaged("it uses a colour its palette lacks");
      for (let c = 0; c < 3; c++) out[(y * width + x) * 3 + c] = from[entry + 2 - c]!;
    }
  }
  return out;
}

const strideOf = (width: number, bits: number): number => Math.floor((width * bits + 31) / 32) * 4;

function damaged(how: string): Fault {
  return new Fault("damaged", `The BMP is damaged: ${how}.`);
}
