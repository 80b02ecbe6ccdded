// OME-Zarr (Zarr 2 and 3, also sharded) as a slide: 8-bit colour or grey, chunks as tiles. Chunks are found and unpacked by zarrita.
// Knows no host. A chunk that is not there has the array's fill value, as Zarr says.
import type { AbsolutePath, AsyncReadable, RangeQuery } from "zarrita";
import { Fault, isAbort, toFault } from "../base/fault.ts";
import type { Level } from "../domain/slide.ts";
import { calibrationWarnings } from "./calibration.ts";
import { fingerprintOfParts } from "./fingerprint.ts";
import { bytesOfTile, checkSize, checkTile, pictureLimits, tellingLevel } from "./picture-pyramid.ts";
import type { Resources } from "./resources.ts";
import type { EncodedTile, SlideReader } from "./slide-reader.ts";
import { along, checkArray, colourOf, wayOn, type ZarrArray } from "./zarr/array-checks.ts";
import { useBoundedCodecs } from "./zarr/bounded-codecs.ts";
import { type AxisName, type Multiscales, parseMultiscales } from "./zarr/multiscales.ts";

type Zarr = typeof import("zarrita");
type ZarrLevel = Readonly<{ level: Level; array: ZarrArray }>;

const maxMetadataBytes = 16 * 1024 * 1024;

/** Faults: not-a-slide, unsupported, damaged, limit, and the resources' own. */
export async function openOmeZarr(resources: Resources, _: string, signal: AbortSignal): Promise<SlideReader> {
  const zarr = await import("zarrita");
  useBoundedCodecs(zarr.registry as Map<string, unknown>);
  const life = new AbortController();
  const store = storeOf(resources, life.signal);
  return ours(resources.name, async () => {
    const { root, multiscales } = await findImage(zarr, store, resources.name, signal);
    const levels = await openLevels(zarr, root, multiscales, resources.name, signal);
    const { axes } = multiscales;
    const colour = colourOf(levels, multiscales, resources.name);
    const read = (index: number, column: number, row: number, one: AbortSignal): Promise<EncodedTile> =>
      ours(resources.name, () => readTile(levels, axes, colour.channels, index, column, row, one));
    const telling = tellingLevel(levels.map(({ level }) => level));
    const piece = await read(telling?.index ?? 0, 0, 0, signal);
    const shapes = levels.map(({ array }) => ({ shape: array.shape, chunks: array.chunks, dtype: array.dtype }));
    return {
      description: {
        format: "OME-Zarr",
        origin: "scanned",
        levels: levels.map(({ level }) => level),
        calibration: multiscales.calibration,
        objective: null,
        properties: [],
        warnings: [
          ...colour.warnings,
          ...planeWarnings(levels, axes),
          ...calibrationWarnings(multiscales.calibration, null),
        ],
      },
      fingerprint: fingerprintOfParts(JSON.stringify(shapes), bytesOfTile(piece)),
      tile: async (index, column, row, one) => {
        checkTile(
          levels.map(({ level }) => level),
          index,
          column,
          row,
        );
        return read(index, column, row, one);
      },
      untrusted: () => [],
      close: () => {
        life.abort();
        resources.close();
      },
    };
  });
}

/** The library's own errors as ours. */
async function ours<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isAbort(error)) throw error;
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause)
      if (cause instanceof Fault) throw cause;
    const { name: kind, codec } = error as { name?: unknown; codec?: unknown };
    if (kind === "UnknownCodecError" || kind === "UnsupportedError") {
      const what = typeof codec === "string" ? `stored with "${codec}"` : "stored in a way";
      throw new Fault("unsupported", `"${name}" is ${what}, which is not read. ${wayOn}`, {}, error);
    }
    if (kind === "NotFoundError") {
      throw new Fault(
        "not-a-slide",
        `"${name}" is no OME-Zarr image, or parts of it are missing. Check the address or folder.`,
        {},
        error,
      );
    }
    throw toFault(error, "damaged", `"${name}" is a damaged OME-Zarr`);
  }
}

function storeOf(resources: Resources, life: AbortSignal): AsyncReadable {
  const pathOf = (key: AbsolutePath): string => key.slice(1);
  const isMetadata = (path: string): boolean => /(^|\/)(zarr\.json|\.z\w+)$/.test(path);
  return {
    async get(key, options) {
      const path = pathOf(key);
      const most = isMetadata(path) ? maxMetadataBytes : pictureLimits.tileBytes;
      return (await resources.get(path, { most }, options?.signal ?? life))?.bytes;
    },
    async getRange(key, range: RangeQuery, options) {
      // The table of a shard is read once for all who wait: one of them leaving must not end it.
      const length = "suffixLength" in range ? range.suffixLength : range.length;
      if (length > pictureLimits.tileBytes) {
        throw new Fault(
          "limit",
          `A piece of the slide claims ${length} bytes; at most ${pictureLimits.tileBytes} are read.`,
        );
      }
      if ("suffixLength" in range) return (await resources.range(pathOf(key), -length, length, life)) ?? undefined;
      return (await resources.range(pathOf(key), range.offset, range.length, options?.signal ?? life)) ?? undefined;
    },
  };
}

type Root = Readonly<{ resolve(path: string): unknown; attrs: unknown }>;

/** The image itself, or the first of what bioformats2raw wrote. */
async function findImage(
  zarr: Zarr,
  store: AsyncReadable,
  name: string,
  signal: AbortSignal,
): Promise<Readonly<{ root: Root; multiscales: Multiscales }>> {
  const group = await zarr.open(zarr.root(store), { kind: "group", signal });
  const direct = parseMultiscales(group.attrs, name);
  if (direct) return { root: group, multiscales: direct };
  const attributes = (group.attrs.ome ?? group.attrs) as Readonly<Record<string, unknown>>;
  if (attributes["bioformats2raw.layout"] === 3 || attributes["bioformats2raw.layout"] === 1) {
    const first = await zarr.open(group.resolve("0"), { kind: "group", signal });
    const inside = parseMultiscales(first.attrs, name);
    if (inside) return { root: first, multiscales: inside };
  }
  throw new Fault("not-a-slide", `"${name}" is a Zarr, but no OME-Zarr image: it describes no pyramid. ${wayOn}`);
}

async function openLevels(
  zarr: Zarr,
  root: Root,
  { paths, axes }: Multiscales,
  name: string,
  signal: AbortSignal,
): Promise<readonly ZarrLevel[]> {
  const found: ZarrLevel[] = [];
  for (const path of paths) {
    const location = root.resolve(path) as Parameters<Zarr["open"]>[0];
    const array = (await zarr.open(location, { kind: "array", signal })) as unknown as ZarrArray;
    checkArray(array, axes, name);
    const [width, tileWidth] = along(array, axes, "x");
    const [height, tileHeight] = along(array, axes, "y");
    checkSize(width, height, `"${name}"`);
    const base = found[0]?.level;
    const [fullWidth, fullHeight] = [base?.width ?? width, base?.height ?? height];
    // Levels must shrink and show the same field; others are not levels of this slide.
    const off = Math.abs((width * fullHeight) / fullWidth - height);
    const last = found.at(-1)?.level;
    if ((last && width >= last.width) || off > Math.max(2, 0.02 * height)) {
      throw new Fault(
        "damaged",
        `"${name}" is damaged: its level "${path}" (${width} x ${height}) does not fit its first.`,
      );
    }
    found.push({
      array,
      level: {
        index: found.length,
        width,
        height,
        tileWidth,
        tileHeight,
        columns: Math.ceil(width / tileWidth),
        rows: Math.ceil(height / tileHeight),
        downsampleX: fullWidth / width,
        downsampleY: fullHeight / height,
      },
    });
  }
  return found;
}

function planeWarnings(levels: readonly ZarrLevel[], axes: readonly AxisName[]): readonly string[] {
  const several = levels.some(({ array }) => along(array, axes, "z")[0] > 1 || along(array, axes, "t")[0] > 1);
  return several ? ["The file holds several focus planes or times; only the first is shown."] : [];
}

/** A chunk, or three of them, as pixels. Chunks at the edge are padded; the padding is left out where pixels are placed. */
async function readTile(
  levels: readonly ZarrLevel[],
  axes: readonly AxisName[],
  channels: 1 | 3,
  index: number,
  column: number,
  row: number,
  signal: AbortSignal,
): Promise<EncodedTile> {
  const found = levels[index];
  if (!found) throw new Error("assertion failed: the level was checked");
  const { array, level } = found;
  const { tileWidth: width, tileHeight: height } = level;
  const [xAt, yAt, cAt] = [axes.indexOf("x"), axes.indexOf("y"), axes.indexOf("c")];
  const perChunk = cAt < 0 ? 1 : (array.chunks[cAt] ?? 1);
  const bytes = new Uint8Array(width * height * 3);
  for (let first = 0; first < channels; first += perChunk) {
    const place: Readonly<Record<AxisName, number>> = { t: 0, c: first / perChunk, z: 0, y: row, x: column };
    const chunk = await chunkOf(
      array,
      axes.map((axis) => place[axis]),
      signal,
    );
    const [dx, dy] = [chunk.stride[xAt] ?? 1, chunk.stride[yAt] ?? 1];
    for (let inside = 0; inside < perChunk && first + inside < channels; inside++) {
      const from = cAt < 0 ? 0 : inside * (chunk.stride[cAt] ?? 0);
      for (let y = 0; y < height; y++) {
        let p = from + y * dy;
        let q = y * width * 3 + first + inside;
        for (let x = 0; x < width; x++, p += dx, q += 3) bytes[q] = chunk.data[p]!;
      }
    }
  }
  signal.throwIfAborted();
  if (channels === 1) for (let i = 0; i < bytes.length; i += 3) bytes.fill(bytes[i]!, i + 1, i + 3);
  return { codec: "pixels", bytes, width, height };
}

type Chunk = Readonly<{ data: Uint8Array; stride: readonly number[] }>;

async function chunkOf(array: ZarrArray, at: readonly number[], signal: AbortSignal): Promise<Chunk> {
  const { data, stride } = await array.getChunk([...at], { signal });
  const pixels = array.chunks.reduce((product, side) => product * side, 1);
  if (!(data instanceof Uint8Array) || data.length < pixels) {
    throw new Fault("damaged", "A piece of the slide is damaged: it unpacks to too little. Copy or download it again.");
  }
  return { data, stride };
}
