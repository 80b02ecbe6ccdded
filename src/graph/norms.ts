// How far the rows that a LayerNormalization normalises lie from zero, and what to do where it is too far: single-pass kernels take the
// variance as E[x^2] - E[x]^2, which cancels when |mean| is many times the deviation. Knows no kernel and no limit.
import { assert } from "../base/fault.ts";
import { createBuilder } from "./builder.ts";
import { inferShapes } from "./infer.ts";
import { type Graph, int, type Node } from "./ir.ts";
import { floatOf } from "./ops/op-rule.ts";
import { prune } from "./prune.ts";

const isNorm = (node: Node): boolean => node.op === "LayerNormalization";

/** `norms[i]` is the name (of the first output) of the LayerNormalization that element i speaks of: they are in the graph's order. */
export type NormProbe = Readonly<{ graph: Graph; norms: readonly string[] }>;

/**
 * The same graph with one more output `normConditioning` [L]: for each LayerNormalization the greatest |mean| / sqrt(variance +
 * epsilon) of the rows it was given, the variance taken of what the mean was subtracted from. At least one norm.
 */
export function probeNorms(graph: Graph): NormProbe {
  const known = inferShapes(graph);
  const b = createBuilder(graph);
  const found = graph.nodes.filter(isNorm);
  assert(found.length > 0, "a graph with a LayerNormalization");
  const squares = found.map((node) => {
    const [x = "", name = ""] = [node.inputs[0], node.outputs[0]];
    const rank = known.get(x)?.shape.length ?? 0;
    const op = (kind: "Add" | "Sub" | "Mul" | "Div", left: string, right: string): string =>
      b.op(kind, [left, right], {}, `${name}/probe`);
    const mean = (value: string): string =>
      b.op("ReduceMean", [value, b.vector([rank - 1])], { keepdims: int(1) }, `${name}/probe`);
    const middle = mean(x);
    const centred = op("Sub", x, middle);
    const variance = op("Add", mean(op("Mul", centred, centred)), b.scalar(floatOf(node, "epsilon", 1e-5)));
    const ratio = op("Div", op("Mul", middle, middle), variance);
    const axes = b.vector(Array.from({ length: rank }, (_, i) => i));
    const greatest = b.op("ReduceMax", [ratio, axes], { keepdims: int(1) }, `${name}/probe`);
    return b.op("Reshape", [greatest, b.vector([1])], {}, `${name}/probe`);
  });
  const all = b.op("Concat", squares, { axis: int(0) }, "probe/squares");
  const conditioning = b.op("Sqrt", [all], {}, "normConditioning");
  const outputs = Object.fromEntries(graph.outputs.map(({ name }) => [name, name]));
  return {
    graph: prune(b.finish({ ...outputs, normConditioning: conditioning })),
    norms: found.map((node) => node.outputs[0] ?? ""),
  };
}

/**
 * The same graph where the row mean is subtracted from the input of each LayerNormalization in `names` (of first outputs) before it:
 * LN(x - mean(x)) = LN(x), and what it then squares does not cancel. All values keep their names, so that what analyseVit found in
 * the graph holds for this one.
 */
export function centreNorms(graph: Graph, names: readonly string[]): Graph {
  const wanted = new Set(names);
  const known = inferShapes(graph);
  const b = createBuilder({ ...graph, nodes: [], outputs: [] });
  const same = new Map([...known.keys()].map((name) => [name, name] as const));
  const copy = (old: Node, node: Node): void => {
    const names = b.copy(graph, [node], same);
    assert(
      old.outputs.every((name) => name === "" || names.get(name) === name),
      "values keep their names",
    );
  };
  for (const node of graph.nodes) {
    const [x = "", ...rest] = node.inputs;
    const [name = ""] = node.outputs;
    if (!isNorm(node) || !wanted.delete(name)) {
      copy(node, node);
      continue;
    }
    const axis = b.vector([(known.get(x)?.shape.length ?? 0) - 1]);
    const mean = b.op("ReduceMean", [x, axis], { keepdims: int(1) }, `${name}/mean`);
    const centred = b.op("Sub", [x, mean], {}, `${name}/centred`);
    same.set(centred, centred);
    copy(node, { ...node, inputs: [centred, ...rest] });
  }
  assert(wanted.size === 0, `the graph normalises ${[...wanted].join(", ")}`);
  return b.finish(Object.fromEntries(graph.outputs.map(({ name }) => [name, name])));
}
