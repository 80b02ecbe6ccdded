// Small tensors of an external data file move into the model, weights stay outside.
import { expect, test } from "vitest";
import { inlineSmallTensors } from "../../src/graph/onnx/inline-small.ts";
import { decode } from "../../src/graph/onnx/parse.ts";
import { bytesOf } from "./vit-corpus-fixture.ts";

const name = "hf-vit-p16-mean-dynamo18";
const files = new Map([[`${name}.onnx_data`, bytesOf(`${name}.onnx_data`)]]);
const external = (bytes: Uint8Array): readonly (readonly [string, string])[] =>
  (decode(bytes, name).graph?.initializer ?? [])
    .filter((tensor) => Number(tensor.dataLocation) === 1)
    .map((tensor) => [tensor.name, tensor.externalData.find(({ key }) => key === "length")?.value ?? ""]);

test("shapes and axes are in the file afterwards with the bytes they had, weights are not", () => {
  const before = bytesOf(`${name}.onnx`);
  const after = inlineSmallTensors(before, files);
  const [small, large] = [external(before), external(after)];
  expect(small.some(([, length]) => Number(length) <= 64)).toBe(true);
  expect(large.length).toBeLessThan(small.length);
  expect(large.every(([, length]) => Number(length) > 4096)).toBe(true);
  const was = decode(before, name).graph?.initializer.find(({ name: tensor }) => tensor === "val_37");
  const is = decode(after, name).graph?.initializer.find(({ name: tensor }) => tensor === "val_37");
  const offset = Number(was?.externalData.find(({ key }) => key === "offset")?.value);
  const [file] = files.values();
  expect([...(is?.rawData ?? [])]).toEqual([
    ...(file ?? new Uint8Array()).subarray(offset, offset + (is?.rawData.length ?? 0)),
  ]);
  expect(is?.rawData.length).toBeGreaterThan(0);
});

test("a model without external data stays as it is", () => {
  const bytes = bytesOf("timm-p8-cls-legacy11.onnx");
  expect(inlineSmallTensors(bytes, new Map())).toBe(bytes);
});
