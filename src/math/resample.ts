// Image resizing, bit for bit as Pillow does it. Knows no slide. Source: Pillow src/libImaging/Resample.c (8 bits per channel).

/** Pillow's filter names. */
export type ResampleFilter = "box" | "bilinear" | "bicubic" | "lanczos";

/** 8-bit pixels, row-major, `channels` bytes each. */
export type Raster = Readonly<{
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  channels: number;
}>;

/** x0, y0, x1, y1 in source pixels, inside the source; fractions count. Pillow keeps them as float32. */
export type ResampleBox = readonly [x0: number, y0: number, x1: number, y1: number];

const precisionBits = 32 - 8 - 2;

const sinc = (x: number): number => (x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI));

const kernels: Readonly<Record<ResampleFilter, Readonly<{ support: number; at: (x: number) => number }>>> = {
  box: { support: 0.5, at: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, at: (x) => (Math.abs(x) < 1 ? 1 - Math.abs(x) : 0) },
  bicubic: {
    support: 2,
    at: (signed) => {
      const a = -0.5;
      const x = Math.abs(signed);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
      return 0;
    },
  },
  lanczos: { support: 3, at: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/** Source pixels beyond the box, on each side, that the filter can reach when `boxPixels` become `outPixels`. */
export function filterReach(filter: ResampleFilter, boxPixels: number, outPixels: number): number {
  return kernels[filter].support * Math.max(1, boxPixels / outPixels);
}

type Taps = Readonly<{ first: Int32Array; count: Int32Array; weights: Int32Array; stride: number }>;

function tapsFor(inSize: number, from: number, to: number, outSize: number, filter: ResampleFilter): Taps {
  const { support: radius, at } = kernels[filter];
  const scale = Math.fround(to - from) / outSize;
  const filterScale = Math.max(1, scale);
  const support = radius * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outSize);
  const count = new Int32Array(outSize);
  const weights = new Int32Array(outSize * stride);
  const exact = new Float64Array(stride);
  for (let out = 0; out < outSize; out++) {
    const center = from + (out + 0.5) * scale;
    const low = Math.max(0, Math.trunc(center - support + 0.5));
    const high = Math.min(inSize, Math.trunc(center + support + 0.5));
    const taps = high - low;
    let total = 0;
    for (let i = 0; i < taps; i++) {
      const weight = at((i + low - center + 0.5) * (1 / filterScale));
      exact[i] = weight;
      total += weight;
    }
    for (let i = 0; i < taps; i++) {
      const weight = total === 0 ? exact[i]! : exact[i]! / total;
      const fixed = weight * 2 ** precisionBits;
      weights[out * stride + i] = Math.trunc(weight < 0 ? fixed - 0.5 : fixed + 0.5);
    }
    first[out] = low;
    count[out] = taps;
  }
  return { first, count, weights, stride };
}

const half = 1 << (precisionBits - 1);

const clip8 = (sum: number): number => {
  const value = sum >> precisionBits;
  return value < 0 ? 0 : value > 255 ? 255 : value;
};

/** Rows of `columns` pixels become rows of `width`. Sums are int32, as Pillow's are. */
function resampleRows(input: Raster["data"], columns: number, rows: number, channels: number, taps: Taps): Uint8Array {
  const { first, count, weights, stride } = taps;
  const width = first.length;
  const output = new Uint8Array(width * rows * channels);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    const line = row * columns * channels;
    for (let out = 0; out < width; out++) {
      const w = out * stride;
      const n = count[out]!;
      let p = line + first[out]! * channels;
      if (channels === 3) {
        let [r, g, b] = [half, half, half];
        for (let i = 0; i < n; i++, p += 3) {
          const weight = weights[w + i]!;
          r = (r + Math.imul(input[p]!, weight)) | 0;
          g = (g + Math.imul(input[p + 1]!, weight)) | 0;
          b = (b + Math.imul(input[p + 2]!, weight)) | 0;
        }
        output[to++] = clip8(r);
        output[to++] = clip8(g);
        output[to++] = clip8(b);
        continue;
      }
      for (let c = 0; c < channels; c++) {
        let sum = half;
        for (let i = 0, q = p + c; i < n; i++, q += channels) sum = (sum + Math.imul(input[q]!, weights[w + i]!)) | 0;
        output[to++] = clip8(sum);
      }
    }
  }
  return output;
}

/** Columns become `taps.first.length` pixels long; whole rows are added up, which memory likes better than columns. */
function resampleColumns(input: Raster["data"], rowBytes: number, taps: Taps): Uint8Array {
  const { first, count, weights, stride } = taps;
  const height = first.length;
  const output = new Uint8Array(rowBytes * height);
  const sums = new Int32Array(rowBytes);
  for (let out = 0; out < height; out++) {
    sums.fill(half);
    const n = count[out]!;
    for (let i = 0; i < n; i++) {
      const weight = weights[out * stride + i]!;
      const from = (first[out]! + i) * rowBytes;
      for (let x = 0; x < rowBytes; x++) sums[x] = (sums[x]! + Math.imul(input[from + x]!, weight)) | 0;
    }
    const to = out * rowBytes;
    for (let x = 0; x < rowBytes; x++) output[to + x] = clip8(sums[x]!);
  }
  return output;
}

/**
 * `Image.resize((width, height), filter, box)`: horizontal pass first, 8 bits between the passes, 22-bit fixed point weights.
 * Equal to Pillow byte for byte for L and RGB images.
 */
export function resample(
  source: Raster,
  width: number,
  height: number,
  filter: ResampleFilter,
  box: ResampleBox = [0, 0, source.width, source.height],
): Uint8Array {
  const { channels } = source;
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = box.map((v) => Math.fround(v));
  if (!(x0 >= 0 && y0 >= 0 && x1 <= source.width && y1 <= source.height && x1 > x0 && y1 > y0)) {
    throw new RangeError("the box must lie inside the source");
  }
  let data: Uint8Array | Uint8ClampedArray = source.data;
  let columns = source.width;
  if (width !== columns || x0 !== 0 || x1 !== columns) {
    data = resampleRows(data, columns, source.height, channels, tapsFor(columns, x0, x1, width, filter));
    columns = width;
  }
  if (height !== source.height || y0 !== 0 || y1 !== source.height) {
    data = resampleColumns(data, columns * channels, tapsFor(source.height, y0, y1, height, filter));
  }
  return data === source.data ? Uint8Array.from(data) : (data as Uint8Array);
}
