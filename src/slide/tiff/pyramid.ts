// Tiled images of one file sorted into a pyramid. Knows no vendor: which images may take part is the format's decision.
import type { Level } from "../../domain/slide.ts";
import type { TiledImage } from "./tiled-image.ts";

export type Pyramid = Readonly<{
  levels: readonly Level[];
  /** images[i] holds the tiles of levels[i]. */
  images: readonly TiledImage[];
  warnings: readonly string[];
}>;

/** Pixels a level's side may differ from the ideal: scanners round, and some pad to whole tiles of the coarser level. */
const roundingPixels = 2;
const aspectTolerance = 0.02;

/** Level 0 is the largest image; others join if they show the same field. `images` must not be empty. */
export function buildPyramid(images: readonly [TiledImage, ...TiledImage[]]): Pyramid {
  const sorted = [...images].sort((a, b) => b.width * b.height - a.width * a.height);
  const base = sorted[0] ?? images[0];
  const kept: TiledImage[] = [];
  const warnings: string[] = [];
  for (const image of sorted) {
    const expectedHeight = (image.width * base.height) / base.width;
    const off = Math.abs(expectedHeight - image.height);
    if (off > Math.max(roundingPixels, aspectTolerance * image.height)) {
      warnings.push(`An image of ${image.width} x ${image.height} pixels is not part of the slide and is not shown.`);
    } else if (kept.some((other) => other.width === image.width)) {
      warnings.push(
        `The file holds several images of ${image.width} x ${image.height} pixels (focus planes or channels); only the first is shown.`,
      );
    } else {
      kept.push(image);
    }
  }
  const levels = kept.map(
    (image, index): Level => ({
      index,
      width: image.width,
      height: image.height,
      tileWidth: image.tileWidth,
      tileHeight: image.tileHeight,
      columns: image.columns,
      rows: image.rows,
      downsampleX: base.width / image.width,
      downsampleY: base.height / image.height,
    }),
  );
  return { levels, images: kept, warnings };
}
