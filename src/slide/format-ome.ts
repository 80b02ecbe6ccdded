// OME-TIFF: one RGB image and its reduced resolutions in SubIFDs. Refuses what is no picture: channels, signed or deep samples.
import { Fault } from "../base/fault.ts";
import type { Calibration } from "../domain/slide.ts";
import { measured } from "./calibration.ts";
import { property } from "./description-text.ts";
import { type OmeImage, parseOme } from "./ome-xml.ts";
import type { AssociatedImage, SlideReader } from "./slide-reader.ts";
import { maxXmlBytes } from "./tiff/limits.ts";
import { associatedImages, openImage } from "./tiff/open-image.ts";
import { buildPyramid } from "./tiff/pyramid.ts";
import { readNumber, readSubDirectories, readText } from "./tiff/tag-values.ts";
import { tag } from "./tiff/tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff/tiff-file.ts";
import { imageWarnings, nothingUntrusted, textProperties, tiffSlide } from "./tiff/tiff-slide.ts";

const toRgb =
  "Convert it to one RGB image: bioformats2raw in.file out.zarr, then raw2ometiff --rgb out.zarr out.ome.tif.";

/** Names under which scanners store photographs of the glass. */
const photographs: readonly (readonly [RegExp, AssociatedImage["name"]])[] = [
  [/\blabel\b/i, "label"],
  [/\b(macro|overview)\b/i, "macro"],
  [/\bthumbnail\b/i, "thumbnail"],
];

/** Null where the file is no OME-TIFF. Faults: unsupported, damaged, limit. */
export async function openOme(file: TiffFile, signal: AbortSignal): Promise<SlideReader | null> {
  const [first] = file.directories;
  const start = first ? await readText(file, first, tag.imageDescription, signal) : null;
  if (!first || !start || !/<(\w+:)?OME[\s>]/.test(start)) return null;
  const ome = parseOme((await readText(file, first, tag.imageDescription, signal, maxXmlBytes)) ?? "");
  const pictures = ome.images.map((image) => ({
    image,
    kind: photographs.find(([mark]) => mark.test(image.name))?.[1],
  }));
  const slides = pictures.filter((p) => p.kind === undefined).map((p) => p.image);
  const main = [...slides].sort((a, b) => b.sizeX * b.sizeY - a.sizeX * a.sizeY)[0];
  if (!main) throw new Fault("unsupported", "This OME-TIFF holds only photographs of the glass, no slide.");
  if (main.file !== null && ome.uuid !== null && main.file !== ome.uuid) {
    throw new Fault("unsupported", `This OME-TIFF keeps its pixels in another file, which cannot be read. ${toRgb}`);
  }
  const directory = directoryOf(file, main);
  checkImage(main, await readNumber(file, directory, tag.samplesPerPixel, signal, 1));
  const base = await openImage(file, directory, signal);
  if (base.width !== main.sizeX || base.height !== main.sizeY) {
    throw new Fault(
      "damaged",
      `The file's OME description speaks of ${main.sizeX} x ${main.sizeY} pixels, the image has ${base.width} x ${base.height}.`,
    );
  }
  const reduced = await readSubDirectories(file, directory, signal);
  const levels = [];
  for (const sub of reduced) levels.push(await openImage(file, sub, signal));
  const pyramid = buildPyramid([base, ...levels]);
  const associated: AssociatedImage[] = [];
  for (const { image, kind } of pictures) {
    const place = file.directories[image.firstPlane];
    if (kind && place) associated.push(...(await associatedImages(file, place, kind, signal)));
  }
  return tiffSlide({
    file,
    pyramid,
    format: "OME-TIFF",
    origin: "scanned",
    calibration: calibrationOf(main),
    objective: main.magnification,
    properties: [
      ...(main.name === "" ? [] : [property("Name", main.name)]),
      ...(await textProperties(file, directory, signal)),
    ],
    warnings: [...imageSetWarnings(main, slides.length), ...(await imageWarnings(file, directory, signal))],
    untrusted: nothingUntrusted,
    associated,
  });
}

/** Colours of one picture lie together in one plane; whatever lies apart are channels, and the first would pass for a grey slide. */
function checkImage({ type, sizeC }: OmeImage, samples: number): void {
  if (type !== "uint8") {
    throw new Fault(
      "unsupported",
      `This OME-TIFF stores its pixels as "${type.slice(0, 20)}"; only 8-bit colour is read. ${toRgb}`,
    );
  }
  if (sizeC !== samples) {
    throw new Fault(
      "unsupported",
      `This OME-TIFF keeps ${sizeC} separate channels (fluorescence, or colours apart); only RGB pictures are read. ${toRgb}`,
    );
  }
}

function directoryOf(file: TiffFile, image: OmeImage): TiffDirectory {
  const directory = file.directories[image.firstPlane];
  if (!directory)
    throw new Fault("damaged", `The file's OME description names image ${image.firstPlane}, which does not exist.`);
  return directory;
}

function calibrationOf({ mpp }: OmeImage): Calibration {
  return mpp ? measured(mpp.x, mpp.y, "ome") : { kind: "unknown" };
}

function imageSetWarnings({ sizeZ, sizeT }: OmeImage, slides: number): readonly string[] {
  const warnings: string[] = [];
  if (sizeZ > 1) warnings.push(`The file holds ${sizeZ} focus planes; only the first is shown.`);
  if (sizeT > 1) warnings.push(`The file holds ${sizeT} points in time; only the first is shown.`);
  if (slides > 1) warnings.push(`The file holds ${slides} images; only the largest is shown.`);
  return warnings;
}
