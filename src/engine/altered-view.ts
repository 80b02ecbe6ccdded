// A patch as it might have been: another part of it, laid another way, stained and scanned otherwise. Knows pixels and a source of chance;
// what is drawn here stays the same tissue.
import { integer, type Random, uniform } from "../math/random.ts";
import { resample } from "../math/resample.ts";
import { viewCount, viewOf } from "./views.ts";

/** Shares of the area kept, ratios of the sides, and how far stain (optical density's slope, all channels and each) and light may go. */
export const alteration = { leastArea: 0.5, mostRatio: 1.25, stain: 0.2, common: 0.1, light: 0.06 } as const;

const between = (random: Random, low: number, high: number): number => low + (high - low) * uniform(random);

/** RGB of a square, `side` pixels -> the same size. Cropping by Pillow's bilinear; density d of a channel becomes slope * d + offset. */
export function alteredView(rgb: Uint8Array, side: number, random: Random): Uint8Array {
  const { leastArea, mostRatio, stain, common, light } = alteration;
  const area = between(random, leastArea, 1);
  const ratio = Math.exp(between(random, -Math.log(mostRatio), Math.log(mostRatio)));
  const height = Math.min(side, Math.floor(side * Math.sqrt(area * ratio)));
  const width = Math.min(side, Math.floor(side * Math.sqrt(area / ratio)));
  const [x, y] = [integer(random, side - width + 1), integer(random, side - height + 1)];
  const source = { data: rgb, width: side, height: side, channels: 3 };
  const cropped = resample(source, side, side, "bilinear", [x, y, x + width, y + height]);
  const out = viewOf(cropped, side, integer(random, viewCount)).slice();
  const all = between(random, 1 - common, 1 + common);
  for (let channel = 0; channel < 3; channel++) {
    const slope = all * between(random, 1 - stain, 1 + stain);
    const offset = between(random, -light, light);
    const table = Uint8Array.from({ length: 256 }, (_, value) => {
      const density = -Math.log((value + 1) / 256);
      return Math.min(255, Math.max(0, Math.round(256 * Math.exp(-(slope * density + offset)) - 1)));
    });
    for (let i = channel; i < out.length; i += 3) out[i] = table[out[i]!]!;
  }
  return out;
}
