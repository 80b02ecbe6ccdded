// Leica SCN (beta: no real bright-field file was at hand). Knows the vendor's XML, not TIFF's bytes.
// Source: OpenSlide src/openslide-vendor-leica.c and its page on the format.
import { Fault } from "../base/fault.ts";
import { measured } from "./calibration.ts";
import type { AssociatedImage, SlideReader } from "./slide-reader.ts";
import { maxXmlBytes } from "./tiff/limits.ts";
import { associatedImages } from "./tiff/open-image.ts";
import { convertHint } from "./tiff/pixel-format.ts";
import { buildPyramid } from "./tiff/pyramid.ts";
import { readText } from "./tiff/tag-values.ts";
import { tag } from "./tiff/tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff/tiff-file.ts";
import { imageWarnings, nothingUntrusted, textProperties, tiffSlide } from "./tiff/tiff-slide.ts";
import { openTiledImage, type TiledImage } from "./tiff/tiled-image.ts";
import { childOf, descendants, parseXml, type XmlElement } from "./xml.ts";

const what = "The file's Leica description";

/** Null where the file is no SCN. Faults: unsupported, damaged, limit. */
export async function openScn(file: TiffFile, signal: AbortSignal): Promise<SlideReader | null> {
  const [first] = file.directories;
  const start = first ? await readText(file, first, tag.imageDescription, signal) : null;
  if (!first || !start || !/<scn[\s>]/i.test(start)) return null;
  const root = parseXml((await readText(file, first, tag.imageDescription, signal, maxXmlBytes)) ?? "", what);
  const [collection] = descendants(root, "collection");
  const images = collection ? descendants(collection, "image") : [];
  if (!collection || images.length === 0) throw new Fault("damaged", `${what} names no image.`);
  const whole = images.filter((image) => coversAll(image, collection));
  const scans = images.filter((image) => !whole.includes(image));
  const [scan] = scans;
  if (!scan || scans.length > 1) {
    throw new Fault(
      "unsupported",
      `This SCN holds ${scans.length} scanned areas; only files with one are read. ${convertHint}`,
    );
  }
  const light = descendants(scan, "illuminationSource")[0]?.text.trim() ?? "";
  if (light !== "brightfield") {
    throw new Fault(
      "unsupported",
      `This SCN was taken with "${light.slice(0, 30)}" light; only bright-field slides are read.`,
    );
  }
  const levels: TiledImage[] = [];
  for (const dimension of dimensionsOf(scan))
    levels.push(await openTiledImage(file, directoryOf(file, dimension), signal));
  const [base, ...rest] = levels;
  if (!base) throw new Fault("damaged", `${what} names no level.`);
  const pyramid = buildPyramid([base, ...rest]);
  const main = pyramid.images[0] ?? base;
  const view = childOf(scan, "view");
  const associated: AssociatedImage[] = [];
  const [photo] = whole.flatMap(dimensionsOf);
  if (photo) associated.push(...(await associatedImages(file, directoryOf(file, photo), "macro", signal)));
  return tiffSlide({
    file,
    pyramid,
    format: "Leica SCN (beta)",
    origin: "scanned",
    // The view's size is in nm.
    calibration: view
      ? measured(numberOf(view, "sizeX") / 1000 / main.width, numberOf(view, "sizeY") / 1000 / main.height, "leica")
      : { kind: "unknown" },
    objective: Number(descendants(scan, "objective")[0]?.text) || null,
    properties: await textProperties(file, first, signal),
    warnings: [
      "Reading Leica SCN has not been tried on a scanner's own bright-field file: compare what you see with another viewer.",
      ...(await imageWarnings(file, main.directory, signal)),
    ],
    untrusted: nothingUntrusted,
    associated,
  });
}

/** The photograph of the whole glass covers the collection; scans lie somewhere inside. */
function coversAll(image: XmlElement, collection: XmlElement): boolean {
  const view = childOf(image, "view");
  if (!view) throw new Fault("damaged", `${what} does not place an image.`);
  const at = (name: string): number => Number(view.attributes.get(name) ?? "0");
  const same = (name: string): boolean => view.attributes.get(name) === collection.attributes.get(name);
  return at("offsetX") === 0 && at("offsetY") === 0 && same("sizeX") && same("sizeY");
}

/** Levels in focus, in the order of resolution. */
function dimensionsOf(image: XmlElement): readonly XmlElement[] {
  return descendants(image, "dimension")
    .filter((d) => (d.attributes.get("z") ?? "0") === "0" && (d.attributes.get("c") ?? "0") === "0")
    .sort((a, b) => numberOf(b, "sizeX") - numberOf(a, "sizeX"));
}

function directoryOf(file: TiffFile, dimension: XmlElement): TiffDirectory {
  const directory = file.directories[Number(dimension.attributes.get("ifd") ?? "-1")];
  if (!directory) throw new Fault("damaged", `${what} names an image that does not exist.`);
  return directory;
}

function numberOf(element: XmlElement, name: string): number {
  const value = Number(element.attributes.get(name) ?? "");
  if (!(value > 0)) throw new Fault("damaged", `${what} has no usable ${name}.`);
  return value;
}
