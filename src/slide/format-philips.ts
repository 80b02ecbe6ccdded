// Philips TIFF (beta: no real file was at hand). Knows the vendor's XML, not TIFF's bytes.
// Source: OpenSlide src/openslide-vendor-philips.c and its page on the format.
import { Fault } from "../base/fault.ts";
import { measured } from "./calibration.ts";
import type { AssociatedImage, SlideReader } from "./slide-reader.ts";
import { maxXmlBytes } from "./tiff/limits.ts";
import { associatedImages, isMask } from "./tiff/open-image.ts";
import { convertHint } from "./tiff/pixel-format.ts";
import { buildPyramid } from "./tiff/pyramid.ts";
import { readText } from "./tiff/tag-values.ts";
import { tag } from "./tiff/tags.ts";
import type { TiffFile } from "./tiff/tiff-file.ts";
import { imageWarnings, nothingUntrusted, textProperties, tiffSlide } from "./tiff/tiff-slide.ts";
import { isTiled, openTiledImage, type TiledImage, tiledDirectories } from "./tiff/tiled-image.ts";
import { childrenOf, descendants, parseXml, type XmlElement } from "./xml.ts";

const what = "The file's Philips description";

/** Null where the file is no Philips TIFF. Faults: unsupported, damaged, limit. */
export async function openPhilips(file: TiffFile, signal: AbortSignal): Promise<SlideReader | null> {
  const [first] = file.directories;
  const start = first ? await readText(file, first, tag.imageDescription, signal) : null;
  if (!first || !start?.includes("DPUfsImport") || !isTiled(first)) return null;
  const root = parseXml((await readText(file, first, tag.imageDescription, signal, maxXmlBytes)) ?? "", what);
  const spacings = spacingsOf(root);
  const images: TiledImage[] = [];
  for (const directory of tiledDirectories(file)) {
    if (!(await isMask(file, directory, signal))) images.push(await openTiledImage(file, directory, signal));
  }
  const [base, ...rest] = images
    .sort((a, b) => b.width - a.width)
    .map((image, i, all) => unpadded(image, i, all, spacings));
  const [spacing] = spacings;
  if (!base || !spacing) throw new Fault("damaged", `${what} says nothing of the slide's pixels.`);
  const associated: AssociatedImage[] = [];
  for (const directory of file.directories) {
    const text = (await readText(file, directory, tag.imageDescription, signal)) ?? "";
    const kind = text.startsWith("Macro") ? "macro" : text.startsWith("Label") ? "label" : null;
    if (kind && !isTiled(directory)) associated.push(...(await associatedImages(file, directory, kind, signal)));
  }
  return tiffSlide({
    file,
    pyramid: buildPyramid([base, ...rest]),
    format: "Philips TIFF (beta)",
    origin: "scanned",
    calibration: measured(spacing.x * 1000, spacing.y * 1000, "philips"),
    objective: null,
    properties: await textProperties(file, first, signal),
    warnings: [
      "Reading Philips TIFF has not been tried on a scanner's own file: compare what you see with another viewer.",
      ...(await imageWarnings(file, first, signal)),
    ],
    untrusted: nothingUntrusted,
    associated,
  });
}

type Spacing = Readonly<{ x: number; y: number }>;

/** mm per pixel of each level of the slide's own image, finest first. */
function spacingsOf(root: XmlElement): readonly Spacing[] {
  const images = descendants(root, "DataObject").filter((o) => o.attributes.get("ObjectType") === "DPScannedImage");
  const slide = images.find((o) => textOf(o, "PIM_DP_IMAGE_TYPE")?.trim() === "WSI");
  const levels = slide
    ? descendants(slide, "DataObject").filter((o) => o.attributes.get("ObjectType") === "PixelDataRepresentation")
    : [];
  return levels.map((level) => parseSpacing(textOf(level, "DICOM_PIXEL_SPACING") ?? "")).sort((a, b) => a.x - b.x);
}

const textOf = (object: XmlElement, name: string): string | null =>
  childrenOf(object, "Attribute").find((a) => a.attributes.get("Name") === name)?.text ?? null;

/** Two quoted numbers, the distance of rows first, as in DICOM. */
function parseSpacing(text: string): Spacing {
  const [y = Number.NaN, x = Number.NaN] = [...text.matchAll(/"([^"]*)"/g)].map((match) => Number(match[1]));
  if (!(x > 0 && y > 0))
    throw new Fault("damaged", `${what} states "${text.slice(0, 40)}" as a level's pixel spacing.`);
  return { x, y };
}

/** Coarser levels are padded to whole tiles of their own: their true size follows from the spacing. */
function unpadded(
  image: TiledImage,
  index: number,
  all: readonly TiledImage[],
  spacings: readonly Spacing[],
): TiledImage {
  const [base] = all;
  const [first, own] = [spacings[0], spacings[index]];
  if (!base || !first || !own) {
    throw new Fault(
      "unsupported",
      `This Philips TIFF has ${all.length} levels but describes ${spacings.length}. ${convertHint}`,
    );
  }
  if (index === 0) return image;
  const width = Math.min(image.width, Math.floor(base.width / Math.round(own.x / first.x)));
  const height = Math.min(image.height, Math.floor(base.height / Math.round(own.y / first.y)));
  if (!(width >= 1 && height >= 1)) throw new Fault("damaged", `${what} contradicts the size of level ${index}.`);
  const columns = Math.ceil(width / image.tileWidth);
  const rows = Math.ceil(height / image.tileHeight);
  return { ...image, width, height, columns, rows };
}
