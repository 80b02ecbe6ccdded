// Every patch's optical densities brought to the same mean and spread: what different stains, scanners and thicknesses change most.
// Knows pixels only; no stain vectors are estimated and nothing is learned.

/**
 * Reinhard's idea (2001: match means and deviations) in optical density instead of Lab. Constants of ordinary H&E, ours: mean and
 * standard deviation of -ln((p + 1) / 256) per channel (red, green, blue).
 */
export const standardStain = {
  mean: [0.45, 0.8, 0.4],
  deviation: [0.25, 0.35, 0.2],
  /** A patch of glass has next to no spread, and blowing it up would paint tissue from noise. */
  mostGain: 4,
} as const;

/** RGB bytes -> RGB bytes of the same size. */
export function standardiseStain(rgb: Uint8Array): Uint8Array {
  const out = new Uint8Array(rgb.length);
  const density = Float64Array.from({ length: 256 }, (_, p) => -Math.log((p + 1) / 256));
  const n = rgb.length / 3;
  for (let c = 0; c < 3; c++) {
    let sum = 0;
    let squares = 0;
    for (let i = c; i < rgb.length; i += 3) {
      const value = density[rgb[i]!]!;
      sum += value;
      squares += value * value;
    }
    const mean = sum / n;
    const deviation = Math.sqrt(Math.max(0, squares / n - mean * mean));
    const wanted = standardStain.deviation[c]!;
    const gain = deviation * standardStain.mostGain > wanted ? wanted / deviation : standardStain.mostGain;
    const table = density.map((value) => {
      const moved = (value - mean) * gain + standardStain.mean[c]!;
      return Math.min(255, Math.max(0, Math.round(256 * Math.exp(-moved) - 1)));
    });
    for (let i = c; i < rgb.length; i += 3) out[i] = table[rgb[i]!]!;
  }
  return out;
}
