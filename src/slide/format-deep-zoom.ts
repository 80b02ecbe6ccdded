// Deep Zoom: a .dzi (or .xml) beside a folder of tiles. Knows the convention, no host.
// Source: Microsoft's schema http://schemas.microsoft.com/deepzoom/2008 and openseadragon's dzitilesource.js.
import { Fault } from "../base/fault.ts";
import type { Level } from "../domain/slide.ts";
import { calibrationWarnings } from "./calibration.ts";
import { fingerprintOfParts } from "./fingerprint.ts";
import {
  type Crop,
  checkSize,
  checkTile,
  levelAt,
  pictureLimits,
  pictureTile,
  reencodedWarning,
  type Size,
  tellingLevel,
} from "./picture-pyramid.ts";
import type { Resources } from "./resources.ts";
import type { SlideReader } from "./slide-reader.ts";

const mostDescriptionBytes = 64 * 1024;

type Description = Readonly<{ full: Size; tileSize: number; overlap: number; format: string }>;

/** `entry`: the description's path. Faults: not-a-slide, damaged, limit, unsupported, and the resources' own. */
export async function openDeepZoom(resources: Resources, entry: string, signal: AbortSignal): Promise<SlideReader> {
  const found = await resources.get(entry, { most: mostDescriptionBytes }, signal);
  if (!found) throw new Fault("not-a-slide", `There is no "${entry}". Check the address.`);
  const text = new TextDecoder("utf-8").decode(found.bytes);
  const description = parseDescription(text, entry);
  const { full, tileSize, overlap, format } = description;
  const finest = Math.ceil(Math.log2(Math.max(full.width, full.height)));
  const numbers = shownLevels(full, tileSize, finest);
  const levels = numbers.map((number, index) => levelAt(index, full, 2 ** (finest - number), tileSize, tileSize));
  const folder = `${entry.replace(/\.[^./]+$/, "")}_files`;

  const fetchTile = async (level: Level, column: number, row: number, one: AbortSignal): Promise<Uint8Array | null> => {
    const path = `${folder}/${numbers[level.index]}/${column}_${row}.${format}`;
    return (await resources.get(path, { most: pictureLimits.tileBytes, accept: "image/*" }, one))?.bytes ?? null;
  };
  const telling = tellingLevel(levels);
  const piece = telling ? await fetchTile(telling, 0, 0, signal) : null;
  if (!piece) {
    throw new Fault(
      "damaged",
      `"${entry}" is there, but not the tiles that belong to it: "${folder}" must lie beside it. ` +
        (resources.remote ? "Check that it was uploaded too." : "Open the folder that holds both."),
    );
  }
  return {
    description: {
      format: "Deep Zoom",
      origin: "scanned",
      levels,
      calibration: { kind: "unknown" },
      objective: null,
      properties: [],
      warnings: [reencodedWarning, ...calibrationWarnings({ kind: "unknown" }, null)],
    },
    fingerprint: fingerprintOfParts(JSON.stringify(description), piece),
    async tile(index, column, row, tileSignal) {
      const level = checkTile(levels, index, column, row);
      const bytes = await fetchTile(level, column, row, tileSignal);
      if (!bytes) return null;
      const { size, crop } = placeOf(level, column, row, overlap);
      return pictureTile(bytes, size, crop, `Tile ${column}, ${row} of level ${numbers[index]}`);
    },
    untrusted: () => [],
    close: () => resources.close(),
  };
}

/** From the finest down to the first that fits into one tile: Deep Zoom goes on to one pixel. */
function shownLevels(full: Size, tileSize: number, finest: number): readonly number[] {
  const numbers: number[] = [];
  for (let number = finest; number >= 0; number--) {
    numbers.push(number);
    const scale = 2 ** (finest - number);
    if (Math.ceil(full.width / scale) <= tileSize && Math.ceil(full.height / scale) <= tileSize) break;
  }
  return numbers;
}

/** The picture is the tile and `overlap` pixels of each neighbour. */
function placeOf(
  level: Level,
  column: number,
  row: number,
  overlap: number,
): Readonly<{ size: Size; crop: Crop | null }> {
  const along = (
    at: number,
    count: number,
    tile: number,
    all: number,
  ): Readonly<{ from: number; own: number; coded: number }> => {
    const own = Math.min(tile, all - at * tile);
    const before = at > 0 ? overlap : 0;
    const after = at < count - 1 ? Math.min(overlap, all - (at + 1) * tile) : 0;
    return { from: before, own, coded: before + own + after };
  };
  const x = along(column, level.columns, level.tileWidth, level.width);
  const y = along(row, level.rows, level.tileHeight, level.height);
  const size = { width: x.coded, height: y.coded };
  if (x.coded === x.own && y.coded === y.own) return { size, crop: null };
  return { size, crop: { x: x.from, y: y.from, width: x.own, height: y.own } };
}

/** Attributes only: the description has no other content, and an XML parser would bring entities and namespaces with it. */
function parseDescription(text: string, entry: string): Description {
  const image = /<(?:\w+:)?Image\b([^<>]*)>/.exec(text)?.[1];
  const size = /<(?:\w+:)?Size\b([^<>]*)>/.exec(text)?.[1];
  if (/<(?:\w+:)?Collection\b/.test(text)) {
    throw new Fault(
      "unsupported",
      `"${entry}" is a collection of pictures, not one slide. Open one of its .dzi files.`,
    );
  }
  if (image === undefined || size === undefined) {
    throw new Fault("not-a-slide", `"${entry}" is not a Deep Zoom description. Check the address.`);
  }
  const number = (attributes: string, name: string): number => {
    const found = new RegExp(`(?:^|\\s)${name}\\s*=\\s*["'](\\d{1,10})["']`).exec(attributes)?.[1];
    if (found === undefined) throw new Fault("damaged", `"${entry}" is damaged: it does not state ${name}.`);
    return Number(found);
  };
  const format = /(?:^|\s)Format\s*=\s*["']([^"']*)["']/.exec(image)?.[1]?.toLowerCase() ?? "";
  if (!/^(jpe?g|png)$/.test(format)) {
    throw new Fault(
      "unsupported",
      `The tiles of "${entry}" are "${format.slice(0, 20)}" pictures; jpg and png are read.`,
    );
  }
  const full = checkSize(number(size, "Width"), number(size, "Height"), `"${entry}"`);
  const tileSize = number(image, "TileSize");
  const overlap = number(image, "Overlap");
  if (tileSize < 16 || tileSize > pictureLimits.tileSide || overlap > tileSize / 2) {
    throw new Fault(
      "limit",
      `The tiles of "${entry}" are ${tileSize} pixels with an overlap of ${overlap}; from 16 to ${pictureLimits.tileSide} are read, overlapping by half at most.`,
    );
  }
  return { full, tileSize, overlap, format };
}
