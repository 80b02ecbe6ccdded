// info.json of a IIIF image, parsed: size, tiles, scales, um/px where a physical scale is stated. Fetches nothing.
import { Fault } from "../base/fault.ts";
import type { Calibration } from "../domain/slide.ts";
import { measured } from "./calibration.ts";
import { checkSize, pictureLimits, type Size } from "./picture-pyramid.ts";

export type IiifInfo = Readonly<{
  version: 2 | 3;
  full: Size;
  tileWidth: number;
  tileHeight: number;
  /** Whole numbers from 1, without repetition. */
  scales: readonly number[];
  calibration: Calibration;
}>;

type Json = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value];

/** Faults: not-a-slide, unsupported, damaged, limit. */
export function parseIiifInfo(json: unknown, what: string): IiifInfo {
  if (!isObject(json)) throw new Fault("not-a-slide", `${what} is no IIIF image: its info.json is no object.`);
  const version = versionOf(json, what);
  const full = checkSize(Number(json.width), Number(json.height), what);
  const level0 = list(json.profile).some((p) => typeof p === "string" && /level0(\.json)?$|#level0$/.test(p));
  const tiles = list(json.tiles).filter(isObject);
  const chosen = tiles.length > 0 ? tiles.map((tile) => readTiles(tile, what)) : null;
  // Every server but those of level 0 cuts any region out: then the tiles are ours to choose.
  if (!chosen && level0) {
    throw new Fault(
      "unsupported",
      `${what} offers whole pictures only, no tiles, so it cannot be read piece by piece. Ask for a IIIF address with tiles.`,
    );
  }
  // Several ways of tiling may be offered; the one with most scales makes the best pyramid.
  const [best] = [...(chosen ?? [ownTiles(full, Number(json.maxWidth ?? 1024))])].sort(
    (a, b) => b.scales.length - a.scales.length,
  );
  if (!best) throw new Fault("damaged", `${what} lists no tiles.`);
  const scales = best.scales.filter((scale) => scale <= Math.max(full.width, full.height));
  if (!scales.includes(1)) {
    throw new Fault(
      "unsupported",
      `${what} does not offer its tiles at full resolution, so nothing of it can be classified.`,
    );
  }
  return { version, full, ...best, scales, calibration: physicalScale(json) };
}

function versionOf(json: Json, what: string): 2 | 3 {
  const context = list(json["@context"]).filter((c): c is string => typeof c === "string");
  if (context.some((c) => /iiif\.io\/api\/image\/3\//.test(c)) || json.type === "ImageService3") return 3;
  if (context.some((c) => /iiif\.io\/api\/image\/2\//.test(c))) return 2;
  if (context.some((c) => /image-api\/1|iiif\.io\/api\/image\/1/.test(c))) {
    throw new Fault(
      "unsupported",
      `${what} speaks version 1 of IIIF's image API; 2 and 3 are read. Ask for a newer address.`,
    );
  }
  throw new Fault(
    "not-a-slide",
    `${what} is no IIIF image: its info.json names no version of the image API. Check the address.`,
  );
}

type Tiles = Readonly<{ tileWidth: number; tileHeight: number; scales: readonly number[] }>;

function readTiles(tile: Json, what: string): Tiles {
  const tileWidth = Number(tile.width);
  const tileHeight = tile.height === undefined ? tileWidth : Number(tile.height);
  const sane = (side: number): boolean => Number.isInteger(side) && side >= 16 && side <= pictureLimits.tileSide;
  if (!sane(tileWidth) || !sane(tileHeight)) {
    throw new Fault(
      "limit",
      `${what} has tiles of ${tileWidth} x ${tileHeight} pixels; from 16 to ${pictureLimits.tileSide} are read.`,
    );
  }
  const scales = [...new Set(list(tile.scaleFactors).map(Number))];
  if (scales.length === 0 || scales.length > 32 || scales.some((s) => !Number.isInteger(s) || s < 1 || s > 1 << 24)) {
    throw new Fault("damaged", `${what} is damaged: its tiles have no possible scales.`);
  }
  return { tileWidth, tileHeight, scales };
}

function ownTiles(full: Size, most: number): Tiles {
  const side = Math.min(512, Number.isInteger(most) && most >= 16 ? most : 512);
  const scales = [1];
  while (Math.max(full.width, full.height) / (scales.at(-1) ?? 1) > side) scales.push((scales.at(-1) ?? 1) * 2);
  return { tileWidth: side, tileHeight: side, scales };
}

const micrometres: ReadonlyMap<string, number> = new Map([
  ["mm", 1000],
  ["cm", 10_000],
  ["in", 25_400],
]);

/** The physical dimensions service: iiif.io/api/annex/services. */
function physicalScale(json: Json): Calibration {
  const services = [...list(json.service), ...list(json.services)].filter(isObject);
  const found = services.find((s) => /physdim/.test(`${String(s.profile)} ${String(s["@context"])}`));
  const unit = micrometres.get(String(found?.physicalUnits));
  const scale = Number(found?.physicalScale);
  if (!found || unit === undefined || !(scale > 0)) return { kind: "unknown" };
  return measured(scale * unit, scale * unit, "iiif");
}
