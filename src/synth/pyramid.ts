// Tiles of a pyramid, depth first: each tile is drawn or halved from its four children, so a slide of any size needs the
// memory of a few tiles. Knows no file format; equal tiles of a repeating slide are made once.

export const tileSize = 256;

export type LevelShape = Readonly<{ width: number; height: number; columns: number; rows: number }>;

/** Levels halve until the slide fits one tile. Odd sizes round down, as OpenSlide's readers expect. */
export function levelsOf(width: number, height: number): readonly LevelShape[] {
  const levels: LevelShape[] = [];
  for (let w = width, h = height; ; w = Math.max(1, w >> 1), h = Math.max(1, h >> 1)) {
    levels.push({ width: w, height: h, columns: Math.ceil(w / tileSize), rows: Math.ceil(h / tileSize) });
    if (w <= tileSize && h <= tileSize) return levels;
  }
}

export type PyramidPlan = Readonly<{
  width: number;
  height: number;
  /** Draws level-0 pixels, RGB; also beyond the slide's edge, where tiles are padded. */
  draw(x: number, y: number, width: number, height: number): Uint8Array;
  /** The picture repeats with this pitch (level-0 px), so equal tiles may share their bytes; null: it does not. */
  pitch: Readonly<{ width: number; height: number }> | null;
}>;

/** A tile to store: its pixels, or the equal tile stored before (same level). */
export type PyramidTile =
  | Readonly<{ level: number; index: number; pixels: Uint8Array; sameAs: null }>
  | Readonly<{ level: number; index: number; pixels: null; sameAs: number }>;

/** Mean of each 2 x 2 block of a tile, rounded: a quarter of the parent tile. */
export function halve(pixels: Uint8Array): Uint8Array {
  const half = tileSize / 2;
  const out = new Uint8Array(half * half * 3);
  for (let y = 0; y < half; y++) {
    for (let x = 0; x < half; x++) {
      const from = (y * 2 * tileSize + x * 2) * 3;
      const below = from + tileSize * 3;
      for (let c = 0; c < 3; c++) {
        const sum = pixels[from + c]! + pixels[from + 3 + c]! + pixels[below + c]! + pixels[below + 3 + c]!;
        out[(y * half + x) * 3 + c] = (sum + 2) >> 2;
      }
    }
  }
  return out;
}

type Made = Readonly<{ index: number; half: Uint8Array }>;

/** Yields every tile of every level once, children before parents. */
export function* tilesOf(plan: PyramidPlan, signal: AbortSignal): Generator<PyramidTile> {
  const levels = levelsOf(plan.width, plan.height);
  const known = new Map<string, Made>();
  const white = new Uint8Array((tileSize / 2) ** 2 * 3).fill(255);

  const keyOf = (level: number, column: number, row: number): string | null => {
    if (!plan.pitch) return null;
    // Where in the repeating picture a tile begins, in level-0 px. A tile at the slide's right or lower edge lacks the children
    // beyond it; an inner tile with the same key is always made before it, so only edge tiles ever share an edge tile.
    const span = tileSize * 2 ** level;
    return `${level}/${(column * span) % plan.pitch.width}/${(row * span) % plan.pitch.height}`;
  };

  function* make(level: number, column: number, row: number): Generator<PyramidTile, Uint8Array> {
    signal.throwIfAborted();
    const shape = levels[level];
    if (!shape || column >= shape.columns || row >= shape.rows) return white;
    const index = row * shape.columns + column;
    const key = keyOf(level, column, row);
    // The children's pixels are needed where this tile is new, and their place in the file in any case.
    let pixels: Uint8Array;
    const before = key === null ? undefined : known.get(key);
    if (level === 0) {
      if (before) {
        yield { level, index, pixels: null, sameAs: before.index };
        return before.half;
      }
      pixels = plan.draw(column * tileSize, row * tileSize, tileSize, tileSize);
    } else {
      pixels = new Uint8Array(tileSize * tileSize * 3);
      const half = tileSize / 2;
      for (let quarter = 0; quarter < 4; quarter++) {
        const qx = quarter & 1;
        const qy = quarter >> 1;
        const part = yield* make(level - 1, column * 2 + qx, row * 2 + qy);
        if (before) continue;
        for (let y = 0; y < half; y++) {
          pixels.set(part.subarray(y * half * 3, (y + 1) * half * 3), ((qy * half + y) * tileSize + qx * half) * 3);
        }
      }
      if (before) {
        yield { level, index, pixels: null, sameAs: before.index };
        return before.half;
      }
    }
    const smaller = halve(pixels);
    if (key !== null) known.set(key, { index, half: smaller });
    yield { level, index, pixels, sameAs: null };
    return smaller;
  }

  yield* make(levels.length - 1, 0, 0);
}
