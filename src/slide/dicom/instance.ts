// One instance of a DICOM slide: what it shows, how large, how its frames are placed and stored. Knows no file and no server.
// Source: DICOM PS3.3, C.8.12.4 (whole slide microscopy image) and C.7.6.17 (multi-frame dimensions).
import { Fault } from "../../base/fault.ts";
import { pictureLimits } from "../picture-pyramid.ts";
import { type Attributes, number, tags, text, wholeSlideImage } from "./attributes.ts";

export type InstanceKind = "volume" | "label" | "overview" | "thumbnail";

export type SlideInstance = Readonly<{
  kind: InstanceKind;
  sop: string;
  series: string;
  study: string;
  /** Total pixel matrix. */
  width: number;
  height: number;
  tileWidth: number;
  tileHeight: number;
  columns: number;
  rows: number;
  frames: number;
  /** Frame (from 0) of each tile in row-major order; -1 where there is none. Counted within this instance. */
  frameOfTile: Int32Array;
  transferSyntax: string;
  photometric: string;
  samples: 1 | 3;
  planar: boolean;
  /** um per pixel, x and y; null where not stated. */
  spacing: Readonly<{ x: number; y: number }> | null;
  objective: number | null;
  manufacturer: string | null;
  model: string | null;
  warnings: readonly string[];
}>;

const maxTiles = 4_000_000;

/** Null where the object is no slide image. Faults: unsupported, damaged, limit; `name` for messages. */
export function parseInstance(of: Attributes, transferSyntax: string, name: string): SlideInstance | null {
  if (text(of, tags.sopClass) !== wholeSlideImage) return null;
  const fail = (how: string): Fault => new Fault("damaged", `"${name}" is a damaged DICOM slide: ${how}.`);
  const size = (tag: string, what: string, most: number): number => {
    const value = number(of, tag) ?? 0;
    if (!Number.isInteger(value) || value < 1) throw fail(`it claims ${value} ${what}`);
    if (value > most) throw new Fault("limit", `"${name}" claims ${value} ${what}; at most ${most} are read.`);
    return value;
  };
  const tileWidth = size(tags.columns, "pixels a row of a frame", pictureLimits.tileSide);
  const tileHeight = size(tags.rows, "rows of a frame", pictureLimits.tileSide);
  const width = size(tags.matrixColumns, "pixels of width", pictureLimits.side);
  const height = size(tags.matrixRows, "pixels of height", pictureLimits.side);
  const frames = size(tags.frames, "frames", maxTiles);
  const [columns, rows] = [Math.ceil(width / tileWidth), Math.ceil(height / tileHeight)];
  if (columns * rows > maxTiles)
    throw new Fault("limit", `"${name}" claims ${columns * rows} tiles; at most ${maxTiles} are read.`);
  const grid = { columns, rows, tileWidth, tileHeight, frames };
  const placed = placeFrames(of, grid, name);
  return {
    kind: kindOf(of),
    sop: uid(of, tags.sopInstance, fail),
    series: uid(of, tags.series, fail),
    study: uid(of, tags.study, fail),
    width,
    height,
    ...grid,
    frameOfTile: placed.frameOfTile,
    transferSyntax,
    ...storageOf(of, name),
    spacing: spacingOf(of),
    objective: number(of.items(tags.opticalPathSequence)[0] ?? of, tags.objectivePower),
    manufacturer: text(of, tags.manufacturer),
    model: text(of, tags.model),
    warnings: placed.warnings,
  };
}

function uid(of: Attributes, tag: string, fail: (how: string) => Fault): string {
  const value = text(of, tag) ?? "";
  // Some real files have one of 65 characters.
  if (!/^[\d.]{1,100}$/.test(value)) throw fail("it has no identity (UID)");
  return value;
}

function kindOf(of: Attributes): InstanceKind {
  const type = of.texts(tags.imageType)[2]?.toUpperCase();
  return type === "LABEL" ? "label" : type === "OVERVIEW" ? "overview" : type === "THUMBNAIL" ? "thumbnail" : "volume";
}

function storageOf(of: Attributes, name: string): Pick<SlideInstance, "photometric" | "samples" | "planar"> {
  const bits = number(of, tags.bitsAllocated) ?? 0;
  const samples = number(of, tags.samples) ?? 0;
  const photometric = text(of, tags.photometric) ?? "";
  if (bits !== 8 || (number(of, tags.pixelRepresentation) ?? 0) !== 0) {
    const how = `"${name}" has ${bits} bits per channel; only 8-bit colour is read (fluorescence and depth are not).`;
    throw new Fault("unsupported", how, { bits });
  }
  const grey = samples === 1 && photometric === "MONOCHROME2";
  const colour = samples === 3 && /^(RGB|YBR_FULL|YBR_FULL_422|YBR_PARTIAL_420|YBR_ICT|YBR_RCT)$/.test(photometric);
  if (!grey && !colour) {
    throw new Fault(
      "unsupported",
      `"${name}" has ${samples} channels with colour model ${photometric || "unknown"}; RGB, YBR and MONOCHROME2 are read. ` +
        "Convert it with wsidicomizer.",
      { photometric },
    );
  }
  return { photometric, samples: grey ? 1 : 3, planar: number(of, tags.planar) === 1 };
}

/** PixelSpacing is in mm, first between rows (y), then between columns (x). */
function spacingOf(of: Attributes): SlideInstance["spacing"] {
  const shared = of.items(tags.sharedGroups)[0];
  const perFrame = of.items(tags.perFrameGroups)[0];
  const measures = [shared, perFrame].flatMap((groups) => groups?.items(tags.pixelMeasures) ?? []);
  const [y, x] = measures.map((m) => m.numbers(tags.pixelSpacing)).find((values) => values.length === 2) ?? [];
  return x !== undefined && y !== undefined && x > 0 && y > 0 ? { x: x * 1000, y: y * 1000 } : null;
}

type Grid = Readonly<{ columns: number; rows: number; tileWidth: number; tileHeight: number; frames: number }>;
type Placed = Readonly<{ frameOfTile: Int32Array; warnings: readonly string[] }>;

/** Full tiling: row by row, then the other focus planes and channels. Sparse: where each frame says. */
function placeFrames(of: Attributes, grid: Grid, name: string): Placed {
  const tiles = grid.columns * grid.rows;
  const positions = of.items(tags.perFrameGroups);
  const full = text(of, tags.dimensionOrganizationType) === "TILED_FULL";
  const offset = text(of, tags.concatenation) === null ? 0 : (number(of, tags.concatenationOffset) ?? 0);
  if (full) {
    const planes = (number(of, tags.opticalPaths) ?? 1) * (number(of, tags.focalPlanes) ?? 1);
    if (offset === 0 && text(of, tags.concatenation) === null && grid.frames < tiles) {
      const how = `it needs ${tiles} tiles but holds ${grid.frames}`;
      throw new Fault("damaged", `"${name}" is a damaged DICOM slide: ${how}. Copy or download it again.`);
    }
    const frameOfTile = Int32Array.from({ length: tiles }, (_, i) =>
      i >= offset && i - offset < grid.frames ? i - offset : -1,
    );
    return { frameOfTile, warnings: planes > 1 ? [severalPlanes] : [] };
  }
  if (positions.length === grid.frames && positions[0]?.items(tags.planePositionSlide).length === 1) {
    return placeSparse(positions, grid, name);
  }
  if (grid.frames !== tiles) {
    throw new Fault("damaged", `"${name}" does not say where its ${grid.frames} tiles lie on the slide.`);
  }
  return {
    frameOfTile: Int32Array.from({ length: tiles }, (_, i) => i),
    warnings: [
      "The file does not say where its tiles lie; as their number fits, they are taken row by row. Check the picture.",
    ],
  };
}

const severalPlanes = "The file holds several focus planes or channels; only the first is shown.";

function placeSparse(positions: readonly Attributes[], grid: Grid, name: string): Placed {
  const frameOfTile = new Int32Array(grid.columns * grid.rows).fill(-1);
  let repeated = false;
  positions.forEach((groups, frame) => {
    const at = groups.items(tags.planePositionSlide)[0];
    const x = ((at && number(at, tags.columnPosition)) ?? Number.NaN) - 1;
    const y = ((at && number(at, tags.rowPosition)) ?? Number.NaN) - 1;
    const [column, row] = [x / grid.tileWidth, y / grid.tileHeight];
    if (!Number.isInteger(column) || !Number.isInteger(row)) {
      throw new Fault(
        "unsupported",
        `"${name}" has tiles that lie on no grid (frame ${frame + 1} at ${x}, ${y}), which is not read.`,
      );
    }
    if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) {
      throw new Fault("damaged", `"${name}" is a damaged DICOM slide: frame ${frame + 1} lies outside it.`);
    }
    const tile = row * grid.columns + column;
    if (frameOfTile[tile] === -1) frameOfTile[tile] = frame;
    else repeated = true;
  });
  const missing = frameOfTile.reduce((sum, frame) => sum + (frame < 0 ? 1 : 0), 0);
  return {
    frameOfTile,
    warnings: [
      ...(repeated ? [severalPlanes] : []),
      ...(missing > 0 ? [`${missing} tile${missing === 1 ? " is" : "s are"} missing in the file.`] : []),
    ],
  };
}
