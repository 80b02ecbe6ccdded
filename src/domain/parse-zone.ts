// Untrusted data -> regions and how tissue is found. Knows no document around them.
import type { SlideId } from "../base/brand.ts";
import type { Polygon } from "../math/polygon.ts";
import {
  type At,
  field,
  hex64,
  readBoolean,
  readList,
  readNullable,
  readNumber,
  readObject,
  readOneOf,
  readString,
} from "./json-reader.ts";
import { type TissueEdit, type TissueSettings, type Zone, type ZoneId, zoneLimits } from "./zone.ts";

const coordinate = (at: At): number => readNumber(at, { min: -1e9, max: 1e9 });

export function readRings(at: At): Polygon {
  return readList(at, { min: 1, max: zoneLimits.rings }).map((ring) =>
    readList(ring, { min: 3, max: zoneLimits.points }).map((point) => ({
      x: coordinate(field(point, "x")),
      y: coordinate(field(point, "y")),
    })),
  );
}

export function readZone(at: At): Zone {
  readObject(at);
  return {
    id: readString(field(at, "id"), { max: 100 }) as ZoneId,
    slideId: readString(field(at, "slideId"), { max: 64, pattern: hex64 }) as SlideId,
    name: readString(field(at, "name"), { max: 200 }),
    rings: readRings(field(at, "rings")),
  };
}

function readEdit(at: At): TissueEdit {
  readObject(at);
  return { mode: readOneOf(field(at, "mode"), ["add", "remove"]), rings: readRings(field(at, "rings")) };
}

export function readTissueSettings(at: At): TissueSettings {
  readObject(at);
  return {
    threshold: readNullable(field(at, "threshold"), (value) => readNumber(value, { min: 0, max: 255 })),
    closeUm: readNumber(field(at, "closeUm"), { min: 0, max: 2_000 }),
    smallestObjectUm2: readNumber(field(at, "smallestObjectUm2"), { min: 0, max: 1e9 }),
    smallestHoleUm2: readNumber(field(at, "smallestHoleUm2"), { min: 0, max: 1e9 }),
    excludePen: readBoolean(field(at, "excludePen")),
    edits: readList(field(at, "edits"), { min: 0, max: zoneLimits.edits }).map(readEdit),
  };
}
