// Any TIFF or BigTIFF, tiled pyramid or plain picture, ours included. Refuses by name the vendors whose files only look like one.
import { Fault } from "../base/fault.ts";
import type { Calibration } from "../domain/slide.ts";
import { measured, parseDecimal } from "./calibration.ts";
import { type DescriptionText, field, parseDescriptionText, propertiesOf, property } from "./description-text.ts";
import type { SlideReader } from "./slide-reader.ts";
import { isMask, openImage } from "./tiff/open-image.ts";
import { convertHint } from "./tiff/pixel-format.ts";
import { buildPyramid } from "./tiff/pyramid.ts";
import { readSubDirectories, readText } from "./tiff/tag-values.ts";
import { tag } from "./tiff/tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff/tiff-file.ts";
import { imageWarnings, nothingUntrusted, resolutionOf, textProperties, tiffSlide } from "./tiff/tiff-slide.ts";
import { isTiled, openTiledImage, type TiledImage, tiledDirectories } from "./tiff/tiled-image.ts";

/** How the description of a slide drawn by our generator begins. */
export const syntheticMark = "PathoTune synthetic";

/** Descriptions of files that would open as a plain pyramid, but wrongly: overlaps, several scenes or planes. */
const otherVendors: readonly (readonly [RegExp, string])[] = [[/<iScan[\s>]|<EncodeInfo/i, "Ventana BIF"]];

/** Opens what is left when no vendor format took the file. Faults: unsupported, damaged, limit. */
export async function openTiff(file: TiffFile, signal: AbortSignal): Promise<SlideReader> {
  const first = file.directories[0];
  if (!first) throw new Fault("damaged", "The file contains no image.");
  const text = (await readText(file, first, tag.imageDescription, signal)) ?? "";
  await refuseOtherVendors(file, first, text, signal);
  const images = await imagesOf(file, first, signal);
  const [base, ...rest] = images.levels;
  if (!base) throw new Fault("damaged", "The file contains no picture.");
  const pyramid = buildPyramid([base, ...rest]);
  const main: TiledImage = pyramid.images[0] ?? base;
  const description = parseDescriptionText(text);
  const generated = description.title.startsWith(syntheticMark);
  const kind = file.big ? "BigTIFF" : isTiled(main.directory) ? "Tiled TIFF" : "TIFF";
  return tiffSlide({
    file,
    pyramid,
    format: generated ? `${kind} (synthetic)` : kind,
    origin: generated ? "generated" : "scanned",
    calibration: generated ? statedByGenerator(description) : await resolutionOf(file, main.directory, signal),
    objective: generated ? parseDecimal(field(description, "AppMag") ?? "") : null,
    properties: [
      ...(generated ? propertiesOf(description) : text.trim() === "" ? [] : [property("Description", text)]),
      ...(await textProperties(file, main.directory, signal)),
    ],
    warnings: [...images.warnings, ...(await imageWarnings(file, main.directory, signal))],
    untrusted: nothingUntrusted,
  });
}

function statedByGenerator(description: DescriptionText): Calibration {
  const value = parseDecimal(field(description, "MPP") ?? "");
  return value === null ? { kind: "unknown" } : measured(value, value, "generated");
}

async function refuseOtherVendors(
  file: TiffFile,
  first: TiffDirectory,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const xmp = first.entries.has(tag.xmp) ? ((await readText(file, first, tag.xmp, signal)) ?? "") : "";
  const software = first.entries.has(tag.software) ? ((await readText(file, first, tag.software, signal)) ?? "") : "";
  const vendor = software.startsWith("MedScan")
    ? "Trestle TIFF"
    : otherVendors.find(([mark]) => mark.test(text) || mark.test(xmp))?.[1];
  if (vendor) {
    throw new Fault("unsupported", `This file is ${vendor}, a format that is not read yet. ${convertHint}`, {
      format: vendor,
    });
  }
}

type Images = Readonly<{ levels: readonly TiledImage[]; warnings: readonly string[] }>;

/** The tiled images and the reduced ones the first lists as its own; a file without tiles is one picture in strips. */
async function imagesOf(file: TiffFile, first: TiffDirectory, signal: AbortSignal): Promise<Images> {
  const directories = [...tiledDirectories(file), ...(await readSubDirectories(file, first, signal)).filter(isTiled)];
  const levels: TiledImage[] = [];
  for (const directory of directories) {
    if (!(await isMask(file, directory, signal))) levels.push(await openTiledImage(file, directory, signal));
  }
  if (levels.length > 0) return { levels, warnings: [] };
  const more = file.directories.length - 1;
  return {
    levels: [await openImage(file, first, signal)],
    warnings:
      more > 0
        ? [`The file holds ${more} more image${more > 1 ? "s" : ""}, which ${more > 1 ? "are" : "is"} not shown.`]
        : [],
  };
}
