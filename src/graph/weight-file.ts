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

/**
 * Copies the weights a graph uses into one fp32 blob, for sessions that take external data: pass `bytes` as the data of
 * `file.location` and `{ kind: "file", file }` to `serializeOnnx`. The keys of `file` are names of initializers.
 */
export function packWeights(
  graph: Graph,
  read: WeightReader,
  location = "weights.bin",
): Readonly<{ file: WeightFile; bytes: Uint8Array<ArrayBuffer>; graph: Graph }> {
  const weights = weightsOf(graph);
  const tensors = new Map<string, WeightPlace>();
  let byteOffset = 0;
  for (const { name, shape } of weights) {
    tensors.set(name, { dtype: "float32", shape, byteOffset });
    byteOffset += elementCount(shape) * 4;
  }
  const values = new Float32Array(byteOffset / 4);
  for (const weight of weights) {
    values.set(weightValues(weight, read), (tensors.get(weight.name)?.byteOffset ?? 0) / 4);
  }
  const renamed: Graph = {
    ...graph,
    initializers: graph.initializers.map((entry) =>
      entry.source.kind === "weight"
        ? { ...entry, source: { kind: "weight", key: entry.name, elementOffset: 0 } }
        : entry,
    ),
  };
  return { file: { location, tensors }, bytes: new Uint8Array(values.buffer), graph: renamed };
}

/** The same graph with every frozen weight an input of the same name, after the graph's own inputs. */
export function weightsAsInputs(graph: Graph): Graph {
  return {
    ...graph,
    inputs: [...graph.inputs, ...weightsOf(graph).map(({ name, dtype, shape }) => ({ name, dtype, shape }))],
    initializers: graph.initializers.filter((entry) => entry.source.kind === "inline"),
  };
}
