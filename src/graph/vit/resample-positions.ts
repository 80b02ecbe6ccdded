// Positions of a grid of patches -> those of another grid, as each library does it. Knows numbers only.
import { present } from "../../base/fault.ts";

/**
 * bicubic: torch interpolate to a size, a = -0.75 (Hugging Face transformers). bicubic-antialias: the same with antialias, a = -0.5
 * (timm's resample_abs_pos_embed; DINOv2 with registers). bicubic-offset: to a size by the scale (size + 0.1) / stored size (DINOv2
 * without registers). They differ in the third digit of a position, which is why one must be named.
 */
export type PositionResample = "bicubic" | "bicubic-antialias" | "bicubic-offset";

type Taps = readonly Readonly<{ first: number; weights: readonly number[] }>[];

/** `values` [from, from, channels] -> [to, to, channels], row-major, computed in float64. */
export function resamplePositions(
  values: Float32Array,
  from: number,
  to: number,
  rule: PositionResample,
): Float32Array {
  const channels = values.length / (from * from);
  const taps = rule === "bicubic-antialias" ? antialiasTaps(from, to) : plainTaps(from, to, rule === "bicubic-offset");
  const across = new Float64Array(from * to * channels);
  taps.forEach(({ first, weights }, column) => {
    weights.forEach((weight, k) => {
      for (let row = 0; row < from; row++) {
        const [source, target] = [(row * from + first + k) * channels, (row * to + column) * channels];
        for (let c = 0; c < channels; c++) {
          across[target + c] = (across[target + c] as number) + weight * (values[source + c] as number);
        }
      }
    });
  });
  const out = new Float64Array(to * to * channels);
  const line = to * channels;
  taps.forEach(({ first, weights }, row) => {
    weights.forEach((weight, k) => {
      for (let i = 0; i < line; i++) {
        out[row * line + i] = (out[row * line + i] as number) + weight * (across[(first + k) * line + i] as number);
      }
    });
  });
  return Float32Array.from(out);
}

/** Cubic convolution (Keys 1981) with parameter a, at distance x. */
function cubic(x: number, a: number): number {
  const d = Math.abs(x);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? a * (((d - 5) * d + 8) * d - 4) : 0;
}

/** aten upsample_bicubic2d: four neighbours, those outside repeat the border. */
function plainTaps(from: number, to: number, offset: boolean): Taps {
  const scale = offset ? from / (to + 0.1) : from / to;
  return Array.from({ length: to }, (_, i) => {
    const centre = (i + 0.5) * scale - 0.5;
    const base = Math.floor(centre);
    const at = [-1, 0, 1, 2].map((k) => Math.min(Math.max(base + k, 0), from - 1));
    const first = present(at[0], "a neighbour");
    const weights = Array<number>(present(at[3], "a neighbour") - first + 1).fill(0);
    at.forEach((index, k) => {
      weights[index - first] = (weights[index - first] ?? 0) + cubic(centre - (base + k - 1), -0.75);
    });
    return { first, weights };
  });
}

/** aten _upsample_bicubic2d_aa: the kernel is stretched over what an output cell covers, and its weights sum to one. */
function antialiasTaps(from: number, to: number): Taps {
  const scale = from / to;
  const stretch = Math.max(scale, 1);
  const support = 2 * stretch;
  return Array.from({ length: to }, (_, i) => {
    const centre = scale * (i + 0.5);
    const first = Math.max(Math.trunc(centre - support + 0.5), 0);
    const last = Math.min(Math.trunc(centre + support + 0.5), from);
    const raw = Array.from({ length: last - first }, (_, k) => cubic((first + k - centre + 0.5) / stretch, -0.5));
    const total = raw.reduce((sum, weight) => sum + weight, 0);
    return { first, weights: raw.map((weight) => weight / total) };
  });
}
