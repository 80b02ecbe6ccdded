// What colour alone tells of a patch, in 25 numbers: the answer a model must beat to have learned anything about tissue. Knows pixels only.

export const colourCount = 25;

/**
 * Of RGB bytes, each channel in 0..1: for red, green and blue mean, standard deviation and the 10, 25, 50, 75 and 90 % points (21);
 * the three correlations of the channels' pairs (22-24; 0 where a channel is constant); and the share of pixels that are glass, whose
 * darkest channel is above 0.86 (25). Nothing depends on where in the patch a pixel lies.
 */
export function coloursOf(rgb: Uint8Array): Float32Array {
  const n = rgb.length / 3;
  const counts = [new Uint32Array(256), new Uint32Array(256), new Uint32Array(256)] as const;
  const products = new Float64Array(3);
  let glass = 0;
  for (let i = 0; i < rgb.length; i += 3) {
    const [r, g, b] = [rgb[i]!, rgb[i + 1]!, rgb[i + 2]!];
    counts[0][r]! += 1;
    counts[1][g]! += 1;
    counts[2][b]! += 1;
    products[0]! += r * g;
    products[1]! += r * b;
    products[2]! += g * b;
    if (Math.min(r, g, b) > 0.86 * 255) glass += 1;
  }
  const out = new Float32Array(colourCount);
  const stats = counts.map((histogram, c) => {
    let sum = 0;
    let squares = 0;
    histogram.forEach((count, value) => {
      sum += count * value;
      squares += count * value * value;
    });
    const mean = sum / n;
    const deviation = Math.sqrt(Math.max(0, squares / n - mean * mean));
    const points = [0.1, 0.25, 0.5, 0.75, 0.9].map((share) => valueAt(histogram, share * n) / 255);
    out.set([mean / 255, deviation / 255, ...points], 7 * c);
    return { mean, deviation };
  });
  const pairs = [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const;
  pairs.forEach(([a, b], i) => {
    const [x, y] = [stats[a]!, stats[b]!];
    const spread = x.deviation * y.deviation;
    out[21 + i] = spread > 1e-9 ? (products[i]! / n - x.mean * y.mean) / spread : 0;
  });
  out[24] = glass / n;
  return out;
}

/** The smallest value that at least `rank` pixels do not exceed. */
function valueAt(histogram: Uint32Array, rank: number): number {
  let below = 0;
  for (let value = 0; value < 256; value++) {
    below += histogram[value]!;
    if (below >= rank && below > 0) return value;
  }
  return 255;
}
