// Seeded mutants of slides of every format: each must end in a typed Fault or in an image, never in anything else.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { mpp } from "../../src/base/brand.ts";
import { isFault } from "../../src/base/fault.ts";
import type { PatchSpec } from "../../src/domain/patch.ts";
import { flat, jpeg, rgbTile } from "../support/jpeg-tiles.ts";
import { random } from "../support/mutate.ts";
import { openBytes, service } from "../support/slide-service.ts";
import { buildPyramidTiff } from "../support/tiff-builder.ts";

const long = process.env.PATHOTUNE_LONG === "1";
/** Mutants of one slide: 20,000 in all in the long run, every format at least a few times in the short one. */
const perSlide = long ? 500 : 12;
/** What a mutant may cost: seconds of computing, bytes beyond what the program had before. Only the long run has enough to judge. */
const most = { seconds: 5, bytes: 512 * 1024 * 1024 };

/** Bits flipped, bytes replaced by extremes, parts cut out or doubled; most of it near both ends, where headers and directories are. */
function mutate(file: Uint8Array, next: () => number): Uint8Array {
  let out = file.slice();
  const times = 1 + Math.floor(next() * 4);
  for (let i = 0; i < times; i++) {
    const place = next();
    const from = place < 0.35 ? Math.floor(out.length * 0.7) : 0;
    const to = place > 0.65 ? Math.min(out.length, 700) : out.length;
    const at = from + Math.floor(next() * (to - from));
    const kind = next();
    if (kind < 0.5) out[at] = (out[at] ?? 0) ^ (1 << Math.floor(next() * 8));
    else if (kind < 0.65) out[at] = Math.floor(next() * 256);
    else if (kind < 0.75) out[at] = 0xff;
    else if (kind < 0.9) out.fill(next() < 0.5 ? 0 : 0xff, at, at + 4);
    else if (kind < 0.95) out = out.slice(0, Math.max(1, at));
    else out = doubled(out, at);
  }
  return out;
}

/** The 16 bytes before `at` once more. */
function doubled(bytes: Uint8Array, at: number): Uint8Array<ArrayBuffer> {
  const from = Math.max(0, at - 16);
  const out = new Uint8Array(bytes.length + at - from);
  out.set(bytes.subarray(0, at));
  out.set(bytes.subarray(from), at);
  return out;
}

const pink = jpeg(flat(64, [200, 120, 160]), 64, 2);
const rgb = rgbTile(flat(64, [190, 120, 150]), 64);
const aperio = "Aperio Image Library v12\r\n128x96|AppMag = 20|MPP = 0.5";
const built: readonly (readonly [string, () => Uint8Array])[] = [
  ["classic", () => buildPyramidTiff({ encode: () => pink, levels: 2, description: aperio })],
  [
    "big-endian BigTIFF",
    () =>
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
    () => buildPyramidTiff({ encode: () => rgb.tile, tables: rgb.tables, photometric: 2, description: aperio }),
  ],
];
const twins = join(import.meta.dirname, "../fixtures/slides/twins");
const shared = join(import.meta.dirname, "../../../shared/data/slides");
/** Real files join the long run; of the large ones a mutant takes seconds, so they are few. */
const few = 20;
const large = ["svs/CMU-1-Small-Region.svs", "svs/tcga-cr-7395-01a-01-ts1.svs", "ndpi/test3-DAPI-2-387.ndpi"]
  .concat(["gen/pyr3_jpeg420_le.tif", "gen/pyr3_jpeg444_sparse_aperio.svs", "gen/pyr3_deflate_subifd_be.ome.tif"])
  .concat(["large_image/yb10kx5k.zstd.tiff", "large_image/grey10kx5k.tif"]);
const real = ["openslide-python/boxes.tiff", "openslide-python/small.svs", "ome-tiff/qupath-cells.ome.tif"]
  .concat(["libvips/subsampled.tif", "libvips/ojpeg-tile.tif", "large_image/test_orient3.tif"])
  .concat(["gen/bad_jpeg_bomb_65500x65500.jpg", "gen/bad_ifd_loop.tif", "gen/bad_huge_dims_and_counts.tif"])
  .concat(large)
  .filter((name) => long && existsSync(join(shared, name)));
const read = (path: string) => (): Uint8Array => new Uint8Array(readFileSync(path));
const originals: readonly (readonly [string, () => Uint8Array])[] = [
  ...built,
  ...readdirSync(twins)
    .sort()
    .map((name) => [name, read(join(twins, name))] as const),
  ...real.map((name) => [name, read(join(shared, name))] as const),
];

async function outcomeOf(file: Uint8Array, name: string): Promise<string> {
  try {
    const { id, levels } = await openBytes(file, name);
    await service.calibrate({
      slideId: id,
      calibration: { kind: "declared", mppX: mpp(0.5), mppY: mpp(0.5), how: "stated" },
    });
    try {
      for (const { index, columns, rows } of levels) {
        await service.tile({ slideId: id, level: index, column: columns - 1, row: rows - 1 });
      }
      const spec: PatchSpec = { pixels: 64, mpp: mpp(0.8), filter: "bicubic", edge: "white", snap: 0.02 };
      const patch = await service.patch({ slideId: id, region: { x: 8, y: 8, width: 102.4, height: 102.4 }, spec });
      return patch.data.length === 64 * 64 * 3 ? "image" : "half an image";
    } finally {
      await service.close({ slideId: id });
    }
  } catch (error) {
    if (isFault(error)) return error.kind;
    throw error;
  }
}

describe("mutants", () => {
  originals.forEach(([name, load], index) => {
    const count = large.includes(name) ? few : perSlide;
    test(`of ${name}: ${count} of seed ${index + 1} end in a Fault or an image`, async () => {
      const next = random(index + 1);
      const original = load();
      const known = ["image", "damaged", "limit", "unsupported", "not-a-slide"];
      const whole = await outcomeOf(original, name);
      expect(known).toContain(whole);
      const before = process.resourceUsage().maxRSS * 1024;
      const seen = new Map<string, number>();
      let slowest = 0;
      for (let i = 0; i < count; i++) {
        const mutant = mutate(original, next);
        const start = process.cpuUsage();
        const outcome = await outcomeOf(mutant, name).catch((error: unknown) => {
          throw new Error(`mutant ${i} of seed ${index + 1}`, { cause: error });
        });
        expect(known, `mutant ${i} of seed ${index + 1}`).toContain(outcome);
        const { user, system } = process.cpuUsage(start);
        seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
        slowest = Math.max(slowest, (user + system) / 1e6);
      }
      if (long) {
        const grown = process.resourceUsage().maxRSS * 1024 - before;
        const outcomes = [...seen].map(([kind, count]) => `${count} ${kind}`).join(", ");
        console.log(
          `${name}: ${outcomes}; slowest ${slowest.toFixed(2)} s, memory grew by ${Math.round(grown / 2 ** 20)} MiB`,
        );
        expect(seen.get(whole), "mutants that end as the slide does").toBeGreaterThan(0);
        expect(slowest, "the slowest").toBeLessThan(most.seconds);
        expect(grown, "memory").toBeLessThan(most.bytes);
      }
    });
  });
});
