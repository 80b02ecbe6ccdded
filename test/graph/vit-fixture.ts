// The committed small ViT of test/fixtures/vit-small: its weights, its shape, and what PyTorch computed with it (make.py).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { present } from "../../src/base/fault.ts";
import { floatsOf, parseSafetensors } from "../../src/domain/safetensors.ts";
import { tensorOf } from "../../src/graph/evaluate/evaluate.ts";
import type { Tensor } from "../../src/graph/ops/op-rule.ts";
import type { VitShape } from "../../src/graph/vit/build-vit.ts";
import type { WeightFile, WeightPlace } from "../../src/graph/weight-file.ts";

export const vitShape: VitShape = {
  imagePixels: 32,
  patchPixels: 8,
  width: 48,
  depth: 3,
  heads: 3,
  mlpWidth: 96,
  layerNormEps: 1e-6,
  prefixTokens: 1,
  readout: "cls",
};

const path = join(import.meta.dirname, "..", "fixtures", "vit-small", "vit-small.safetensors");
export const fixtureBytes = new Uint8Array(readFileSync(path));
const { tensors } = parseSafetensors(fixtureBytes, "vit-small.safetensors");

/** A tensor of the fixture, in float64. */
export function expected(name: string): Tensor {
  const tensor = present(tensors.get(name), name);
  if (tensor.dtype === "F64")
    return tensorOf(tensor.shape, new Float64Array(tensor.bytes.slice().buffer as ArrayBuffer));
  return tensorOf(tensor.shape, floatsOf(tensor));
}

const weights = [...tensors.values()].filter((tensor) => tensor.name.startsWith("weight."));
const floats = new Map(weights.map((tensor) => [tensor.name.slice("weight.".length), floatsOf(tensor)]));
export const readWeight = (key: string): Float32Array => present(floats.get(key), `weight ${key}`);

/** The fixture file itself as the fp16 weight file of a model. */
export const weightFile: WeightFile = {
  location: "vit-small.safetensors",
  tensors: new Map(
    weights.map(({ name, shape, start }): [string, WeightPlace] => [
      name.slice("weight.".length),
      { dtype: "float16", shape, byteOffset: start },
    ]),
  ),
};

export function relativeError(actual: ArrayLike<number>, wanted: ArrayLike<number>): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY;
  let [difference, size] = [0, 0];
  for (let i = 0; i < wanted.length; i++) {
    difference += ((actual[i] ?? Number.NaN) - (wanted[i] ?? 0)) ** 2;
    size += (wanted[i] ?? 0) ** 2;
  }
  return Math.sqrt(difference / Math.max(size, 1e-300));
}

/** What one training step is fed with, besides theta and its moments. */
export function stepFeeds(layoutLength: number, step: number): Readonly<Record<string, Tensor>> {
  return {
    targets: expected("targets"),
    sampleWeight: expected("sampleWeight"),
    centre: expected("centre"),
    temperature: tensorOf([1], [10]),
    rateScale: tensorOf([layoutLength], new Float64Array(layoutLength).fill(1)),
    learningRate: tensorOf([1], [2e-3]),
    weightDecay: tensorOf([1], [0.01]),
    correction1: tensorOf([1], [1 / (1 - 0.9 ** step)]),
    correction2: tensorOf([1], [1 / (1 - 0.999 ** step)]),
  };
}

/** The four cases of make.py: first prompted block, prompts per block. */
export const cases = [
  { firstBlock: 0, tokensPerBlock: 1 },
  { firstBlock: 0, tokensPerBlock: 5 },
  { firstBlock: 1, tokensPerBlock: 1 },
  { firstBlock: 1, tokensPerBlock: 5 },
] as const;
export const caseName = (c: Readonly<{ firstBlock: number; tokensPerBlock: number }>): string =>
  `first${c.firstBlock}.n${c.tokensPerBlock}`;

export function startTheta(name: string): Tensor {
  const values = [...expected(`${name}.prompts`).data, ...expected("head").data];
  return tensorOf([values.length], values);
}
