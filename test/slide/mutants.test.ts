// Seeded mutants of small slides: each must end in a typed Fault or in an image, never in anything else.
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import { isFault } from "../../src/base/fault.ts";
import { flat, jpeg, rgbTile } from "../support/jpeg-tiles.ts";
import { openBytes, service } from "../support/slide-service.ts";
import { buildPyramidTiff } from "../support/tiff-builder.ts";

const perSlide = process.env.PATHOTUNE_LONG === "1" ? 5000 : 100;

/** mulberry32 (Tommy Ettinger 2017). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Bits flipped, bytes replaced by extremes, parts cut out or doubled; most of it near the end, where the directories are. */
function mutate(file: Uint8Array, next: () => number): Uint8Array {
  let out = file.slice();
  const times = 1 + Math.floor(next() * 4);
  for (let i = 0; i < times; i++) {
    const from = next() < 0.6 ? Math.floor(out.length * 0.7) : 0;
    const at = from + Math.floor(next() * (out.length - from));
    const kind = Math.floor(next() * 5);
    if (kind === 0) out[at] = (out[at] ?? 0) ^ (1 << Math.floor(next() * 8));
    else if (kind === 1) out[at] = 0xff;
    else if (kind === 2) out.fill(next() < 0.5 ? 0 : 0xff, at, at + 4);
    else if (kind === 3) out = out.slice(0, Math.max(1, at));
    else out = Uint8Array.from([...out.slice(0, at), ...out.slice(Math.max(0, at - 16))]);
  }
  return out;
}

const pink = jpeg(flat(64, [200, 120, 160]), 64, 2);
const rgb = rgbTile(flat(64, [190, 120, 150]), 64);
const aperio = "Aperio Image Library v12\r\n128x96|AppMag = 20|MPP = 0.5";
const originals: readonly (readonly [string, Uint8Array])[] = [
  ["classic", buildPyramidTiff({ encode: () => pink, levels: 2, description: aperio })],
  [
    "big-endian BigTIFF",
    buildPyramidTiff({
      encode: () => pink,
      levels: 2,
      big: true,
      littleEndian: false,
      resolution: { perUnit: 20_000, unit: 3 },
    }),
  ],
  [
    "RGB JPEG with shared tables",
    buildPyramidTiff({ encode: () => rgb.tile, tables: rgb.tables, photometric: 2, description: aperio }),
  ],
];

async function outcomeOf(file: Uint8Array): Promise<string> {
  try {
    const info = await openBytes(file);
    const last = info.levels.length - 1;
    await service.tile({ slideId: info.id, level: last, column: 0, row: 0 });
    await service.patch({
      slideId: info.id,
      region: { x: 0, y: 0, width: 64, height: 64 },
      spec: { pixels: 64, mpp: mpp(0.5), filter: "bicubic", edge: "white", snap: 0.02 },
    });
    await service.close({ slideId: info.id });
    return "image";
  } catch (error) {
    if (isFault(error)) return error.kind;
    throw error;
  }
}

describe("mutants", () => {
  originals.forEach(([name, file], index) => {
    test(`of a ${name} slide: ${perSlide} of seed ${index + 1} end in a Fault or an image`, async () => {
      const next = random(index + 1);
      const seen = new Map<string, number>();
      for (let i = 0; i < perSlide; i++) {
        const mutant = mutate(file, next);
        const outcome = await outcomeOf(mutant).catch((error: unknown) => {
          throw new Error(`mutant ${i} of seed ${index + 1}`, { cause: error });
        });
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
      }
      const known = ["image", "damaged", "limit", "unsupported", "not-a-slide", "missing-calibration", "invalid"];
      expect([...seen.keys()].filter((kind) => !known.includes(kind))).toEqual([]);
      expect(seen.get("damaged")).toBeGreaterThan(0);
      expect(seen.get("image")).toBeGreaterThan(0);
    });
  });
});
