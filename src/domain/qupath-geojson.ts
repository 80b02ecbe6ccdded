// Labels, regions and maps -> GeoJSON as QuPath reads it, in pieces, so that 100,000 features are written without a pause. Knows QuPath's
// names (objectType, classification with a colour, measurements) and rounds to 2 decimals, as QuPath does. No slide's name is in it.
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { insidePolygon, type Polygon, ringArea, type XY } from "../math/polygon.ts";
import type { Region } from "./geometry.ts";
import type { Label, TissueClass } from "./label.ts";
import { cellPatch, type MapGrid } from "./map-grid.ts";
import { researchUseNotice } from "./prompt-set.ts";
import type { Zone } from "./zone.ts";

/** One QuPath object. `id` says what it is of; the file carries a UUID made from it: the same object, the same id. */
export type QupathObject = Readonly<{
  id: string;
  objectType: "annotation" | "tile";
  rings: Polygon;
  classification: Pick<TissueClass, "name" | "color"> | null;
  name: string | null;
  measurements: Readonly<Record<string, number>>;
  /** QuPath keeps these; they tell our own import what an object was. */
  metadata: Readonly<Record<string, string>>;
}>;

const uuid = (text: string): string => {
  const hex = bytesToHex(sha256(utf8ToBytes(text)));
  // Version 8 (custom) and variant 1 of RFC 9562.
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    "-",
  );
};
const rounded = (value: number): number => Math.round(value * 100) / 100;

function rgb(color: string): readonly number[] {
  return [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}

/** Closed rings; outer ones first, each with the holes that lie in it. QuPath's geometry library wants holes told apart. */
function geometry(rings: Polygon): Readonly<{ type: string; coordinates: unknown }> {
  const closed = (ring: Polygon[number]): readonly (readonly number[])[] => {
    const points = ring.map(({ x, y }) => [rounded(x), rounded(y)]);
    const [first] = points;
    return first ? [...points, first] : points;
  };
  const outer = rings.filter((ring) => ringArea(ring) >= 0);
  const holes = rings.filter((ring) => ringArea(ring) < 0);
  if (outer.length <= 1) {
    const largestFirst = rings.toSorted((a, b) => Math.abs(ringArea(b)) - Math.abs(ringArea(a)));
    return { type: "Polygon", coordinates: largestFirst.map(closed) };
  }
  const parts = outer.map((ring) => {
    const inside = holes.filter((hole) => smallestAround(outer, placeOn(hole)) === ring);
    return [ring, ...inside].map(closed);
  });
  return { type: "MultiPolygon", coordinates: parts };
}

/** A place on the ring's first edge that is no corner: there another ring may touch it. */
function placeOn([a, b]: Polygon[number]): XY {
  if (!a || !b) return { x: Number.NaN, y: Number.NaN };
  return { x: a.x + 0.382 * (b.x - a.x), y: a.y + 0.382 * (b.y - a.y) };
}

function smallestAround(outer: Polygon, at: XY): Polygon[number] | null {
  let best: Polygon[number] | null = null;
  for (const ring of outer) {
    if (insidePolygon([ring], at) && (best === null || ringArea(ring) < ringArea(best))) best = ring;
  }
  return best;
}

function featureOf(object: QupathObject): string {
  const { classification, measurements, metadata, name } = object;
  return JSON.stringify({
    type: "Feature",
    id: uuid(object.id),
    geometry: geometry(object.rings),
    properties: {
      objectType: object.objectType,
      ...(name !== null && { name }),
      ...(classification && { classification: { name: classification.name, color: rgb(classification.color) } }),
      ...(Object.keys(measurements).length > 0 && { measurements }),
      metadata,
    },
  });
}

/** Text in pieces; joined they are one FeatureCollection. */
export function* writeGeoJson(objects: Iterable<QupathObject>): Generator<string> {
  yield `{"type":"FeatureCollection","notice":${JSON.stringify(researchUseNotice)},"features":[`;
  let first = true;
  for (const object of objects) {
    yield `${first ? "" : ","}\n${featureOf(object)}`;
    first = false;
  }
  yield "\n]}\n";
}

const corners = ({ x, y, width, height }: Region): Polygon => [
  [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ],
];

export function labelObject(label: Label, region: Region, tissueClass: TissueClass): QupathObject {
  return {
    id: `label ${label.id}`,
    objectType: "annotation",
    rings: corners(region),
    classification: tissueClass,
    name: null,
    measurements: {},
    metadata: { PathoTune: "label", origin: label.origin },
  };
}

export function zoneObject(zone: Zone): QupathObject {
  return {
    id: `region ${zone.id}`,
    objectType: "annotation",
    rings: oriented(zone.rings),
    classification: null,
    name: zone.name,
    measurements: {},
    metadata: { PathoTune: "region" },
  };
}

/** A drawn ring has no sense of turning; alone it is an outer one. */
const oriented = (rings: Polygon): Polygon =>
  rings.length === 1 ? rings.map((ring) => (ringArea(ring) < 0 ? ring.toReversed() : ring)) : rings;

/** A place of a map as WSInfer writes it for QuPath: a tile with a measurement a class, and no class of its own. */
export function placeObject(
  grid: MapGrid,
  cell: number,
  layer: string,
  classes: readonly TissueClass[],
  scores: Float32Array,
): QupathObject {
  const measurements: Record<string, number> = {};
  classes.forEach(({ name }, c) => {
    measurements[`prob_${name}`] = Number((scores[cell * classes.length + c] ?? 0).toFixed(5));
  });
  return {
    id: `place ${layer} ${grid.stepX} ${grid.stepY} ${cell}`,
    objectType: "tile",
    rings: corners(cellPatch(grid, cell)),
    classification: null,
    name: null,
    measurements,
    metadata: { PathoTune: "map", layer },
  };
}
