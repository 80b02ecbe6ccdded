// Layer norms whose inputs are far from zero. Knows LayerNormalization's statistics; decides nothing.
import { createBuilder } from "../builder.ts";
import { type Graph, int, ints } from "../ir.ts";

export function probeNorms(graph: Graph): Readonly<{ graph: Graph; names: readonly string[] }> {
  const norms = graph.nodes.filter((node) => node.op === "LayerNormalization");
  const b = createBuilder(graph);
  const parts = norms.map((node, i) => {
    const x = node.inputs[0] ?? "";
    const mean = b.op("ReduceMean", [x, b.vector([-1])], { keepdims: int(1) }, `probe/${i}/mean`);
    const centred = b.op("Sub", [x, mean], {}, `probe/${i}/centred`);
    const square = b.op("Mul", [centred, centred], {}, `probe/${i}/square`);
    const variance = b.op("ReduceMean", [square, b.vector([-1])], { keepdims: int(1) }, `probe/${i}/variance`);
    const ratio = b.op("Div", [b.op("Mul", [mean, mean], {}, `probe/${i}/mean2`), variance], {}, `probe/${i}/ratio`);
    const flat = b.op("Reshape", [ratio, b.vector([1, -1])], {}, `probe/${i}/flat`);
    const worst = b.op("ReduceMax", [flat, b.vector([1])], { keepdims: int(0) }, `probe/${i}/worst`);
    return b.op("Sqrt", [worst], {}, `probe/${i}`);
  });
  const all = b.op("Concat", parts, { axis: int(0) }, "probe/all");
  const outputs = Object.fromEntries(graph.outputs.map(({ name }) => [name, name]));
  return { graph: b.finish({ ...outputs, normConditioning: all }), names: norms.map(({ name }) => name) };
}

export function centreNorms(graph: Graph, _names: readonly string[]): Graph {
  return graph;
}
void ints;
