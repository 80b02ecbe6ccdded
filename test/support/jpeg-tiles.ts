// Small JPEG tiles for generated slides, by libjpeg-turbo's encoder. Knows no TIFF.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

type Encoder = {
  getDecodedBuffer(frame: object): Uint8Array;
  getEncodedBuffer(): Uint8Array;
  encode(): void;
  setQuality(quality: number): void;
  setSubSampling(mode: number): void;
  setProgressive(on: boolean): void;
};

const require = createRequire(import.meta.url);
const factory: (
  options: object,
) => Promise<{ JPEGEncoder: new () => Encoder }> = require("@cornerstonejs/codec-libjpeg-turbo-8bit/wasmjs");
const { JPEGEncoder } = await factory({
  wasmBinary: readFileSync(require.resolve("@cornerstonejs/codec-libjpeg-turbo-8bit/wasm")),
});

export type Colour = readonly [number, number, number];

/** RGB pixels of one colour. */
export function flat(side: number, colour: Colour): Uint8Array {
  return Uint8Array.from({ length: side * side * 3 }, (_, i) => colour[i % 3] ?? 0);
}

/** An ordinary JFIF YCbCr JPEG. `subsampling`: 0 = 4:4:4, 2 = 4:2:0. */
export function jpeg(rgb: Uint8Array, side: number, subsampling: 0 | 2 = 0, progressive = false): Uint8Array {
  const encoder = new JPEGEncoder();
  encoder
    .getDecodedBuffer({ width: side, height: side, bitsPerSample: 8, componentCount: 3, isSigned: false })
    .set(rgb);
  encoder.setQuality(95);
  encoder.setSubSampling(subsampling);
  encoder.setProgressive(progressive);
  encoder.encode();
  return Uint8Array.from(encoder.getEncodedBuffer());
}

/** Marker segments [marker, bytes of the segment] before the scan, and the scan to the end. */
export function segments(file: Uint8Array): { parts: [number, Uint8Array][]; scan: Uint8Array } {
  const parts: [number, Uint8Array][] = [];
  let at = 2;
  while (file[at + 1] !== 0xda) {
    const end = at + 2 + (((file[at + 2] ?? 0) << 8) | (file[at + 3] ?? 0));
    parts.push([file[at + 1] ?? 0, file.slice(at, end)]);
    at = end;
  }
  return { parts, scan: file.slice(at) };
}

export function join(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/**
 * An Aperio "JPEG/RGB" tile and its shared tables: the three channels are stored as R, G, B, the component ids are 0, 1, 2, there
 * is neither JFIF nor Adobe marker, and the tables stand apart. Any decoder left alone takes it for YCbCr.
 */
export function rgbTile(rgb: Uint8Array, side: number): { tile: Uint8Array; tables: Uint8Array } {
  // The encoder only writes YCbCr: give it the RGB whose YCbCr are our r, g, b. Possible while those stay inside the gamut.
  const disguised = Uint8Array.from(rgb);
  for (let i = 0; i < rgb.length; i += 3) {
    const [y = 0, cb = 0, cr = 0] = rgb.subarray(i, i + 3);
    disguised[i] = Math.round(y + 1.402 * (cr - 128));
    disguised[i + 1] = Math.round(y - 0.344136 * (cb - 128) - 0.714136 * (cr - 128));
    disguised[i + 2] = Math.round(y + 1.772 * (cb - 128));
  }
  const { parts, scan } = segments(jpeg(disguised, side));
  const isTable = (marker: number): boolean => marker === 0xdb || marker === 0xc4;
  const frame = parts.filter(([marker]) => marker >= 0xc0 && marker <= 0xc2);
  const tables = parts.filter(([marker]) => isTable(marker)).map(([, bytes]) => bytes);
  const renamed = frame.map(([, bytes]) => {
    const copy = bytes.slice();
    for (let c = 0; c < 3; c++) copy[10 + 3 * c] = c;
    return copy;
  });
  const renamedScan = scan.slice();
  for (let c = 0; c < 3; c++) renamedScan[5 + 2 * c] = c;
  return {
    tile: join([0xff, 0xd8], ...renamed, renamedScan),
    tables: join([0xff, 0xd8], ...tables, [0xff, 0xd9]),
  };
}
