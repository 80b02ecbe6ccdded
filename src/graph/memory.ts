// How much memory the values between a graph's inputs and outputs take while it runs. Knows no runtime: an estimate from shapes alone.
import { bindDims, inferShapes } from "./infer.ts";
import { type DType, elementCount, type Graph, staticShape } from "./ir.ts";
import type { Op } from "./ops/op-names.ts";

export type MemoryEstimate = Readonly<{
  /** The most bytes of node outputs that are alive at once. */
  peakBytes: number;
  /** Bytes of the largest node output. */
  largestBytes: number;
}>;

const bytesOf: Readonly<Record<DType, number>> = { float32: 4, float16: 2, int32: 4, int64: 8, bool: 1 };

/** Operators that give the same elements another shape: runtimes make no copy. */
const views: ReadonlySet<Op> = new Set<Op>(["Reshape", "Squeeze", "Unsqueeze", "Identity"]);

/**
 * Nodes run in their order; a value is alive from its node to its last reader, an output of the graph to the end, and while a node
 * runs both what it reads and what it writes are alive. Inputs and weights are not counted. `dims` gives symbols their numbers.
 */
export function estimateMemory(graph: Graph, dims: Readonly<Record<string, number>> = {}): MemoryEstimate {
  const bound = bindDims(graph, dims);
  const known = inferShapes(bound);
  /** The value whose bytes a view shows; null where it is an input or a constant. */
  const storage = new Map<string, string>();
  const lastRead = new Map<string, number>();
  const at = (name: string): string | undefined => storage.get(name);
  bound.nodes.forEach((node, step) => {
    for (const name of node.inputs) {
      const held = at(name);
      if (held !== undefined) lastRead.set(held, step);
    }
    const [viewed = ""] = node.inputs;
    for (const name of node.outputs) {
      if (name === "") continue;
      const held = views.has(node.op) ? at(viewed) : name;
      if (held === undefined) continue;
      storage.set(name, held);
      lastRead.set(held, step);
    }
  });
  for (const { name } of bound.outputs) {
    const held = at(name);
    if (held !== undefined) lastRead.set(held, bound.nodes.length);
  }

  const freed = new Map<number, string[]>();
  for (const [name, step] of lastRead) freed.set(step, [...(freed.get(step) ?? []), name]);
  const sizeOf = (name: string): number => {
    const { dtype = "float32", shape = [] } = known.get(name) ?? {};
    return bytesOf[dtype] * elementCount(staticShape(shape, name));
  };
  let [alive, peakBytes, largestBytes] = [0, 0, 0];
  bound.nodes.forEach((node, step) => {
    for (const name of node.outputs) {
      if (name === "" || at(name) !== name) continue;
      const bytes = sizeOf(name);
      alive += bytes;
      largestBytes = Math.max(largestBytes, bytes);
    }
    peakBytes = Math.max(peakBytes, alive);
    for (const name of freed.get(step) ?? []) alive -= sizeOf(name);
  });
  return { peakBytes, largestBytes };
}
