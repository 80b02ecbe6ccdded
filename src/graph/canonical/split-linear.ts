// One linear layer of which parts are read (fused q, k and v; packed gates) becomes one layer per part: parts that nobody needs for
// some tokens can then be left out, and no five-axis turning remains.
import { createBuilder } from "../builder.ts";
import { inferShapes } from "../infer.ts";
import { type Graph, type Initializer, ints, type Node, type WeightSource } from "../ir.ts";
import type { Known } from "../ops/op-rule.ts";
import { intsOf } from "../ops/op-rule.ts";
import { prune } from "../prune.ts";
import { createLinks, type Links } from "../vit/links.ts";
import { type Constants, createConstants } from "./constants.ts";
import type { FrozenStore } from "./values.ts";

/** Columns `first` .. `first + count` of the layer; `shape` and `perm` turn them into what `output` was. */
type Part = Readonly<{
  output: string;
  first: number;
  count: number;
  turn: Readonly<{ shape: readonly number[]; perm: readonly number[] }> | null;
}>;
type Layer = Readonly<{ x: string; weight: string; bias: string | null; parts: readonly Part[]; last: Node }>;

export function splitLinear(graph: Graph, store: FrozenStore): Graph {
  const links = createLinks(graph);
  const constants = createConstants(graph);
  const known = inferShapes(graph);
  const frozen = new Map(graph.initializers.map((entry) => [entry.name, entry]));
  const layers = new Map<Node, Layer>();
  for (const node of graph.nodes) {
    const layer = node.op === "MatMul" ? layerFrom(node, links, constants, known, frozen) : null;
    if (layer) layers.set(layer.last, layer);
  }
  if (layers.size === 0) return graph;
  const replaced = new Map(
    [...layers.values()].flatMap((layer) => layer.parts.map((part) => [part.output, ""] as const)),
  );
  const b = createBuilder({ ...graph, nodes: [], outputs: [] });
  const names = new Map([...graph.inputs, ...graph.initializers].map(({ name }) => [name, name] as const));
  for (const node of graph.nodes) {
    if (!node.outputs.some((name) => replaced.has(name))) {
      for (const [from, to] of b.copy(graph, [node], names)) names.set(from, to);
    }
    const layer = layers.get(node);
    if (!layer) continue;
    const weight = columnsOf(frozen.get(layer.weight), store);
    for (const { output, first, count, turn } of layer.parts) {
      const inside = weight.shape[0] ?? 0;
      const own = { ...weight.source, elementOffset: weight.source.elementOffset + first * inside };
      const matrix = b.weight(`${layer.weight}|${first}+${count}`, own, [inside, count]);
      let made = b.op("MatMul", [names.get(layer.x) ?? layer.x, matrix], {}, `${output}/product`);
      const bias = frozen.get(layer.bias ?? "");
      if (bias?.source.kind === "weight") {
        const source = { ...bias.source, elementOffset: bias.source.elementOffset + first };
        made = b.op("Add", [made, b.weight(`${bias.name}|${first}+${count}`, source, [count])], {}, `${output}/linear`);
      }
      if (turn) {
        const split = b.op("Reshape", [made, b.vector(turn.shape)], {}, `${output}/axes`);
        made = b.op("Transpose", [split], { perm: ints(turn.perm) }, `${output}/turned`);
      }
      names.set(output, made);
    }
  }
  return prune(b.finish(Object.fromEntries(graph.outputs.map(({ name }) => [name, names.get(name) ?? name]))));
}

function layerFrom(
  product: Node,
  links: Links,
  constants: Constants,
  known: ReadonlyMap<string, Known>,
  frozen: ReadonlyMap<string, Initializer>,
): Layer | null {
  const [x = "", weight = ""] = product.inputs;
  const matrix = frozen.get(weight);
  if (matrix?.source.kind !== "weight" || matrix.shape.length !== 2) return null;
  const readers = (name: string | undefined): readonly Node[] => links.readers.get(name ?? "") ?? [];
  const [made = ""] = product.outputs;
  const [add, more] = readers(made);
  const other = add?.inputs.find((name) => name !== made) ?? "";
  const withBias = add?.op === "Add" && !more && frozen.get(other)?.shape.join() === `${matrix.shape[1]}`;
  if (withBias && frozen.get(other)?.source.kind !== "weight") return null;
  const last = withBias ? add : product;
  const output = last.outputs[0] ?? "";
  const width = matrix.shape[1] ?? 0;
  const direct = partsOf(readers(output), (known.get(output)?.shape.length ?? 0) - 1, constants, width, null);
  const parts = direct ?? turnedParts(output, links, constants, known, width);
  return parts && { x, weight, bias: withBias ? other : null, parts, last };
}

/** Readers that are all slices along one axis. */
function partsOf(
  readers: readonly Node[],
  axis: number,
  { ints: list }: Constants,
  length: number,
  turn: Part["turn"],
): readonly Part[] | null {
  const parts = readers.map((node): Part | null => {
    const [first, end, along, steps] = node.inputs.slice(1).map((name) => list(name)?.join());
    if (node.op !== "Slice" || along !== `${axis}` || (steps ?? "1") !== "1") return null;
    const count = Math.min(Number(end), length) - Number(first);
    return count > 0 ? { output: node.outputs[0] ?? "", first: Number(first), count, turn } : null;
  });
  const all = parts.filter((part) => part !== null);
  return all.length === parts.length && all.length > 1 ? all : null;
}

/** Reshape [.., n, a, b], Transpose, Slice of the axis n into ones, Squeeze: as timm and torch write fused q, k and v. */
function turnedParts(
  output: string,
  links: Links,
  constants: Constants,
  known: ReadonlyMap<string, Known>,
  width: number,
): readonly Part[] | null {
  const only = (name: string | undefined): Node | null => {
    const [reader, more] = links.readers.get(name ?? "") ?? [];
    return reader && !more ? reader : null;
  };
  const reshape = only(output);
  const shape = reshape?.op === "Reshape" ? constants.ints(reshape.inputs[1]) : null;
  const lead = (known.get(output)?.shape.length ?? 0) - 1;
  const turn = shape ? only(reshape?.outputs[0]) : null;
  const perm = turn?.op === "Transpose" ? intsOf(turn, "perm") : null;
  const pieces = shape?.[lead];
  if (!shape || !perm || !turn || pieces === undefined || pieces < 2 || lead < 1) return null;
  if (shape.slice(0, lead).some((n) => n !== 0) || shape.slice(lead).some((n) => n < 1)) return null;
  const axis = perm.indexOf(lead);
  const rest = {
    shape: shape.filter((_, i) => i !== lead),
    perm: perm.filter((from) => from !== lead).map((from) => (from > lead ? from - 1 : from)),
  };
  const slices = partsOf(links.readers.get(turn.outputs[0] ?? "") ?? [], axis, constants, pieces, rest);
  const size = width / pieces;
  const parts = slices?.map((part): Part | null => {
    const squeeze = only(part.output);
    const axes = squeeze?.op === "Squeeze" ? constants.ints(squeeze.inputs[1]) : null;
    if (part.count !== 1 || axes?.join() !== `${axis}`) return null;
    return { ...part, output: squeeze?.outputs[0] ?? "", first: part.first * size, count: size };
  });
  const all = parts?.filter((part) => part !== null);
  return all && all.length === parts?.length ? all : null;
}

/** The weight stored column by column, so that columns can be told apart without copies; turned once where it is not. */
function columnsOf(
  entry: Initializer | undefined,
  store: FrozenStore,
): Readonly<{ shape: readonly number[]; source: Omit<WeightSource, "kind"> }> {
  const shape = entry?.shape ?? [];
  if (entry?.source.kind !== "weight") return { shape, source: { key: "", elementOffset: 0 } };
  const { kind: _, ...source } = entry.source;
  if (source.transposed) return { shape, source };
  const { data } = store.tensor({ kind: "frozen", name: entry.name, shape, source });
  const [rows = 0, columns = 0] = shape;
  const turned = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) turned[j * rows + i] = data[i * columns + j] ?? 0;
  const key = `${source.key}|columns`;
  store.add(key, { shape: [columns, rows], data: turned });
  return { shape, source: { key, elementOffset: 0, transposed: true } };
}
