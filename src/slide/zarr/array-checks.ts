// Which Zarr arrays are pixels we show: 8 bit, of a slide's size, red, green and blue or grey. Reads no chunk.
import { Fault } from "../../base/fault.ts";
import { pictureLimits } from "../picture-pyramid.ts";
import type { AxisName, Multiscales } from "./multiscales.ts";

/** What zarrita's arrays are to us. */
export type ZarrArray = Readonly<{
  shape: readonly number[];
  chunks: readonly number[];
  dtype: string;
  getChunk(
    at: number[],
    options?: { signal?: AbortSignal },
  ): Promise<{ data: unknown; shape: number[]; stride: number[] }>;
}>;

export const wayOn = "Convert the slide with bioformats2raw, or export it as a tiled TIFF.";

/** Length of the array and of its chunks along an axis; 1 where it has no such axis. */
export function along(
  { shape, chunks }: ZarrArray,
  axes: readonly AxisName[],
  axis: AxisName,
): readonly [number, number] {
  const at = axes.indexOf(axis);
  return at < 0 ? [1, 1] : [shape[at] ?? 0, chunks[at] ?? 0];
}

export function checkArray(array: ZarrArray, axes: readonly AxisName[], name: string): void {
  if (array.dtype !== "uint8") {
    throw new Fault(
      "unsupported",
      `"${name}" has ${array.dtype} pixels; only 8-bit colour (uint8) is read (fluorescence and depth are not).`,
      { dtype: array.dtype },
    );
  }
  if (array.shape.length !== axes.length || array.chunks.length !== axes.length) {
    throw new Fault("damaged", `"${name}" is damaged: its arrays have ${array.shape.length} axes, not ${axes.length}.`);
  }
  const sane = [...array.shape, ...array.chunks].every((side) => Number.isSafeInteger(side) && side >= 1);
  const [, tileWidth] = along(array, axes, "x");
  const [, tileHeight] = along(array, axes, "y");
  const pixels = array.chunks.reduce((product, side) => product * side, 1);
  if (!sane) throw new Fault("damaged", `"${name}" is damaged: an array has no possible size.`);
  if (tileWidth > pictureLimits.tileSide || tileHeight > pictureLimits.tileSide || pixels > pictureLimits.tileBytes) {
    throw new Fault(
      "limit",
      `The chunks of "${name}" are ${array.chunks.join(" x ")}; at most ${pictureLimits.tileSide} a side are read. ${wayOn}`,
    );
  }
  if (tileWidth < 16 || tileHeight < 16) {
    const whole = along(array, axes, "x")[0] <= tileWidth && along(array, axes, "y")[0] <= tileHeight;
    if (!whole)
      throw new Fault(
        "limit",
        `The chunks of "${name}" are ${tileWidth} x ${tileHeight} pixels; at least 16 a side are read. ${wayOn}`,
      );
  }
}

export function colourOf(
  levels: readonly Readonly<{ array: ZarrArray }>[],
  { axes, isRgb }: Multiscales,
  name: string,
): Readonly<{ channels: 1 | 3; warnings: readonly string[] }> {
  const counts = new Set(levels.map(({ array }) => along(array, axes, "c")[0]));
  const [count] = counts;
  if (counts.size === 1 && count === 1) return { channels: 1, warnings: [] };
  if (counts.size !== 1 || count !== 3 || isRgb === false) {
    throw new Fault(
      "unsupported",
      `"${name}" has ${[...counts].join("/")} channels that are not red, green and blue; only colour (brightfield) and grey are read.`,
    );
  }
  const unsaid =
    "The file does not say what its three channels are; they are taken as red, green and blue. Check the picture.";
  return { channels: 3, warnings: isRgb === null ? [unsaid] : [] };
}
