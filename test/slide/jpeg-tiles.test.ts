// What reaches the decoder: colours as the container states them, sizes checked first, nothing cut off.
import { existsSync, readFileSync } from "node:fs";
import { join as path } from "node:path";
import { describe, expect, test } from "vitest";
import type { RawImage } from "../../src/platform/node/slide-service.ts";
import { selfContainedJpeg } from "../../src/slide/jpeg/self-contained-jpeg.ts";
import { type Colour, flat, join, jpeg, rgbTile, segments } from "../support/jpeg-tiles.ts";
import { faultOf, openBytes, service } from "../support/slide-service.ts";
import { buildPyramidTiff, type PyramidOptions } from "../support/tiff-builder.ts";

const side = 64;

async function firstTile(options: PyramidOptions): Promise<RawImage | null> {
  const { id } = await openBytes(buildPyramidTiff(options));
  return (await service.tile({ slideId: id, level: 0, column: 0, row: 0 })) as RawImage | null;
}

async function colourOf(options: PyramidOptions): Promise<Colour> {
  const image = await firstTile(options);
  const [r = -1, g = -1, b = -1] = image?.rgb ?? [];
  return [r, g, b];
}

function expectNear(actual: Colour, wanted: Colour): void {
  actual.forEach((value, i) => {
    expect(Math.abs(value - (wanted[i] ?? 0)), `channel ${i}: ${actual} instead of ${wanted}`).toBeLessThanOrEqual(3);
  });
}

const rose: Colour = [190, 120, 150];

describe("colours of JPEG tiles", () => {
  test("are right for Aperio's RGB JPEG without any marker and with tables apart", async () => {
    const { tile, tables } = rgbTile(flat(side, rose), side);
    expectNear(await colourOf({ encode: () => tile, tables, photometric: 2 }), rose);
  });

  test("would be wrong if the same tile were called YCbCr: the container decides", async () => {
    const { tile, tables } = rgbTile(flat(side, rose), side);
    const [r] = await colourOf({ encode: () => tile, tables, photometric: 6 });
    expect(Math.abs(r - rose[0])).toBeGreaterThan(20);
  });

  test("are right for ordinary YCbCr tiles, with full and with halved chroma", async () => {
    for (const subsampling of [0, 2] as const) {
      const tile = jpeg(flat(side, rose), side, subsampling);
      expectNear(await colourOf({ encode: () => tile }), rose);
    }
  });

  test("do not depend on JFIF, EXIF, ICC or Adobe segments inside the tile", async () => {
    const tile = jpeg(flat(side, rose), side);
    const lie = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, 0]; // "this is RGB"
    const exif = [0xff, 0xe1, 0, 6, 1, 2, 3, 4];
    const marked = join(tile.slice(0, 2), lie, exif, tile.slice(2));
    const plain = await firstTile({ encode: () => tile });
    const same = await firstTile({ encode: () => marked });
    expect(same?.rgb).toEqual(plain?.rgb);
  });

  test("are right for progressive tiles", async () => {
    const tile = jpeg(flat(side, rose), side, 0, true);
    expectNear(await colourOf({ encode: () => tile }), rose);
  });
});

describe("damaged or hostile tiles end in a Fault before a decoder sees them", () => {
  const good = jpeg(flat(side, rose), side);
  const frameAt = (file: Uint8Array): number => {
    let at = 2;
    for (const [marker, bytes] of segments(file).parts) {
      if (marker === 0xc0) return at;
      at += bytes.length;
    }
    return -1;
  };
  const bomb = good.slice();
  new DataView(bomb.buffer).setUint32(frameAt(good) + 5, 0xffdcffdc); // 65500 x 65500
  const twelve = good.slice();
  twelve[frameAt(good) + 4] = 12;
  const lossless = good.slice();
  lossless[frameAt(good) + 1] = 0xc3;
  const manyScans = (): Uint8Array => {
    const tile = jpeg(flat(side, rose), side, 0, true);
    const { scan } = segments(tile);
    const sos = scan.slice(0, 2 + ((scan[2] ?? 0) << 8) + (scan[3] ?? 0));
    return join(tile.slice(0, tile.length - 2), ...Array.from({ length: 200 }, () => sos), [0xff, 0xd9]);
  };

  const comments = Uint8Array.from({ length: 400_000 }, (_, i) => [0xff, 0xfe, 0, 2][i % 4] ?? 0);

  test.each<[string, Uint8Array, RegExp]>([
    ["a JPEG that claims 65500 x 65500", bomb, /damaged: .*claims 65500 x 65500 .* 64 x 64/],
    ["12 bits per sample", twelve, /unsupported: .*12 bits/],
    ["lossless JPEG", lossless, /unsupported: .*rare/],
    ["a tile without its end", good.slice(0, -40), /damaged: .*cut off/],
    ["a tile that is all zeros", new Uint8Array(500), /damaged: .*start like a JPEG/],
    ["a header without an image", join(good.slice(0, frameAt(good)), [0xff, 0xd9]), /damaged: .*no image/],
    ["two hundred scans", manyScans(), /limit: .*passes/],
    ["a hundred thousand comments", join(good.slice(0, 2), comments, good.slice(2)), /limit: .*header segments/],
    ["a grey tile in a colour slide", greyOf(good), /damaged: .*1 colour channels/],
  ])("%s", async (_, tile, expected) => {
    const { id } = await openBytes(buildPyramidTiff({ encode: () => tile }));
    expect(await faultOf(service.tile({ slideId: id, level: 0, column: 0, row: 0 }))).toMatch(expected);
    const fault = await faultOf(
      service.preview({ slideId: id, region: { x: 0, y: 0, width: 64, height: 64 }, maxPixels: 64 }),
    );
    expect(fault).toMatch(expected);
  });

  test("a tile that does not exist", async () => {
    const { id } = await openBytes(buildPyramidTiff({ encode: () => good }));
    for (const [level, column, row] of [
      [0, 2, 0],
      [0, -1, 0],
      [1, 0, 0],
      [0, 0.5, 0],
    ] as const) {
      expect(await faultOf(service.tile({ slideId: id, level, column, row }))).toMatch(/invalid: .*no tile/);
    }
  });

  const shared = path(import.meta.dirname, "../../../shared/data/slides/gen/bad_jpeg_bomb_65500x65500.jpg");
  test.skipIf(!existsSync(shared))("bad_jpeg_bomb_65500x65500.jpg as a tile", () => {
    const tile = new Uint8Array(readFileSync(shared));
    const expected = { width: 256, height: 256, colour: "ycbcr" } as const;
    expect(() => selfContainedJpeg(tile, null, expected, "Tile 0, 0")).toThrow(/claims 65500 x 65500/);
  });
});

/** A frame header with one component; the rest stays. */
function greyOf(file: Uint8Array): Uint8Array {
  const { parts, scan } = segments(file);
  const body = parts.map(([marker, bytes]) => {
    if (marker !== 0xc0) return bytes;
    const grey = bytes.slice(0, 13);
    grey[3] = 11;
    grey[9] = 1;
    return grey;
  });
  return join([0xff, 0xd8], ...body, scan);
}
