// One LayerNorm along the last axis. Knows no network.
import type { Initializer } from "../../ir.ts";
import { floatOf, intOf } from "../../ops/op-rule.ts";
import { type Lookup, notPlain, vectorOf } from "./lookup.ts";

/** `bias` null where nothing is added. */
export type Norm = Readonly<{ x: string; scale: Initializer; bias: Initializer | null; epsilon: number }>;

/** The norm whose output this value is; null where it is something else's. */
export function normAt(lookup: Lookup, name: string): Norm | null {
  const node = lookup.writer(name);
  if (node?.op !== "LayerNormalization") return null;
  const [x = "", scale = "", bias = ""] = node.inputs;
  const shape = lookup.shape(x);
  const width = shape.at(-1);
  const axis = intOf(node, "axis", -1);
  if (typeof width !== "number" || (axis !== -1 && axis !== shape.length - 1)) return null;
  const vector = vectorOf(lookup, scale, width);
  const added = bias === "" ? null : vectorOf(lookup, bias, width);
  if (!vector || (bias !== "" && !added)) notPlain("computes a scale or a bias of its norms");
  return { x, scale: vector, bias: added, epsilon: floatOf(node, "epsilon", 1e-5) };
}
