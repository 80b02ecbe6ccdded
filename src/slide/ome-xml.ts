// What OME-XML says of the images of a file: sizes, planes, um per pixel. Knows no TIFF.
// Source: OME model 2016-06, OME-TIFF specification.
import { Fault } from "../base/fault.ts";
import { childOf, childrenOf, descendants, parseXml, type XmlElement } from "./xml.ts";

export type OmeImage = Readonly<{
  name: string;
  sizeX: number;
  sizeY: number;
  /** Planes in focus and time. */
  sizeZ: number;
  sizeT: number;
  sizeC: number;
  type: string;
  /** Samples per pixel of each channel. */
  channels: readonly number[];
  /** um per pixel as stated, null where not stated or in no unit of length. */
  mpp: Readonly<{ x: number; y: number }> | null;
  /** Directory of the first plane in the file. */
  firstPlane: number;
  /** The UUID of the file that holds the first plane, where it is stated. */
  file: string | null;
  magnification: number | null;
}>;

export type Ome = Readonly<{ uuid: string | null; images: readonly OmeImage[] }>;

const what = "The file's OME description";

/** Faults: damaged, unsupported (the description lies in another file), limit. */
export function parseOme(text: string): Ome {
  const root = parseXml(text, what);
  if (root.name !== "OME") throw new Fault("damaged", `${what} starts with "${root.name.slice(0, 40)}".`);
  if (childOf(root, "BinaryOnly")) {
    throw new Fault(
      "unsupported",
      "This OME-TIFF is one part of a set whose description lies in another file, which cannot be read. Convert the set into one " +
        "file: bioformats2raw, then raw2ometiff --rgb.",
    );
  }
  const magnifications = new Map(
    descendants(root, "Objective").map((o) => [o.attributes.get("ID") ?? "", positive(o, "NominalMagnification")]),
  );
  let planes = 0;
  const images = childrenOf(root, "Image").flatMap((image) => {
    const pixels = childOf(image, "Pixels");
    if (!pixels) return [];
    const parsed = parseImage(image, pixels, planes, magnifications);
    planes += planesOf(parsed);
    return [parsed];
  });
  if (images.length === 0) throw new Fault("damaged", `${what} names no image.`);
  return { uuid: root.attributes.get("UUID") ?? null, images };
}

function parseImage(
  image: XmlElement,
  pixels: XmlElement,
  planesBefore: number,
  magnifications: ReadonlyMap<string, number | null>,
): OmeImage {
  const size = (name: string): number => {
    const value = Number(pixels.attributes.get(name) ?? "");
    if (!Number.isInteger(value) || value < 1 || value > 2 ** 31)
      throw new Fault("damaged", `${what} has no usable ${name}.`);
    return value;
  };
  const first = childrenOf(pixels, "TiffData").find((data) =>
    ["FirstC", "FirstZ", "FirstT"].every((key) => Number(data.attributes.get(key) ?? "0") === 0),
  );
  const channels = childrenOf(pixels, "Channel").map((c) => positive(c, "SamplesPerPixel") ?? 1);
  const settings = childOf(image, "ObjectiveSettings")?.attributes.get("ID") ?? "";
  const uuid = first ? childOf(first, "UUID")?.text.trim() : undefined;
  const stated = first?.attributes.get("IFD");
  const only = magnifications.size === 1 ? [...magnifications.values()][0] : null;
  return {
    name: image.attributes.get("Name") ?? "",
    sizeX: size("SizeX"),
    sizeY: size("SizeY"),
    sizeZ: size("SizeZ"),
    sizeT: size("SizeT"),
    sizeC: size("SizeC"),
    type: pixels.attributes.get("Type") ?? "",
    channels,
    mpp: mppOf(pixels),
    firstPlane: stated === undefined ? planesBefore : Number(stated),
    file: uuid ? uuid : null,
    magnification: magnifications.get(settings) ?? only ?? null,
  };
}

function planesOf({ sizeC, sizeZ, sizeT, channels }: OmeImage): number {
  return (channels.length > 0 ? channels.length : sizeC) * sizeZ * sizeT;
}

function mppOf(pixels: XmlElement): Readonly<{ x: number; y: number }> | null {
  const side = (axis: "X" | "Y"): number | null => {
    const value = positive(pixels, `PhysicalSize${axis}`);
    const scale = micrometres.get(pixels.attributes.get(`PhysicalSize${axis}Unit`) ?? "\u00b5m");
    return value === null || scale === undefined ? null : value * scale;
  };
  const [x, y] = [side("X"), side("Y")];
  return x === null || y === null ? null : { x, y };
}

/** um of the model's units of length; "pixel" and "reference frame" are none. The model writes the micro sign, some write mu. */
const micrometres: ReadonlyMap<string, number> = new Map([
  ["\u00b5m", 1],
  ["\u03bcm", 1],
  ["um", 1],
  ["nm", 1e-3],
  ["mm", 1e3],
  ["cm", 1e4],
  ["m", 1e6],
]);

function positive(element: XmlElement, name: string): number | null {
  const text = element.attributes.get(name);
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value > 0 ? value : null;
}
