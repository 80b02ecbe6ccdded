// Slides that are not one TIFF file, drawn and real: patches against pydicom, imagecodecs, zarr and Pillow
// (test/fixtures/slide-parts/make.py), what each says of itself, and how those that cannot be read are refused.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { SlideInfo } from "../../src/domain/slide.ts";
import { createNodeSlideService } from "../../src/platform/node/slide-service.ts";
import {
  partFixtures,
  patchedSlides,
  patchesMadeWith,
  patchMismatches,
  sharedSlides,
} from "../support/reference-patches.ts";
import { faultOf, localFile } from "../support/slide-service.ts";

const service = createNodeSlideService();
const pathOf = (name: string): string =>
  name.startsWith("shared/") ? join(sharedSlides, name.slice(7)) : join(partFixtures, name);
const open = (name: string): Promise<SlideInfo> => service.open({ source: { kind: "url", url: pathOf(name) } });
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(pathOf(name)));
const part = (name: string, path = name.split("/").at(-1) ?? name, bytes = bytesOf(name)) => ({
  path,
  file: localFile(bytes, path.split("/").at(-1)),
});
const openParts = (files: readonly ReturnType<typeof part>[]): Promise<SlideInfo> =>
  service.open({ source: { kind: "files", name: "folder", files } });

describe(`patches equal ${patchesMadeWith} byte for byte`, () => {
  for (const name of patchedSlides) {
    test.skipIf(!existsSync(pathOf(name)))(`${name}: 8 places, 3 scales`, async () => {
      const { id } = await open(name);
      expect(await patchMismatches(service, id, name)).toEqual([]);
      await service.close({ slideId: id });
    });
  }
});

describe("a slide of parts says", () => {
  test("of a DICOM series its levels and scale; patients' names are not read, labels not shown", async () => {
    const info = await open("twins/dicom-series");
    expect(info).toMatchObject({
      format: "DICOM",
      width: 200,
      height: 150,
      objective: 20,
      calibration: { kind: "measured", mppX: 0.5, mppY: 0.5, source: "dicom" },
      warnings: [],
    });
    expect(info.levels.map(({ width, columns }) => [width, columns])).toEqual([
      [200, 5],
      [100, 3],
      [50, 2],
    ]);
    const said = JSON.stringify(info);
    expect(said).not.toMatch(/Shown|SECRET/);
    expect(info.properties).toContainEqual({
      name: "Label and overview",
      value: "present, not shown",
      mayIdentify: true,
    });
  });

  test("when part of a series is missing, and it is another slide then", async () => {
    const files = ["base-0", "level-1", "level-2"].map((name) => part(`twins/dicom-series/${name}.dcm`));
    const info = await openParts(files);
    expect(info.warnings).toEqual(["11 tiles are missing: not all files of the slide are here."]);
    expect(info.id).not.toBe((await open("twins/dicom-series")).id);
  });

  test("with a word where two files hold the same tiles: which of them is meant, no file says", async () => {
    const names = ["base-0", "base-1", "level-1", "level-1", "level-2"];
    const info = await openParts(names.map((name, i) => part(`twins/dicom-series/${name}.dcm`, `${i}.dcm`)));
    expect(info.warnings).toEqual([expect.stringMatching(/hold the same tiles.*only the first is shown/)]);
  });

  test("the same whether its files come as a folder or one by one, in any order", async () => {
    const names = ["level-2", "base-1", "label", "level-1", "base-0"];
    const info = await openParts(names.map((name) => part(`twins/dicom-series/${name}.dcm`)));
    expect(info.id).toBe((await open("twins/dicom-series")).id);
  });

  test("that its JPEG is YCbCr where it claims RGB", async () => {
    expect((await open("twins/dicom-jpeg-lies.dcm")).warnings).toEqual([
      expect.stringMatching(/says its colours are RGB/),
    ]);
    expect((await open("twins/dicom-jpeg-rgb.dcm")).warnings).toEqual([]);
  });

  test("which tiles a sparse one lacks", async () => {
    const info = await open("twins/dicom-sparse.dcm");
    expect(info.warnings).toEqual(["2 tiles are missing in the file."]);
    expect(await service.tile({ slideId: info.id, level: 0, column: 2, row: 1 })).toBeNull();
  });

  test("that pictures made from a slide are not the slide, and their scale where they have one", async () => {
    const zoom = await open("twins/deep-zoom-jpg/slide.dzi");
    expect(zoom.warnings.join()).toMatch(/compressed again.*does not say how many micrometres/);
    const iiif = await open("twins/iiif-2");
    expect(iiif).toMatchObject({ format: "IIIF 2", calibration: { kind: "measured", mppX: 0.5, source: "iiif" } });
    expect(iiif.levels.map(({ width }) => width)).toEqual([200, 100, 50]);
  });

  test("of an OME-Zarr its scale, and that it takes three unnamed channels for colours", async () => {
    expect(await open("twins/blosc.zarr")).toMatchObject({
      format: "OME-Zarr",
      calibration: { kind: "measured", mppX: 0.5, mppY: 0.5, source: "ome" },
      warnings: [],
    });
    expect((await open("twins/zlib.zarr")).warnings).toEqual([expect.stringMatching(/taken as red, green and blue/)]);
  });
});

describe("what cannot be read is refused in words", () => {
  const cases: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    [
      "two DICOM slides at once",
      () => openParts([part("twins/dicom-raw.dcm"), part("twins/dicom-rle.dcm")]),
      /invalid: .*2 slides.*one of them/,
    ],
    [
      "a label alone",
      () => openParts([part("twins/dicom-series/label.dcm")]),
      /unsupported: .*only: label.*whole series/,
    ],
    [
      "a .dzi without its tiles",
      () => openParts([part("twins/deep-zoom-jpg/slide.dzi")]),
      /damaged: .*"slide_files" must lie beside/,
    ],
    [
      "an info.json without pictures",
      () => openParts([part("twins/iiif-3/info.json")]),
      /damaged: .*pictures are not there.*whole folder/,
    ],
    [
      "files that are no slide",
      () => openParts([part("patches.json"), part("make.py")]),
      /not-a-slide: .*holds no slide of several files/,
    ],
    [
      "a cut DICOM file",
      () => openParts([part("twins/dicom-raw.dcm", "a.dcm", bytesOf("twins/dicom-raw.dcm").slice(0, 9000))]),
      /damaged: .*ends at/,
    ],
    [
      "a DICOM file cut between its pieces",
      () =>
        openParts([part("twins/dicom-jpeg-lies.dcm", "a.dcm", bytesOf("twins/dicom-jpeg-lies.dcm").slice(0, 4000))]),
      /damaged/,
    ],
    [
      "a Zarr without arrays",
      () => openParts([part("twins/zstd.zarr/zarr.json")]),
      /not-a-slide: .*parts of it are missing/,
    ],
  ];
  test.each(cases)("%s", async (_, work, expected) => {
    expect(await faultOf(work())).toMatch(expected);
  });

  const unread: readonly (readonly [string, RegExp])[] = [
    ["ome-zarr/ome-zarr/blobs_image_v04.ome.zarr", /unsupported: .*float64/],
    ["ome-zarr/ome-zarr/blobs_image_v05.ome.zarr", /unsupported: .*float64/],
    ["ome-zarr/bioformats-zarr/data.zarr", /unsupported: .*int8/],
  ];
  for (const [name, expected] of unread) {
    test.skipIf(!existsSync(join(sharedSlides, name)))(`${name}`, async () => {
      expect(await faultOf(open(`shared/${name}`))).toMatch(expected);
    });
  }
});
