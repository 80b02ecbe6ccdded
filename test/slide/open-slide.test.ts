// Opening slides written in memory: right ones, other people's formats, broken and hostile ones.
import { describe, expect, test } from "vitest";
import { flat, jpeg } from "../support/jpeg-tiles.ts";
import { faultOf, openBytes } from "../support/slide-service.ts";
import { ascii, buildPyramidTiff, bytes, long, type PyramidOptions, short } from "../support/tiff-builder.ts";

const pink = jpeg(flat(64, [200, 120, 160]), 64);
const plain: PyramidOptions = { encode: () => pink };
const perCm = (mpp: number): number => 10_000 / mpp;

describe("a tiled TIFF", () => {
  for (const littleEndian of [true, false]) {
    for (const big of [true, false]) {
      test(`opens as ${big ? "BigTIFF" : "classic"}, ${littleEndian ? "little" : "big"} endian`, async () => {
        const resolution = { perUnit: perCm(0.5), unit: 3 };
        const info = await openBytes(buildPyramidTiff({ ...plain, levels: 2, littleEndian, big, resolution }));
        expect(info).toMatchObject({
          width: 128,
          height: 96,
          format: big ? "BigTIFF" : "Tiled TIFF",
          origin: "scanned",
        });
        expect(info.levels.map((l) => [l.width, l.height, l.columns, l.rows, l.downsampleX])).toEqual([
          [128, 96, 2, 2, 1],
          [64, 48, 1, 1, 2],
        ]);
        expect(info.calibration).toEqual({ kind: "measured", mppX: 0.5, mppY: 0.5, source: "tiff-resolution" });
        expect(info.warnings).toEqual([]);
      });
    }
  }

  test("keeps its identity however it is named, and has another one when a byte differs", async () => {
    const file = buildPyramidTiff(plain);
    const first = await openBytes(file, "a.tif");
    expect((await openBytes(file, "b.tif")).id).toBe(first.id);
    const other = buildPyramidTiff({ ...plain, description: "x" });
    expect((await openBytes(other)).id).not.toBe(first.id);
    expect(first.id).toMatch(/^[0-9a-f]{64}$/);
  });

  test("drawn by our generator says so, and takes its scale from its description", async () => {
    const info = await openBytes(buildPyramidTiff({ ...plain, description: "PathoTune synthetic|MPP = 0.5|Seed = 7" }));
    expect(info.origin).toBe("generated");
    expect(info.calibration).toEqual({ kind: "measured", mppX: 0.5, mppY: 0.5, source: "generated" });
  });

  test("says when it holds several images of one size", async () => {
    const one = buildPyramidTiff({ ...plain, levels: 1 });
    const twice = buildPyramidTiff({
      ...plain,
      more: [
        {
          tiles: [pink, pink, pink, pink],
          tags: {
            256: long(128),
            257: long(96),
            258: short(8, 8, 8),
            259: short(7),
            262: short(6),
            277: short(3),
            322: short(64),
            323: short(64),
          },
        },
      ],
    });
    expect((await openBytes(one)).warnings.join()).not.toMatch(/several images/);
    const info = await openBytes(twice);
    expect(info.levels).toHaveLength(1);
    expect(info.warnings.join()).toMatch(/several images of 128 x 96/);
  });
});

describe("um per pixel", () => {
  const open = (perUnit: number, unit: number) =>
    openBytes(buildPyramidTiff({ ...plain, resolution: { perUnit, unit } }));

  test("is unknown where the file says nothing, and the slide says what to do", async () => {
    const info = await openBytes(buildPyramidTiff(plain));
    expect(info.calibration).toEqual({ kind: "unknown" });
    expect(info.warnings.join()).toMatch(/micrometres/);
  });
  test.each([
    ["72 dots per inch", 72, 2],
    ["300 dots per inch", 300, 2],
    ["2400 dots per inch", 2400, 2],
    ["72 dpi written in cm", 28.346, 3],
    ["no unit", 20_000, 1],
    ["zero", 0, 3],
    ["21 um/px", 10_000 / 21, 3],
    ["0.04 um/px", 10_000 / 0.04, 3],
  ])("is unknown for %s: that is a printer's or nobody's figure", async (_, perUnit, unit) => {
    expect((await open(perUnit, unit)).calibration).toEqual({ kind: "unknown" });
  });
  test("is read from pixels per inch too", async () => {
    expect((await open(25_400 / 0.25, 2)).calibration).toMatchObject({ mppX: 0.25, mppY: 0.25 });
  });
});

describe("an Aperio slide", () => {
  const aperio = (fields: string): string => `Aperio Image Library v12.0.15\r\n128x96 (64x64) JPEG Q=80|${fields}`;

  test("gives um/px, objective and properties, flagged where they may name a patient", async () => {
    const description = aperio("AppMag = 20|MPP = 0.4990|Filename = Miller, John|Date = 01/02/20");
    const info = await openBytes(buildPyramidTiff({ ...plain, description }));
    expect(info.format).toBe("Aperio SVS");
    expect(info.calibration).toEqual({ kind: "measured", mppX: 0.499, mppY: 0.499, source: "aperio" });
    expect(info.objective).toBe(20);
    const flagged = Object.fromEntries(info.properties.map((p) => [p.name, p.mayIdentify]));
    expect(flagged).toMatchObject({ AppMag: false, MPP: false, Filename: true, Date: true, Description: true });
  });

  test("may write a decimal comma", async () => {
    const info = await openBytes(buildPyramidTiff({ ...plain, description: aperio("AppMag = 40|MPP = 0,2500") }));
    expect(info.calibration).toMatchObject({ mppX: 0.25 });
  });

  test("without MPP is not guessed from its magnification", async () => {
    const info = await openBytes(buildPyramidTiff({ ...plain, description: aperio("AppMag = 40") }));
    expect(info.calibration).toEqual({ kind: "unknown" });
    expect(info.objective).toBe(40);
  });

  test("whose um/px and objective contradict each other warns", async () => {
    const info = await openBytes(buildPyramidTiff({ ...plain, description: aperio("AppMag = 40|MPP = 1.0") }));
    expect(info.warnings.join()).toMatch(/do not fit together/);
  });

  test("never shows its label or macro as a level, tiled or not", async () => {
    const photo = (kind: string, subfile: number) => ({
      tiles: [pink],
      tags: {
        254: long(subfile),
        256: long(64),
        257: long(48),
        258: short(8, 8, 8),
        259: short(7),
        262: short(6),
        270: ascii(`Aperio Image Library v12\r\n${kind} 64x48`),
        277: short(3),
        322: short(64),
        323: short(64),
      },
    });
    const more = [photo("label", 1), photo("macro", 9)];
    const info = await openBytes(buildPyramidTiff({ ...plain, description: aperio("MPP = 0.5"), more }));
    expect(info.levels).toHaveLength(1);
  });
});

describe("what is no slide we read ends in words that say what it is and what to do", () => {
  const text = (s: string): Uint8Array => new TextEncoder().encode(s);
  const forged = (tags: PyramidOptions["extra"]) => buildPyramidTiff({ ...plain, extra: tags ?? {} });
  const dicom = new Uint8Array(200);
  dicom.set(text("DICM"), 128);
  const noTiles = buildPyramidTiff({ ...plain, tile: 64, more: [] });

  test.each<[string, Uint8Array, RegExp]>([
    ["an empty file", new Uint8Array(0), /not-a-slide: .*empty/],
    ["one byte", text("I"), /not-a-slide/],
    ["text", text("hello, this is no slide"), /not-a-slide: .*does not start like a TIFF/],
    ["a DICOM file", dicom, /damaged: .*DICOM.*Copy, download or export/],
    ["a ZIP", text("PK\u0003\u0004 and so on"), /not-a-slide: .*ZIP.*Unpack/],
    ["a web page", text("<!DOCTYPE html><html>"), /not-a-slide: .*web page/],
    ["old-style JPEG", forged({ 259: short(6) }), /unsupported: .*old-style JPEG.*vips/],
    ["LERC tiles", forged({ 259: short(34887) }), /unsupported: .*LERC.*vips/],
    ["an unknown compression", forged({ 259: short(52479) }), /unsupported: .*compression 52479/],
    ["16-bit channels", forged({ 258: short(16, 16, 16) }), /unsupported: .*16/],
    ["separate colour planes", forged({ 284: short(2) }), /unsupported: .*planes/],
    ["four channels", forged({ 277: short(4) }), /unsupported: .*4 channels/],
    ["CIELab colour", forged({ 262: short(8) }), /unsupported: .*colour model 8/],
    ["a Ventana BIF", forged({ 700: bytes(text("<EncodeInfo Ver='2'>")) }), /unsupported: .*Ventana BIF/],
    ["huge tiles", forged({ 322: long(5000) }), /limit: .*4096/],
    ["tiles of one pixel", forged({ 322: long(1), 323: long(1) }), /damaged: .*1 x 1 pixels/],
    ["no width", forged({ 256: long(0) }), /damaged: .*0 x 96/],
    ["4 billion pixels a side", forged({ 256: long(4294967280), 257: long(4294967280) }), /limit/],
    ["more tiles than listed", forged({ 256: long(6400), 257: long(6400) }), /damaged: .*needs 10000 tiles/],
    ["tables that are no JPEG's", noTiles.slice(0, 40), /damaged/],
  ])("%s", async (_, file, expected) => {
    expect(await faultOf(openBytes(file))).toMatch(expected);
  });

  test.each<[string, string, RegExp]>([
    ["MIRAX, whose .mrxs is a thumbnail in JPEG", "case.mrxs", /unsupported: .*MIRAX.*vips/],
    ["Olympus VSI, whose .vsi is a TIFF of thumbnails", "case.vsi", /unsupported: .*VSI.*bioformats2raw/],
    ["Zeiss CZI", "case.czi", /unsupported: .*CZI.*bioformats2raw/],
    ["Philips iSyntax", "case.isyntax", /unsupported: .*iSyntax.*isyntax2raw/],
    ["Hamamatsu VMS", "case.vms", /unsupported: .*VMS/],
    ["Ventana BIF", "case.BIF", /unsupported: .*BIF/],
  ])("%s by the file's name", async (_, name, expected) => {
    expect(await faultOf(openBytes(pink, name))).toMatch(expected);
    expect(await faultOf(openBytes(buildPyramidTiff(plain), name))).toMatch(expected);
  });

  test.each<[string, string, RegExp]>([
    ["CZI", "ZISRAWFILE\0\0", /unsupported: .*CZI/],
    ["iSyntax", '<DataObject ObjectType="DPUfsImport">', /unsupported: .*iSyntax/],
    ["Sakura", "SQLite format 3\0", /unsupported: .*Sakura/],
    ["VMS", "[Virtual Microscope Specimen]", /unsupported: .*VMS/],
  ])("%s by its first bytes, whatever its name", async (_, start, expected) => {
    expect(await faultOf(openBytes(text(start.padEnd(200)), "slide.bin"))).toMatch(expected);
  });
});

describe("hostile headers end in a Fault at once", () => {
  const many = 2 ** 28 - 1;
  test.each<[string, PyramidOptions, RegExp]>([
    ["a list of images that runs in a circle", { ...plain, levels: 2, loopTo: 0 }, /damaged: .*circle/],
    ["a circle in BigTIFF", { ...plain, big: true, levels: 3, loopTo: 1 }, /damaged: .*circle/],
    ["2^28 tiles", { ...plain, forge: { 324: { count: many }, 325: { count: many } } }, /limit: .*268435455 tiles/],
    ["2^60 tiles", { ...plain, big: true, forge: { 324: { count: 2 ** 60 } } }, /limit/],
    ["a tile table past the end", { ...plain, forge: { 324: { offset: 0xfffffff0 } } }, /damaged: .*ends at/],
    ["a tile table past 2^53", { ...plain, big: true, forge: { 324: { offset: 2 ** 60 } } }, /damaged/],
    ["gigabytes of JPEG tables", { ...plain, tables: pink, forge: { 347: { count: 2 ** 31 } } }, /limit: .*347/],
    [
      "gigabytes of description",
      { ...plain, description: "Aperio and more", forge: { 270: { count: 2 ** 31 } } },
      /damaged: .*tag 270/,
    ],
    ["a million values for the width", { ...plain, forge: { 256: { count: 1e6 } } }, /limit: .*256/],
  ])("%s", async (_, options, expected) => {
    expect(await faultOf(openBytes(buildPyramidTiff(options)))).toMatch(expected);
  });

  test("65,535 tags", async () => {
    const file = buildPyramidTiff(plain);
    const view = new DataView(file.buffer);
    view.setUint16(view.getUint32(4, true), 65535, true);
    expect(await faultOf(openBytes(file))).toMatch(/limit: .*65535 tags/);
  });

  test("an endless chain of images", async () => {
    const one = 2 + 4; // no tags, then the link
    const count = 5000;
    const file = new Uint8Array(8 + count * one);
    const view = new DataView(file.buffer);
    file.set([0x49, 0x49, 42, 0, 8, 0, 0, 0]);
    for (let i = 0; i < count; i++) view.setUint32(8 + i * one + 2, 8 + (i + 1) * one, true);
    expect(await faultOf(openBytes(file))).toMatch(/limit: .*4096 images/);
  });

  test("images that all point to the same megabyte", async () => {
    // Each of 200 images claims the same bytes as description and JPEG tables: read whole, they would be hundreds of megabytes.
    const one = buildPyramidTiff({ ...plain, description: "Aperio", tables: pink });
    const entries = new DataView(one.buffer).getUint32(4, true);
    const count = new DataView(one.buffer).getUint16(entries, true);
    const length = 2 + count * 12 + 4;
    const start = one.length;
    const file = new Uint8Array(start + 200 * length + 2 ** 20);
    file.set(one);
    const view = new DataView(file.buffer);
    for (let i = 0; i < 200; i++) {
      const at = start + i * length;
      file.copyWithin(at, entries, entries + length);
      for (let e = 0; e < count; e++) {
        const place = at + 2 + e * 12;
        if (![270, 347].includes(view.getUint16(place, true))) continue;
        view.setUint32(place + 4, 2 ** 20, true);
        view.setUint32(place + 8, file.length - 2 ** 20, true);
      }
      view.setUint32(at + length - 4, i < 199 ? at + length : 0, true);
    }
    view.setUint32(entries + length - 4, start, true);
    expect(await faultOf(openBytes(file))).toMatch(/limit: .*201 tiled images/);
  });

  test("a file cut off anywhere opens never, and says it is damaged", async () => {
    const file = buildPyramidTiff({ ...plain, levels: 2 });
    for (let length = 8; length < file.length; length += 97) {
      expect(await faultOf(openBytes(file.slice(0, length)))).toMatch(/^damaged: /);
    }
  });
});
