// One linear layer as the graph holds it: x [.., in] W [in, out] + b. Knows no network.
import type { Initializer } from "../../ir.ts";
import type { WeightReader } from "../../weight-file.ts";
import { type Lookup, turnedValues, valuesOf, vectorOf } from "./lookup.ts";

/** `weight` [in, out]; `bias` null where nothing is added, which is the same as adding zeros. */
export type Linear = Readonly<{ x: string; weight: Initializer; bias: Initializer | null }>;

/** The layer whose output this value is; null where it is something else's. */
export function linearAt(lookup: Lookup, name: string): Linear | null {
  const node = lookup.writer(name);
  if (node?.op === "MatMul") return product(lookup, name);
  if (node?.op !== "Add") return null;
  const [a = "", b = ""] = node.inputs;
  const [left, right] = [product(lookup, a), product(lookup, b)];
  const layer = left ?? right;
  const bias = layer && vectorOf(lookup, left ? b : a, outputsOf(layer));
  return layer && bias ? { ...layer, bias } : null;
}

function product(lookup: Lookup, name: string): Linear | null {
  const node = lookup.writer(name);
  const weight = node?.op === "MatMul" ? lookup.frozen(node.inputs[1]) : null;
  return node && weight?.shape.length === 2 ? { x: node.inputs[0] ?? "", weight, bias: null } : null;
}

export const inputsOf = ({ weight }: Linear): number => weight.shape[0] ?? 0;
export const outputsOf = ({ weight }: Linear): number => weight.shape[1] ?? 0;

/** Matrices [out, in] of layers that read the same, one above the other, as checkpoints keep q, k and v. */
export const stackedWeights = (layers: readonly Linear[], read: WeightReader): Float32Array =>
  stacked(layers.map(({ weight }) => turnedValues(weight, read)));

export const stackedBiases = (layers: readonly Linear[], read: WeightReader): Float32Array =>
  stacked(layers.map((layer) => (layer.bias ? valuesOf(layer.bias, read) : new Float32Array(outputsOf(layer)))));

export function stacked(parts: readonly Float32Array[]): Float32Array {
  const [first] = parts;
  if (parts.length === 1 && first) return first;
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
