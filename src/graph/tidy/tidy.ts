// Saves work in a graph of static shapes without changing what it means: the order of the rewrites. Each is a file beside this one.
import type { Graph } from "../ir.ts";
import { earlySlices } from "./early-slices.ts";
import { gatheredFactors } from "./factors.ts";
import { factorsInGemm, sumsInGemm } from "./into-gemm.ts";
import { rewrite } from "./rewrite.ts";
import { shortRowSums } from "./row-sums.ts";
import { onceTurned } from "./turned-twice.ts";

/** Row sums first: they free the products they were made of, of which then only parts may be needed. */
export function tidy(graph: Graph): Graph {
  const rules = [shortRowSums, earlySlices(), onceTurned, gatheredFactors, sumsInGemm, factorsInGemm];
  return withNamedOutputs(rules.reduce(rewrite, graph));
}

/** An output is the value itself where it can be, not a copy of it. */
function withNamedOutputs(graph: Graph): Graph {
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const nodes = graph.nodes.filter((node) => {
    const [from = "", to = ""] = [node.inputs[0], node.outputs[0]];
    if (node.op !== "Identity" || !outputs.has(to) || !made.has(from) || outputs.has(from) || renamed.has(from)) {
      return true;
    }
    renamed.set(from, to);
    return false;
  });
  const at = (name: string): string => renamed.get(name) ?? name;
  return {
    ...graph,
    nodes: nodes.map((node) => ({ ...node, inputs: node.inputs.map(at), outputs: node.outputs.map(at) })),
  };
}
