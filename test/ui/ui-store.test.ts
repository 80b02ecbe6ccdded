// Files of backbones as they arrive one after the other: what belongs to one stays its own.
import { expect, test } from "vitest";
import type { LocalFile } from "../../src/protocol/call.ts";
import type { GivenFile } from "../../src/protocol/engine-api.ts";
import { withTyped } from "../../src/state/import-form.ts";
import { bringFiles, chooseMain, createUiStore, emptyDraft, noDialog, type UiStore } from "../../src/ui/ui-store.ts";

function file(path: string, size = 1): GivenFile {
  const local: LocalFile = {
    name: path,
    size,
    lastModified: 1,
    slice: () => ({ arrayBuffer: async () => new ArrayBuffer(0) }),
  };
  return { path, file: local };
}
const files = (...paths: readonly string[]) => paths.map((path) => file(path));

/** A form with files, and an answer typed. */
function answered(...paths: readonly string[]): UiStore {
  const ui = createUiStore();
  bringFiles(ui, files(...paths));
  ui.setState(({ importing }) => ({ importing: { ...importing, form: withTyped(importing.form, "heads", "6") } }));
  return ui;
}
const held = (ui: UiStore) => {
  const { importing } = ui.getState();
  return { paths: importing.files.map(({ path }) => path), heads: importing.form.typed.heads };
};

test("a backbone's missing data or configuration joins it, and the answers stay", () => {
  const ui = answered("model.onnx");
  bringFiles(ui, files("model.onnx_data", "config.json", "onnx__MatMul_12"));
  const paths = ["model.onnx", "model.onnx_data", "config.json", "onnx__MatMul_12"];
  expect(held(ui)).toEqual({ paths, heads: "6" });
});

test("a further part of a checkpoint joins the parts that are there", () => {
  const ui = answered("model-00001-of-00002.safetensors");
  bringFiles(ui, files("model-00002-of-00002.safetensors"));
  const paths = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  expect(held(ui)).toEqual({ paths, heads: "6" });
});

test("a configuration that came first waits for its backbone", () => {
  const ui = createUiStore();
  ui.setState({ dialog: { kind: "import-model" } });
  bringFiles(ui, files("config.json"));
  bringFiles(ui, files("model.onnx"));
  expect(held(ui).paths).toEqual(["config.json", "model.onnx"]);
});

test.each([
  [["model.onnx", "config.json"], ["model.onnx"]],
  [
    ["model.safetensors", "config.json"],
    ["model.onnx", "model.onnx_data"],
  ],
  [["model-00001-of-00002.safetensors"], ["model-00001-of-00002.safetensors"]],
  [["model-00001-of-00002.safetensors"], ["model-00002-of-00003.safetensors"]],
  [["model-00001-of-00002.safetensors"], ["other-00002-of-00002.safetensors"]],
])(
  "%j followed by another backbone, %j, begins anew: no file and no answer of the first is taken for its own",
  (first, second) => {
    const ui = answered(...first);
    bringFiles(ui, files(...second));
    expect(ui.getState().importing).toEqual({ ...emptyDraft, files: ui.getState().importing.files });
    expect(held(ui)).toEqual({ paths: second, heads: undefined });
  },
);

test("while no form is open a drop begins anew", () => {
  const ui = answered("model.onnx");
  ui.setState({ dialog: noDialog });
  bringFiles(ui, files("model.onnx_data"));
  expect(held(ui)).toEqual({ paths: ["model.onnx_data"], heads: undefined });
});

test("what was typed about one of several backbones is no answer about another", () => {
  const ui = answered("full.onnx", "half.onnx");
  chooseMain(ui, "half.onnx");
  expect(ui.getState().importing.main).toBe("half.onnx");
  expect(held(ui).heads).toBeUndefined();
});
