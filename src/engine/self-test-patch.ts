// A picture every device can be asked about, for models that bring none. Knows arithmetic only; it shows no tissue.
import { createRandom, normal } from "../math/random.ts";

/**
 * RGB, row-major, `pixels` x `pixels`: waves of several lengths in the colours of a haematoxylin and eosin stain, with noise, so that
 * no two tokens are alike. The same on every machine and in every version: what was found with it is kept.
 */
export function selfTestPatch(pixels: number): Uint8Array {
  const random = createRandom(20_240_325);
  const data = new Uint8Array(pixels * pixels * 3);
  const [nuclei, stroma] = [
    [92, 58, 140],
    [232, 176, 204],
  ] as const;
  for (let y = 0; y < pixels; y++) {
    for (let x = 0; x < pixels; x++) {
      const wave =
        Math.sin(x / 5) * Math.cos(y / 7) + Math.sin((x + 2 * y) / 23) + 0.7 * Math.cos((3 * x - y) / 61) + 0.2;
      const share = 1 / (1 + Math.exp(-2 * wave));
      for (let c = 0; c < 3; c++) {
        const value = share * nuclei[c]! + (1 - share) * stroma[c]! + 9 * normal(random);
        data[(y * pixels + x) * 3 + c] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return data;
}
