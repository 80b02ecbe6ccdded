// Which kind of slide an address or a folder stands for, by its form.
import { describe, expect, test } from "vitest";
import { treeAddress, treeOfPaths } from "../../src/slide/address-kind.ts";

describe("an address", () => {
  test.each([
    ["https://s.org/iiif/a%2Fb.tif/info.json", "iiif", "https://s.org/iiif/a%2Fb.tif/", "info.json", ""],
    ["https://s.org/z/case%201.dzi?sig=x#y", "deep-zoom", "https://s.org/z/", "case 1.dzi", "?sig=x"],
    ["https://s.org/data/case.zarr", "zarr", "https://s.org/data/case.zarr/", "", ""],
    ["https://s.org/data/case.ome.zarr/0/", "zarr", "https://s.org/data/case.ome.zarr/0/", "", ""],
    ["https://s.org/data/case/zarr.json", "zarr", "https://s.org/data/case/", "", ""],
    [
      "https://s.org/dicom-web/studies/1.2.3/series/4.5",
      "dicomweb",
      "https://s.org/dicom-web/",
      "studies/1.2.3/series/4.5",
      "",
    ],
    [
      "https://s.org/dicom-web/studies/1.2.3/series/4.5/metadata",
      "dicomweb",
      "https://s.org/dicom-web/",
      "studies/1.2.3/series/4.5",
      "",
    ],
    ["https://s.org/rs/studies/1.2.3", "dicomweb", "https://s.org/rs/", "studies/1.2.3", ""],
  ])("%s is %s", (address, kind, root, entry, query) => {
    expect(treeAddress(address)).toEqual({ kind, root, entry, query });
  });

  test.each(["https://s.org/a.svs", "https://s.org/a.dcm?x=.dzi", "https://s.org/", "https://s.org/studies/abc"])(
    "%s is that of one file",
    (address) => {
      expect(treeAddress(address)).toBeNull();
    },
  );
});

describe("a folder", () => {
  test("is what its outermost mark says", () => {
    expect(treeOfPaths(["a/.zattrs", "a/.zgroup", "a/0/.zattrs", "a/0/0/.zarray"])).toEqual({
      kind: "zarr",
      root: "a/",
      entry: "",
    });
    expect(treeOfPaths(["x.dzi", "x_files/0/0_0.jpg"])).toEqual({ kind: "deep-zoom", root: "", entry: "x.dzi" });
    expect(treeOfPaths(["a.svs"])).toBeNull();
  });
  test("of several slides is not guessed at", () => {
    expect(() => treeOfPaths(["a.dzi", "b.dzi"])).toThrow(/2 slides.*"a.dzi", "b.dzi".*one of them/);
    expect(() => treeOfPaths(["a.zarr/zarr.json", "b.zarr/.zattrs", "b.zarr/.zgroup"])).toThrow(
      /2 slides.*"a.zarr", "b.zarr"/,
    );
  });
});
