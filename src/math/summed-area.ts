// Sums of a binary mask over any rectangle in constant time, fractions of a pixel included. Knows no slide.
import type { Mask } from "./binary-mask.ts";

/** Set area of the mask within [x, x+width) x [y, y+height), in mask pixels; beyond the mask there is nothing. */
export type AreaReader = (x: number, y: number, width: number, height: number) => number;

/** Between the pixels' corners the running sums are bilinear, which is exact for squares of one value. */
export function areaReader({ data, width, height }: Mask): AreaReader {
  const columns = width + 1;
  const sums = new Float64Array(columns * (height + 1));
  for (let y = 0; y < height; y++) {
    let row = 0;
    for (let x = 0; x < width; x++) {
      row += data[y * width + x] ? 1 : 0;
      sums[(y + 1) * columns + x + 1] = sums[y * columns + x + 1]! + row;
    }
  }
  const at = (x: number, y: number): number => {
    const [cx, cy] = [Math.min(width, Math.max(0, x)), Math.min(height, Math.max(0, y))];
    const [left, top] = [Math.min(width - 1, Math.floor(cx)), Math.min(height - 1, Math.floor(cy))];
    const [fx, fy] = [cx - left, cy - top];
    const i = top * columns + left;
    const above = sums[i]! * (1 - fx) + sums[i + 1]! * fx;
    const below = sums[i + columns]! * (1 - fx) + sums[i + columns + 1]! * fx;
    return above * (1 - fy) + below * fy;
  };
  return (x, y, w, h) => Math.max(0, at(x + w, y + h) - at(x, y + h) - at(x + w, y) + at(x, y));
}
