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

const clip8 = (sum: number): number => {
  const value = sum >> precisionBits;
  return Math.min(255, Math.max(0, value));
};

/** Resamples along one axis. `step`: bytes between neighbours on the axis, `lines`: byte offsets where each line starts. */
function resampleAxis(
  input: Uint8Array | Uint8ClampedArray,
  output: Uint8Array,
  taps: Taps,
  geometry: Readonly<{
    lines: number;
    lineIn: number;
    lineOut: number;
    step: number;
    outSize: number;
    channels: number;
  }>,
): void {
  const { lines, lineIn, lineOut, step, outSize, channels } = geometry;
  const { first, count, weights, stride } = taps;
  for (let line = 0; line < lines; line++) {
    for (let out = 0; out < outSize; out++) {
      const start = line * lineIn + first[out]! * step;
      const n = count[out]!;
      for (let c = 0; c < channels; c++) {
        let sum = 1 << (precisionBits - 1);
        for (let i = 0, p = start + c, w = out * stride; i < n; i++, p += step, w++) sum += input[p]! * weights[w]!;
        output[line * lineOut + out * step + c] = clip8(sum);
      }
    }
  }
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
    const out = new Uint8Array(width * source.height * channels);
    resampleAxis(data, out, tapsFor(columns, x0, x1, width, filter), {
      lines: source.height,
      lineIn: columns * channels,
      lineOut: width * channels,
      step: channels,
      outSize: width,
      channels,
    });
    data = out;
    columns = width;
  }
  if (height !== source.height || y0 !== 0 || y1 !== source.height) {
    const out = new Uint8Array(width * height * channels);
    // A column of pixels is a line whose neighbours are a row apart.
    const taps = tapsFor(source.height, y0, y1, height, filter);
    const step = columns * channels;
    resampleAxis(data, out, taps, {
      lines: width,
      lineIn: channels,
      lineOut: channels,
      step,
      outSize: height,
      channels,
    });
    data = out;
  }
  return data === source.data ? Uint8Array.from(data) : (data as Uint8Array);
}
