// Where the frames of a DICOM file are found, with and without tables, and when that is not worth it. Files are written here.
import { describe, expect, test } from "vitest";
import { memorySource } from "../../src/slide/byte-source.ts";
import { openFrames } from "../../src/slide/dicom/frames.ts";
import { faultOf } from "../support/slide-service.ts";

const signal = new AbortController().signal;
const nothing = { texts: () => [], numbers: () => [], items: () => [] };

/** Items after the offset table, and the end of the sequence. */
function encapsulated(pieces: readonly (readonly number[])[], table: readonly number[] = []): Uint8Array {
  const item = (body: readonly number[]): readonly number[] => [
    0xfe,
    0xff,
    0x00,
    0xe0,
    body.length & 255,
    body.length >> 8,
    0,
    0,
    ...body,
  ];
  const offsets = table.flatMap((value) => [value & 255, value >> 8, 0, 0]);
  return Uint8Array.from([...item(offsets), ...pieces.flatMap(item), 0xfe, 0xff, 0xdd, 0xe0, 0, 0, 0, 0]);
}
const open = (bytes: Uint8Array, count: number, remote = false) =>
  openFrames(
    {
      source: { ...memorySource(bytes), remote },
      attributes: nothing,
      transferSyntax: "",
      pixels: { start: 0, length: null },
    },
    count,
    0,
    signal,
  );
const pictures = [
  [0xff, 0xd8, 1, 2],
  [3, 4],
  [0xff, 0xd8, 5, 6],
  [7, 8],
  [9, 10],
];

describe("frames of a DICOM file", () => {
  test("are its pieces, one each; or begin where a piece starts like a picture", async () => {
    const single = await open(encapsulated(pictures), 5);
    expect([...(await single.read(3, signal))]).toEqual([7, 8]);
    const grouped = await open(encapsulated(pictures), 2);
    expect([...(await grouped.read(0, signal))]).toEqual([0xff, 0xd8, 1, 2, 3, 4]);
    expect([...(await grouped.read(1, signal))]).toEqual([0xff, 0xd8, 5, 6, 7, 8, 9, 10]);
  });

  test("are where the table says; one that has wrapped round is not believed", async () => {
    const table = await open(encapsulated(pictures, [0, 22]), 2);
    expect([...(await table.read(1, signal))]).toEqual([0xff, 0xd8, 5, 6, 7, 8, 9, 10]);
    const wrapped = await open(encapsulated(pictures, [0, 0]), 2);
    expect([...(await wrapped.read(1, signal))]).toEqual([0xff, 0xd8, 5, 6, 7, 8, 9, 10]);
  });

  test("that do not add up, or are cut off, are damage", async () => {
    expect(await faultOf(open(encapsulated(pictures), 3))).toMatch(/damaged: .*5 pieces of pixel data for 3 frames/);
    expect(await faultOf(open(encapsulated(pictures, [0, 22, 40]), 2))).toMatch(/damaged: .*lists 3 frames, not 2/);
    expect(await faultOf(open(encapsulated(pictures).slice(0, -14), 5))).toMatch(/damaged/);
  });

  test("without a table are walked in a file, but not by thousands of requests to a server", async () => {
    const many = encapsulated(Array.from({ length: 2100 }, (_, i) => [i & 255, i >> 8]));
    expect([...(await (await open(many, 2100)).read(2099, signal))]).toEqual([2099 & 255, 2099 >> 8]);
    expect(await faultOf(open(many, 2100, true))).toMatch(/unsupported: .*thousands of times.*DICOMweb/);
  });
});
