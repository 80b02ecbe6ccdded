import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isFault } from "../../src/base/fault.ts";
import { parseGroups } from "../../src/domain/parse-groups.ts";
import { leftOutWords } from "../../src/domain/patch-folder.ts";
import { colourCount, coloursOf } from "../../src/engine/colours.ts";
import { fitToModel } from "../../src/engine/fit-to-model.ts";
import { viewsOf } from "../../src/engine/views.ts";
import { standardiseStain, standardStain } from "../../src/math/stain.ts";
import { decodeImage } from "../../src/platform/node/image-decoder.ts";
import { readPatchFolder } from "../../src/platform/node/patch-folder.ts";
import { texture } from "../support/tiny-model.ts";

const folder = new URL("../fixtures/pictures/", import.meta.url);
type Picture = Readonly<{ width: number; height: number; rgb: readonly number[] }>;
const {
  views: viewFixture,
  ...pictures
}: Readonly<
  Record<string, Picture> & { views: Readonly<{ square: readonly number[]; views: readonly (readonly number[])[] }> }
> = JSON.parse(await readFile(new URL("expected.json", folder), "utf8"));
const signal = new AbortController().signal;
const decode = async (name: string) => decodeImage(new Uint8Array(await readFile(new URL(name, folder))), name, signal);

async function faultOf(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    if (isFault(error)) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("a picture file", () => {
  test.each(Object.keys(pictures))("%s is decoded as Pillow decodes it, byte for byte", async (name) => {
    const { width, height, data } = await decode(name);
    expect({ width, height, rgb: [...data] }).toEqual(pictures[name]);
  });

  test.each([
    ["sixteen.png", "8 bits"],
    ["two.tif", "2 pictures"],
    ["make.py", "no JPEG, PNG or TIFF"],
  ])("%s is refused, naming it and the way on", async (name, words) => {
    const fault = await faultOf(decode(name));
    expect(fault.kind).toBe("unsupported");
    expect(fault.message).toContain(name);
    expect(fault.message).toContain(words);
  });

  test.each(["rgb.png", "lzw.tif", "smooth.jpg"])("%s cut short is damaged, not grey", async (name) => {
    const bytes = new Uint8Array(await readFile(new URL(name, folder)));
    const cut = bytes.subarray(0, Math.floor(bytes.length * 0.6));
    const fault = await faultOf(decodeImage(cut, name, signal));
    expect(fault.kind).toBe("damaged");
    expect(fault.message).toContain(name);
  });
});

describe("a square patch", () => {
  test("is laid in the eight ways NumPy's rot90 lays it and its mirror image", () => {
    const views = viewsOf(Uint8Array.from(viewFixture.square), 3);
    expect(views.map((view) => [...view])).toEqual(viewFixture.views);
  });

  test("has the same colours however it lies", () => {
    const [first, ...others] = viewsOf(texture(3, 1, 32), 32).map((view) => [...coloursOf(view)]);
    expect(first).toHaveLength(colourCount);
    for (const other of others) expect(other).toEqual(first);
  });

  test("has the colour statistics of its definition", () => {
    // Half black, half white: mean 1/2, deviation 1/2, channels that go together, half glass.
    const [mean, deviation, ...rest] = coloursOf(Uint8Array.of(0, 0, 0, 255, 255, 255));
    expect([mean, deviation]).toEqual([0.5, 0.5]);
    expect(rest.slice(0, 5)).toEqual([0, 0, 0, 1, 1]);
    expect(rest.slice(-4)).toEqual([1, 1, 1, 0.5]);
  });

  test("of another size is scaled as Pillow scales it, of another shape cut to its middle first, and both are told", () => {
    const square = { width: 4, height: 4, data: new Uint8Array(48).map((_, i) => i) };
    expect(fitToModel(square, { patchPixels: 4, filter: "bicubic" }).done).toBe("nothing");
    expect(fitToModel(square, { patchPixels: 2, filter: "box" })).toMatchObject({ done: "scaled", scale: 2 });
    const wide = { width: 6, height: 2, data: Uint8Array.from({ length: 36 }, (_, i) => Math.floor(i / 3) % 6) };
    const { rgb, done, scale } = fitToModel(wide, { patchPixels: 2, filter: "bicubic" });
    expect({ rgb: [...rgb], done, scale }).toEqual({
      rgb: [2, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3],
      done: "cut and scaled",
      scale: 1,
    });
  });
});

describe("a standardised stain", () => {
  const densities = (rgb: Uint8Array, c: number): readonly number[] =>
    [...rgb].filter((_, i) => i % 3 === c).map((p) => -Math.log((p + 1) / 256));
  const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

  test("has the stated mean and deviation of optical density in every channel, within what bytes can hold", () => {
    const out = standardiseStain(texture(11, 1, 64));
    for (const c of [0, 1, 2]) {
      const values = densities(out, c);
      const middle = mean(values);
      expect(Math.abs(middle - (standardStain.mean[c] ?? 0))).toBeLessThan(0.02);
      const deviation = Math.sqrt(mean(values.map((v) => (v - middle) ** 2)));
      expect(Math.abs(deviation - (standardStain.deviation[c] ?? 0))).toBeLessThan(0.03);
    }
  });

  test("takes away another stain's strength: a thicker section gives nearly the same bytes", () => {
    const plain = texture(11, 1, 64).map((p) => Math.max(60, p));
    const thicker = plain.map((p) => Math.round(256 * ((p + 1) / 256) ** 1.4 - 1));
    const [a, b] = [standardiseStain(plain), standardiseStain(thicker)];
    const worst = a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0);
    expect(worst).toBeLessThanOrEqual(4);
  });

  test("does not paint tissue from the noise of glass", () => {
    const glass = new Uint8Array(3 * 400).map((_, i) => 244 + (i % 2));
    const values = standardiseStain(glass).filter((_, i) => i % 3 === 0);
    expect(Math.max(...values) - Math.min(...values)).toBeLessThanOrEqual(8);
  });
});

describe("groups.csv", () => {
  test("is read by its column names, with quotes, CRLF and backslashes", () => {
    const groups = parseGroups('\uFEFFgroup,file,split\r\n"g ""1"", a",a\\x.png,val\r\ng2,b/y.png,\r\n', "groups.csv");
    expect([...groups]).toEqual([
      ["a/x.png", { group: 'g "1", a', split: "val" }],
      ["b/y.png", { group: "g2", split: "" }],
    ]);
  });

  test.each([
    ["a,b\n1,2\n", "file"],
    ["file,group\nx,\n", "row 2"],
    ["file,group\nx,1\nx,2\n", "twice"],
    ['file,group\n"x,1\n', "quote"],
  ])("%j is refused, saying where", (text, words) => {
    expect(() => parseGroups(text, "groups.csv")).toThrow(words);
  });
});

describe("a folder of labelled patches", () => {
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "pathotune-patches-"));
  });
  afterAll(() => rm(root, { recursive: true }));

  async function write(name: string, files: readonly string[], groups?: string): Promise<string> {
    const path = join(root, name);
    const picture = await sharp({ create: { width: 4, height: 4, channels: 3, background: "#808080" } })
      .png()
      .toBuffer();
    for (const file of files) {
      await mkdir(dirname(join(path, file)), { recursive: true });
      await writeFile(join(path, file), picture);
    }
    if (groups !== undefined) await writeFile(join(path, "groups.csv"), groups);
    return path;
  }
  const read = (path: string, split: string | null = null) => readPatchFolder(path, { split }, signal);

  test("is class folders, or pool/ and test/ of them; every file is its own group", async () => {
    const one = await read(await write("one", ["b/2.png", "b/1.png", "a/x.tif", "a/notes.txt", "a/.hidden.png"]));
    expect(one).toEqual({
      name: "one",
      classes: ["a", "b"],
      grouped: false,
      leftOut: ["a/notes.txt"],
      parts: {
        kind: "one",
        patches: [
          { path: "a/x.tif", classIndex: 0, group: "a/x.tif" },
          { path: "b/1.png", classIndex: 1, group: "b/1.png" },
          { path: "b/2.png", classIndex: 1, group: "b/2.png" },
        ],
      },
    });
    const two = await read(await write("two", ["pool/a/1.png", "pool/b/1.png", "test/a/2.png", "test/b/2.png"]));
    expect(two.parts).toMatchObject({ kind: "fixed", pool: [{ path: "pool/a/1.png" }, {}], test: [{}, {}] });
  });

  test("may be of links, and says what it did not take", async () => {
    const path = await write("real", ["a/1.png", "b/1.png"]);
    const linked = join(root, "linked");
    await mkdir(linked);
    await symlink(join(path, "a"), join(linked, "a"));
    await mkdir(join(linked, "b"));
    await symlink(join(path, "b", "1.png"), join(linked, "b", "2.png"));
    await writeFile(join(linked, "b", "scan.bmp"), "");
    const found = await read(linked);
    expect(found.parts).toMatchObject({ patches: [{ path: "a/1.png" }, { path: "b/2.png" }] });
    expect(leftOutWords(found)).toContain("b/scan.bmp");
    expect(leftOutWords(await read(path))).toBeNull();
  });

  test("keeps to one value of the split column, and takes groups from the file", async () => {
    const csv = "file,group,split\na/1.png,g1,train\na/2.png,g2,val\nb/1.png,g3,val\nb/2.png,g3,train\n";
    const path = await write("split", ["a/1.png", "a/2.png", "b/1.png", "b/2.png"], csv);
    const { parts } = await read(path, "val");
    expect(parts).toMatchObject({
      patches: [
        { path: "a/2.png", group: "g2" },
        { path: "b/1.png", group: "g3" },
      ],
    });
    expect((await faultOf(read(path, "dev"))).message).toContain("train, val");
  });

  test.each([
    ["lonely", ["a/1.png"], undefined, "at least two"],
    ["half", ["pool/a/1.png", "pool/b/1.png"], undefined, "both pool/ and test/"],
    ["empty", ["pool/a/1.png", "pool/b/1.png", "test/a/1.png", "test/b/1.txt"], undefined, "of b"],
    ["unlisted", ["a/1.png", "b/1.png"], "file,group\na/1.png,g\n", "no row for b/1.png"],
    [
      "shared",
      ["pool/a/1.png", "pool/b/1.png", "test/a/1.png", "test/b/1.png"],
      "file,group\npool/a/1.png,g\ntest/a/1.png,g\npool/b/1.png,h\ntest/b/1.png,i\n",
      "both pool/ and test/",
    ],
  ])("%s is refused, saying what is wrong", async (name, files, groups, words) => {
    expect((await faultOf(write(name, files, groups).then((path) => read(path)))).message).toContain(words);
  });
});
