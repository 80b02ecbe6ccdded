// Hamamatsu NDPI. Knows the vendor's conventions, not TIFF's bytes. Source: OpenSlide src/openslide-vendor-hamamatsu.c.
import { Fault } from "../base/fault.ts";
import { property } from "./description-text.ts";
import type { AssociatedImage, SlideReader } from "./slide-reader.ts";
import { maxTiledImages } from "./tiff/limits.ts";
import { openNdpiImage } from "./tiff/ndpi-image.ts";
import { associatedImages } from "./tiff/open-image.ts";
import { convertHint } from "./tiff/pixel-format.ts";
import { buildPyramid } from "./tiff/pyramid.ts";
import { readNumber, readText } from "./tiff/tag-values.ts";
import { tag } from "./tiff/tags.ts";
import type { TiffFile } from "./tiff/tiff-file.ts";
import { nothingUntrusted, resolutionOf, textProperties, tiffSlide } from "./tiff/tiff-slide.ts";
import type { TiledImage } from "./tiff/tiled-image.ts";

/** Null where the file is no NDPI. Faults: unsupported, damaged, limit. */
export async function openNdpi(file: TiffFile, signal: AbortSignal): Promise<SlideReader | null> {
  const [first] = file.directories;
  if (!first?.entries.has(tag.ndpiVersion)) return null;
  if (file.directories.length > maxTiledImages * 4) {
    throw new Fault(
      "limit",
      `The file holds ${file.directories.length} images; that is more than any NDPI. ${convertHint}`,
    );
  }
  const images: TiledImage[] = [];
  const associated: AssociatedImage[] = [];
  let planes = 0;
  for (const directory of file.directories) {
    const lens = await readNumber(file, directory, tag.ndpiSourceLens, signal, 0);
    const offset = await readNumber(file, directory, tag.ndpiFocalPlane, signal, 0);
    if (lens === -1) associated.push(...(await associatedImages(file, directory, "macro", signal)));
    else if (lens === -2) associated.push(...(await associatedImages(file, directory, "map", signal)));
    else if (lens > 0 && offset !== 0) planes++;
    else if (lens > 0 && images.length < maxTiledImages) images.push(await openNdpiImage(file, directory, signal));
  }
  const [base, ...rest] = images;
  if (!base) throw new Fault("damaged", "The NDPI file holds no image of the slide.");
  const pyramid = buildPyramid([base, ...rest]);
  const main = pyramid.images[0] ?? base;
  const lens = await readNumber(file, main.directory, tag.ndpiSourceLens, signal, 0);
  const fluorescence = await readText(file, first, tag.ndpiFluorescence, signal);
  return tiffSlide({
    file,
    pyramid,
    format: "Hamamatsu NDPI",
    origin: "scanned",
    calibration: await resolutionOf(file, main.directory, signal, "ndpi"),
    objective: lens > 0 ? lens : null,
    properties: [
      ...(await textProperties(file, first, signal)),
      ...(fluorescence?.trim() ? [property("Fluorescence", fluorescence)] : []),
    ],
    warnings: [
      ...(planes > 0 ? ["The file holds several focus planes; only the middle one (0) is shown."] : []),
      ...(fluorescence?.trim()
        ? ["The file says it is a fluorescence image, not a stained section in bright light."]
        : []),
    ],
    untrusted: nothingUntrusted,
    associated,
  });
}
