// GeoJSON from elsewhere (QuPath, WSInfer, our own) -> shapes one by one, with the reason for each that is refused. Reads a file in
// steps, so that 100,000 features never stop the page. Knows QuPath's several ways of writing; what a shape becomes is not its matter.
import { Fault } from "../base/fault.ts";
import { boundsOf, type Polygon, type Ring } from "../math/polygon.ts";
import type { Region } from "./geometry.ts";

export type ReadShape = Readonly<{
  /** A point has no ring, and bounds without size. */
  rings: Polygon;
  bounds: Region;
  objectType: string;
  name: string | null;
  className: string | null;
  /** #rrggbb; null where none is stated. */
  color: string | null;
  /** Finite ones alone. */
  measurements: ReadonlyMap<string, number>;
  metadata: Readonly<Record<string, string>>;
}>;

export type ReadFeature =
  | Readonly<{ kind: "shape"; shape: ReadShape; index: number }>
  | Readonly<{ kind: "rejected"; why: string; index: number }>;

export const geoJsonLimits = {
  bytes: 512e6,
  features: 2_000_000,
  featureCharacters: 20_000_000,
  points: 200_000,
} as const;

/**
 * One result a feature, in the file's order. Throws Fault `damaged` where the file is no JSON of features (also in the middle of it:
 * what came before stands), `limit` beyond the limits.
 */
export function* readGeoJson(bytes: Uint8Array): Generator<ReadFeature> {
  if (bytes.length > geoJsonLimits.bytes) {
    throw new Fault("limit", `The file has ${Math.round(bytes.length / 1e6)} MB; at most 512 MB are read.`);
  }
  const text = decode(bytes);
  let index = 0;
  for (const part of featureTexts(text)) {
    if (index >= geoJsonLimits.features) throw new Fault("limit", "The file has more than 2 million features.");
    let value: unknown;
    try {
      value = JSON.parse(part);
    } catch {
      throw new Fault("damaged", `Feature ${index + 1} of the file is no valid JSON.`);
    }
    const shape = shapeOf(value);
    yield typeof shape === "string" ? { kind: "rejected", why: shape, index } : { kind: "shape", shape, index };
    index++;
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Fault("damaged", "The file is no text in UTF-8, so no GeoJSON.");
  }
}

/** The text of each object of the "features" list, of a list of features, or of a single feature. */
function* featureTexts(text: string): Generator<string> {
  const start = /^\ufeff?\s*/.exec(text)?.[0].length ?? 0;
  const head = text[start];
  if (head === "[") {
    yield* objectsOf(text, start + 1);
    return;
  }
  if (head !== "{") throw new Fault("damaged", "The file is no GeoJSON: it begins neither with { nor with [.");
  const list = featuresAt(text, start);
  if (list !== null) yield* objectsOf(text, list);
  else if (text.length - start > geoJsonLimits.featureCharacters) throw new Fault("limit", "A feature is too large.");
  else yield text.slice(start);
}

/** Where the list of the top object's own "features" begins; null where it has none. */
function featuresAt(text: string, start: number): number | null {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    const c = text[i];
    if (c === '"') {
      const end = stringEnd(text, i);
      if (depth === 1 && text.slice(i, end + 1) === '"features"') {
        const after = /^\s*:\s*\[/.exec(text.slice(end + 1, end + 64));
        if (after) return end + 1 + after[0].length;
      }
      i = end;
    } else if (c === "{" || c === "[") depth++;
    else if (c === "}" || c === "]") depth--;
  }
  return null;
}

function stringEnd(text: string, quote: number): number {
  for (let i = quote + 1; i < text.length; i++) {
    if (text[i] === "\\") i++;
    else if (text[i] === '"') return i;
  }
  throw cut();
}

const cut = (): Fault => new Fault("damaged", "The file ends in the middle of a feature: it was cut.");

function* objectsOf(text: string, from: number): Generator<string> {
  let begin = -1;
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 0x22) i = stringEnd(text, i);
    else if (code === 0x7b || code === 0x5b) {
      if (depth === 0) begin = i;
      depth++;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
      if (depth < 0) return;
      if (depth > 0) continue;
      if (i - begin > geoJsonLimits.featureCharacters) throw new Fault("limit", "A feature of the file is too large.");
      yield text.slice(begin, i + 1);
    }
  }
  throw cut();
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const own = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

/** The shape, or why it is none. */
function shapeOf(value: unknown): ReadShape | string {
  if (!isObject(value)) return "it is no object";
  const isFeature = own(value, "type") === "Feature";
  const geometry = isFeature ? own(value, "geometry") : value;
  const properties = isFeature ? own(value, "properties") : undefined;
  const rings = ringsOf(geometry);
  if (typeof rings === "string") return rings;
  const bounds = boundsOf(rings);
  if (!bounds) return "it has no points";
  const classification = own(properties, "classification");
  const name = own(properties, "name");
  const objectType = own(properties, "objectType") ?? own(properties, "object_type");
  return {
    rings: rings.filter((ring) => ring.length >= 3),
    bounds,
    objectType: typeof objectType === "string" ? objectType.toLowerCase() : "annotation",
    name: typeof name === "string" && name.trim() !== "" ? name.trim().slice(0, 200) : null,
    className: classNameOf(classification),
    color: colorOf(classification) ?? colorOf(properties),
    measurements: measurementsOf(own(properties, "measurements")),
    metadata: textsOf(own(properties, "metadata")),
  };
}

function ringsOf(geometry: unknown): Polygon | string {
  const type = own(geometry, "type");
  const coordinates = own(geometry, "coordinates");
  switch (type) {
    case "Point": {
      const point = pointOf(coordinates);
      return point ? [[point]] : "its point is no pair of numbers";
    }
    case "Polygon":
      return ringList([coordinates]);
    case "MultiPolygon":
      return Array.isArray(coordinates) ? ringList(coordinates) : "its coordinates are no list";
    case "MultiPoint":
    case "LineString":
    case "MultiLineString":
    case "GeometryCollection":
      return `a ${type} marks no area`;
    default:
      return geometry === null || geometry === undefined ? "it has no geometry" : "its geometry is of no known type";
  }
}

function ringList(polygons: readonly unknown[]): Polygon | string {
  const rings: Ring[] = [];
  let points = 0;
  for (const polygon of polygons) {
    if (!Array.isArray(polygon)) return "its coordinates are no list of rings";
    for (const ring of polygon) {
      if (!Array.isArray(ring)) return "its coordinates are no list of rings";
      points += ring.length;
      if (points > geoJsonLimits.points) return "it has more than 200,000 points";
      const read = ring.map(pointOf);
      const known = read.filter((point) => point !== null);
      if (known.length !== read.length) return "a corner of it is no pair of numbers";
      const [first, last] = [known[0], known.at(-1)];
      const closed = known.length > 1 && first?.x === last?.x && first?.y === last?.y;
      const open = closed ? known.slice(0, -1) : known;
      if (open.length < 3) return "a ring of it has fewer than 3 corners";
      rings.push(open);
    }
  }
  return rings.length > 0 ? rings : "it has no points";
}

function pointOf(value: unknown): Readonly<{ x: number; y: number }> | null {
  if (!Array.isArray(value)) return null;
  const [x, y]: readonly unknown[] = value;
  if (typeof x !== "number" || typeof y !== "number") return null;
  return Math.abs(x) <= 1e9 && Math.abs(y) <= 1e9 ? { x, y } : null;
}

/** "Tumor", { name: "Tumor" } or { names: ["Tumor", "Positive"] }, which QuPath joins by ": ". */
function classNameOf(value: unknown): string | null {
  const names = own(value, "names");
  const joined = Array.isArray(names) ? names.filter((name) => typeof name === "string").join(": ") : undefined;
  const name = typeof value === "string" ? value : (own(value, "name") ?? joined);
  return typeof name === "string" && name.trim() !== "" ? name.trim().slice(0, 80) : null;
}

/** [r, g, b], or QuPath's older packed integer. */
function colorOf(value: unknown): string | null {
  const color = own(value, "color");
  const packed = own(value, "colorRGB");
  const hex = (r: number, g: number, b: number): string =>
    `#${[r, g, b].map((c) => c.toString(16).padStart(2, "0")).join("")}`;
  if (Array.isArray(color) && color.length >= 3) {
    const [r, g, b]: readonly unknown[] = color;
    const byte = (c: unknown): c is number => typeof c === "number" && Number.isInteger(c) && c >= 0 && c <= 255;
    if (byte(r) && byte(g) && byte(b)) return hex(r, g, b);
  }
  if (typeof packed === "number" && Number.isInteger(packed)) {
    return hex((packed >> 16) & 255, (packed >> 8) & 255, packed & 255);
  }
  return null;
}

/** { name: value } or [{ name, value }]. */
function measurementsOf(value: unknown): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const add = (name: unknown, number: unknown): void => {
    if (typeof name === "string" && typeof number === "number" && Number.isFinite(number) && found.size < 1000) {
      found.set(name.slice(0, 200), number);
    }
  };
  if (Array.isArray(value)) for (const entry of value) add(own(entry, "name"), own(entry, "value"));
  else if (isObject(value)) for (const [name, number] of Object.entries(value)) add(name, number);
  return found;
}

function textsOf(value: unknown): Readonly<Record<string, string>> {
  if (!isObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter((entry): entry is [string, string] => typeof entry[1] === "string")
      .slice(0, 100)
      .map(([key, text]) => [key.slice(0, 100), text.slice(0, 1000)]),
  );
}
