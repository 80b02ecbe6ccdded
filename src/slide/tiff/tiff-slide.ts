// A pyramid of TIFF images as a SlideReader. Knows no vendor: formats say which images, what calibration, which words.
import { Fault } from "../../base/fault.ts";
import type { Rect } from "../../domain/geometry.ts";
import type { Calibration, SlideOrigin, SlideProperty } from "../../domain/slide.ts";
import { calibrationWarnings, fromResolution } from "../calibration.ts";
import { property } from "../description-text.ts";
import type { AssociatedImage, SlideReader } from "../slide-reader.ts";
import type { Pyramid } from "./pyramid.ts";
import { readBytes, readNumber, readText } from "./tag-values.ts";
import { tag } from "./tags.ts";
import type { TiffDirectory, TiffFile } from "./tiff-file.ts";

export type TiffSlideParts = Readonly<{
  file: TiffFile;
  pyramid: Pyramid;
  format: string;
  origin: SlideOrigin;
  calibration: Calibration;
  objective: number | null;
  properties: readonly SlideProperty[];
  warnings: readonly string[];
  untrusted: SlideReader["untrusted"];
  associated?: readonly AssociatedImage[];
}>;

/** Profiles with tables of colours take some hundred kilobytes. */
const maxProfileBytes = 8 * 1024 * 1024;

export function tiffSlide(parts: TiffSlideParts): SlideReader {
  const { levels, images } = parts.pyramid;
  const stored = [...new Set(images.flatMap((image) => image.warnings))];
  const empty = images.reduce((sum, image) => sum + image.empty.length, 0);
  const missing = empty === 0 ? [] : [`${empty} tile${empty === 1 ? " is" : "s are"} missing in the file.`];
  return {
    description: {
      format: parts.format,
      origin: parts.origin,
      levels,
      calibration: parts.calibration,
      objective: parts.objective,
      properties: parts.properties,
      warnings: [
        ...parts.warnings,
        ...parts.pyramid.warnings,
        ...stored,
        ...missing,
        ...calibrationWarnings(parts.calibration, parts.objective),
      ],
    },
    async tile(level, column, row, signal) {
      const image = images[level];
      const inside = image && column >= 0 && row >= 0 && column < image.columns && row < image.rows;
      if (!inside || !Number.isInteger(column) || !Number.isInteger(row)) {
        throw new Fault("invalid", `The slide has no tile ${column}, ${row} on level ${level}.`);
      }
      return image.tile(column, row, signal);
    },
    untrusted: parts.untrusted,
    async profile(signal) {
      const [base] = images;
      return base ? readBytes(parts.file, base.directory, tag.iccProfile, signal, maxProfileBytes) : null;
    },
    associated: parts.associated ?? [],
    close: () => parts.file.source.close(),
  };
}

export const nothingUntrusted = (): readonly Rect<"level">[] => [];

/** Calibration from an image's X/YResolution and ResolutionUnit. */
export async function resolutionOf(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
  source: "tiff-resolution" | "ndpi" | "qptiff" = "tiff-resolution",
): Promise<Calibration> {
  const one = (t: number, absent: number): Promise<number> => readNumber(file, directory, t, signal, absent);
  const [x, y, unit] = [await one(tag.xResolution, 0), await one(tag.yResolution, 0), await one(tag.resolutionUnit, 1)];
  return fromResolution(x, y, unit, source);
}

/** Plain TIFF text tags as properties. */
export async function textProperties(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
): Promise<readonly SlideProperty[]> {
  const names: readonly (readonly [number, string])[] = [
    [tag.make, "Make"],
    [tag.model, "Model"],
    [tag.software, "Software"],
    [tag.dateTime, "Date"],
    [tag.artist, "Artist"],
    [tag.hostComputer, "Host"],
    [tag.copyright, "Copyright"],
  ];
  const found: SlideProperty[] = [];
  for (const [number, name] of names) {
    const text = directory.entries.get(number)?.type === 2 ? await readText(file, directory, number, signal) : null;
    if (text) found.push(property(name, text));
  }
  if (directory.entries.has(tag.iccProfile))
    found.push(property("Embedded colour profile", "present; never applied to what is analysed"));
  return found;
}

/** What a person should know of an image's tags that we do not act on. */
export async function imageWarnings(
  file: TiffFile,
  directory: TiffDirectory,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const orientation = await readNumber(file, directory, tag.orientation, signal, 1);
  return orientation === 1 ? [] : ["The file asks to be shown turned or mirrored; it is shown as it is stored."];
}
