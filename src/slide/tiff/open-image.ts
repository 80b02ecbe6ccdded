// Any image of a TIFF file, tiled or in strips, as a level or as a photograph beside the slide. Knows no vendor.
import { Fault, isFault } from "../../base/fault.ts";
import { maxWholePixels } from "../decode-tile.ts";
import type { AssociatedImage, EncodedTile } from "../slide-reader.ts";
import { openStrippedImage } from "./stripped-image.ts";
import { readNumber } from "./tag-values.ts";
import { tag } from "./tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff-file.ts";
import { isTiled, openTiledImage, sizeOf, type TiledImage } from "./tiled-image.ts";

export function openImage(file: TiffFile, directory: TiffDirectory, signal: AbortSignal): Promise<TiledImage> {
  return isTiled(directory) ? openTiledImage(file, directory, signal) : openStrippedImage(file, directory, signal);
}

/** NewSubfileType 4: which pixels of another image count. Never a picture. */
export async function isMask(file: TiffFile, directory: TiffDirectory, signal: AbortSignal): Promise<boolean> {
  return ((await readNumber(file, directory, tag.newSubfileType, signal, 0)) & 4) !== 0;
}

/**
 * The photograph stored in a directory, or none where not even its size makes sense: a slide is not refused for its label. Nothing
 * but its size is read now; one that cannot be decoded fails when it is asked for.
 */
export async function associatedImages(
  file: TiffFile,
  directory: TiffDirectory,
  name: AssociatedImage["name"],
  signal: AbortSignal,
): Promise<readonly AssociatedImage[]> {
  try {
    const { width, height } = await sizeOf(file, directory, signal);
    const read = async (readSignal: AbortSignal): Promise<EncodedTile> =>
      wholeOf(await openImage(file, directory, readSignal), readSignal);
    return [{ name, width, height, read }];
  } catch (error) {
    if (isFault(error, "damaged") || isFault(error, "limit")) return [];
    throw error;
  }
}

/** All tiles of an image as one picture. */
export async function wholeOf(image: TiledImage, signal: AbortSignal): Promise<EncodedTile> {
  const { width, height, columns, rows } = image;
  if (width * height > maxWholePixels) {
    throw new Fault("limit", `This picture of ${width} x ${height} pixels is too large to be shown whole.`);
  }
  const parts: { x: number; y: number; tile: EncodedTile }[] = [];
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const tile = await image.tile(column, row, signal);
      if (tile) parts.push({ x: column * image.tileWidth, y: row * image.tileHeight, tile });
    }
  }
  return { codec: "mosaic", width, height, parts };
}
