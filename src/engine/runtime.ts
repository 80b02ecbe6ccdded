// The port to whatever runs graphs: plain typed arrays in and out, and tensors that may stay where the graph runs.
// Knows no onnxruntime and no device; platform/worker and platform/node implement it.
import type { Fault } from "../base/fault.ts";
import type { Graph } from "../graph/ir.ts";
import type { Provider } from "../protocol/engine-api.ts";
import type { FrozenWeights } from "./frozen-weights.ts";

/** fp32, row-major. Everything the engine feeds and reads is fp32; integer constants live inside graphs. */
export type TensorValue = Readonly<{ dims: readonly number[]; data: Float32Array }>;

/** An output that stayed on the device (training state). Belongs to whoever got it: release it, once. */
export type Resident = Readonly<{
  kind: "resident";
  dims: readonly number[];
  read(): Promise<TensorValue>;
  release(): void;
}>;

export type Feed = TensorValue | Resident;

export type RunOutputs = Readonly<{
  values: Readonly<Record<string, TensorValue>>;
  residents: Readonly<Record<string, Resident>>;
}>;

/** A compiled graph. One run at a time; the engine's lane sees to that. */
export type Program = Readonly<{
  /** Every input of the graph must be fed. All outputs are computed: a graph does not prune itself. */
  run(feeds: Readonly<Record<string, Feed>>): Promise<RunOutputs>;
  release(): Promise<void>;
}>;

export type CompileOptions = Readonly<{
  /** For messages and logs. */
  name: string;
  /** Outputs to keep on the device between runs, fed back as {@link Resident}. */
  resident?: readonly string[];
}>;

/**
 * An ONNX file as it came, to be held against. `external`: its data files by the path it refers to. `batch`: how many copies of the
 * image its input takes. `features` [F] of one image from the output it names.
 */
export type OriginalModel = Readonly<{
  name: string;
  bytes: Uint8Array;
  external: ReadonlyMap<string, Uint8Array>;
  input: string;
  batch: number;
  output: string;
  features: (output: TensorValue) => Float32Array;
  /** Its numbers are fp16: its answers may differ by their rounding. */
  halves: boolean;
}>;

export type Runtime = Readonly<{
  provider: Provider;
  /** Names the device, its driver and the runtime's version, for what was found out on it. */
  device: string;
  /** Resolves when the device is lost, not when it is let go of. Absent where there is none to lose. */
  lost?: Promise<Fault>;
  /** Bytes a kernel can take as one tensor. Absent where memory alone is the limit. */
  largestTensor?: number;
  /** Faults: runtime, out-of-memory, device-lost. */
  compile(graph: Graph, weights: FrozenWeights, options: CompileOptions): Promise<Program>;
  /** Frees the shared weights; programs must be released before. */
  release(): Promise<void>;
}>;

/** The single fp32 output `name`; absence is our own mistake. */
export function outputOf(outputs: RunOutputs, name: string): TensorValue {
  const value = outputs.values[name];
  if (!value) throw new Error(`assertion failed: no output ${name} among ${Object.keys(outputs.values).join(", ")}`);
  return value;
}

export function residentOf(outputs: RunOutputs, name: string): Resident {
  const value = outputs.residents[name];
  if (!value) throw new Error(`assertion failed: no resident output ${name}`);
  return value;
}

export const isResident = (feed: Feed): feed is Resident => "kind" in feed;

/** One number as the graphs take it: a vector of length 1. */
export function scalar(value: number): TensorValue {
  return { dims: [1], data: Float32Array.of(value) };
}
