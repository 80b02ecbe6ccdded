// What formats say beside their pixels: name, um per pixel, objective, warnings; and how their untypical files are refused.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { memorySource } from "../../src/slide/byte-source.ts";
import { parseOme } from "../../src/slide/ome-xml.ts";
import { openSlide } from "../../src/slide/open-slide.ts";
import { flat, jpeg } from "../support/jpeg-tiles.ts";
import { faultOf, openBytes } from "../support/slide-service.ts";
import { ascii, buildPyramidTiff, buildTiff, bytes, long, short } from "../support/tiff-builder.ts";

const twins = join(import.meta.dirname, "../fixtures/slides/twins");
const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(twins, name)));
const pink = jpeg(flat(64, [200, 120, 160]), 64);

describe("a file says of itself", () => {
  const at = (mpp: number, source: string) => ({ kind: "measured", mppX: mpp, mppY: mpp, source });
  const unknown = { kind: "unknown" };

  test.each<[string, string, object, number | null, RegExp]>([
    ["lzw-differences.tif", "Tiled TIFF", at(0.5, "tiff-resolution"), null, /^$/],
    ["zstd-differences.btf", "BigTIFF", at(0.5, "tiff-resolution"), null, /^$/],
    ["lzw-planes-strips-be.tif", "TIFF", unknown, null, /^The file does not say how many/],
    ["lzw-transparency.tif", "Tiled TIFF", unknown, null, /transparency channel, which is ignored/],
    ["sparse-deflate.tif", "Tiled TIFF", unknown, null, /2 tiles are missing/],
    ["sub-images-be.ome.tif", "OME-TIFF", at(0.499, "ome"), 20, /^$/],
    ["sub-images.ome.btf", "OME-TIFF", at(0.499, "ome"), 20, /^$/],
    ["jpeg2000-rgb.svs", "Aperio SVS", at(0.499, "aperio"), 20, /^$/],
    ["full-colour.ndpi", "Hamamatsu NDPI", at(0.46, "ndpi"), 20, /^$/],
    ["philips.tif", "Philips TIFF (beta)", at(0.25, "philips"), null, /compare what you see/],
    ["leica.scn", "Leica SCN (beta)", at(0.5, "leica"), 20, /compare what you see/],
    ["bright-field.qptiff", "QPTIFF (beta)", at(0.5, "qptiff"), 20, /compare what you see/],
    ["rgba.png", "PNG", unknown, null, /transparency, which is ignored.*micrometres/],
    ["ycbcr-420.jpg", "JPEG", unknown, null, /compressed.*micrometres/],
    ["rgb.bmp", "BMP", unknown, null, /micrometres/],
  ])("%s", async (name, format, calibration, objective, warnings) => {
    const info = await openBytes(read(name), name);
    expect(info.format).toBe(format);
    if ("mppX" in calibration && info.calibration.kind === "measured") {
      expect(info.calibration.mppX).toBeCloseTo(calibration.mppX as number, 4);
      expect(info.calibration.mppY).toBeCloseTo(calibration.mppX as number, 4);
      expect({ ...calibration, mppX: 0, mppY: 0 }).toEqual({ ...info.calibration, mppX: 0, mppY: 0 });
    } else {
      expect(info.calibration).toEqual(calibration);
    }
    expect(info.objective).toBe(objective);
    expect(info.warnings.join(" ")).toMatch(warnings);
  });

  test("nothing of its photographs but their sizes, and reads them only when asked", async () => {
    const file = read("photographs.svs");
    const touched: number[] = [];
    const source = memorySource(file);
    const reader = await openSlide(
      {
        ...source,
        async read(offset, length, signal) {
          touched.push(offset);
          return source.read(offset, length, signal);
        },
      },
      new AbortController().signal,
    );
    expect(reader.associated?.map(({ name, width, height }) => [name, width, height])).toEqual([
      ["label", 60, 70],
      ["macro", 110, 33],
    ]);
    const [, macro] = reader.associated ?? [];
    const before = touched.length;
    await macro?.read(new AbortController().signal);
    const places = new Set(touched.slice(before).filter((at) => !touched.slice(0, before).includes(at)));
    expect(places.size).toBeGreaterThan(0);
  });
});

describe("an OME-TIFF", () => {
  const image = (pixels: string, inside = '<Channel SamplesPerPixel="3"/>', name = "slide"): string =>
    `<Image ID="i" Name="${name}"><Pixels SizeX="128" SizeY="96" SizeZ="1" SizeT="1" ${pixels}>${inside}</Pixels></Image>`;
  const rgb = 'SizeC="3" Type="uint8"';
  const ome = (body: string, attributes = ""): string =>
    `<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06" ${attributes}>${body}</OME>`;
  const open = (description: string) => openBytes(buildPyramidTiff({ encode: () => pink, description }));

  test("of one RGB image opens, with planes of focus and other images named", async () => {
    const z = ome(image(rgb).replace('SizeZ="1"', 'SizeZ="4"') + image(rgb, undefined, "second"));
    expect((await open(z)).warnings.join()).toMatch(/4 focus planes; only the first.*2 images; only the largest/);
  });

  test("takes no photograph of the glass for the slide, even a larger one", async () => {
    const label = image(rgb, undefined, "label image").replace('"128"', '"6400"');
    const tags = { 256: long(128), 257: long(96), 258: short(8, 8, 8), 259: short(7), 262: short(6), 277: short(3) };
    const second = { tiles: [pink, pink, pink, pink], tags: { ...tags, 322: short(64), 323: short(64) } };
    const info = await openBytes(
      buildPyramidTiff({ encode: () => pink, description: ome(label + image(rgb)), more: [second] }),
    );
    expect(info.photographs).toEqual([{ name: "label", width: 128, height: 96 }]);
    expect(info.levels.map((level) => level.width)).toEqual([128]);
  });

  test.each<[string, number, number]>([
    ['PhysicalSizeX="250" PhysicalSizeY="500" PhysicalSizeXUnit="nm" PhysicalSizeYUnit="nm"', 0.25, 0.5],
    ['PhysicalSizeX="0.00025" PhysicalSizeY="0.0005" PhysicalSizeXUnit="mm" PhysicalSizeYUnit="mm"', 0.25, 0.5],
    ['PhysicalSizeX="0.25" PhysicalSizeY="0.5"', 0.25, 0.5],
    ['PhysicalSizeX="0.25" PhysicalSizeY="0.5" PhysicalSizeXUnit="&#956;m"', 0.25, 0.5],
  ])("states um per pixel as %s", async (size, x, y) => {
    const { calibration } = await open(ome(image(`${rgb} ${size}`)));
    expect(calibration.kind === "measured" && [calibration.mppX, calibration.mppY]).toEqual([x, y]);
  });

  test.each([
    ['PhysicalSizeX="1" PhysicalSizeY="1" PhysicalSizeXUnit="pixel" PhysicalSizeYUnit="pixel"'],
    ['PhysicalSizeX="1" PhysicalSizeY="1" PhysicalSizeXUnit="reference frame" PhysicalSizeYUnit="reference frame"'],
    ['PhysicalSizeX="NaN" PhysicalSizeY="1"'],
    ['PhysicalSizeX="0.5"'],
    [""],
  ])("states no um per pixel with %s", async (size) => {
    expect((await open(ome(image(`${rgb} ${size}`)))).calibration).toEqual({ kind: "unknown" });
  });

  const far = '<TiffData IFD="0"><UUID FileName="b.ome.tif">urn:uuid:b</UUID></TiffData>';
  test.each<[string, string, RegExp]>([
    [
      "four channels where three are stored",
      ome(image('SizeC="4" Type="uint8"', "<Channel/><Channel/><Channel/><Channel/>")),
      /4 separate channels.*raw2ometiff --rgb/,
    ],
    ["16 bits", ome(image('SizeC="3" Type="uint16"')), /unsupported: .*"uint16"/],
    ["signed samples", ome(image('SizeC="3" Type="int8"')), /unsupported: .*"int8"/],
    [
      "its description elsewhere",
      ome('<BinaryOnly MetadataFile="a.companion.ome" UUID="x"/>'),
      /unsupported: .*another file/,
    ],
    [
      "its pixels elsewhere",
      ome(image(rgb, `<Channel SamplesPerPixel="3"/>${far}`), 'UUID="urn:uuid:a"'),
      /unsupported: .*pixels in another file/,
    ],
    ["another size", ome(image(rgb).replace('"128"', '"129"')), /damaged: .*129 x 96/],
    ["a plane that does not exist", ome(image(rgb, '<TiffData IFD="7"/>')), /damaged: .*image 7/],
    ["no image", ome(""), /damaged: .*no image/],
    ["no size", ome(image(rgb).replace('SizeX="128"', "")), /damaged: .*SizeX/],
    ["broken XML", ome(image(rgb)).slice(0, -20), /damaged: .*not readable XML/],
    ["a document type", `<!DOCTYPE x [<!ENTITY a "b">]>${ome(image(rgb))}`, /damaged: .*document type/],
  ])("with %s is refused in words", async (_, description, expected) => {
    expect(await faultOf(open(description))).toMatch(expected);
  });

  test("with colours in three grey planes is not shown as its first plane", async () => {
    const description = ome(
      image(rgb, "<Channel/><Channel/><Channel/>").replace('"128"', '"64"').replace('"96"', '"64"'),
    );
    const plane = (text?: string) => ({
      tiles: [new Uint8Array(64 * 64)],
      tags: {
        ...{ 256: long(64), 257: long(64), 258: short(8), 259: short(1), 262: short(1), 277: short(1) },
        ...{ 322: short(64), 323: short(64), ...(text && { 270: ascii(text) }) },
      },
    });
    const file = buildTiff([plane(description), plane(), plane()]);
    expect(await faultOf(openBytes(file))).toMatch(/unsupported: .*3 separate channels.*raw2ometiff --rgb/);
  });

  test("of a hundred thousand nested elements ends in a Fault", () => {
    expect(() => parseOme("<a>".repeat(100_000))).toThrow(/deeply nested/);
  });

  test("whose reduced images are the images themselves is damaged", async () => {
    const first = buildPyramidTiff({ encode: () => pink, description: ome(image(rgb)), extra: { 330: long(1) } });
    const view = new DataView(first.buffer);
    const directory = view.getUint32(4, true);
    for (let i = 0, at = directory + 2; i < view.getUint16(directory, true); i++, at += 12) {
      if (view.getUint16(at, true) === 330) view.setUint32(at + 8, directory, true);
    }
    expect(await faultOf(openBytes(first))).toMatch(/damaged: .*circle/);
  });
});

describe("vendors' untypical files are refused in words", () => {
  const described = (text: string, extra = {}) =>
    openBytes(buildPyramidTiff({ encode: () => pink, description: text, extra }));

  test.each<[string, string, RegExp]>([
    [
      "a Philips TIFF without levels",
      '<DataObject ObjectType="DPUfsImport"/>',
      /unsupported: .*1 levels but describes 0/,
    ],
    ["an SCN without images", '<scn><collection sizeX="1" sizeY="1"/></scn>', /damaged: .*no image/],
    [
      "an SCN of fluorescence",
      '<scn><collection sizeX="9" sizeY="9"><image><view sizeX="5" sizeY="5" offsetX="1" offsetY="1"/>' +
        "<illuminationSource>fluorescence</illuminationSource></image></collection></scn>",
      /unsupported: .*"fluorescence" light/,
    ],
    [
      "an SCN of two areas",
      `<scn><collection sizeX="9" sizeY="9">${'<image><view sizeX="5" sizeY="5" offsetX="1" offsetY="1"/></image>'.repeat(2)}</collection></scn>`,
      /unsupported: .*2 scanned areas/,
    ],
    [
      "a QPTIFF without a slide",
      "<PerkinElmer-QPI-ImageDescription><ImageType>Label</ImageType>",
      /damaged: .*no image of the slide/,
    ],
  ])("%s", async (_, text, expected) => {
    expect(await faultOf(described(text))).toMatch(expected);
  });

  test("a QPTIFF of separate channels names the channel", async () => {
    const text =
      "<PerkinElmer-QPI-ImageDescription><ImageType>FullResolution</ImageType><Name>Opal 520</Name></PerkinElmer-QPI-ImageDescription>";
    const tags = {
      256: long(64),
      257: long(64),
      258: short(8),
      259: short(1),
      262: short(1),
      277: short(1),
      270: ascii(text),
    };
    const file = buildTiff([
      { tiles: [], tags: { ...tags, 273: long(8), 278: long(64), 279: long(4096), 700: bytes(new Uint8Array(5000)) } },
    ]);
    expect(await faultOf(openBytes(file))).toMatch(/unsupported: .*fluorescence.*Opal 520/);
  });
});
