// Seeded mutants of slides of parts: each must end in a typed Fault or in an image, never in anything else, never in endless work.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import { isFault } from "../../src/base/fault.ts";
import { createNodeSlideService } from "../../src/platform/node/slide-service.ts";
import { mutate, random } from "../support/mutate.ts";
import { partFixtures } from "../support/reference-patches.ts";
import { localFile } from "../support/slide-service.ts";

const perSlide = process.env.PATHOTUNE_LONG === "1" ? 2000 : 25;
const service = createNodeSlideService();
const twins = join(partFixtures, "twins");

type Piece = Readonly<{ path: string; bytes: Uint8Array }>;

function piecesOf(name: string): readonly Piece[] {
  const root = join(twins, name);
  if (/\.dcm$/.test(name)) return [{ path: name, bytes: new Uint8Array(readFileSync(root)) }];
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({ path: relative(root, path).split(sep).join("/"), bytes: new Uint8Array(readFileSync(path)) }));
}

/** Descriptions matter most: half of all mutants have theirs changed, or a number in it replaced. */
function mutant(pieces: readonly Piece[], next: () => number): readonly Piece[] {
  const isDescription = (path: string): boolean => /(\.dzi|\.json|\.zattrs|\.zarray|\.zgroup)$/.test(path);
  const described = pieces.filter(({ path }) => isDescription(path));
  const from = described.length > 0 && next() < 0.5 ? described : pieces;
  const chosen = from[Math.floor(next() * from.length)];
  return pieces.flatMap((piece) => {
    if (piece !== chosen) return [piece];
    if (next() < 0.1) return [];
    if (!isDescription(piece.path) || next() < 0.3) return [{ ...piece, bytes: mutate(piece.bytes, next, 0) }];
    const text = new TextDecoder().decode(piece.bytes);
    const numbers = [...text.matchAll(/\d+/g)];
    const number = numbers[Math.floor(next() * numbers.length)];
    const values = ["0", "-1", "1", "3", "65536", "4294967296", "1e999", "null", '"a"', "0.5"];
    const value = values[Math.floor(next() * values.length)] ?? "0";
    const at = number?.index ?? 0;
    const changed = text.slice(0, at) + value + text.slice(at + (number?.[0].length ?? 0));
    return [{ ...piece, bytes: new TextEncoder().encode(changed) }];
  });
}

async function outcomeOf(pieces: readonly Piece[]): Promise<string> {
  try {
    const files = pieces.map(({ path, bytes }) => ({ path, file: localFile(bytes, path.split("/").at(-1)) }));
    const info = await service.open({ source: { kind: "files", name: "mutant", files } });
    try {
      const declared = { kind: "declared", mppX: mpp(0.5), mppY: mpp(0.5), how: "stated" } as const;
      await service.calibrate({ slideId: info.id, calibration: declared });
      for (const { index, columns, rows } of info.levels) {
        await service.tile({ slideId: info.id, level: index, column: columns - 1, row: rows - 1 });
      }
      const region = { x: 20, y: 20, width: 64, height: 64 };
      const spec = { pixels: 64, mpp: mpp(0.5), filter: "bicubic", edge: "white", snap: 0.02 } as const;
      await service.patch({ slideId: info.id, region, spec });
    } finally {
      await service.close({ slideId: info.id });
    }
    return "image";
  } catch (error) {
    if (isFault(error)) return error.kind;
    throw error;
  }
}

const known = ["image", "damaged", "limit", "unsupported", "not-a-slide", "invalid"];

describe("mutants", () => {
  [
    "deep-zoom-jpg",
    "deep-zoom-png",
    "iiif-2",
    "iiif-3",
    "blosc.zarr",
    "zlib.zarr",
    "zstd.zarr",
    "sharded.zarr",
    "dicom-implicit.dcm",
    "dicom-rle.dcm",
    "dicom-jpeg-table.dcm",
    "dicom-jpeg-fragments.dcm",
    "dicom-jpeg-extended.dcm",
    "dicom-jpeg-ls.dcm",
    "dicom-jpeg-2000.dcm",
    "dicom-sparse.dcm",
    "dicom-series",
  ].forEach((name, index) => {
    const seed = index + 100;
    test(`of ${name}: ${perSlide} of seed ${seed} end in a Fault or an image`, async () => {
      const original = piecesOf(name);
      expect(await outcomeOf(original)).toBe("image");
      const next = random(seed);
      const seen = new Map<string, number>();
      for (let i = 0; i < perSlide; i++) {
        const outcome = await outcomeOf(mutant(original, next)).catch((error: unknown) => {
          throw new Error(`mutant ${i} of seed ${seed}`, { cause: error });
        });
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      }
      expect([...seen.keys()].filter((kind) => !known.includes(kind))).toEqual([]);
      expect(seen.size).toBeGreaterThan(1);
    });
  });
});
