// Turns x [.., in] W [in, out] + b into one Gemm over all rows where shapes allow: one kernel instead of two, the same numbers.
import { createBuilder } from "./builder.ts";
import { inferShapes } from "./infer.ts";
import type { Graph, Node } from "./ir.ts";
import { float } from "./ir.ts";
import type { Known } from "./ops/op-rule.ts";
import { prune } from "./prune.ts";

/** MatMul, Add of a vector and, after it, Mul by a number, each read by nothing but the next. */
type Linear = Readonly<{ x: string; weight: string; bias: string; scale: number; output: string }>;

/** Layers whose rows cannot be split again without asking for a size (two symbolic dims) stay as they are. */
export function fuseLinear(graph: Graph): Graph {
  const known = inferShapes(graph);
  const found = new Map<Node, Linear>();
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  }
  const outputs = new Set(graph.outputs.map((value) => value.name));
  const onlyReader = (name: string): Node | null => {
    const [node, second] = readers.get(name) ?? [];
    return node && !second && !outputs.has(name) ? node : null;
  };
  const scalars = new Map<string, number>();
  for (const { name, shape, dtype, source } of graph.initializers) {
    const [value] = source.kind === "inline" ? source.values : [];
    if (dtype === "float32" && shape.length === 0 && value !== undefined) scalars.set(name, value);
  }
  for (const node of graph.nodes) {
    const linear = node.op === "MatMul" ? linearFrom(node, known, onlyReader, scalars) : null;
    if (linear) found.set(linear.last, linear.layer);
  }
  const b = createBuilder({ ...graph, nodes: [], outputs: [] });
  const names = new Map([...graph.inputs, ...graph.initializers].map(({ name }) => [name, name] as const));
  for (const node of graph.nodes) {
    const layer = found.get(node);
    if (!layer) {
      // A swallowed product whose value stays unread is dropped by pruning.
      for (const [from, to] of b.copy(graph, [node], names)) names.set(from, to);
      continue;
    }
    const at = (name: string): string => names.get(name) ?? name;
    const [rows, back] = [b.vector([-1, width(known, layer.x)]), b.vector(splitShape(known, layer.output) ?? [])];
    const flat = b.op("Reshape", [at(layer.x), rows], {}, `${layer.output}/rows`);
    const scaled = layer.scale === 1 ? {} : { alpha: float(layer.scale), beta: float(layer.scale) };
    const product = b.op("Gemm", [flat, layer.weight, layer.bias], scaled, `${layer.output}/gemm`);
    names.set(layer.output, b.op("Reshape", [product, back], {}, layer.output));
  }
  return prune(b.finish(Object.fromEntries(graph.outputs.map(({ name }) => [name, names.get(name) ?? name]))));
}

const width = (known: ReadonlyMap<string, Known>, name: string): number => Number(known.get(name)?.shape.at(-1));

/** The shape to give Reshape, with -1 for at most one symbolic dim; null where there are more. */
function splitShape(known: ReadonlyMap<string, Known>, name: string): readonly number[] | null {
  const shape = known.get(name)?.shape ?? [];
  if (shape.filter((dim) => typeof dim === "string").length > 1) return null;
  return shape.map((dim) => (typeof dim === "string" ? -1 : dim));
}

function linearFrom(
  product: Node,
  known: ReadonlyMap<string, Known>,
  onlyReader: (name: string) => Node | null,
  scalars: ReadonlyMap<string, number>,
): Readonly<{ layer: Linear; last: Node }> | null {
  const [x = "", weight = ""] = product.inputs;
  const [made = ""] = product.outputs;
  const add = onlyReader(made);
  if (add?.op !== "Add" || known.get(weight)?.shape.length !== 2) return null;
  const bias = add.inputs.find((name) => name !== made) ?? "";
  const [sum = ""] = add.outputs;
  const isBias = known.get(bias)?.shape.length === 1 && known.get(bias)?.shape[0] === known.get(weight)?.shape[1];
  const rank = known.get(x)?.shape.length ?? 0;
  if (!isBias || rank < 3 || typeof known.get(x)?.shape.at(-1) !== "number" || !splitShape(known, sum)) return null;
  const next = onlyReader(sum);
  const scale =
    next?.op === "Mul" ? next.inputs.map((name) => scalars.get(name)).find((n) => n !== undefined) : undefined;
  const last = next && scale !== undefined ? next : add;
  return { layer: { x, weight, bias, scale: scale ?? 1, output: last.outputs[0] ?? "" }, last };
}
