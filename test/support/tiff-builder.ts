// Small TIFF files written in memory, right or deliberately wrong. Knows no reader.

export type TagValue =
  | Readonly<{ type: 2; text: string }>
  | Readonly<{ type: 3 | 4 | 16; values: readonly number[] }>
  | Readonly<{ type: 5; values: readonly (readonly [number, number])[] }>
  | Readonly<{ type: 7; bytes: Uint8Array }>;

export type ImageParts = Readonly<{
  tags: Readonly<Record<number, TagValue>>;
  /** Row-major encoded tiles; null is a tile of zero bytes. */
  tiles: readonly (Uint8Array | null)[];
}>;

export type TiffOptions = Readonly<{
  littleEndian?: boolean;
  big?: boolean;
  /** What the last directory points to: 0, or the offset of directory `loopTo`. */
  loopTo?: number;
  /** Changes raw tag entries: [count, valueOrOffset] by tag, of the first directory. */
  forge?: Readonly<Record<number, Readonly<{ count?: number; offset?: number }>>>;
}>;

export const short = (...values: number[]): TagValue => ({ type: 3, values });
export const long = (...values: number[]): TagValue => ({ type: 4, values });
export const ascii = (text: string): TagValue => ({ type: 2, text });
export const rational = (...values: (readonly [number, number])[]): TagValue => ({ type: 5, values });
export const bytes = (data: Uint8Array): TagValue => ({ type: 7, bytes: data });

const size = { 2: 1, 3: 2, 4: 4, 5: 8, 7: 1, 16: 8 } as const;

/** Header, tiles, values, directories. */
export function buildTiff(images: readonly ImageParts[], options: TiffOptions = {}): Uint8Array {
  const { littleEndian = true, big = false } = options;
  const out: number[] = [];
  const put = (value: number, width: number, at = out.length): void => {
    for (let i = 0; i < width; i++) {
      const shift = littleEndian ? i : width - 1 - i;
      out[at + i] = Math.floor(value / 2 ** (8 * shift)) % 256;
    }
  };
  const word = big ? 8 : 4;
  out.push(...(littleEndian ? [0x49, 0x49] : [0x4d, 0x4d]));
  put(big ? 43 : 42, 2);
  if (big) {
    put(8, 2);
    put(0, 2);
  }
  let link = out.length;
  put(0, word);
  const directoryOffsets: number[] = [];
  images.forEach((image, index) => {
    const offsets = image.tiles.map((tile) => {
      const at = tile ? out.length : 0;
      for (const byte of tile ?? []) out.push(byte);
      return at;
    });
    const type = big ? 16 : 4;
    const tags: Record<number, TagValue> = {
      ...(image.tiles.length > 0 && {
        324: { type, values: offsets },
        325: { type: 4, values: image.tiles.map((tile) => tile?.length ?? 0) },
      }),
      ...image.tags,
    };
    const entries = Object.entries(tags)
      .map(([tag, value]) => ({ tag: Number(tag), value }))
      .sort((a, b) => a.tag - b.tag)
      .map(({ tag, value }) => {
        const count = countOf(value);
        const inline = count * size[value.type] <= word;
        const at = out.length;
        if (!inline) putValue(value, put);
        return { tag, value, count, inline, at };
      });
    if (out.length % 2) out.push(0);
    directoryOffsets.push(out.length);
    put(out.length, word, link);
    put(entries.length, big ? 8 : 2);
    for (const entry of entries) {
      const forged = index === 0 ? options.forge?.[entry.tag] : undefined;
      put(entry.tag, 2);
      put(entry.value.type, 2);
      put(forged?.count ?? entry.count, word);
      const start = out.length;
      if (entry.inline && forged?.offset === undefined) {
        putValue(entry.value, put);
        while (out.length < start + word) out.push(0);
      } else {
        put(forged?.offset ?? entry.at, word);
      }
    }
    link = out.length;
    put(0, word);
  });
  if (options.loopTo !== undefined) put(directoryOffsets[options.loopTo] ?? 0, word, link);
  return Uint8Array.from(out);
}

function countOf(value: TagValue): number {
  if (value.type === 2) return value.text.length + 1;
  return value.type === 7 ? value.bytes.length : value.values.length;
}

function putValue(value: TagValue, put: (value: number, width: number) => void): void {
  switch (value.type) {
    case 2:
      for (const c of `${value.text}\0`) put(c.charCodeAt(0), 1);
      break;
    case 7:
      for (const byte of value.bytes) put(byte, 1);
      break;
    case 5:
      for (const [top, bottom] of value.values) {
        put(top, 4);
        put(bottom, 4);
      }
      break;
    default:
      for (const v of value.values) put(v, size[value.type]);
  }
}

export type PyramidOptions = TiffOptions &
  Readonly<{
    width?: number;
    height?: number;
    tile?: number;
    levels?: number;
    /** How level-0 tiles look, encoded. */
    encode: (level: number, column: number, row: number) => Uint8Array | null;
    photometric?: 1 | 2 | 6;
    tables?: Uint8Array;
    description?: string;
    resolution?: Readonly<{ perUnit: number; unit: number }>;
    extra?: Readonly<Record<number, TagValue>>;
    /** Images after the pyramid. */
    more?: readonly ImageParts[];
  }>;

/** A pyramid of tiled JPEG images, each level half the one before. */
export function buildPyramidTiff(options: PyramidOptions): Uint8Array {
  const { width = 128, height = 96, tile = 64, levels = 1, photometric = 6, resolution } = options;
  const samples = photometric === 1 ? 1 : 3;
  const images = Array.from({ length: levels }, (_, level): ImageParts => {
    const w = Math.ceil(width / 2 ** level);
    const h = Math.ceil(height / 2 ** level);
    const columns = Math.ceil(w / tile);
    const rows = Math.ceil(h / tile);
    const tiles = Array.from({ length: columns * rows }, (_, i) =>
      options.encode(level, i % columns, Math.floor(i / columns)),
    );
    return {
      tiles,
      tags: {
        254: long(level === 0 ? 0 : 1),
        256: long(w),
        257: long(h),
        258: short(...Array.from({ length: samples }, () => 8)),
        259: short(7),
        262: short(photometric),
        277: short(samples),
        284: short(1),
        322: short(tile),
        323: short(tile),
        ...(options.description !== undefined && level === 0 && { 270: ascii(options.description) }),
        ...(options.tables && { 347: bytes(options.tables) }),
        ...(resolution && {
          282: rational([Math.round(resolution.perUnit * 1000), 1000]),
          283: rational([Math.round(resolution.perUnit * 1000), 1000]),
          296: short(resolution.unit),
        }),
        ...options.extra,
      },
    };
  });
  return buildTiff([...images, ...(options.more ?? [])], options);
}
