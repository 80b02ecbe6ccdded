// The generator's files, read back by the app's own reader: structure, pixels, sharing, BigTIFF.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { decodeJpeg } from "../../src/platform/node/jpeg-decoder.ts";
import { createJpegEncoder } from "../../src/platform/node/jpeg-encoder.ts";
import { memorySource } from "../../src/slide/byte-source.ts";
import { openSlide } from "../../src/slide/open-slide.ts";
import type { SlideReader } from "../../src/slide/slide-reader.ts";
import { splitJpeg } from "../../src/synth/jpeg-tables.ts";
import { halve, levelsOf, type PyramidPlan, tileSize, tilesOf } from "../../src/synth/pyramid.ts";
import { type TiffOptions, writeTiff } from "../../src/synth/tiff-writer.ts";

const signal = new AbortController().signal;

/** The generator writes nothing but JPEG. */
async function jpegTile(reader: SlideReader, level: number, column: number, row: number) {
  const tile = await reader.tile(level, column, row, signal);
  if (tile && tile.codec !== "jpeg") throw new Error(`a ${tile.codec} tile`);
  return tile;
}
const description = "PathoTune synthetic|MPP = 0.5|Seed = 7";
const options: TiffOptions = { description, mpp: 0.5, format: "auto" };

/** Smooth colours that differ everywhere within `period` px. */
function picture(period: number) {
  return (x: number, y: number, width: number, height: number): Uint8Array => {
    const out = new Uint8Array(width * height * 3);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const u = (x + column) % period;
        const v = (y + row) % period;
        out.set(
          [(u * 200) / period + 20, (v * 200) / period + 20, 120 + 60 * Math.sin((u + v) / 40)],
          (row * width + column) * 3,
        );
      }
    }
    return out;
  };
}

async function written(plan: PyramidPlan, how: TiffOptions = options) {
  const parts: Uint8Array[] = [];
  const patches: [number, Uint8Array][] = [];
  const encode = await createJpegEncoder(80);
  const sink = {
    append: async (bytes: Uint8Array) => void parts.push(bytes.slice()),
    patch: async (offset: number, bytes: Uint8Array) => void patches.push([offset, bytes.slice()]),
  };
  const summary = await writeTiff(plan, how, encode, sink, signal);
  const file = new Uint8Array(Buffer.concat(parts));
  for (const [offset, bytes] of patches) file.set(bytes, offset);
  expect(file.length).toBe(summary.bytes);
  return { file, encode, ...summary };
}

test("our own reader sees every level, the um/px, and that the slide is generated", async () => {
  const { file, stored } = await written({ width: 1100, height: 700, draw: picture(2048), pitch: null });
  const reader = await openSlide(memorySource(file), signal);
  const { levels, calibration, origin, warnings } = reader.description;
  expect(levels.map(({ width, height }) => [width, height])).toEqual([
    [1100, 700],
    [550, 350],
    [275, 175],
    [137, 87],
  ]);
  expect(calibration).toMatchObject({ kind: "measured", mppX: 0.5, mppY: 0.5, source: "generated" });
  expect(origin).toBe("generated");
  expect(warnings).toEqual([]);
  expect(stored).toBe(15 + 6 + 2 + 1);
});

test("a tile read back is the JPEG of what was drawn, and a higher level is the mean of four pixels", async () => {
  const draw = picture(2048);
  const { file, encode } = await written({ width: 1024, height: 768, draw, pitch: null });
  const reader = await openSlide(memorySource(file), signal);
  const pixelsOf = async (level: number, column: number, row: number) => {
    const tile = await jpegTile(reader, level, column, row);
    if (!tile) throw new Error("the tile is missing");
    expect(tile.colour).toBe("ycbcr");
    return (await decodeJpeg(tile, signal)).data;
  };
  const drawn = draw(512, 256, tileSize, tileSize);
  const direct = await decodeJpeg(
    { codec: "jpeg", bytes: encode(drawn, tileSize), width: tileSize, height: tileSize, colour: "ycbcr" },
    signal,
  );
  expect(await pixelsOf(0, 2, 1)).toEqual(direct.data);
  const above = await pixelsOf(1, 1, 0);
  const quarter = halve(drawn);
  let worst = 0;
  for (let y = 8; y < 120; y++) {
    for (let x = 8; x < 120; x++) {
      for (let c = 0; c < 3; c++) {
        const seen = above[((y + 128) * tileSize + x) * 3 + c]!;
        worst = Math.max(worst, Math.abs(seen - quarter[(y * 128 + x) * 3 + c]!));
      }
    }
  }
  // JPEG at quality 80 on a smooth picture.
  expect(worst).toBeLessThan(12);
});

test("BigTIFF holds the same tiles as classic TIFF", async () => {
  const plan: PyramidPlan = { width: 600, height: 520, draw: picture(1024), pitch: null };
  const classic = await written(plan);
  const big = await written(plan, { ...options, format: "big" });
  expect(classic.file[2]).toBe(42);
  expect(big.file[2]).toBe(43);
  const readers = [
    await openSlide(memorySource(classic.file), signal),
    await openSlide(memorySource(big.file), signal),
  ];
  for (const [level, column, row] of [
    [0, 2, 2],
    [0, 0, 1],
    [1, 1, 1],
    [2, 0, 0],
  ] as const) {
    const [a, b] = await Promise.all(readers.map((reader) => jpegTile(reader, level, column, row)));
    expect(a?.bytes).toEqual(b?.bytes);
  }
});

test("a repeating slide stores equal tiles once, and every tile is what it would be without sharing", async () => {
  const draw = picture(512);
  const size = { width: 2600, height: 2100 };
  const shared = await written({ ...size, draw, pitch: { width: 512, height: 512 } });
  const plain = await written({ ...size, draw, pitch: null });
  expect(shared.stored + shared.shared).toBe(plain.stored);
  expect(shared.file.length).toBeLessThan(plain.file.length / 3);
  const a = await openSlide(memorySource(shared.file), signal);
  const b = await openSlide(memorySource(plain.file), signal);
  for (const level of [0, 1, 2]) {
    const found = a.description.levels[level]!;
    for (let k = 0; k < 6; k++) {
      // Inside the slide: tiles at its lower and right edge hold whatever neighbour was there first.
      const column = (k * 3) % Math.max(1, found.columns - 1);
      const row = (k * 2) % Math.max(1, found.rows - 1);
      const [one, other] = [await jpegTile(a, level, column, row), await jpegTile(b, level, column, row)];
      expect(one?.bytes, `${level}/${column}/${row}`).toEqual(other?.bytes);
    }
  }
});

test("children come before parents and each tile of each level comes once", () => {
  const plan: PyramidPlan = { width: 1000, height: 1300, draw: picture(4096), pitch: null };
  const levels = levelsOf(plan.width, plan.height);
  const seen = new Set<string>();
  for (const { level, index } of tilesOf(plan, signal)) {
    const shape = levels[level]!;
    const [column, row] = [index % shape.columns, Math.floor(index / shape.columns)];
    expect(seen.has(`${level}/${column}/${row}`)).toBe(false);
    seen.add(`${level}/${column}/${row}`);
    const below = levels[level - 1];
    if (below && column * 2 < below.columns && row * 2 < below.rows) {
      expect(seen.has(`${level - 1}/${column * 2}/${row * 2}`)).toBe(true);
    }
  }
  expect(seen.size).toBe(levels.reduce((sum, { columns, rows }) => sum + columns * rows, 0));
});

test("splitting a JPEG loses nothing: tables and image together decode to the same pixels", async () => {
  const encode = await createJpegEncoder(70);
  const jpeg = encode(picture(999)(3, 4, tileSize, tileSize), tileSize);
  const { tables, image } = splitJpeg(jpeg);
  const whole = new Uint8Array([...tables.subarray(0, -2), ...image.subarray(2)]);
  const frame = { codec: "jpeg", width: tileSize, height: tileSize, colour: "ycbcr" } as const;
  const a = await decodeJpeg({ ...frame, bytes: jpeg }, signal);
  const b = await decodeJpeg({ ...frame, bytes: whole }, signal);
  expect(a.data).toEqual(b.data);
});

test("the embedded slide is what the generator draws with its seed today", async () => {
  const { createPainter } = await import("../../src/synth/painter.ts");
  const { createSpecimenLayout } = await import("../../src/synth/layout-specimen.ts");
  const { shippedStyle } = await import("../../src/synth/style.ts");
  const file = await readFile(join(import.meta.dirname, "../../public/slides/synthetic-he.tif"));
  expect(file.length).toBeLessThan(10_000_000);
  const reader = await openSlide(memorySource(new Uint8Array(file)), signal);
  const encode = await createJpegEncoder(80);
  const painter = createPainter(7, shippedStyle, createSpecimenLayout(7));
  for (const [column, row] of [
    [10, 5],
    [22, 3],
  ] as const) {
    const tile = await jpegTile(reader, 0, column, row);
    const { tables, image } = splitJpeg(
      encode(painter.draw(column * tileSize, row * tileSize, tileSize, tileSize), tileSize),
    );
    const redrawn = new Uint8Array([...tables.subarray(0, -2), ...image.subarray(2)]);
    const frame = { codec: "jpeg", width: tileSize, height: tileSize, colour: "ycbcr" } as const;
    const hash = (data: ArrayLike<number>) => createHash("sha256").update(Uint8Array.from(data)).digest("hex");
    const decoded = await decodeJpeg(tile ?? { ...frame, bytes: new Uint8Array(0) }, signal);
    expect(hash(decoded.data)).toBe(hash((await decodeJpeg({ ...frame, bytes: redrawn }, signal)).data));
  }
});
