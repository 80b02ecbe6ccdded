// Which of the given files are one slide together.
import { expect, test } from "vitest";
import type { DroppedFile } from "../../src/app/dropped-files.ts";
import { slideGroups } from "../../src/app/slide-groups.ts";

const dicomBytes = new Uint8Array(200);
dicomBytes.set(new TextEncoder().encode("DICM"), 128);

const given = (path: string, folder: string | null = null, bytes = new Uint8Array(200)): DroppedFile => ({
  path,
  file: new File([bytes], path.split("/").at(-1) ?? path),
  handle: null,
  folder,
});
async function sorted(...files: readonly DroppedFile[]) {
  const { slides, rest } = await slideGroups(files);
  return {
    slides: slides.map(({ name, from, files: own }) => [name, from, own.map(({ path }) => path)]),
    rest: rest.map(({ path }) => path),
  };
}

test("DICOM files given together are one slide, whatever they are called; others go their own way", async () => {
  const files = [
    given("a.dcm", null, dicomBytes),
    given("IM0002", null, dicomBytes),
    given("case.svs"),
    given("x.safetensors"),
  ];
  expect(await sorted(...files)).toEqual({
    slides: [["a.dcm", "files", ["a.dcm", "IM0002"]]],
    rest: ["case.svs", "x.safetensors"],
  });
});

test("a folder that is a slide is one: OME-Zarr, Deep Zoom, IIIF, DICOM", async () => {
  for (const [folder, ...paths] of [
    ["slide.zarr", ".zattrs", "0/.zarray", "0/0/0/0/0/0"],
    ["slide3.zarr", "zarr.json", "0/zarr.json", "0/c/0/0"],
    ["zoom", "case.dzi", "case_files/9/0_0.jpg"],
    ["iiif", "info.json", "full/max/0/default.jpg"],
  ] as const) {
    const files = paths.map((path) => given(path, folder));
    expect(await sorted(...files)).toEqual({ slides: [[folder, "folder", paths]], rest: [] });
  }
  const series = [given("DICOMDIR", "series"), given("1.dcm", "series", dicomBytes)];
  expect(await sorted(...series)).toEqual({ slides: [["series", "folder", ["DICOMDIR", "1.dcm"]]], rest: [] });
});

test("a backbone's folder is none, even with an info.json in it; nor is a folder of slides", async () => {
  expect(await sorted(given("model.onnx", "uni"), given("info.json", "uni"))).toEqual({
    slides: [],
    rest: ["model.onnx", "info.json"],
  });
  expect(await sorted(given("a.svs", "scans"), given("b.svs", "scans"))).toEqual({
    slides: [],
    rest: ["a.svs", "b.svs"],
  });
});
