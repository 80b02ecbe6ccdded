// Akoya/PerkinElmer QPTIFF of bright-field slides (beta: no real bright-field file was at hand). Knows the vendor's XML, not TIFF's bytes.
// Source: PerkinElmer QPTIFF specification 1.0.
import { Fault } from "../base/fault.ts";
import type { AssociatedImage, SlideReader } from "./slide-reader.ts";
import { maxTiledImages } from "./tiff/limits.ts";
import { associatedImages, openImage } from "./tiff/open-image.ts";
import { buildPyramid } from "./tiff/pyramid.ts";
import { readNumber, readText } from "./tiff/tag-values.ts";
import { tag } from "./tiff/tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff/tiff-file.ts";
import { imageWarnings, nothingUntrusted, resolutionOf, textProperties, tiffSlide } from "./tiff/tiff-slide.ts";
import type { TiledImage } from "./tiff/tiled-image.ts";

const mark = "PerkinElmer-QPI-ImageDescription";

/** Null where the file is no QPTIFF. Faults: unsupported, damaged, limit. */
export async function openQptiff(file: TiffFile, signal: AbortSignal): Promise<SlideReader | null> {
  const [first] = file.directories;
  const start = first ? await readText(file, first, tag.imageDescription, signal) : null;
  if (!first || !start?.includes(mark)) return null;
  if (file.directories.length > maxTiledImages) {
    throw new Fault(
      "limit",
      `This QPTIFF holds ${file.directories.length} images; at most ${maxTiledImages} are read.`,
    );
  }
  const levels: TiledImage[] = [];
  const associated: AssociatedImage[] = [];
  for (const directory of file.directories) {
    const kind = (await wordOf(file, directory, "ImageType", signal)) ?? "";
    if (kind === "FullResolution" || kind === "ReducedResolution") {
      await refuseChannels(file, directory, signal);
      levels.push(await openImage(file, directory, signal));
    } else {
      const name = kind === "Label" ? "label" : kind === "Overview" ? "macro" : "thumbnail";
      associated.push(...(await associatedImages(file, directory, name, signal)));
    }
  }
  const [base, ...rest] = levels;
  if (!base) throw new Fault("damaged", "The QPTIFF names no image of the slide.");
  const pyramid = buildPyramid([base, ...rest]);
  const main = pyramid.images[0] ?? base;
  const objective = Number.parseFloat((await wordOf(file, main.directory, "Objective", signal)) ?? "");
  return tiffSlide({
    file,
    pyramid,
    format: "QPTIFF (beta)",
    origin: "scanned",
    calibration: await resolutionOf(file, main.directory, signal, "qptiff"),
    objective: objective > 0 ? objective : null,
    properties: await textProperties(file, first, signal),
    warnings: [
      "Reading QPTIFF has not been tried on a scanner's own bright-field file: compare what you see with another viewer.",
      ...(await imageWarnings(file, main.directory, signal)),
    ],
    untrusted: nothingUntrusted,
    associated,
  });
}

/** The text of the first such element. The description is matched, not parsed: scan profiles inside it reach megabytes. */
async function wordOf(
  file: TiffFile,
  directory: TiffDirectory,
  name: string,
  signal: AbortSignal,
): Promise<string | null> {
  const text = (await readText(file, directory, tag.imageDescription, signal)) ?? "";
  return new RegExp(`<${name}>([^<]{1,100})</${name}>`).exec(text)?.[1]?.trim() ?? null;
}

async function refuseChannels(file: TiffFile, directory: TiffDirectory, signal: AbortSignal): Promise<void> {
  if ((await readNumber(file, directory, tag.samplesPerPixel, signal, 1)) === 3) return;
  const name = (await wordOf(file, directory, "Name", signal)) ?? "";
  throw new Fault(
    "unsupported",
    `This QPTIFF is a fluorescence image (channel "${name.slice(0, 40)}"): separate channels are not read, only bright-field colour.`,
  );
}
