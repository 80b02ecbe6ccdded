// OME-Zarr's description of a pyramid, parsed: datasets, axes, um per pixel. Reads no array. Source: ngff.openmicroscopy.org 0.1-0.5.
import { Fault } from "../../base/fault.ts";
import type { Calibration } from "../../domain/slide.ts";
import { measured } from "../calibration.ts";

export type AxisName = "t" | "c" | "z" | "y" | "x";
export type Multiscales = Readonly<{
  /** Paths of the levels' arrays, finest first. */
  paths: readonly string[];
  axes: readonly AxisName[];
  calibration: Calibration;
  /** Whether the file itself says its three channels are red, green and blue; null where it is silent. */
  isRgb: boolean | null;
}>;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const maxLevels = 32;

/** Null where the attributes describe no pyramid. Faults: damaged, unsupported, limit. */
export function parseMultiscales(attributes: unknown, name: string): Multiscales | null {
  const outer = isObject(attributes) ? attributes : {};
  const of = isObject(outer.ome) ? outer.ome : outer;
  if (isObject(of.plate) || isObject(of.well)) {
    throw new Fault(
      "unsupported",
      `"${name}" is a plate of many images. Open one of its images (a folder such as A/1/0).`,
    );
  }
  const [first] = list(of.multiscales);
  if (!isObject(first)) return null;
  const datasets = list(first.datasets).filter(isObject);
  const paths = datasets.map(({ path }) => {
    // A path that leaves the folder would read what nobody opened.
    if (
      typeof path !== "string" ||
      path === "" ||
      !path.split("/").every((part) => /^[\w .-]+$/.test(part) && !/^\.+$/.test(part))
    ) {
      throw new Fault("damaged", `"${name}" is damaged: one of its levels has no possible path.`);
    }
    return path;
  });
  if (paths.length === 0 || paths.length > maxLevels) {
    throw new Fault("damaged", `"${name}" is damaged: it lists ${paths.length} levels.`);
  }
  const axes = readAxes(first.axes, name);
  return { paths, axes, calibration: calibrationOf(first, datasets[0], axes), isRgb: readColours(of) };
}

/** Before 0.3 the axes were fixed. */
function readAxes(value: unknown, name: string): readonly AxisName[] {
  if (value === undefined) return ["t", "c", "z", "y", "x"];
  const axes = list(value).map((axis) => (isObject(axis) ? axis.name : axis));
  const known = axes.every((axis): axis is AxisName => typeof axis === "string" && /^[tczyx]$/.test(axis));
  if (!known || !axes.includes("x") || !axes.includes("y") || new Set(axes).size !== axes.length) {
    throw new Fault(
      "unsupported",
      `"${name}" has axes other than t, c, z, y, x ("${axes.join(", ").slice(0, 60)}"), which is not read.`,
    );
  }
  return axes;
}

const micrometres: ReadonlyMap<string, number> = new Map([
  ["micrometer", 1],
  ["micrometre", 1],
  ["um", 1],
  ["nanometer", 1e-3],
  ["nanometre", 1e-3],
  ["millimeter", 1e3],
  ["millimetre", 1e3],
]);

function calibrationOf(of: Json, base: Json | undefined, axes: readonly AxisName[]): Calibration {
  const along = (axis: AxisName): number => {
    const at = axes.indexOf(axis);
    const described = list(of.axes)[at];
    const unit = isObject(described) ? micrometres.get(String(described.unit)) : undefined;
    const scales = [base?.coordinateTransformations, of.coordinateTransformations].flatMap((transformations) =>
      list(transformations).flatMap((one) =>
        isObject(one) && one.type === "scale" ? [Number(list(one.scale)[at])] : [],
      ),
    );
    return unit === undefined || scales.length === 0 ? Number.NaN : scales.reduce((product, s) => product * s, unit);
  };
  return measured(along("x"), along("y"), "ome");
}

function readColours(of: Json): boolean | null {
  const channels = isObject(of.omero) ? list(of.omero.channels).filter(isObject) : [];
  const colours = channels.map(({ color }) => (typeof color === "string" ? color.replace(/^#/, "").toUpperCase() : ""));
  if (colours.length !== 3 || colours.some((colour) => colour === "")) return null;
  return colours.join() === "FF0000,00FF00,0000FF";
}
