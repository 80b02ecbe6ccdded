// Counts the floating-point operations of a graph: multiplications and additions of its matrix products and convolutions.
import { bindDims, inferShapes } from "./infer.ts";
import { elementCount, type Graph, type Node, staticShape } from "./ir.ts";
import type { Op } from "./ops/op-names.ts";
import { intOf } from "./ops/op-rule.ts";

type Shapes = readonly (readonly number[])[];
/** Length of the sums, per element of the output. */
const sumLength: Partial<Record<Op, (node: Node, inputs: Shapes) => number>> = {
  // One row times one column is how a sum along rows is written; like other sums it is left out.
  MatMul: (_node, [a = [], b = []]) => (a.at(-2) === 1 && b.at(-1) === 1 ? 0 : (a.at(-1) ?? 0)),
  Gemm: (node, [a = []]) => (intOf(node, "transA", 0) ? a[0] : a[1]) ?? 0,
  Conv: (_node, [, w = []]) => elementCount(w.slice(1)),
};

/** 2 per multiply-add. `dims` gives symbols their numbers ({ B: 16 }). Element-wise operators are left out, as is usual. */
export function countFlops(graph: Graph, dims: Readonly<Record<string, number>> = {}): number {
  const bound = bindDims(graph, dims);
  const known = inferShapes(bound);
  const shape = (name: string): readonly number[] => staticShape(known.get(name)?.shape ?? [], name);
  let total = 0;
  for (const node of bound.nodes) {
    const length = sumLength[node.op];
    if (!length) continue;
    total += 2 * elementCount(shape(node.outputs[0] ?? "")) * length(node, node.inputs.map(shape));
  }
  return total;
}
