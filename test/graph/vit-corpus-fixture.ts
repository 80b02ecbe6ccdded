// The committed corpus test/fixtures/vit-corpus: exports, what PyTorch computed with each (make.py), and what the importer is told.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { present } from "../../src/base/fault.ts";
import { floatsOf, parseSafetensors } from "../../src/domain/safetensors.ts";
import {
  type ImportedModel,
  type ImportOptions,
  importOnnx,
  type Readout,
} from "../../src/graph/canonical/import-onnx.ts";
import { tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import type { Tensor } from "../../src/graph/ops/op-rule.ts";

const folder = join(import.meta.dirname, "..", "fixtures", "vit-corpus");
export const bytesOf = (file: string): Uint8Array => new Uint8Array(readFileSync(join(folder, file)));

type Told = Readonly<{ image: number; external: string | null; imagePixels?: number; readout?: Readout }>;
const told = JSON.parse(readFileSync(join(folder, "corpus.json"), "utf8")) as Readonly<Record<string, Told>>;
export const variants = Object.keys(told);

export type Reference = (name: string) => Tensor;
function reference(file: string): Reference {
  const { tensors } = parseSafetensors(bytesOf(file), file);
  return (name) => {
    const tensor = present(tensors.get(name), `${file}: ${name}`);
    return tensorOf(tensor.shape, floatsOf(tensor));
  };
}
export const common = reference("common.safetensors");

export function optionsOf(name: string): ImportOptions {
  const { external, imagePixels, readout } = present(told[name], name);
  return {
    name: `${name}.onnx`,
    ...(external ? { files: new Map([[external, bytesOf(external)]]) } : {}),
    ...(imagePixels ? { imagePixels } : {}),
    ...(readout ? { readout } : {}),
  };
}

export type Variant = Readonly<{ model: ImportedModel; expected: Reference; pixels: Tensor }>;

export function openVariant(name: string): Variant {
  const model = importOnnx(bytesOf(`${name}.onnx`), optionsOf(name));
  const side = present(told[name], name).image;
  return { model, expected: reference(`${name}.safetensors`), pixels: common(`pixels${side}`) };
}

/** CASES of make.py. */
export const corpusCases = [
  { name: "none", prompting: "deep", firstBlock: 0, tokensPerBlock: 0 },
  { name: "deep1", prompting: "deep", firstBlock: 0, tokensPerBlock: 1 },
  { name: "deep20", prompting: "deep", firstBlock: 0, tokensPerBlock: 20 },
  { name: "shallow1", prompting: "shallow", firstBlock: 0, tokensPerBlock: 1 },
  { name: "shallow20", prompting: "shallow", firstBlock: 0, tokensPerBlock: 20 },
  { name: "last1", prompting: "deep", firstBlock: 1, tokensPerBlock: 1 },
  { name: "last20", prompting: "deep", firstBlock: 1, tokensPerBlock: 20 },
] as const;
export type CorpusCase = (typeof corpusCases)[number];
export const trainOptions = (c: CorpusCase) => ({ ...c, batch: 2, classes: 3, withGradient: true });

/** The first `rows` sets of the first `count` prompts. */
export function promptsOf(rows: number, count: number): Tensor {
  const { shape, data } = common("prompts");
  const [, n = 0, width = 0] = shape;
  const size = count * width;
  const values = Array.from({ length: rows }, (_, row) => data.subarray(row * n * width, row * n * width + size));
  return tensorOf([rows, count, width], Float64Array.from(values.flatMap((part) => [...part])));
}

/** What one training step is fed with, besides tokens. */
export function feedsOf(variant: Variant, c: CorpusCase, length: number): Readonly<Record<string, Tensor>> {
  const { depth, featureWidth } = variant.model.structure;
  const prompts = promptsOf(c.prompting === "shallow" ? 1 : depth - c.firstBlock, c.tokensPerBlock);
  const columns = (name: string): number[] => {
    const { shape, data } = common(name);
    const width = shape.at(-1) ?? 1;
    return [...data].filter((_, i) => i % width < featureWidth);
  };
  const zero = tensorOf([length], new Float64Array(length));
  return {
    targets: common("targets"),
    sampleWeight: common("sampleWeight"),
    centre: tensorOf([featureWidth], columns("centre")),
    temperature: tensorOf([1], [10]),
    theta: tensorOf([length], [...prompts.data, ...columns("head")]),
    m: zero,
    v: zero,
    rateScale: tensorOf([length], new Float64Array(length).fill(1)),
    ...Object.fromEntries(
      ["learningRate", "weightDecay", "correction1", "correction2"].map((n) => [n, tensorOf([1], [1])]),
    ),
  };
}
