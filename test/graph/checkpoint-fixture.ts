// The committed checkpoints of test/fixtures/vit-safetensors: small vision transformers under their libraries' own keys, and truth.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { present } from "../../src/base/fault.ts";
import { parseModelConfig } from "../../src/domain/parse-model-config.ts";
import { floatsOf, parseSafetensors, type SafeTensor } from "../../src/domain/safetensors.ts";
import { tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import type { Tensor } from "../../src/graph/ops/op-rule.ts";
import type { CheckpointFacts } from "../../src/graph/vit/checkpoint.ts";

const folder = join(import.meta.dirname, "..", "fixtures", "vit-safetensors");
type Variant = Readonly<{ facts: CheckpointFacts; config: unknown }>;
const variants: Readonly<Record<string, Variant>> = JSON.parse(readFileSync(join(folder, "variants.json"), "utf8"));
export const variantNames = Object.keys(variants);

export function doubles(tensor: SafeTensor): Tensor {
  const values =
    tensor.dtype === "F64" ? new Float64Array(tensor.bytes.slice().buffer as ArrayBuffer) : floatsOf(tensor);
  return tensorOf(tensor.shape, values);
}

export function fixtureFile(name: string): ReadonlyMap<string, SafeTensor> {
  return parseSafetensors(new Uint8Array(readFileSync(join(folder, `${name}.safetensors`))), name).tensors;
}

export type Loaded = Readonly<{
  /** The checkpoint's own tensors. */
  container: ReadonlyMap<string, SafeTensor>;
  shapes: ReadonlyMap<string, readonly number[]>;
  /** What its config.json states and, over it, what a person would add. */
  facts: CheckpointFacts;
  read: (key: string) => Float32Array;
  truth: (name: string) => Tensor;
}>;

export function loadVariant(name: string): Loaded {
  const all = fixtureFile(name);
  const container = new Map([...all].filter(([key]) => !key.startsWith("truth.")));
  const { facts, config } = present(variants[name], name);
  const stated = config ? parseModelConfig(JSON.stringify(config), `${name}/config.json`).facts : {};
  return {
    container,
    shapes: new Map([...container].map(([key, { shape }]) => [key, shape])),
    facts: { ...stated, ...facts },
    read: (key) => floatsOf(present(container.get(key), key)),
    truth: (key) => doubles(present(all.get(`truth.${key}`), key)),
  };
}
