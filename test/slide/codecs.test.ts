// Codecs on hostile data: exactly the bytes asked for, or a Fault; never more memory or time than the picture needs.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { decodeTile } from "../../src/platform/node/tile-decoder.ts";
import { decodeZlib } from "../../src/slide/codec/inflate.ts";
import { readJp2kHeader } from "../../src/slide/codec/jp2k-header.ts";
import { decodeLzw } from "../../src/slide/codec/lzw.ts";
import { decodePackBits } from "../../src/slide/codec/packbits.ts";
import { readPngHeader } from "../../src/slide/codec/png.ts";
import { decodeZstd } from "../../src/slide/codec/zstd.ts";
import { descendants, parseXml } from "../../src/slide/xml.ts";

const bits = (...codes: readonly (readonly [code: number, width: number])[]): Uint8Array => {
  const text = codes.map(([code, width]) => code.toString(2).padStart(width, "0")).join("");
  return Uint8Array.from({ length: Math.ceil(text.length / 8) }, (_, i) =>
    Number.parseInt(text.slice(i * 8, i * 8 + 8).padEnd(8, "0"), 2),
  );
};

describe("LZW", () => {
  test("reads the example of the TIFF 6.0 specification", () => {
    // Section 13: the data 7 7 7 8 8 7 7 6 6 is written as Clear 7 258 8 8 258 6 6 EndOfInformation.
    const example = bits([256, 9], [7, 9], [258, 9], [8, 9], [8, 9], [258, 9], [6, 9], [6, 9], [257, 9]);
    expect([...decodeLzw(example, 9, "It")]).toEqual([7, 7, 7, 8, 8, 7, 7, 6, 6]);
  });
  test.each<[string, Uint8Array, RegExp]>([
    ["a string that does not exist", bits([256, 9], [7, 9], [300, 9]), /string that does not exist/],
    ["a string before any", bits([256, 9], [258, 9]), /string that does not exist/],
    ["its end too early", bits([256, 9], [7, 9], [257, 9]), /ends after 1 of 50/],
    ["nothing", new Uint8Array(0), /ends after 0 of 50/],
  ])("with %s is damaged", (_, data, expected) => {
    expect(() => decodeLzw(data, 50, "It")).toThrow(expected);
  });
  test("of the order of bits before TIFF 6.0 is refused by name", () => {
    expect(() => decodeLzw(Uint8Array.of(0, 1, 2, 3), 50, "It")).toThrow(/before TIFF 6.0/);
  });
  test("without a Clear ends when its table is full", () => {
    const literals = Array.from({ length: 6000 }, (_, i) => {
      const made = 258 + i; // entries there are before the next code is read, one fewer than codes so far
      return [i % 200, made < 512 ? 9 : made < 1024 ? 10 : made < 2048 ? 11 : 12] as const;
    });
    expect(() => decodeLzw(bits([256, 9], ...literals), 6000, "It")).toThrow(/damaged/);
  });
});

describe("PackBits", () => {
  test("reads the example of the TIFF 6.0 specification", () => {
    const packed = [0xfe, 0xaa, 0x02, 0x80, 0x00, 0x2a, 0xfd, 0xaa, 0x03, 0x80, 0x00, 0x2a, 0x22, 0xf7, 0xaa];
    const plain = [0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0xaa, 0xaa, 0xaa, 0xaa, 0x80, 0x00, 0x2a, 0x22];
    expect([...decodePackBits(Uint8Array.from(packed), 24, "It")]).toEqual([...plain, ...Array(10).fill(0xaa)]);
  });
  test.each([[[]], [[5, 1, 2]], [[0xfe]], [[128, 128, 128]]])("cut off (%j) is damaged", (data) => {
    expect(() => decodePackBits(Uint8Array.from(data), 9, "It")).toThrow(/ends after/);
  });
});

describe("Deflate", () => {
  test("stops at the bytes asked for, however much more the data would give", () => {
    const bomb = new Uint8Array(deflateSync(new Uint8Array(100 * 1024 * 1024), { level: 9 }));
    const before = process.memoryUsage().arrayBuffers;
    expect(decodeZlib(bomb, 1000, "It")).toEqual(new Uint8Array(1000));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
  });
  test.each<[string, Uint8Array, RegExp]>([
    ["too few bytes", new Uint8Array(deflateSync(new Uint8Array(10))), /ends after 10 of 50/],
    ["another header", Uint8Array.of(1, 2, 3, 4), /does not start/],
    ["nonsense", Uint8Array.of(0x78, 0x9c, 0xff, 0xff, 0xff, 0xff), /damaged/],
    ["nothing", new Uint8Array(0), /does not start/],
  ])("with %s is damaged", (_, data, expected) => {
    expect(() => decodeZlib(data, 50, "It")).toThrow(expected);
  });
});

describe("Zstandard", () => {
  const frame = (descriptor: number, rest: readonly number[]): Uint8Array =>
    Uint8Array.from([0x28, 0xb5, 0x2f, 0xfd, descriptor].concat(rest));
  /** A last block that repeats one byte `count` times. */
  const repeated = (count: number, byte: number): number[] => {
    const header = 1 | (1 << 1) | (count << 3);
    return [header & 255, (header >> 8) & 255, header >> 16, byte];
  };

  test("reads a frame of one repeated byte", () => {
    expect(decodeZstd(frame(0x20, [50, ...repeated(50, 9)]), 50, "It")).toEqual(new Uint8Array(50).fill(9));
  });
  test.each<[string, Uint8Array, RegExp]>([
    ["another size stated", frame(0x20, [49, ...repeated(49, 9)]), /states 49 bytes, not 50/],
    ["more than stated", frame(0x20, [50, ...repeated(60, 9)]), /damaged/],
    ["a window of gigabytes", frame(0, [0xb0, ...repeated(50, 9)]), /needs more than/],
    ["a dictionary", frame(0x21, [1, 50, ...repeated(50, 9)]), /dictionary/],
    ["an impossible block", frame(0x20, [50, 0xff, 0xff, 0xff]), /impossible block/],
    ["a block that is cut off", frame(0x20, [50, 0x91, 0x01, 0x00]), /cut off/],
    ["nothing", new Uint8Array(0), /empty/],
    ["a million empty blocks", frame(0, [0].concat(Array(300_000).fill(0))), /far more Zstandard blocks/],
  ])("with %s ends in a Fault", (_, data, expected) => {
    expect(() => decodeZstd(data, 50, "It")).toThrow(expected);
  });
});

describe("JPEG 2000", () => {
  const word = (v: number): number[] => [v >>> 24, (v >> 16) & 255, (v >> 8) & 255, v & 255];
  const siz = ({ width = 64, height = 64, offset = 0, tile = 64, precision = 7, dx = 1 } = {}): number[] => [
    ...[0xff, 0x4f, 0xff, 0x51, 0, 47, 0, 0],
    ...[width, height, offset, 0, tile, tile, 0, 0].flatMap(word),
    ...[0, 3, precision, 1, 1, precision, dx, 1, precision, dx, 1],
  ];
  const cod = ({ style = 0, layers = 1, precincts = [] as number[] } = {}): number[] => [
    ...[0xff, 0x52, 0, 12 + precincts.length, style, 0, layers >> 8, layers & 255, 0, 2, 4, 4, 0, 1],
    ...precincts,
  ];
  const header = (...parts: number[][]) => readJp2kHeader(Uint8Array.from([...parts.flat(), 0xff, 0x90]), "It");

  test("states its size and how its colours are stored", () => {
    expect(header(siz({ dx: 2 }), cod())).toEqual({
      width: 64,
      height: 64,
      components: [
        { dx: 1, dy: 1 },
        { dx: 2, dy: 1 },
        { dx: 2, dy: 1 },
      ],
    });
  });
  test.each<[string, number[][], RegExp]>([
    ["a gigapixel", [siz({ width: 65_536, height: 65_536, tile: 65_536 })], /65536 x 65536/],
    ["a million tiles", [siz({ width: 2000, height: 2000, tile: 1 })], /more than is decoded/],
    ["16 bits", [siz({ precision: 15 })], /8 bits/],
    ["an offset grid", [siz({ offset: 3 })], /corner of its grid/],
    ["chroma stored 200 times smaller", [siz({ dx: 200 })], /200 x 1 times smaller/],
    ["60,000 layers", [siz(), cod({ layers: 60_000 })], /60000 quality layers/],
    ["tiny precincts", [siz(), cod({ style: 1, precincts: [0x11, 0x11, 0x11] })], /precincts/],
    ["no size", [[0xff, 0x4f], cod()], /does not start/],
    ["a cut off size", [siz().slice(0, 30)], /damaged|longer/],
  ])("with %s ends in a Fault before a decoder sees it", (_, parts, expected) => {
    expect(() => header(...parts)).toThrow(expected);
  });
});

describe("JPEG 2000 tiles of a slide", () => {
  const twin = new Uint8Array(readFileSync(join(import.meta.dirname, "../fixtures/slides/twins/jpeg2000-rgb.svs")));
  /** The codestream that begins at the first SOC marker. */
  const at = twin.findIndex(
    (b, i) => b === 0xff && twin[i + 1] === 0x4f && twin[i + 2] === 0xff && twin[i + 3] === 0x51,
  );
  const tile = (bytes: Uint8Array) => ({ codec: "jp2k", bytes, width: 64, height: 64, colour: "rgb" }) as const;
  const signal = new AbortController().signal;

  test("that are cut off are damaged, not half grey, and the next tile is read as before", async () => {
    const end = twin.findIndex((b, i) => i > at && b === 0xff && twin[i + 1] === 0xd9) + 2;
    const whole = twin.slice(at, end);
    const before = await decodeTile(tile(whole), signal);
    for (const length of [whole.length - 2, whole.length - 200, whole.length >> 1, 200, 120]) {
      await expect(decodeTile(tile(whole.slice(0, length)), signal), `${length} bytes`).rejects.toMatchObject({
        kind: "damaged",
      });
    }
    expect(await decodeTile(tile(whole), signal)).toEqual(before);
  });

  test("with other colours than the file says are damaged", async () => {
    const grey = { ...tile(twin.slice(at)), colour: "grey" } as const;
    await expect(decodeTile(grey, signal)).rejects.toMatchObject({ kind: "damaged" });
  });
});

describe("a PNG", () => {
  test.each<[string, number[], RegExp]>([
    ["its header missing", [0, 0, 0, 0, 0x49, 0x44, 0x41, 0x54, 0, 0, 0, 0], /header is not where/],
    ["a chunk longer than the file", [0xff, 0xff, 0xff, 0xff, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 0], /cut off/],
    ["nothing", [], /cut off/],
  ])("with %s is damaged", (_, chunks, expected) => {
    const file = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, ...chunks]);
    expect(() => readPngHeader(file)).toThrow(expected);
  });
});

describe("XML", () => {
  test("gives elements, attributes and text with their entities, comments and namespaces aside", () => {
    const root = parseXml(
      '<?xml version="1.0"?><!-- <a> --><o:A xmlns:o="x" k="1 &lt; 2"><b>&#181;m &amp; <![CDATA[<c>]]></b><b/></o:A>',
      "It",
    );
    expect([root.name, root.attributes.get("k")]).toEqual(["A", "1 < 2"]);
    expect(descendants(root, "b").map((b) => b.text)).toEqual(["\u00b5m & <c>", ""]);
  });
  test.each<[string, string, RegExp]>([
    ["a document type", "<!DOCTYPE a><a/>", /document type/],
    ["an element that is not closed", "<a><b></a>", /closed but not open/],
    ["an end without a beginning", "</a>", /closed but not open/],
    ["an attribute without a value", "<a b></a>", /no attribute/],
    ["an open comment", "<a><!-- </a>", /missing/],
    ["no element", "text", /no element/],
    [
      "a hundred thousand attributes",
      `<a ${Array.from({ length: 1e5 }, (_, i) => `b${i}=""`).join(" ")}/>`,
      /too many attributes/,
    ],
    ["depth without end", "<a>".repeat(1000), /deeply nested/],
  ])("with %s ends in a Fault", (_, text, expected) => {
    expect(() => parseXml(text, "It")).toThrow(expected);
  });
});
