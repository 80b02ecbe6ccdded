// The eight ways to lay a square patch: four quarter turns, each plain and mirrored. Knows pixels only. Tissue has no upright.

export const viewCount = 8;

/**
 * RGB of a square, `side` pixels, row-major -> its eight views, the patch itself first; view 4 + r is view r of the mirror image
 * (columns reversed), turned r quarters counter-clockwise. The same pixels in another order: nothing is resampled.
 */
export function viewsOf(rgb: Uint8Array, side: number): readonly Uint8Array[] {
  return Array.from({ length: viewCount }, (_, view) => viewOf(rgb, side, view));
}

/** One of them. */
export const viewOf = (rgb: Uint8Array, side: number, view: number): Uint8Array =>
  view === 0 ? rgb : laid(rgb, side, view);

function laid(rgb: Uint8Array, side: number, view: number): Uint8Array {
  const out = new Uint8Array(rgb.length);
  const mirrored = view >= 4;
  const last = side - 1;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      // Where (x, y) of the turned picture lies in the one that is turned (numpy.rot90).
      const [tx, ty] = (
        [
          [x, y],
          [last - y, x],
          [last - x, last - y],
          [y, last - x],
        ] as const
      )[view % 4] ?? [x, y];
      const from = (ty * side + (mirrored ? last - tx : tx)) * 3;
      const to = (y * side + x) * 3;
      out[to] = rgb[from]!;
      out[to + 1] = rgb[from + 1]!;
      out[to + 2] = rgb[from + 2]!;
    }
  }
  return out;
}
