// The committed twins of test/fixtures/vit-twins: networks as their libraries save them and as exporters write them (make.py there).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { present } from "../../src/base/fault.ts";
import { parseModelConfig } from "../../src/domain/parse-model-config.ts";
import { parseSafetensors, type SafeTensors } from "../../src/domain/safetensors.ts";
import { type ImportedModel, type ImportOptions, importOnnx } from "../../src/graph/canonical/import-onnx.ts";
import type { CheckpointFacts } from "../../src/graph/vit/checkpoint.ts";

const folder = join(import.meta.dirname, "..", "fixtures", "vit-twins");
export const twinBytes = (file: string): Uint8Array => new Uint8Array(readFileSync(join(folder, file)));

type Twin = Readonly<{
  facts: CheckpointFacts;
  config: unknown;
  exports: Readonly<Record<string, Omit<ImportOptions, "name">>>;
}>;
const twins: Readonly<Record<string, Twin>> = JSON.parse(readFileSync(join(folder, "twins.json"), "utf8"));

export const networks = Object.keys(twins);
/** [network, how it was exported] of every ONNX file. */
export const exportsOfTwins = Object.entries(twins).flatMap(([name, { exports }]) =>
  Object.keys(exports).map((how) => [name, how] as const),
);

export function twinCheckpoint(name: string): Readonly<{ container: SafeTensors; facts: CheckpointFacts }> {
  const { facts, config } = present(twins[name], name);
  const stated = config ? parseModelConfig(JSON.stringify(config), `${name}/config.json`).facts : {};
  return {
    container: parseSafetensors(twinBytes(`${name}.safetensors`), name),
    facts: { ...stated, ...facts },
  };
}

export function twinExport(name: string, how: string): ImportedModel {
  const file = `${name}-${how}.onnx`;
  return importOnnx(twinBytes(file), { ...present(twins[name], name).exports[how], name: file });
}
