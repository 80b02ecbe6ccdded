// Reverse-mode derivative as a pure function from graph to graph. Knows the table of operators; computes no number.
import { assert, Fault } from "../base/fault.ts";
import { type Builder, createBuilder } from "./builder.ts";
import type { Graph, Node } from "./ir.ts";
import type { Emit } from "./ops/op-rule.ts";
import { opTable } from "./ops/op-table.ts";

/** `gradients[name]`: the value that holds d loss / d name, of the shape of `name`. `builder` goes on from forward + backward. */
export type Gradient = Readonly<{ builder: Builder; gradients: Readonly<Record<string, string>> }>;

/**
 * Adds to `graph` (static shapes; outputs are forgotten) the nodes of the gradient of the one-element value `loss` with respect
 * to the values `wrt`. Only nodes on a path from `wrt` to `loss` are visited; frozen weights get none. Fault `unsupported-op` names
 * every operator on the path that has no derivative. Walk and table as in tinygrad's gradient.py and micrograd.
 */
export function gradient(graph: Graph, loss: string, wrt: readonly string[]): Gradient {
  const path = nodesBetween(graph, wrt, loss);
  const missing = path.nodes.filter((node) => opTable[node.op].vjp === null).map((node) => node.op);
  if (missing.length > 0) {
    const names = [...new Set(missing)].toSorted();
    throw new Fault("unsupported-op", `No derivative is known of ${names.join(", ")}.`, { ops: names });
  }
  const builder = createBuilder(graph);
  const onPath = new Set(path.nodes.map((node) => node.outputs[0]));
  const pads = new Map<string, Padded>();
  const emit: Emit = {
    ...builder,
    op(op, inputs, attributes) {
      const name = builder.op(op, inputs, attributes, `grad/${op.toLowerCase()}`);
      if (op === "Pad") pads.set(name, { inner: inputs[0] ?? "", pads: builder.ints(inputs[1] ?? "") });
      return name;
    },
    several: (op, inputs, attributes, count) =>
      builder.several(op, inputs, attributes, count, `grad/${op.toLowerCase()}`),
  };

  const contributions = new Map<string, string[]>();
  const add = (name: string, grad: string): void => {
    contributions.set(name, [...(contributions.get(name) ?? []), grad]);
  };
  const collect = (name: string): string | null => {
    const parts = contributions.get(name);
    if (!parts) return null;
    const [only] = parts;
    if (parts.length === 1 && only) return only;
    const total = tiled(emit, parts, pads) ?? parts.reduce((a, b) => emit.op("Add", [a, b]));
    contributions.set(name, [total]);
    return total;
  };

  const one = emit.scalar(1);
  const seed = emit.shape(loss);
  assert(
    seed.every((n) => n === 1),
    "the loss has one element",
  );
  add(loss, seed.length === 0 ? one : emit.op("Reshape", [one, emit.vector(seed)]));
  for (const node of graph.nodes.toReversed()) {
    if (!onPath.has(node.outputs[0])) continue;
    const grads = node.outputs.map((name) => (name === "" ? null : collect(name)));
    if (grads.every((grad) => grad === null)) continue;
    assert(
      grads.slice(1).every((grad) => grad === null),
      `only the first output of ${node.op} is differentiated`,
    );
    const wants = node.inputs.map((name) => path.reached.has(name));
    const results = opTable[node.op].vjp?.(emit, { node, grads, wants }) ?? [];
    node.inputs.forEach((name, i) => {
      const grad = results[i];
      if (wants[i] && grad) add(name, grad);
    });
  }
  const gradients = Object.fromEntries(
    wrt.map((name) => {
      const grad = collect(name);
      assert(grad, `${name} influences ${loss}`);
      return [name, grad];
    }),
  );
  return { builder, gradients };
}

/** Values that depend on `from`, and the nodes through which `from` reaches `to`. Integers (shapes) carry no gradient. */
function nodesBetween(
  graph: Graph,
  from: readonly string[],
  to: string,
): Readonly<{ reached: ReadonlySet<string>; nodes: readonly Node[] }> {
  const reached = new Set(from);
  for (const node of graph.nodes) {
    if (node.op === "Shape" || !node.inputs.some((name) => reached.has(name))) continue;
    for (const name of node.outputs) if (name !== "") reached.add(name);
  }
  const needed = new Set([to]);
  const nodes: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    for (const name of node.inputs) if (reached.has(name)) needed.add(name);
    if (node.outputs.some((name) => reached.has(name))) nodes.push(node);
  }
  return { reached, nodes: nodes.reverse() };
}

type Padded = Readonly<{ inner: string; pads: readonly number[] }>;

/** Slices that tile a value have gradients that are zero-padded tiles: their sum is one Concat. null where they do not tile. */
function tiled(emit: Emit, parts: readonly string[], pads: ReadonlyMap<string, Padded>): string | null {
  const tiles = parts.map((name) => pads.get(name));
  const shape = emit.shape(parts[0] ?? "");
  const axes = new Set<number>();
  for (const tile of tiles) {
    if (!tile) return null;
    tile.pads.forEach((n, i) => {
      if (n > 0) axes.add(i % shape.length);
    });
  }
  const [axis] = axes;
  if (axis === undefined || axes.size !== 1) return null;
  const sorted = tiles
    .filter((tile) => tile !== undefined)
    .toSorted((a, b) => (a.pads[axis] ?? 0) - (b.pads[axis] ?? 0));
  let end = 0;
  for (const { inner, pads: around } of sorted) {
    if (around[axis] !== end) return null;
    end += emit.shape(inner)[axis] ?? 0;
  }
  if (end !== shape[axis]) return null;
  const names = sorted.map((tile) => tile.inner);
  return emit.op("Concat", names, { axis: { kind: "int", value: axis } });
}
