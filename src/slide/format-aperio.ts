// Aperio SVS with JPEG or JPEG 2000 tiles. Knows the vendor's conventions, not TIFF's bytes.
// Source: OpenSlide src/openslide-vendor-aperio.c.
import { intersects, type Rect } from "../domain/geometry.ts";
import type { Calibration, Level } from "../domain/slide.ts";
import { measured, parseDecimal } from "./calibration.ts";
import { field, parseDescriptionText, propertiesOf } from "./description-text.ts";
import type { AssociatedImage, SlideReader } from "./slide-reader.ts";
import { maxTiledImages } from "./tiff/limits.ts";
import { associatedImages } from "./tiff/open-image.ts";
import { buildPyramid, type Pyramid } from "./tiff/pyramid.ts";
import { readNumber, readText } from "./tiff/tag-values.ts";
import { tag } from "./tiff/tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff/tiff-file.ts";
import { imageWarnings, resolutionOf, textProperties, tiffSlide } from "./tiff/tiff-slide.ts";
import { isTiled, openTiledImage, type TiledImage, tiledDirectories } from "./tiff/tiled-image.ts";

/** Null where the file is no Aperio slide. Faults: unsupported, damaged, limit. */
export async function openAperio(file: TiffFile, signal: AbortSignal): Promise<SlideReader | null> {
  const first = file.directories[0];
  const text = first ? await readText(file, first, tag.imageDescription, signal) : null;
  if (!first || !text?.startsWith("Aperio") || !isTiled(first)) return null;
  const images: TiledImage[] = [];
  const associated: AssociatedImage[] = [];
  for (const directory of levelsAndPictures(file)) {
    const kind = await kindOf(file, directory, signal);
    if (kind !== "level") associated.push(...(await associatedImages(file, directory, kind, signal)));
    else if (isTiled(directory)) images.push(await openTiledImage(file, directory, signal));
  }
  const [base, ...rest] = images;
  if (!base) return null;
  const pyramid = buildPyramid([base, ...rest]);
  const description = parseDescriptionText(text);
  return tiffSlide({
    file,
    pyramid,
    format: "Aperio SVS",
    origin: "scanned",
    calibration: await calibrationOf(file, base.directory, field(description, "MPP"), signal),
    objective: parseDecimal(field(description, "AppMag") ?? ""),
    properties: [...propertiesOf(description), ...(await textProperties(file, base.directory, signal))],
    warnings: await imageWarnings(file, base.directory, signal),
    untrusted: (level, area) => coveredByEmpty(pyramid, level, area),
    associated,
  });
}

/** Tiled images within the limits, and the few in strips: thumbnail, label, macro. */
function levelsAndPictures(file: TiffFile): readonly TiffDirectory[] {
  const tiled = new Set(tiledDirectories(file));
  return file.directories.filter((directory) => tiled.has(directory) || directory.index < maxTiledImages);
}

/** Label and macro are photographs of the glass and its label: never a level, newer scanners tile them too. */
async function kindOf(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
): Promise<"level" | AssociatedImage["name"]> {
  const subfile = await readNumber(file, directory, tag.newSubfileType, signal, 0);
  const text = (await readText(file, directory, tag.imageDescription, signal)) ?? "";
  const word = /^\s*(label|macro)\b/im.exec(text)?.[1]?.toLowerCase();
  if (subfile === 9 || word === "macro") return "macro";
  if (word === "label") return "label";
  if (isTiled(directory)) return "level";
  return subfile === 1 ? "label" : "thumbnail";
}

async function calibrationOf(
  file: TiffFile,
  directory: TiffDirectory,
  stated: string | null,
  signal: AbortSignal,
): Promise<Calibration> {
  const value = parseDecimal(stated ?? "");
  return value === null ? resolutionOf(file, directory, signal) : measured(value, value, "aperio");
}

/**
 * Zero-length tiles are a scanner fault, and what the coarser levels show in their place is not tissue. Every such tile of a
 * finer level marks its area on `level`; one that lies within another, coarser one is marked once.
 */
function coveredByEmpty(pyramid: Pyramid, level: number, area: Rect<"level">): readonly Rect<"level">[] {
  const target = pyramid.levels[level];
  if (!target) return [];
  const finer = pyramid.images.slice(0, level).filter((image) => image.empty.length > 0);
  return finer.flatMap((image, i) => projectEmpty(image, finer.slice(i + 1), target, area));
}

function projectEmpty(
  image: TiledImage,
  coarser: readonly TiledImage[],
  target: Level,
  area: Rect<"level">,
): readonly Rect<"level">[] {
  const width = (image.tileWidth * target.width) / image.width;
  const height = (image.tileHeight * target.height) / image.height;
  const found: Rect<"level">[] = [];
  for (const index of image.empty) {
    const column = index % image.columns;
    const row = Math.floor(index / image.columns);
    const rect: Rect<"level"> = { x: column * width, y: row * height, width, height };
    if (!intersects(rect, area)) continue;
    const centreX = ((column + 0.5) * image.tileWidth) / image.width;
    const centreY = ((row + 0.5) * image.tileHeight) / image.height;
    if (!coarser.some((other) => isEmptyAt(other, centreX, centreY))) found.push(rect);
  }
  return found;
}

/** Whether the tile at these fractions of the image's width and height is listed as empty. */
function isEmptyAt(
  { empty, width, height, tileWidth, tileHeight, columns }: TiledImage,
  x: number,
  y: number,
): boolean {
  const index = Math.floor((y * height) / tileHeight) * columns + Math.floor((x * width) / tileWidth);
  let [low, high] = [0, empty.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((empty[middle] ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return empty[low] === index;
}
