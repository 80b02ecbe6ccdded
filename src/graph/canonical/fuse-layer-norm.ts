// LayerNorm written out ((x - mean) / sqrt(mean((x - mean)^2) + eps) * scale + bias, operator sets below 17) becomes one node.
import { inferShapes } from "../infer.ts";
import { float, type Graph, type Initializer, int, type Node } from "../ir.ts";
import { intOf } from "../ops/op-rule.ts";
import { prune } from "../prune.ts";
import { createLinks } from "../vit/links.ts";
import { type Constants, createConstants } from "./constants.ts";

type Found = Readonly<{ x: string; epsilon: number; scale: string | null; bias: string | null; last: Node }>;

export function fuseLayerNorm(graph: Graph): Graph {
  const links = createLinks(graph);
  const constants = createConstants(graph);
  const known = inferShapes(graph);
  const writer = (name: string | undefined): Node | undefined => links.writer.get(name ?? "");
  const outputs = new Set(graph.outputs.map((value) => value.name));
  const onlyReader = (name: string): Node | null => {
    const [reader, second] = links.readers.get(name) ?? [];
    return reader && !second && !outputs.has(name) ? reader : null;
  };
  const vectors = new Set(graph.initializers.filter((e) => e.shape.length === 1).map((e) => e.name));
  const isLastAxis = (node: Node): boolean => {
    const rank = known.get(node.inputs[0] ?? "")?.shape.length ?? 0;
    const axes = constants.ints(node.inputs[1]) ?? [];
    return intOf(node, "keepdims", 1) === 1 && (axes.join() === "-1" || axes.join() === `${rank - 1}`);
  };
  /** x, where the value is x - mean(x). */
  const centred = (name: string | undefined): string | null => {
    const sub = writer(name);
    const mean = sub?.op === "Sub" ? writer(sub.inputs[1]) : undefined;
    const [x] = sub?.inputs ?? [];
    return x !== undefined && mean?.op === "ReduceMean" && mean.inputs[0] === x && isLastAxis(mean) ? x : null;
  };
  const found = new Map<Node, Found>();
  for (const node of graph.nodes) {
    const deviation = deviationOf(node, writer);
    if (!deviation) continue;
    const x = centred(deviation.from);
    const guarded = writer(deviation.root?.inputs[0]);
    const [variance, epsilon] = guarded?.op === "Add" ? withScalar(guarded, constants) : [null, null];
    const mean = writer(variance ?? undefined);
    const square = mean?.op === "ReduceMean" && isLastAxis(mean) ? writer(mean.inputs[0]) : undefined;
    if (x === null || epsilon === null || !square || centred(squared(square, constants)) !== x) continue;
    const width = `${known.get(x)?.shape.at(-1)}`;
    const isVector = (name: string | undefined): boolean =>
      vectors.has(name ?? "") && known.get(name ?? "")?.shape.join() === width;
    const scaled = onlyReader(node.outputs[0] ?? "");
    const scale = scaled?.op === "Mul" ? scaled.inputs.find(isVector) : undefined;
    const shifted = scaled && scale !== undefined ? onlyReader(scaled.outputs[0] ?? "") : null;
    const bias = shifted?.op === "Add" ? shifted.inputs.find(isVector) : undefined;
    const last = shifted && bias !== undefined ? shifted : scaled && scale !== undefined ? scaled : node;
    found.set(last, { x, epsilon, scale: scale ?? null, bias: bias ?? null, last });
  }
  if (found.size === 0) return graph;
  const ones: Initializer[] = [];
  const nodes = graph.nodes.map((node): Node => {
    const norm = found.get(node);
    if (!norm) return node;
    const scale = norm.scale ?? unitScale(ones, Number(known.get(norm.x)?.shape.at(-1)));
    const inputs = [norm.x, scale, ...(norm.bias === null ? [] : [norm.bias])];
    const attributes = { axis: int(-1), epsilon: float(norm.epsilon) };
    return { op: "LayerNormalization", name: node.name, inputs, outputs: node.outputs, attributes };
  });
  return prune({ ...graph, nodes, initializers: [...graph.initializers, ...ones] });
}

/** d / sqrt(..) or d * (1 / sqrt(..)). */
function deviationOf(
  node: Node,
  writer: (name: string | undefined) => Node | undefined,
): Readonly<{ from: string | undefined; root: Node | undefined }> | null {
  const [a, b] = node.inputs;
  if (node.op === "Div" && writer(b)?.op === "Sqrt") return { from: a, root: writer(b) };
  const inverse = node.op === "Mul" && writer(b)?.op === "Reciprocal" ? writer(writer(b)?.inputs[0]) : undefined;
  return inverse?.op === "Sqrt" ? { from: a, root: inverse } : null;
}

function squared(node: Node, constants: Constants): string | undefined {
  const [a, b] = node.inputs;
  if (node.op === "Pow" && constants.scalar(b) === 2) return a;
  return node.op === "Mul" && a === b ? a : undefined;
}

function withScalar(node: Node, constants: Constants): readonly [string | null, number | null] {
  const [a = "", b = ""] = node.inputs;
  const right = constants.scalar(b);
  return right === null ? [b, constants.scalar(a)] : [a, right];
}

function unitScale(ones: Initializer[], width: number): string {
  const name = `ones/${width}`;
  if (!ones.some((entry) => entry.name === name)) {
    const values = new Float32Array(width).fill(1);
    ones.push({ name, dtype: "float32", shape: [width], source: { kind: "inline", values } });
  }
  return name;
}
