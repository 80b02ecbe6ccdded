// Real files of other programs, where they are at hand: what opens, and how each of the others is refused.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SlideId } from "../../src/base/brand.ts";
import { faultOf, openBytes, service } from "../support/slide-service.ts";

const folder = join(import.meta.dirname, "../../../shared/data/slides");
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

const refused: readonly (readonly [string, RegExp])[] = [
  ["bad/histolab-broken.svs", /^not-a-slide/],
  ["gen/bad_ifd_loop.tif", /^damaged: .*circle/],
  ["gen/bad_huge_dims_and_counts.tif", /^limit: .*4294967280/],
  ["gen/bad_offset_past_eof.tif", /^damaged: .*ends at 2182/],
  ["gen/bad_jpeg_bomb_65500x65500.jpg", /^limit: .*65500 x 65500/],
  ["openslide-python/unopenable.tiff", /^unsupported: .*52479/],
  ["openslide-python/boxes_1.dcm", /^unsupported: .*thumbnail.*whole series/],
  ["dicom/highdicom-sm_image_grayscale.dcm", /^unsupported: .*16 bits/],
  ["large_image/rgb_geotiff.tiff", /^unsupported: .*16 bits/],
  ["large_image/small_la.tiff", /^unsupported: .*2 channels/],
  ["large_image/zero_gi.tif", /^damaged: .*2 x 0/],
  ["libvips/multi-channel-z-series.ome.tif", /^unsupported: .*int8.*raw2ometiff/],
  ["libvips/ojpeg-tile.tif", /^unsupported: .*old-style JPEG/],
  ["libvips/sample.tif", /^unsupported: .*16 bits/],
  ["libvips/subsampled.tif", /^unsupported: .*colour model 6/],
  ["ome-tiff/viv-multi-channel.ome.tif", /^unsupported: .*int8/],
  ["ome-tiff/viv-small-multi-channel.ome.tif", /^unsupported: .*int8/],
  ["pathml/small_vectra.qptiff", /^unsupported: .*fluorescence.*DAPI/],
  ["pathml/smalltif.tif", /^unsupported: .*16 bits/],
];

describe("files of other programs", () => {
  for (const [name, expected] of refused) {
    test.skipIf(!existsSync(join(folder, name)))(`${name} is refused in words`, async () => {
      expect(await faultOf(openBytes(read(name), name))).toMatch(expected);
    });
  }

  const cmu = "svs/CMU-1-Small-Region.svs";
  test.skipIf(!existsSync(join(folder, cmu)))(`${cmu} opens as OpenSlide opens it`, async () => {
    const info = await openBytes(read(cmu), "CMU-1-Small-Region.svs");
    expect(info).toMatchObject({
      format: "Aperio SVS",
      width: 2220,
      height: 2967,
      objective: 20,
      calibration: { kind: "measured", mppX: 0.499, mppY: 0.499, source: "aperio" },
      warnings: [],
    });
    expect(info.levels).toHaveLength(1);
    expect(info.properties.find((p) => p.name === "Filename")).toMatchObject({ value: "CMU-1", mayIdentify: true });
    const mask = await service.tissueMask({ slideId: info.id });
    const share = mask.data.reduce((sum, v) => sum + v, 0) / mask.data.length;
    expect(share).toBeGreaterThan(0.25);
    expect(share).toBeLessThan(0.5);
  });

  const sparse = "gen/pyr3_jpeg444_sparse_aperio.svs";
  test.skipIf(!existsSync(join(folder, sparse)))(`${sparse} says which tiles are missing`, async () => {
    const info = await openBytes(read(sparse));
    expect(info.warnings).toEqual(["3 tiles are missing in the file."]);
    expect(await tileOf(info.id, 0, 0)).toBeNull();
    expect(await tileOf(info.id, 1, 0)).not.toBeNull();
    expect(await tileOf(info.id, 1, 1)).toBeNull();
  });

  const pyramid = "gen/pyr3_jpeg420_le.tif";
  test.skipIf(!existsSync(join(folder, pyramid)))(`${pyramid} takes its scale from its resolution tags`, async () => {
    const info = await openBytes(read(pyramid));
    expect(info.levels.map((l) => l.width)).toEqual([2048, 1024, 512]);
    expect(info.calibration).toMatchObject({ kind: "measured", source: "tiff-resolution" });
    expect(info.calibration.kind === "measured" && info.calibration.mppX).toBeCloseTo(0.499, 6);
  });

  const colon = "tiff/colon-polyp-4096.tif";
  test.skipIf(!existsSync(join(folder, colon)))(
    `${colon} opens, with its scale unknown (72 dots per inch)`,
    async () => {
      const info = await openBytes(read(colon));
      expect(info).toMatchObject({ format: "BigTIFF", width: 4096, calibration: { kind: "unknown" } });
      expect(info.levels).toHaveLength(5);
    },
  );

  const corrupt = "openslide-python/unreadable.svs";
  test.skipIf(!existsSync(join(folder, corrupt)))(`${corrupt} opens, and its damaged tile is named`, async () => {
    const info = await openBytes(read(corrupt));
    expect(await faultOf(tileOf(info.id, 0, 0))).toMatch(/^damaged: Tile 0, 0/);
  });
});

const tileOf = (slideId: SlideId, column: number, row: number) => service.tile({ slideId, level: 0, column, row });
