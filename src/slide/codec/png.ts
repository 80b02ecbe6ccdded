// PNG to RGB, alike everywhere: browsers apply gamma and profiles, which analysis must not. Knows no file.
// Source: PNG specification, third edition (W3C 2025).
import { Fault } from "../../base/fault.ts";
import { decodeZlib } from "./inflate.ts";

export type PngHeader = Readonly<{
  width: number;
  height: number;
  bits: number;
  colour: "grey" | "rgb" | "palette" | "grey-alpha" | "rgb-alpha";
  interlaced: boolean;
  palette: Uint8Array | null;
  transparency: boolean;
  /** [start, end) of the data chunks. */
  data: readonly (readonly [number, number])[];
}>;

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const colours: Readonly<Record<number, PngHeader["colour"]>> = {
  0: "grey",
  2: "rgb",
  3: "palette",
  4: "grey-alpha",
  6: "rgb-alpha",
};
const samplesOf: Readonly<Record<PngHeader["colour"], number>> = {
  grey: 1,
  rgb: 3,
  palette: 1,
  "grey-alpha": 2,
  "rgb-alpha": 4,
};
const maxChunks = 100_000;

export const isPng = (head: Uint8Array): boolean => signature.every((byte, i) => head[i] === byte);

/** Walks all chunks; nothing is unpacked. Faults: damaged, unsupported (16 bit). */
export function readPngHeader(bytes: Uint8Array): PngHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let head: Pick<PngHeader, "width" | "height" | "bits" | "colour" | "interlaced"> | null = null;
  let palette: Uint8Array | null = null;
  let transparency = false;
  const data: (readonly [number, number])[] = [];
  let at = 8;
  for (let chunks = 0; ; chunks++) {
    if (at + 12 > bytes.length || chunks > maxChunks) throw damaged("it is cut off");
    const length = view.getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    const start = at + 8;
    const end = start + length;
    if (end + 4 > bytes.length) throw damaged("it is cut off");
    if ((kind === "IHDR") !== (chunks === 0)) throw damaged("its header is not where it must be");
    if (kind === "IHDR") head = readHead(view, start, length);
    else if (kind === "PLTE") palette = bytes.subarray(start, end);
    else if (kind === "tRNS") transparency = true;
    else if (kind === "IDAT") data.push([start, end]);
    else if (kind === "IEND") break;
    at = end + 4;
  }
  if (!head || data.length === 0) throw damaged("it holds no image");
  return { ...head, palette, transparency: transparency || head.colour.endsWith("alpha"), data };
}

function readHead(
  view: DataView,
  at: number,
  length: number,
): Pick<PngHeader, "width" | "height" | "bits" | "colour" | "interlaced"> {
  if (length !== 13) throw damaged("its header has a wrong length");
  const [width, height, bits] = [view.getUint32(at), view.getUint32(at + 4), view.getUint8(at + 8)];
  const colour = colours[view.getUint8(at + 9)];
  const interlace = view.getUint8(at + 12);
  const possible =
    colour && [1, 2, 4, 8, 16].includes(bits) && (bits >= 8 || colour === "grey" || colour === "palette");
  if (!possible || width < 1 || height < 1 || view.getUint16(at + 10) !== 0 || interlace > 1)
    throw damaged("its header contradicts itself");
  if (bits === 16)
    throw new Fault("unsupported", "This PNG has 16 bits per channel; only 8 are read. Export it with 8 bits.");
  return { width, height, bits, colour, interlaced: interlace === 1 };
}

/** RGB, row-major. Transparency is dropped, as Pillow's convert("RGB") does it. The caller has checked the size. */
export function decodePng(bytes: Uint8Array, header: PngHeader): Uint8Array {
  const { width, height, bits, colour, interlaced } = header;
  const samples = samplesOf[colour];
  const passes = interlaced ? adam7 : [{ x: 0, y: 0, dx: 1, dy: 1 }];
  const sized = passes.map((pass) => {
    const columns = Math.ceil((width - pass.x) / pass.dx);
    const rows = Math.ceil((height - pass.y) / pass.dy);
    return { ...pass, columns, rows, stride: Math.ceil((columns * samples * bits) / 8) };
  });
  const used = sized.filter((pass) => pass.columns > 0 && pass.rows > 0);
  const total = used.reduce((sum, pass) => sum + pass.rows * (pass.stride + 1), 0);
  const raw = decodeZlib(join(bytes, header.data), total, "The PNG");
  const out = new Uint8Array(width * height * 3);
  const paint = painter(header, out);
  const step = Math.max(1, (samples * bits) / 8);
  let at = 0;
  for (const pass of used) {
    let above: Uint8Array = new Uint8Array(pass.stride);
    for (let row = 0; row < pass.rows; row++) {
      const filter = raw[at] ?? 0;
      const line = raw.subarray(at + 1, at + 1 + pass.stride);
      undoFilter(filter, line, above, step);
      const y = pass.y + row * pass.dy;
      if (colour === "rgb" && !interlaced) out.set(line, y * width * 3);
      else for (let i = 0, x = pass.x; i < pass.columns; i++, x += pass.dx) paint(line, i, (y * width + x) * 3);
      above = line;
      at += pass.stride + 1;
    }
  }
  return out;
}

const adam7 = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** Writes pixel `i` of a line to three bytes of `out`. */
function painter(
  { colour, bits, palette }: PngHeader,
  out: Uint8Array,
): (line: Uint8Array, i: number, at: number) => void {
  if (colour === "rgb" || colour === "rgb-alpha") {
    const samples = samplesOf[colour];
    return (line, i, at) => {
      for (let c = 0; c < 3; c++) out[at + c] = line[i * samples + c]!;
    };
  }
  if (colour === "grey-alpha") return (line, i, at) => out.fill(line[i * 2]!, at, at + 3);
  const sample = (line: Uint8Array, i: number): number =>
    (line[(i * bits) >> 3]! >> (8 - bits - ((i * bits) & 7))) & ((1 << bits) - 1);
  if (colour === "grey") {
    const scale = 255 / ((1 << bits) - 1);
    return (line, i, at) => out.fill(sample(line, i) * scale, at, at + 3);
  }
  if (!palette || palette.length % 3 !== 0) throw damaged("its palette is missing");
  return (line, i, at) => {
    const entry = sample(line, i) * 3;
    if (entry >= palette.length) throw damaged("it uses a colour its palette lacks");
    for (let c = 0; c < 3; c++) out[at + c] = palette[entry + c]!;
  };
}

function undoFilter(filter: number, line: Uint8Array, above: Uint8Array, step: number): void {
  const n = line.length;
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = step; i < n; i++) line[i] = line[i]! + line[i - step]!;
      return;
    case 2:
      for (let i = 0; i < n; i++) line[i] = line[i]! + above[i]!;
      return;
    case 3:
      for (let i = 0; i < n; i++) {
        const left = i >= step ? line[i - step]! : 0;
        line[i] = line[i]! + ((left + above[i]!) >> 1);
      }
      return;
    case 4:
      for (let i = 0; i < n; i++) {
        const left = i >= step ? line[i - step]! : 0;
        const corner = i >= step ? above[i - step]! : 0;
        line[i] = line[i]! + paeth(left, above[i]!, corner);
      }
      return;
    default:
      throw damaged(`a line has filter ${filter}`);
  }
}

function paeth(a: number, b: number, c: number): number {
  const pa = Math.abs(b - c);
  const pb = Math.abs(a - c);
  const pc = Math.abs(a + b - c - c);
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

function join(bytes: Uint8Array, parts: PngHeader["data"]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, [start, end]) => sum + end - start, 0));
  let at = 0;
  for (const [start, end] of parts) {
    out.set(bytes.subarray(start, end), at);
    at += end - start;
  }
  return out;
}

function damaged(how: string): Fault {
  return new Fault("damaged", `The PNG is damaged: ${how}.`);
}
