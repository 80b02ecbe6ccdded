// NDPI files beyond 4 GiB, and what scanners write where a size does not fit: the twin's bytes, spread over a file of 8 GiB.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { decodeTile } from "../../src/platform/node/tile-decoder.ts";
import type { ByteSource } from "../../src/slide/byte-source.ts";
import { openSlide } from "../../src/slide/open-slide.ts";
import { faultOf, openBytes, service } from "../support/slide-service.ts";

const twin = new Uint8Array(readFileSync(join(import.meta.dirname, "../fixtures/slides/twins/full-colour.ndpi")));
const signal = new AbortController().signal;
const far = 2 ** 32;

type Entry = Readonly<{ tag: number; type: number; count: number; at: number; high: number }>;

/** Directories of a classic NDPI: where each entry's value and its upper half stand. */
function directoriesOf(bytes: Uint8Array): readonly Readonly<{ link: number; entries: readonly Entry[] }>[] {
  const view = new DataView(bytes.buffer);
  const found = [];
  for (let link = 4; view.getUint32(link, true) !== 0; ) {
    const at = view.getUint32(link, true);
    const count = view.getUint16(at, true);
    const entries = Array.from({ length: count }, (_, i): Entry => {
      const entry = at + 2 + 12 * i;
      return {
        tag: view.getUint16(entry, true),
        type: view.getUint16(entry + 2, true),
        count: view.getUint32(entry + 4, true),
        at: entry + 8,
        high: at + 2 + 12 * count + 8 + 4 * i,
      };
    });
    found.push({ link, entries });
    link = at + 2 + 12 * count;
  }
  return found;
}

const size = { 2: 1, 3: 2, 4: 4, 5: 8, 9: 4, 11: 4 } as Readonly<Record<number, number>>;

/** Everything behind the header moved by 4 GiB; the pieces of level 0, behind its JPEG header, by another 4 GiB. */
function spread(): ByteSource {
  const bytes = twin.slice();
  const view = new DataView(bytes.buffer);
  const [base, ...others] = directoriesOf(bytes);
  if (!base) throw new Error("the twin has no directory");
  for (const { link, entries } of [base, ...others]) {
    view.setUint32(link + 4, 1, true);
    for (const entry of entries) {
      const outside = entry.type === 2 || entry.count * (size[entry.type] ?? 1) > 4;
      if (outside || entry.tag === 273) view.setUint32(entry.high, 1, true);
    }
  }
  const of = (tag: number): Entry => {
    const entry = base.entries.find((e) => e.tag === tag);
    if (!entry) throw new Error(`no tag ${tag}`);
    return entry;
  };
  // Level 0: the strip is 4 GiB longer, and the upper halves of the list say where its pieces went.
  view.setUint32(of(279).high, 1, true);
  const starts = of(65426);
  const upper = view.getUint32(of(65432).at, true);
  const strip = view.getUint32(of(273).at, true);
  const stripEnd = strip + view.getUint32(of(279).at, true);
  for (let i = 0; i < starts.count; i++) view.setUint32(upper + 4 * i, 1, true);
  const split = strip + view.getUint32(view.getUint32(starts.at, true), true);
  const parts: readonly (readonly [number, Uint8Array])[] = [
    [0, bytes.subarray(0, 12)],
    [far, bytes],
    [far * 2 + split, bytes.subarray(split, stripEnd)],
  ];
  return {
    name: "large.ndpi",
    size: far * 2 + bytes.length,
    async read(offset, length) {
      const out = new Uint8Array(length);
      for (const [start, part] of parts) {
        const from = Math.max(offset, start);
        const to = Math.min(offset + length, start + part.length);
        if (from < to) out.set(part.subarray(from - start, to - start), from - offset);
      }
      return out;
    },
    close() {},
  };
}

describe("an NDPI", () => {
  test("of 8 GiB gives the pixels of the same slide in small", async () => {
    const large = await openSlide(spread(), signal);
    const small = await openBytes(twin);
    expect(large.description.levels).toEqual(small.levels);
    expect(large.description.calibration).toEqual(small.calibration);
    expect(large.description.properties).toEqual(small.properties);
    for (const { index } of small.levels) {
      const tile = await large.tile(index, 0, 0, signal);
      if (!tile) throw new Error("no tile");
      const expected = (await service.tile({ slideId: small.id, level: index, column: 0, row: 0 })) as unknown;
      expect(Uint8Array.from((await decodeTile(tile, signal)).data)).toEqual((expected as { rgb: Uint8Array }).rgb);
    }
  });

  /** The twin with bytes changed where its level-0 JPEG stands. */
  function changed(change: (jpeg: Uint8Array, file: DataView, starts: number) => void): Uint8Array {
    const bytes = twin.slice();
    const view = new DataView(bytes.buffer);
    const [base] = directoriesOf(bytes);
    const at = (tag: number): number => view.getUint32(base?.entries.find((e) => e.tag === tag)?.at ?? 0, true);
    change(bytes.subarray(at(273), at(273) + at(279)), view, at(65426));
    return bytes;
  }
  const find = (jpeg: Uint8Array, marker: number): number =>
    jpeg.findIndex((b, i) => b === 0xff && jpeg[i + 1] === marker);
  const tileOf = async (file: Uint8Array): Promise<Uint8Array> => {
    const { id } = await openBytes(file);
    return ((await service.tile({ slideId: id, level: 0, column: 0, row: 0 })) as unknown as { rgb: Uint8Array }).rgb;
  };

  test("whose JPEG states no size is read by the directory's", async () => {
    const zero = changed((jpeg) => jpeg.fill(0, find(jpeg, 0xc0) + 5, find(jpeg, 0xc0) + 9));
    expect(await tileOf(zero)).toEqual(await tileOf(twin));
  });

  test("without a list of its pieces is searched for them", async () => {
    const unlisted = twin.slice();
    const view = new DataView(unlisted.buffer);
    for (const { entries } of directoriesOf(unlisted)) {
      for (const entry of entries) {
        if (entry.tag === 65426 || entry.tag === 65432) view.setUint16(entry.at - 8, entry.tag + 1000 - 700, true);
      }
    }
    expect(await tileOf(unlisted)).toEqual(await tileOf(twin));
  });

  test.each<[string, Uint8Array, RegExp]>([
    [
      "a list that runs backwards",
      changed((_, file, starts) => file.setUint32(starts + 4, 10, true)),
      /damaged: .*contradicts/,
    ],
    [
      "a list that starts inside a piece",
      changed((_, file, starts) => file.setUint32(starts + 4, file.getUint32(starts + 4, true) - 3, true)),
      /damaged: /,
    ],
    [
      "a restart interval that does not fill its rows",
      changed((jpeg) => jpeg.fill(7, find(jpeg, 0xdd) + 5, find(jpeg, 0xdd) + 6)),
      /unsupported: .*7 blocks/,
    ],
    [
      "a progressive JPEG",
      changed((jpeg) => jpeg.fill(0xc2, find(jpeg, 0xc0) + 1, find(jpeg, 0xc0) + 2)),
      /unsupported: .*progressive/,
    ],
    ["a JPEG without a header", changed((jpeg) => jpeg.fill(0, 0, 2)), /damaged: /],
  ])("with %s ends in a Fault", async (_, file, expected) => {
    expect(await faultOf(tileOf(file))).toMatch(expected);
  });
});
