// What is read of a drop: files and folders opened up, and that none takes the place of another.
import { expect, test } from "vitest";
import { readDropped } from "../../src/app/dropped-files.ts";

const fileEntry = (name: string) => ({
  name,
  isFile: true,
  isDirectory: false,
  file: (resolve: (file: File) => void) => resolve(new File(["."], name)),
});
const item = (file: File | null, entry: unknown) => ({
  kind: "file",
  getAsFile: () => file,
  webkitGetAsEntry: () => entry,
});
const file = (name: string) => item(new File(["."], name), fileEntry(name));

/** A folder of files, as a browser hands it over: all at once, then nothing. */
function folder(name: string, ...files: readonly string[]) {
  const createReader = () => {
    const portions = [files.map(fileEntry), []];
    return { readEntries: (resolve: (entries: unknown) => void) => resolve(portions.shift()) };
  };
  return item(null, { name, isFile: false, isDirectory: true, createReader });
}

const pathsOf = async (...items: readonly unknown[]): Promise<readonly string[]> =>
  (await readDropped({ items } as unknown as Parameters<typeof readDropped>[0])).map(({ path }) => path);

test("the files of one folder are named from there", async () => {
  expect(await pathsOf(folder("uni", "model.onnx", ".git", "config.json"), file("case.svs"))).toEqual([
    "model.onnx",
    "config.json",
    "case.svs",
  ]);
});

test("the files of several folders keep the names of their folders, so that none takes another's place", async () => {
  const given = [folder("uni", "model.onnx"), folder("conch", "model.onnx"), folder("uni", "model.onnx")];
  expect(await pathsOf(...given, file("config.json"))).toEqual([
    "uni/model.onnx",
    "conch/model.onnx",
    "uni (2)/model.onnx",
    "config.json",
  ]);
});
