// IIIF Image API 2 and 3: an info.json and pictures of regions, from a server or as files. Knows the addresses, no host.
// Source: iiif.io/api/image/2.1 and /3.0. The service is where its info.json was found, whatever "id" says: the person agreed to that.
import { Fault, isFault } from "../base/fault.ts";
import type { Level } from "../domain/slide.ts";
import { calibrationWarnings } from "./calibration.ts";
import { fingerprintOfParts } from "./fingerprint.ts";
import { type IiifInfo, parseIiifInfo } from "./iiif-info.ts";
import {
  bytesOfTile,
  checkTile,
  levelAt,
  pictureLimits,
  pictureTile,
  reencodedWarning,
  type Size,
  tellingLevel,
} from "./picture-pyramid.ts";
import { type Resources, readJson } from "./resources.ts";
import type { EncodedTile, SlideReader } from "./slide-reader.ts";

const mostInfoBytes = 1024 * 1024;

/** Faults: not-a-slide, unsupported, damaged, limit, and the resources' own. */
export async function openIiif(resources: Resources, entry: string, signal: AbortSignal): Promise<SlideReader> {
  const json = await readJson(resources, entry, mostInfoBytes, signal, "application/ld+json, application/json");
  if (json === null) throw new Fault("not-a-slide", `There is no "${entry}". Check the address.`);
  const info = parseIiifInfo(json, `"${resources.name}"`);
  const pictures = pictureFinder(resources, info);
  const read = async (
    level: Level,
    scale: number,
    column: number,
    row: number,
    one: AbortSignal,
  ): Promise<EncodedTile | null> => {
    const x = column * level.tileWidth * scale;
    const y = row * level.tileHeight * scale;
    const region = {
      x,
      y,
      width: Math.min(level.tileWidth * scale, info.full.width - x),
      height: Math.min(level.tileHeight * scale, info.full.height - y),
    };
    const size = { width: Math.ceil(region.width / scale), height: Math.ceil(region.height / scale) };
    return pictures.find(region, size, `Tile ${column}, ${row} at 1/${scale}`, one);
  };
  const { scales, levels, pieces, warnings } = await tryScales(resources, info, read, signal);
  const piece = pieces[tellingLevel(levels)?.index ?? 0];
  if (!piece) throw new Error("assertion failed: every level was tried");
  return {
    description: {
      format: `IIIF ${info.version}`,
      origin: "scanned",
      levels,
      calibration: info.calibration,
      objective: null,
      properties: [],
      warnings: [reencodedWarning, ...warnings, ...calibrationWarnings(info.calibration, null)],
    },
    fingerprint: fingerprintOfParts(
      JSON.stringify({ full: info.full, tile: info.tileWidth, scales }),
      bytesOfTile(piece),
    ),
    tile: async (index, column, row, one) =>
      read(checkTile(levels, index, column, row), scales[index] ?? 1, column, row, one),
    untrusted: () => [],
    close: () => resources.close(),
  };
}

type Scales = Readonly<{
  scales: readonly number[];
  levels: readonly Level[];
  /** The first tile of each level. */
  pieces: readonly EncodedTile[];
  warnings: readonly string[];
}>;

/** Stores of files often lack a scale they list, or have pictures of another size there: such a scale is left out, and it is said. */
async function tryScales(
  resources: Resources,
  info: IiifInfo,
  read: (level: Level, scale: number, column: number, row: number, signal: AbortSignal) => Promise<EncodedTile | null>,
  signal: AbortSignal,
): Promise<Scales> {
  const found: Readonly<{ scale: number; piece: EncodedTile }>[] = [];
  const lost: number[] = [];
  for (const scale of [...info.scales].sort((a, b) => a - b)) {
    const level = levelAt(0, info.full, scale, info.tileWidth, info.tileHeight);
    const piece = await read(level, scale, 0, 0, signal).catch((error: unknown) => {
      if (scale === 1 || !isFault(error, "damaged")) throw error;
      return null;
    });
    if (piece) found.push({ scale, piece });
    else if (scale > 1) lost.push(scale);
    else {
      throw new Fault(
        "damaged",
        `"${resources.name}" describes a slide, but its pictures are not there. ` +
          (resources.remote ? "Check the server." : "Open the whole folder that holds info.json."),
      );
    }
  }
  const scales = found.map(({ scale }) => scale);
  const which = lost.map((scale) => `1/${scale}`).join(", ");
  return {
    scales,
    levels: scales.map((scale, index) => levelAt(index, info.full, scale, info.tileWidth, info.tileHeight)),
    pieces: found.map(({ piece }) => piece),
    warnings:
      lost.length === 0
        ? []
        : [`The pictures at ${which} are missing or of a wrong size; finer ones are used instead.`],
  };
}

type Box = Readonly<{ x: number; y: number; width: number; height: number }>;
type Found = Readonly<{ tile: EncodedTile | null; refused: Fault | null }>;

/**
 * The same picture has several addresses, of which a store of files has one and servers round differently: the canonical one first. Which way
 * of writing a size was answered last is tried first.
 */
function pictureFinder(resources: Resources, info: IiifInfo) {
  let preferred = 0;
  const sizes: readonly ((size: Size) => string)[] =
    info.version === 3
      ? [(s) => `${s.width},${s.height}`, (s) => `${s.width},`]
      : [(s) => `${s.width},`, (s) => `${s.width},${s.height}`];
  const attempt = async (path: string, size: Size, what: string, signal: AbortSignal): Promise<Found> => {
    try {
      const found = await resources.get(path, { most: pictureLimits.tileBytes, accept: "image/jpeg" }, signal);
      return { tile: found && pictureTile(found.bytes, size, null, what), refused: null };
    } catch (error) {
      // 400, 501: the server knows no such way of asking. A picture of another size: it rounds otherwise.
      const tryOther =
        isFault(error, "damaged") || (isFault(error, "network") && [400, 501].includes(Number(error.detail.status)));
      if (!tryOther) throw error;
      return { tile: null, refused: error };
    }
  };
  return {
    async find(region: Box, size: Size, what: string, signal: AbortSignal): Promise<EncodedTile | null> {
      const plain = `${region.x},${region.y},${region.width},${region.height}`;
      const isAll = region.width === info.full.width && region.height === info.full.height;
      let refused: Fault | null = null;
      for (const regionText of isAll ? ["full", plain] : [plain]) {
        for (let i = 0; i < sizes.length; i++) {
          const way = (preferred + i) % sizes.length;
          const sizeText = sizes[way]?.(size) ?? "";
          const path = `${regionText}/${sizeText}/0/default.jpg`;
          const found = await attempt(path, size, what, signal);
          if (found.tile) {
            preferred = way;
            return found.tile;
          }
          refused ??= found.refused;
        }
      }
      if (refused) throw refused;
      return null;
    },
  };
}
