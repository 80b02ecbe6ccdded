// Counts the floating-point operations of a graph: multiplications and additions of its matrix products and convolutions.
import type { Graph } from "./ir.ts";

/** 2 per multiply-add. `dims` gives symbols their numbers ({ B: 16 }). Element-wise operators are left out, as is usual. */
export function countFlops(_graph: Graph, _dims: Readonly<Record<string, number>> = {}): number {
  throw new Error("not yet");
}
