// Untrusted data -> what is kept of a map: the record of a sheet and its chunks of numbers, with their version. Knows no storage.
import { type Mpp, mpp, type SlideId, type WeightsDigest } from "../base/brand.ts";
import { Fault } from "../base/fault.ts";
import {
  type At,
  field,
  hex64,
  readList,
  readNumber,
  readObject,
  readOneOf,
  readString,
  rootAt,
} from "./json-reader.ts";
import { cellCount, type MapGrid, mostCells } from "./map-grid.ts";
import {
  type LayerKey,
  placeStates,
  type SheetChunk,
  type SheetId,
  type SheetLayer,
  type SheetRecord,
} from "./map-sheet.ts";
import { readClass } from "./parse-prompt-metadata.ts";
import type { PatchSpec } from "./patch.ts";

export const sheetVersion = "map/1";
export type StoredSheet = Readonly<{ version: typeof sheetVersion }> & SheetRecord;
/** Numbers of one chunk as they are kept; features lie beside them, so that a map is shown without reading them. */
export type StoredAnswers = Readonly<{
  version: typeof sheetVersion;
  cells: Uint32Array;
  states: Uint8Array;
  layer: string | null;
  scores: Float32Array;
}>;

const hash = (at: At): string => readString(at, { max: 64, pattern: hex64 });
const scale = (at: At): Mpp => mpp(readNumber(at, { min: 1e-6, max: 1e6 }));

export function readSpec(at: At): PatchSpec {
  readObject(at);
  return {
    pixels: readNumber(field(at, "pixels"), { min: 1, max: 4096, integer: true }),
    mpp: scale(field(at, "mpp")),
    filter: readOneOf(field(at, "filter"), ["bicubic", "bilinear", "lanczos", "box"]),
    edge: readOneOf(field(at, "edge"), ["white", "black"]),
    snap: readNumber(field(at, "snap"), { min: 0, max: 1 }),
  };
}

export function readGrid(at: At): MapGrid {
  readObject(at);
  const whole = (key: string, min: number, max: number): number =>
    readNumber(field(at, key), { min, max, integer: true });
  const size = (key: string): number => readNumber(field(at, key), { min: 1e-3, max: 1e9 });
  return {
    originX: whole("originX", -1e6, 1e9),
    originY: whole("originY", -1e6, 1e9),
    stepX: whole("stepX", 1, 1e9),
    stepY: whole("stepY", 1, 1e9),
    columns: whole("columns", 1, mostCells),
    rows: whole("rows", 1, mostCells),
    patchWidth: size("patchWidth"),
    patchHeight: size("patchHeight"),
  };
}

function readLayer(at: At): SheetLayer {
  readObject(at);
  return {
    key: readString(field(at, "key"), { max: 300 }) as LayerKey,
    name: readString(field(at, "name"), { max: 400 }),
    classes: readList(field(at, "classes"), { min: 1, max: 1000 }).map(readClass),
  };
}

function readSheet(at: At): SheetRecord {
  readObject(at);
  return {
    id: hash(field(at, "id")) as SheetId,
    slideId: hash(field(at, "slideId")) as SlideId,
    weightsDigest: hash(field(at, "weightsDigest")) as WeightsDigest,
    model: readString(field(at, "model"), { max: 400 }),
    mppX: scale(field(at, "mppX")),
    mppY: scale(field(at, "mppY")),
    overlap: readNumber(field(at, "overlap"), { min: 1, max: 2, integer: true }) === 2 ? 2 : 1,
    spec: readSpec(field(at, "spec")),
    grid: readGrid(field(at, "grid")),
    layers: readList(field(at, "layers"), { min: 0, max: 1000 }).map(readLayer),
  };
}

/** Throws Fault `damaged` with what is wrong, `storage` for a version this build does not know. */
export function parseSheet(entry: unknown): SheetRecord {
  const at = rootAt(entry, "map");
  const version = readString(field(at, "version"), { max: 100 });
  if (at.problems.length === 0 && version !== sheetVersion) {
    throw new Fault("storage", `A map was written by another version of PathoTune ("${version.slice(0, 40)}").`, {
      version,
    });
  }
  const record = readSheet(at);
  const cells = record.grid.columns * record.grid.rows;
  if (cells > mostCells) at.problems.push(`map.grid must have at most ${mostCells} cells, but has ${cells}`);
  if (at.problems.length > 0) {
    throw new Fault("damaged", `A kept map cannot be read: ${at.problems.slice(0, 3).join("; ")}.`, {
      problems: at.problems.slice(0, 50),
    });
  }
  return record;
}

export const storedSheet = (record: SheetRecord): StoredSheet => ({ version: sheetVersion, ...record });

export function storedAnswers({ cells, states, layer, scores }: SheetChunk): StoredAnswers {
  return { version: sheetVersion, cells, states, layer, scores };
}

/** Null where it is no chunk of this sheet. `features`: null where they are not wanted. */
export function parseChunk(record: SheetRecord, answers: unknown, features: unknown): SheetChunk | null {
  if (typeof answers !== "object" || answers === null) return null;
  const value = answers as Partial<Record<keyof StoredAnswers, unknown>>;
  const { version, cells, states, layer, scores } = value;
  if (version !== sheetVersion || !(cells instanceof Uint32Array) || !(states instanceof Uint8Array)) return null;
  if (!(scores instanceof Float32Array) || states.length !== cells.length) return null;
  const total = cellCount(record.grid);
  if (cells.some((cell) => cell >= total) || states.some((state) => state >= placeStates.length)) return null;
  const known = layer === null ? null : record.layers.find(({ key }) => key === layer);
  if (known === undefined || scores.length !== cells.length * (known?.classes.length ?? 0)) return null;
  if (scores.some((score) => score < -1e-6 || score > 1 + 1e-6)) return null;
  const rows = features ?? new Float32Array(0);
  if (!(rows instanceof Float32Array) || rows.length % Math.max(1, cells.length) !== 0) return null;
  return { cells, states, features: rows, layer: known?.key ?? null, scores };
}
