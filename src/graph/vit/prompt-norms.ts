// The norms of all deep prompts at once: they wait for no block, so that one node (and one derivative) does for all what is the same
// in every block. Knows no attention.
import { present } from "../../base/fault.ts";
import type { Builder } from "../builder.ts";
import { float, type Graph, int, type Node } from "../ir.ts";
import { floatOf } from "../ops/op-rule.ts";
import type { VitStructure } from "./analyse-vit.ts";
import { readAttention } from "./attention.ts";

/** Set `index` as the first norm of block `firstBlock + index` makes it: [1,N,D]. */
export type NormedSets = (index: number) => string;

/** `prompts` [K,N,D]. null where the blocks' norms differ in more than scale and bias, or are more than one node. */
export function normedSets(
  b: Builder,
  graph: Graph,
  { streams, middles, width }: VitStructure,
  firstBlock: number,
  prompts: string,
): NormedSets | null {
  const norms = middles.slice(firstBlock).map((middle, i): Node | null => {
    const norm = readAttention(graph, streams[firstBlock + i] ?? "", middle, width)?.norm;
    const [node, another] = norm ?? [];
    return node?.op === "LayerNormalization" && !another ? node : null;
  });
  const own = norms.filter((node) => node !== null);
  const epsilons = new Set(own.map((node) => floatOf(node, "epsilon", 1e-5)));
  const [epsilon] = epsilons;
  if (own.length < norms.length || epsilons.size !== 1 || epsilon === undefined) return null;
  if (own.some((node) => node.inputs.length !== 3)) return null;
  const attributes = { axis: int(-1), epsilon: float(epsilon) };
  const unit = b.op("LayerNormalization", [prompts, b.filled(1, width)], attributes, "prompts/unit");
  // The sets' scales (or biases) as one value [K,1,D]: one product and one sum for all.
  const row = b.vector([1, 1, width]);
  const together = (input: 1 | 2, name: string): string => {
    const rows = own.map((node, index): string => {
      const reshaped = `prompts/${index}/${name}`;
      const inputs = [node.inputs[input] ?? "", row];
      const reshape: Node = { op: "Reshape", name: reshaped, inputs, outputs: [reshaped], attributes: {} };
      return present(b.copy(graph, [reshape], new Map([[row, row]])).get(reshaped), reshaped);
    });
    return b.op("Concat", rows, { axis: int(0) }, `prompts/${name}`);
  };
  const scaled = b.op("Mul", [unit, together(1, "scale")], {}, "prompts/scaled");
  const normed = b.op("Add", [scaled, together(2, "bias")], {}, "prompts/normed");
  return (index) => {
    const bounds = [index, index + 1, 0].map((n) => b.vector([n]));
    return b.op("Slice", [normed, ...bounds], {}, `prompts/${index}/normed`);
  };
}
