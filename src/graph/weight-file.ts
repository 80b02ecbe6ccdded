// Where the bytes of weights lie in a file, and how a graph's weights become one fp32 blob. Knows no container format.
import { Fault } from "../base/fault.ts";
import { elementCount, type Graph, type Initializer, type WeightSource } from "./ir.ts";

/** One tensor of a weight file. `byteOffset` counts from the beginning of the file. Little endian, row-major. */
export type WeightPlace = Readonly<{ dtype: "float32" | "float16"; shape: readonly number[]; byteOffset: number }>;

/** `location` is the file's name as the ONNX file refers to it (a path relative to it). */
export type WeightFile = Readonly<{ location: string; tensors: ReadonlyMap<string, WeightPlace> }>;

export type WeightInitializer = Initializer & Readonly<{ source: WeightSource }>;

/** The graph's frozen weights, in the order of its initializers. */
export function weightsOf(graph: Graph): readonly WeightInitializer[] {
  return graph.initializers.filter((entry): entry is WeightInitializer => entry.source.kind === "weight");
}

/** Elements of the tensor `key` as fp32, whole. */
export type WeightReader = (key: string) => Float32Array;

/**
 * The fp32 values of one weight of the graph, in the graph's orientation: a view where it is stored so, else a copy.
 * Fault `bad-model` when the tensor is too short.
 */
export function weightValues(weight: WeightInitializer, read: WeightReader): Float32Array {
  const { key, elementOffset, transposed } = weight.source;
  const tensor = read(key);
  const count = elementCount(weight.shape);
  if (elementOffset + count > tensor.length) {
    throw new Fault(
      "bad-model",
      `Tensor ${key} has ${tensor.length} elements; the graph needs ${elementOffset + count} for ${weight.name}.`,
    );
  }
  const stored = tensor.subarray(elementOffset, elementOffset + count);
  if (!transposed) return stored;
  const [rows = 0, columns = 0] = weight.shape;
  const values = new Float32Array(count);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) values[i * columns + j] = stored[j * rows + i] as number;
  }
  return values;
}

/** A graph whose weights are keyed by the names of its initialisers, all in one fp32 blob: `bytes` is the data of `file.location`. */
export type PackedWeights = Readonly<{ file: WeightFile; bytes: Uint8Array<ArrayBuffer>; graph: Graph }>;

/**
 * Copies the weights a graph uses into one fp32 blob, for sessions that take external data: pass `{ kind: "file", file }` to
 * `serializeOnnx`.
 */
export function packWeights(graph: Graph, read: WeightReader, location = "weights.bin"): PackedWeights {
  const { file, values, renamed } = room(graph, location);
  for (const weight of weightsOf(graph)) {
    values.set(weightValues(weight, read), (file.tensors.get(weight.name)?.byteOffset ?? 0) / 4);
  }
  return { file, bytes: new Uint8Array(values.buffer), graph: renamed };
}

/** The same from a reader that takes its time; each tensor is read once and let go of. */
export async function gatherWeights(
  graph: Graph,
  read: (key: string) => Promise<Float32Array>,
  location = "weights.bin",
): Promise<PackedWeights> {
  const { file, values, renamed } = room(graph, location);
  for (const [key, weights] of weightsByKey(weightsOf(graph))) {
    const tensor = await read(key);
    for (const weight of weights) {
      values.set(
        weightValues(weight, () => tensor),
        (file.tensors.get(weight.name)?.byteOffset ?? 0) / 4,
      );
    }
  }
  return { file, bytes: new Uint8Array(values.buffer), graph: renamed };
}

function room(graph: Graph, location: string) {
  const tensors = new Map<string, WeightPlace>();
  let byteOffset = 0;
  for (const { name, shape } of weightsOf(graph)) {
    tensors.set(name, { dtype: "float32", shape, byteOffset });
    byteOffset += elementCount(shape) * 4;
  }
  const renamed: Graph = {
    ...graph,
    initializers: graph.initializers.map((entry) =>
      entry.source.kind === "weight"
        ? { ...entry, source: { kind: "weight", key: entry.name, elementOffset: 0 } }
        : entry,
    ),
  };
  return { file: { location, tensors }, values: new Float32Array(byteOffset / 4), renamed };
}

/** What is made of each stored tensor. */
export function weightsByKey(weights: readonly WeightInitializer[]): ReadonlyMap<string, readonly WeightInitializer[]> {
  const byKey = new Map<string, WeightInitializer[]>();
  for (const weight of weights) {
    const { key } = weight.source;
    const same = byKey.get(key);
    if (same) same.push(weight);
    else byKey.set(key, [weight]);
  }
  return byKey;
}

/** fp32 bytes of a graph's frozen weights. */
export function weightBytes(graph: Graph): number {
  return weightsOf(graph).reduce((sum, { shape }) => sum + 4 * elementCount(shape), 0);
}

/** The same graph with every frozen weight an input of the same name, after the graph's own inputs. */
export function weightsAsInputs(graph: Graph): Graph {
  return {
    ...graph,
    inputs: [...graph.inputs, ...weightsOf(graph).map(({ name, dtype, shape }) => ({ name, dtype, shape }))],
    initializers: graph.initializers.filter((entry) => entry.source.kind === "inline"),
  };
}
