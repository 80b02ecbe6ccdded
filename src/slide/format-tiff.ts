// Any tiled TIFF or BigTIFF pyramid with JPEG tiles, ours included. Refuses by name the vendors whose files only look like one.
import { Fault } from "../base/fault.ts";
import type { Calibration } from "../domain/slide.ts";
import { measured, parseDecimal } from "./calibration.ts";
import { type DescriptionText, field, parseDescriptionText, propertiesOf, property } from "./description-text.ts";
import type { SlideReader } from "./slide-reader.ts";
import { buildPyramid } from "./tiff/pyramid.ts";
import { compressionNames, jpegCompression, tag } from "./tiff/tags.ts";
import { readNumber, readText, type TiffDirectory, type TiffFile } from "./tiff/tiff-file.ts";
import { imageWarnings, nothingUntrusted, resolutionOf, textProperties, tiffSlide } from "./tiff/tiff-slide.ts";
import { convertHint, openTiledImage, sizeOf, type TiledImage, tiledDirectories } from "./tiff/tiled-image.ts";

/** How the description of a slide drawn by our generator begins. */
export const syntheticMark = "PathoTune synthetic";

/** Descriptions of files that would open as a plain pyramid, but wrongly: padded levels, overlaps, several scenes or planes. */
const otherVendors: readonly (readonly [RegExp, string])[] = [
  [/<OME[\s>]/, "OME-TIFF"],
  [/DPUfsImport/, "Philips TIFF"],
  [/<scn[\s>]/i, "Leica SCN"],
  [/<iScan[\s>]|<EncodeInfo/i, "Ventana BIF"],
  [/PerkinElmer-QPI/, "PerkinElmer QPTIFF"],
];

/** Opens what is left when no vendor format took the file. Faults: unsupported, damaged, limit. */
export async function openTiff(file: TiffFile, signal: AbortSignal): Promise<SlideReader> {
  const first = file.directories[0];
  if (!first) throw new Fault("damaged", "The file contains no image.");
  const text = (await readText(file, first, tag.imageDescription, signal)) ?? "";
  await refuseOtherVendors(file, first, text, signal);
  const images: TiledImage[] = [];
  for (const directory of tiledDirectories(file)) images.push(await openTiledImage(file, directory, signal));
  const [base, ...rest] = images;
  if (!base) throw await notTiled(file, first, signal);
  const pyramid = buildPyramid([base, ...rest]);
  const main: TiledImage = pyramid.images[0] ?? base;
  const description = parseDescriptionText(text);
  const generated = description.title.startsWith(syntheticMark);
  const kind = file.big ? "BigTIFF" : "Tiled TIFF";
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
    warnings: await imageWarnings(file, main.directory, signal),
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
  const vendor = first.entries.has(tag.ndpiVersion)
    ? "Hamamatsu NDPI"
    : software.startsWith("MedScan")
      ? "Trestle TIFF"
      : otherVendors.find(([mark]) => mark.test(text) || mark.test(xmp))?.[1];
  if (vendor) {
    throw new Fault("unsupported", `This file is ${vendor}, a format that is not read yet. ${convertHint}`, {
      format: vendor,
    });
  }
}

/** Why a TIFF without tiles is refused; the size check comes first so that a damaged file is not called a format. */
async function notTiled(file: TiffFile, first: TiffDirectory, signal: AbortSignal): Promise<Fault> {
  await sizeOf(file, first, signal);
  const compression = await readNumber(file, first, tag.compression, signal, 1);
  const how =
    compression === jpegCompression ? "" : ` (${compressionNames[compression] ?? `compression ${compression}`})`;
  return new Fault(
    "unsupported",
    `This TIFF is stored in strips${how}, not in tiles, so it cannot be read piece by piece. ${convertHint}`,
  );
}
