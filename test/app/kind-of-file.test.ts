// What a given file is, by its header where the name does not tell; and which of them go together.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type KindOfFile, kindOfFile, sortGiven } from "../../src/app/kind-of-file.ts";
import { serializeSafetensors } from "../../src/domain/safetensors.ts";

const root = join(import.meta.dirname, "..", "..");
const fixture = (path: string) => new Uint8Array(readFileSync(join(root, path)));
const kind = (name: string, bytes: Uint8Array<ArrayBuffer>): Promise<KindOfFile> => kindOfFile(new File([bytes], name));
const withFormat = (format: string) =>
  serializeSafetensors([{ name: "a", dtype: "F32", shape: [1], data: new Float32Array(1) }], { format });

describe("a safetensors file", () => {
  test("is a prompt set by its metadata, whatever it is called and however new", async () => {
    const shipped = fixture("models/pathotune-tiny/drawn-tissues.safetensors");
    expect(await kind("drawn.safetensors", shipped)).toBe("prompt-set");
    expect(await kind("drawn.download", shipped)).toBe("prompt-set");
    expect(await kind("later.safetensors", withFormat("pathotune-prompts/7"))).toBe("prompt-set");
  });

  test("is a backbone without it", async () => {
    const plain = fixture("test/fixtures/vit-safetensors/timm-plain.safetensors");
    expect(await kind("timm.safetensors", plain)).toBe("model");
    expect(await kind("timm.tensors", plain)).toBe("model");
    expect(await kind("pt.safetensors", withFormat("pt"))).toBe("model");
  });

  test("with a header longer than a prompt set's is not read for it", async () => {
    const bytes = new Uint8Array(4 * 2 ** 20);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(3 * 2 ** 20), true);
    const read: number[] = [];
    const file = {
      name: "large.safetensors",
      size: bytes.length,
      lastModified: 0,
      slice: (start: number, end: number) => {
        read.push(end - start);
        return { arrayBuffer: async () => bytes.slice(start, end).buffer };
      },
    };
    expect(await kindOfFile(file)).toBe("model");
    expect(read).toEqual([8]);
  });

  test("that is damaged goes where backbones are brought, and is refused there in words", async () => {
    expect(await kind("cut.safetensors", new Uint8Array([1, 2, 3]))).toBe("model");
    expect(await kind("noise.safetensors", new Uint8Array(100).fill(255))).toBe("model");
  });
});

test("a promptstate is told from weights by what its pickle names", async () => {
  expect(await kind("vpt.pth", fixture("test/fixtures/promptstate/fits.pth"))).toBe("prompt-state");
  expect(await kind("vpt.download", fixture("test/fixtures/promptstate/half.pth"))).toBe("prompt-state");
  expect(await kind("weights.pth", fixture("test/fixtures/promptstate/other.pth"))).toBe("model");
  expect(await kind("old.pth", fixture("test/fixtures/promptstate/legacy.pth"))).toBe("model");
});

test("other files are told by their names", async () => {
  const some = new Uint8Array(20);
  expect(await kind("a.svs", some)).toBe("slide");
  expect(await kind("a.TIFF", some)).toBe("slide");
  expect(await kind("model.onnx", some)).toBe("model");
  expect(await kind("model.pth", some)).toBe("model");
  expect(await kind("model.onnx_data", some)).toBe("beside-model");
  expect(await kind("config.json", some)).toBe("beside-model");
  expect(await kind("onnx__MatMul_12", some)).toBe("unknown");
});

describe("what was given together", () => {
  const given = (path: string, of: KindOfFile, folder: string | null = null) => ({ path, kind: of, folder });
  const paths = (list: readonly Readonly<{ path: string }>[]) => list.map(({ path }) => path);

  test("is one backbone with what lies beside it; slides and prompt sets go their own way", () => {
    const all = [
      given("model.onnx", "model"),
      given("model.onnx_data", "beside-model"),
      given("onnx__MatMul_12", "unknown"),
      given("case.svs", "slide"),
      given("set.safetensors", "prompt-set"),
    ];
    const sorted = sortGiven(all, false);
    expect(paths(sorted.model)).toEqual(["model.onnx", "model.onnx_data", "onnx__MatMul_12"]);
    expect(paths(sorted.others)).toEqual(["case.svs", "set.safetensors"]);
    expect(sorted.refused).toEqual([]);
  });

  test("without a backbone is not mistaken for one", () => {
    const sorted = sortGiven([given("config.json", "beside-model"), given("scan", "unknown")], false);
    expect(sorted.model).toEqual([]);
    expect(paths(sorted.others)).toEqual(["scan"]);
    expect(sorted.refused).toEqual(['"config.json" is of use together with its backbone only. Drop both at once.']);
  });

  test("may follow one by one while a backbone is being brought", () => {
    const sorted = sortGiven([given("model.onnx_data", "beside-model")], true);
    expect(paths(sorted.model)).toEqual(["model.onnx_data"]);
    expect(sorted.refused).toEqual([]);
  });

  test("in a folder without a backbone is refused as a whole: it might be a hundred slides", () => {
    const sorted = sortGiven([given("a.svs", "slide", "scans"), given("b.svs", "slide", "scans")], false);
    expect(sorted.others).toEqual([]);
    expect(sorted.refused).toEqual([expect.stringContaining('"scans" holds no backbone')]);
  });

  test("says of slides and prompt sets in a backbone's folder that they are left out, also while one is being brought", () => {
    const slides = ["a.svs", "b.svs", "c.svs", "d.svs"].map((path) => given(path, "slide", "scans"));
    const set = given("set.safetensors", "prompt-set", "mine");
    for (const importing of [false, true]) {
      const sorted = sortGiven([given("model.onnx", "model", "mine"), set, ...slides], importing);
      expect(paths(sorted.model)).toEqual(["model.onnx"]);
      expect(sorted.others).toEqual([]);
      expect(sorted.refused).toEqual([
        '"set.safetensors" in the folder "mine" is no part of a backbone and not opened. Drop it as a file.',
        '"a.svs", "b.svs", "c.svs" and 1 more in the folder "scans" are no part of a backbone and not opened. ' +
          "Drop them as files.",
      ]);
    }
    expect(sortGiven(slides, true).refused).toHaveLength(1);
  });
});
