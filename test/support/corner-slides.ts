// The slide with known corners as files of four kinds: big-endian tiled TIFF, DICOM series, OME-Zarr, Deep Zoom. Written in memory and to
// a folder; knows no reader.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { zlibSync } from "fflate";
import { writePng } from "../../src/domain/png-file.ts";
import { cornersOfFiles as corners, whiteSquares } from "../browser/pages/known-corners.ts";
import { buildTiff, type ImageParts, long, short } from "./tiff-builder.ts";

const side = 256;
const downsamples = [1, 4, 16] as const;

type Part = Readonly<{ x: number; y: number; width: number; height: number }>;

/** One byte a pixel of a part of a level: 255 in a square, else 0. */
function greyOf(downsample: number, { x, y, width, height }: Part): Uint8Array {
  const out = new Uint8Array(width * height);
  for (const square of whiteSquares(corners, downsample)) {
    const [left, right] = [Math.max(square.x - x, 0), Math.min(square.x + square.width - x, width)];
    if (right <= left) continue;
    for (let row = Math.max(square.y - y, 0); row < Math.min(square.y + square.height - y, height); row++) {
      out.fill(255, row * width + left, row * width + right);
    }
  }
  return out;
}

const sizeAt = (downsample: number) => ({
  width: Math.ceil(corners.width / downsample),
  height: Math.ceil(corners.height / downsample),
});

/** Whole tiles, row by row; what lies beyond the level is black. */
function tilesOf<T>(downsample: number, make: (grey: Uint8Array, column: number, row: number) => T): readonly T[] {
  const { width, height } = sizeAt(downsample);
  const columns = Math.ceil(width / side);
  return Array.from({ length: columns * Math.ceil(height / side) }, (_, i) => {
    const [column, row] = [i % columns, Math.floor(i / columns)];
    return make(greyOf(downsample, { x: column * side, y: row * side, width: side, height: side }), column, row);
  });
}

/** RGB or opaque RGBA. */
function spread(grey: Uint8Array, channels: 3 | 4): Uint8Array {
  const out = new Uint8Array(grey.length * channels).fill(255);
  grey.forEach((value, i) => {
    out.fill(value, i * channels, i * channels + 3);
  });
  return out;
}

function cornersTiff(): Uint8Array {
  const images = downsamples.map((downsample, i): ImageParts => {
    const { width, height } = sizeAt(downsample);
    return {
      tiles: tilesOf(downsample, (grey) => zlibSync(spread(grey, 3))),
      tags: {
        254: long(i === 0 ? 0 : 1),
        256: long(width),
        257: long(height),
        258: short(8, 8, 8),
        259: short(8),
        262: short(2),
        277: short(3),
        284: short(1),
        322: short(side),
        323: short(side),
      },
    };
  });
  return buildTiff(images, { littleEndian: false });
}

/** Group and element in hexadecimal, how the value is written, the value. */
type Written = readonly [string, string, Uint8Array];

const us = (value: number): Uint8Array => Uint8Array.of(value & 255, value >> 8);
const ul = (value: number): Uint8Array => Uint8Array.of(value, value >> 8, value >> 16, value >> 24);
const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const put = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

/** Explicit VR, little endian; odd lengths are padded. */
function element([tag, vr, value]: Written): Uint8Array {
  const even = value.length % 2 ? put([value, Uint8Array.of(vr === "UI" || vr === "OB" ? 0 : 32)]) : value;
  const length = /OB|SQ/.test(vr) ? [us(0), ul(even.length)] : [us(even.length)];
  return put([...tagBytes(tag), ascii(vr), ...length, even]);
}
const tagBytes = (tag: string) => [us(Number.parseInt(tag.slice(0, 4), 16)), us(Number.parseInt(tag.slice(4), 16))];
const item = (value: Uint8Array): Uint8Array => put([...tagBytes("FFFEE000"), ul(value.length), value]);

/** PackBits of one plane, in runs. */
function packed(plane: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let at = 0; at < plane.length; ) {
    let run = 1;
    while (run < 128 && plane[at + run] === plane[at] && at + run < plane.length) run++;
    out.push(run === 1 ? 0 : 257 - run, plane[at] ?? 0);
    at += run;
  }
  if (out.length % 2) out.push(128);
  return Uint8Array.from(out);
}

function cornersDicom(downsample: number, number: number): Uint8Array {
  const { width, height } = sizeAt(downsample);
  const frames = tilesOf(downsample, (grey) => {
    const plane = packed(grey);
    const header = [3, 64, 64 + plane.length, 64 + 2 * plane.length].map(ul);
    return item(put([...header, new Uint8Array(64 - 16), plane, plane, plane]));
  });
  const wholeSlide = "1.2.840.10008.5.1.4.1.1.77.1.6";
  const uid = `1.2.826.0.1.3680043.8.498.300.${number}`;
  const spacing = element(["00280030", "DS", ascii(`${0.0005 * downsample}\\${0.0005 * downsample}`)]);
  const measures = element(["00289110", "SQ", item(spacing)]);
  const pixels = [item(new Uint8Array(0)), ...frames, ...tagBytes("FFFEE0DD"), ul(0)];
  const set: readonly Written[] = [
    ["00080008", "CS", ascii("DERIVED\\PRIMARY\\VOLUME\\NONE")],
    ["00080016", "UI", ascii(wholeSlide)],
    ["00080018", "UI", ascii(uid)],
    ["0020000D", "UI", ascii("1.2.826.0.1.3680043.8.498.31")],
    ["0020000E", "UI", ascii("1.2.826.0.1.3680043.8.498.30")],
    ["00209311", "CS", ascii("TILED_FULL")],
    ["00280002", "US", us(3)],
    ["00280004", "CS", ascii("RGB")],
    ["00280006", "US", us(1)],
    ["00280008", "IS", ascii(String(frames.length))],
    ["00280010", "US", us(side)],
    ["00280011", "US", us(side)],
    ["00280100", "US", us(8)],
    ["00280101", "US", us(8)],
    ["00280103", "US", us(0)],
    ["00480006", "UL", ul(width)],
    ["00480007", "UL", ul(height)],
    ["52009229", "SQ", item(measures)],
  ];
  const meta: readonly Written[] = [
    ["00020002", "UI", ascii(wholeSlide)],
    ["00020003", "UI", ascii(uid)],
    ["00020010", "UI", ascii("1.2.840.10008.1.2.5")],
  ];
  const pixelHead = [...tagBytes("7FE00010"), ascii("OB"), us(0), ul(0xffffffff)];
  return put([new Uint8Array(128), ascii("DICM"), ...meta.map(element), ...set.map(element), ...pixelHead, ...pixels]);
}

type Write = (path: string, data: Uint8Array | object) => void;

function writeZarr(write: Write): void {
  const axes = ["c", "y", "x"].map((name) => ({
    name,
    type: name === "c" ? "channel" : "space",
    ...(name !== "c" && { unit: "micrometer" }),
  }));
  const datasets = downsamples.map((downsample, i) => ({
    path: String(i),
    coordinateTransformations: [{ type: "scale", scale: [1, 0.5 * downsample, 0.5 * downsample] }],
  }));
  const channels = ["FF0000", "00FF00", "0000FF"].map((color) => ({ label: color, color }));
  write("corners.zarr/.zgroup", { zarr_format: 2 });
  write("corners.zarr/.zattrs", { multiscales: [{ version: "0.4", axes, datasets }], omero: { channels } });
  downsamples.forEach((downsample, i) => {
    const { width, height } = sizeAt(downsample);
    write(`corners.zarr/${i}/.zarray`, {
      zarr_format: 2,
      shape: [3, height, width],
      chunks: [3, side, side],
      dtype: "|u1",
      order: "C",
      fill_value: 0,
      filters: null,
      compressor: { id: "zlib", level: 1 },
      dimension_separator: "/",
    });
    tilesOf(downsample, (grey, column, row) => {
      write(`corners.zarr/${i}/0/${row}/${column}`, zlibSync(put([grey, grey, grey])));
    });
  });
}

/** Its pictures overlap by a pixel, and those at the edge are smaller. */
function writeDeepZoom(write: Write): void {
  const overlap = 1;
  const finest = Math.ceil(Math.log2(Math.max(corners.width, corners.height)));
  write(
    "corners.dzi",
    ascii(
      `<Image TileSize="${side - 2}" Overlap="${overlap}" Format="png" xmlns="http://schemas.microsoft.com/deepzoom/2008">` +
        `<Size Width="${corners.width}" Height="${corners.height}"/></Image>`,
    ),
  );
  const inner = side - 2 * overlap;
  for (let number = finest; number >= finest - 4; number--) {
    const downsample = 2 ** (finest - number);
    const { width, height } = sizeAt(downsample);
    for (let row = 0; row * inner < height; row++)
      for (let column = 0; column * inner < width; column++) {
        const [x, y] = [Math.max(0, column * inner - overlap), Math.max(0, row * inner - overlap)];
        const part = {
          x,
          y,
          width: Math.min(width, (column + 1) * inner + overlap) - x,
          height: Math.min(height, (row + 1) * inner + overlap) - y,
        };
        const png = writePng(part.width, part.height, spread(greyOf(downsample, part), 4));
        write(`corners_files/${number}/${column}_${row}.png`, png);
      }
  }
}

/** corners.tif, corners-0.dcm to corners-2.dcm, corners.zarr and corners.dzi with its tiles. */
export function writeCornerSlides(folder: string): void {
  const write: Write = (path, data) => {
    const at = join(folder, path);
    mkdirSync(dirname(at), { recursive: true });
    writeFileSync(at, data instanceof Uint8Array ? data : JSON.stringify(data));
  };
  write("corners.tif", cornersTiff());
  downsamples.forEach((downsample, i) => {
    write(`corners-${i}.dcm`, cornersDicom(downsample, i));
  });
  writeZarr(write);
  writeDeepZoom(write);
}
