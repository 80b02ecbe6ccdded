// Writes graphs: names every value, follows shapes while writing, keeps equal constants once. Knows no model.
import { assert, present } from "../base/fault.ts";
import { knownInitializer } from "./infer.ts";
import {
  type Attributes,
  type DType,
  type Graph,
  type Initializer,
  type Node,
  type Shape,
  staticShape,
  type ValueInfo,
  type WeightSource,
} from "./ir.ts";
import type { Op } from "./ops/op-names.ts";
import type { Emit, Known } from "./ops/op-rule.ts";
import { opTable } from "./ops/op-table.ts";

export const opset = 20;

export type Builder = Omit<Emit, "op" | "several"> &
  Readonly<{
    input(name: string, dtype: DType, shape: Shape): string;
    /** A frozen weight of this shape; `transposed` where it is stored the other way round. */
    weight(name: string, source: Omit<WeightSource, "kind">, shape: readonly number[]): string;
    /** `name` is how the output is called, made unique where taken. */
    op(op: Op, inputs: readonly string[], attributes?: Attributes, name?: string): string;
    /** A node whose first `count` outputs are read: they are called `name`/0 and so on. */
    several(op: Op, inputs: readonly string[], attributes: Attributes, count: number, name?: string): readonly string[];
    /**
     * Adds nodes of another graph: values found in `given` are replaced, all others renamed to be new. Returns the new names of the
     * others.
     */
    copy(from: Graph, nodes: readonly Node[], given: ReadonlyMap<string, string>): ReadonlyMap<string, string>;
    known(name: string): Known;
    /** The value of a constant of shape [] that lies in the graph; null for everything else. */
    number(name: string): number | null;
    has(name: string): boolean;
    /** What a value was computed by; null for inputs and constants. */
    producer(name: string): Node | null;
    /** The graph whose outputs are these values, under these names. */
    finish(outputs: Readonly<Record<string, string>>): Graph;
  }>;

/** Starts empty, or goes on from a graph (whose outputs are forgotten). */
export function createBuilder(start?: Graph): Builder {
  const inputs: ValueInfo[] = [...(start?.inputs ?? [])];
  const nodes: Node[] = [];
  const initializers = new Map<string, Initializer>();
  const values = new Map<string, Known>();
  const producers = new Map<string, Node>();
  const constants = new Map<string, string>();
  const counters = new Map<string, number>();

  const fresh = (wanted: string): string => {
    if (!values.has(wanted)) return wanted;
    for (let n = counters.get(wanted) ?? 1; ; n++) {
      const name = `${wanted}_${n}`;
      if (values.has(name)) continue;
      counters.set(wanted, n + 1);
      return name;
    }
  };
  const addInitializer = (entry: Initializer): string => {
    initializers.set(entry.name, entry);
    values.set(entry.name, knownInitializer(entry));
    return entry.name;
  };
  const addNode = (node: Node): void => {
    const sources = node.inputs.map((name) => (name === "" ? null : known(name)));
    const results = opTable[node.op].infer(node, sources);
    node.outputs.forEach((name, i) => {
      if (name === "") return;
      assert(!values.has(name), `value ${name} is written once`);
      values.set(name, present(results[i], `output ${i} of ${node.op}`));
      producers.set(name, node);
    });
    nodes.push(node);
  };
  const known = (name: string): Known => present(values.get(name), `value ${name}`);
  const constant = (key: string, entry: Omit<Initializer, "name">): string => {
    const old = constants.get(key);
    if (old) return old;
    const name = addInitializer({ ...entry, name: fresh(key) });
    constants.set(key, name);
    return name;
  };

  for (const { name, dtype, shape } of inputs) values.set(name, { dtype, shape });
  for (const entry of start?.initializers ?? []) addInitializer(entry);
  for (const node of start?.nodes ?? []) addNode(node);

  return {
    known,
    number(name) {
      const { shape, dtype, source } = initializers.get(name) ?? {};
      return shape?.length === 0 && dtype === "float32" && source?.kind === "inline"
        ? (source.values[0] ?? null)
        : null;
    },
    has: (name) => values.has(name),
    producer: (name) => producers.get(name) ?? null,
    shape: (name) => staticShape(known(name).shape, name),
    ints: (name) => staticShape(present(known(name).ints, `the value of ${name}`), `the value of ${name}`),
    scalar: (value) =>
      constant(`c:${value}`, { dtype: "float32", shape: [], source: { kind: "inline", values: [value] } }),
    filled: (value, length) =>
      constant(`c:${value}x${length}`, {
        dtype: "float32",
        shape: [length],
        source: { kind: "inline", values: new Array<number>(length).fill(value) },
      }),
    vector: (list) =>
      constant(`i:[${list.join(",")}]`, {
        dtype: "int64",
        shape: [list.length],
        source: { kind: "inline", values: list },
      }),
    input(name, dtype, shape) {
      assert(!values.has(name), `input ${name} is new`);
      inputs.push({ name, dtype, shape });
      values.set(name, { dtype, shape });
      return name;
    },
    weight: (name, source, shape) =>
      addInitializer({ name, dtype: "float32", shape, source: { kind: "weight", ...source } }),
    op(op, from, attributes = {}, name = op.toLowerCase()) {
      const output = fresh(name);
      addNode({ op, name: output, inputs: from, outputs: [output], attributes });
      return output;
    },
    several(op, from, attributes, count, name = op.toLowerCase()) {
      const outputs = Array.from({ length: count }, (_, i) => fresh(`${name}/${i}`));
      addNode({ op, name: outputs[0] ?? op, inputs: from, outputs, attributes });
      return outputs;
    },
    copy(from, part, given) {
      const names = new Map<string, string>();
      const frozen = frozenOf(from);
      const here = (name: string): string => {
        if (name === "") return "";
        const renamed = names.get(name) ?? given.get(name);
        if (renamed !== undefined) return renamed;
        const entry = present(frozen.get(name), `what ${name} is in the copied part`);
        const old = initializers.get(name);
        if (old && sameInitializer(old, entry)) return name;
        const added = addInitializer({ ...entry, name: fresh(name) });
        names.set(name, added);
        return added;
      };
      for (const node of part) {
        const sources = node.inputs.map(here);
        const outputs = node.outputs.map((name) => (name === "" ? "" : fresh(name)));
        node.outputs.forEach((name, i) => {
          if (name !== "") names.set(name, present(outputs[i], name));
        });
        addNode({ ...node, name: outputs.find((name) => name !== "") ?? node.name, inputs: sources, outputs });
      }
      return names;
    },
    finish(outputs) {
      // An output's name is part of the interface: an Identity gives it, unless the value already has it.
      const infos = Object.entries(outputs).map(([name, value]): ValueInfo => {
        if (name !== value) addNode({ op: "Identity", name, inputs: [value], outputs: [name], attributes: {} });
        const { dtype, shape } = known(name);
        return { name, dtype, shape };
      });
      return { inputs, outputs: infos, nodes, initializers: [...initializers.values()], opset };
    },
  };
}

/** A graph's initializers by name, remembered: rewrites copy node by node. */
const remembered = new WeakMap<Graph["initializers"], ReadonlyMap<string, Initializer>>();
function frozenOf({ initializers }: Graph): ReadonlyMap<string, Initializer> {
  const known = remembered.get(initializers) ?? new Map(initializers.map((entry) => [entry.name, entry]));
  remembered.set(initializers, known);
  return known;
}

function sameInitializer(a: Initializer, b: Initializer): boolean {
  if (a.name !== b.name || a.dtype !== b.dtype || a.shape.join() !== b.shape.join()) return false;
  const [x, y] = [a.source, b.source];
  if (x.kind === "inline" && y.kind === "inline") {
    return x.values.length === y.values.length && x.values.every((value: number, i: number) => value === y.values[i]);
  }
  if (x.kind === "inline" || y.kind === "inline") return false;
  return x.key === y.key && x.elementOffset === y.elementOffset && x.transposed === y.transposed;
}
