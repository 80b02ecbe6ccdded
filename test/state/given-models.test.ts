// Which files of a drop make one backbone.
import { describe, expect, test } from "vitest";
import { filesOf, type MainFile, mainFiles } from "../../src/state/given-models.ts";

const files = (...paths: readonly string[]) => paths.map((path) => ({ path }));
const use = (main: MainFile | undefined, ...paths: readonly string[]) =>
  main ? filesOf(files(...paths), main).map(({ path }) => path) : [];

describe("a folder of the hub", () => {
  const hub = [
    "config.json",
    "preprocessor_config.json",
    "README.md",
    "tokenizer.json",
    "pytorch_model.bin",
    "model.safetensors",
    "onnx/model.onnx",
    "onnx/model.onnx_data",
    "onnx/model_fp16.onnx",
    "onnx/model_fp16.onnx_data",
  ];

  test("holds several backbones, of which one must be chosen", () => {
    expect(mainFiles(files(...hub)).map(({ path }) => path)).toEqual([
      "model.safetensors",
      "onnx/model.onnx",
      "onnx/model_fp16.onnx",
    ]);
  });

  test("gives each its own data and the configurations, and nothing else", () => {
    const [checkpoint, full, half] = mainFiles(files(...hub));
    const configurations = ["config.json", "preprocessor_config.json"];
    expect(use(checkpoint, ...hub)).toEqual([...configurations, "model.safetensors"]);
    expect(use(full, ...hub)).toEqual([...configurations, "onnx/model.onnx", "onnx/model.onnx_data"]);
    expect(use(half, ...hub)).toEqual([...configurations, "onnx/model_fp16.onnx", "onnx/model_fp16.onnx_data"]);
  });
});

test("a checkpoint in parts is one backbone, two checkpoints beside each other are two", () => {
  const parts = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const mains = mainFiles(files(...parts));
  expect(mains).toHaveLength(1);
  expect(use(mains[0], ...parts, "config.json")).toEqual([...parts, "config.json"]);
  expect(mainFiles(files("student.safetensors", "teacher.safetensors"))).toHaveLength(2);
});

test("external data of an ONNX file may be called anything", () => {
  const old = ["vit.onnx", "onnx__MatMul_123", "blocks.0.weight", "weights.bin", "notes.txt"];
  expect(use(mainFiles(files(...old))[0], ...old)).toEqual(old.slice(0, 4));
});

test("without a backbone there is none", () => {
  expect(mainFiles(files("model.pt", "config.json"))).toEqual([]);
});
