// What the readers of roles ask a graph: who wrote a value, which constant it is, how large it is. Knows no network.
import { Fault } from "../../../base/fault.ts";
import { createConstants } from "../../canonical/constants.ts";
import { inferShapes } from "../../infer.ts";
import { elementCount, type Graph, type Initializer, type Node, type Shape } from "../../ir.ts";
import { type WeightInitializer, type WeightReader, weightValues } from "../../weight-file.ts";
import { createLinks } from "../links.ts";

export type Lookup = Readonly<{
  graph: Graph;
  writer(name: string | undefined): Node | null;
  /** The constant of this name; null for what is computed. */
  frozen(name: string | undefined): Initializer | null;
  /** A constant of one number. */
  scalar(name: string | undefined): number | null;
  ints(name: string | undefined): readonly number[] | null;
  shape(name: string | undefined): Shape;
}>;

export function createLookup(graph: Graph): Lookup {
  const { writer } = createLinks(graph);
  const known = inferShapes(graph);
  const frozen = new Map(graph.initializers.map((entry) => [entry.name, entry]));
  return {
    graph,
    writer: (name) => writer.get(name ?? "") ?? null,
    frozen: (name) => frozen.get(name ?? "") ?? null,
    shape: (name) => known.get(name ?? "")?.shape ?? [],
    ...createConstants(graph),
  };
}

/** Ends the reading: what is there is not of the plain form. `why` goes on a sentence that begins with "it". */
export function notPlain(why: string): never {
  throw new Fault("unsupported", `it ${why}`);
}

/** The values of a constant in the orientation of the graph, as fp32. */
export function valuesOf(entry: Initializer, read: WeightReader): Float32Array {
  const { source } = entry;
  return source.kind === "inline" ? Float32Array.from(source.values) : weightValues({ ...entry, source }, read);
}

/** A matrix [in, out] turned to the orientation checkpoints store, [out, in]. */
export function turnedValues(entry: Initializer, read: WeightReader): Float32Array {
  const [rows = 1, columns = 1] = entry.shape;
  const { source } = entry;
  const turned = { ...entry, shape: [columns, rows] };
  if (source.kind === "weight" && source.transposed) {
    const { transposed: _, ...straight } = source;
    return weightValues({ ...turned, source: straight }, read);
  }
  if (source.kind === "weight") {
    const flipped: WeightInitializer = { ...turned, source: { ...source, transposed: true } };
    return weightValues(flipped, read);
  }
  const values = valuesOf(entry, read);
  return Float32Array.from(values, (_, i) => values[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
}

/** A constant of `length` numbers that varies along the last axis alone. */
export function vectorOf({ frozen }: Lookup, name: string | undefined, length: number): Initializer | null {
  const entry = frozen(name);
  const fits = entry?.dtype === "float32" && entry.shape.at(-1) === length && elementCount(entry.shape) === length;
  return fits ? entry : null;
}

/** Of two inputs, the one that is not `name`; null where neither or both are. */
export function otherInput(node: Node, name: string): string | null {
  const [a = "", b = ""] = node.inputs;
  if (a === b) return null;
  return a === name ? b : b === name ? a : null;
}
