// How many samples of a batch one run of the training graph may take: what it holds at once, estimated from its shapes, against what
// the device is taken to have. Knows bytes; measures nothing.
import { Fault } from "../base/fault.ts";
import { estimateMemory, type MemoryEstimate } from "../graph/memory.ts";
import { upperGraph } from "../graph/vit/cut.ts";
import { pullGraph } from "../graph/vit/pull-graph.ts";
import { trainGraph } from "../graph/vit/train-graph.ts";
import { weightBytes } from "../graph/weight-file.ts";
import type { Backbone, TrainShape } from "./model-programs.ts";
import type { Runtime } from "./runtime.ts";
import { defaultCut } from "./start-runtime.ts";
import { evenBatch } from "./train-loop.ts";

/** For what a step computes, in the terms of {@link MemoryEstimate}: at once, and in one tensor. */
export type Room = Readonly<{ bytes: number; largest: number }>;

const GiB = 2 ** 30;

export const budgets = {
  /** A WebAssembly heap ends here. */
  heap: 4 * GiB,
  /** Of it for everything else: clicks between the steps, their graphs, what onnxruntime keeps for itself. */
  elsewhere: 0.5 * GiB,
  /** The heap over the estimate: 1.10 to 1.13 as measured on training graphs of ViT-Tiny, 4 and 12 blocks, batches of 4 to 16. */
  overhead: 1.25,
  /** What a step may take of a graphics card's memory, beside the weights: the browser does not say how much there is. */
  graphics: GiB,
  /** Of WebGPU where the device does not say: maxStorageBufferBindingSize as every adapter has it. */
  binding: 128 * 2 ** 20,
} as const;

/**
 * On the processor every session holds its own copy of its weights: the whole backbone as often as it is compiled for a cut, the upper
 * blocks twice more.
 */
export function roomOn(
  { provider, largestTensor }: Pick<Runtime, "provider" | "largestTensor">,
  weights: Readonly<{ whole: number; upper: number }>,
): Room {
  if (provider.kind === "webgpu") return { bytes: budgets.graphics, largest: largestTensor ?? budgets.binding };
  const left = budgets.heap - budgets.elsewhere - weights.whole - 2 * weights.upper;
  return { bytes: left / budgets.overhead, largest: Number.POSITIVE_INFINITY };
}

/**
 * 1 .. batch samples, in parts as even as can be. `memory(n)` of n samples must not fall with n, nor grow by less from one to the next.
 * `halvings`: how often memory ran out all the same. Throws Fault `limit` where one sample at a time was too much already.
 */
export function largestPart(
  batch: number,
  memory: (samples: number) => MemoryEstimate,
  room: Room,
  halvings: number,
): number {
  let part = batch;
  const all = memory(batch);
  if (batch > 1 && (all.peakBytes > room.bytes || all.largestBytes > room.largest)) {
    // Both grow along convex curves: the straight line between their ends never promises too much.
    const one = memory(1);
    const most = (at: number, whole: number, limit: number): number =>
      whole <= limit ? batch : 1 + Math.floor(((limit - at) * (batch - 1)) / (whole - at));
    part = Math.min(
      most(one.peakBytes, all.peakBytes, room.bytes),
      most(one.largestBytes, all.largestBytes, room.largest),
    );
    // Where not even one sample fits by calculation, only trying tells.
    part = Math.max(1, part);
  }
  for (let halved = 0; halved < halvings; halved++) {
    if (part === 1) {
      const message =
        "Even one patch at a time needs more memory for tuning than there is here. Tune fewer blocks, or close other tabs and programs.";
      throw new Fault("limit", message);
    }
    part = Math.ceil(part / 2);
  }
  return evenBatch(batch, part);
}

/** Samples of `shape.batch` in one run, here. */
export function partFor(
  { graph, structure }: Backbone,
  runtime: Pick<Runtime, "provider" | "largestTensor">,
  shape: TrainShape,
  halvings: number,
): number {
  const memory = (batch: number): MemoryEstimate =>
    estimateMemory(trainGraph(graph, structure, { ...shape, batch }).graph);
  return largestPart(shape.batch, memory, roomFor({ graph, structure }, runtime, shape.firstBlock), halvings);
}

/** Patches in one run of the graph that pulls on prompts (graph/vit/pull-graph.ts), here. */
export function pullPartFor(
  { graph, structure }: Backbone,
  runtime: Pick<Runtime, "provider" | "largestTensor">,
  shape: Parameters<typeof pullGraph>[2],
): number {
  const memory = (batch: number): MemoryEstimate => estimateMemory(pullGraph(graph, structure, { ...shape, batch }));
  return largestPart(shape.batch, memory, roomFor({ graph, structure }, runtime, shape.firstBlock), 0);
}

function roomFor(
  { graph, structure }: Pick<Backbone, "graph" | "structure">,
  runtime: Pick<Runtime, "provider" | "largestTensor">,
  firstBlock: number,
): Room {
  return roomOn(runtime, {
    // Clicks and the index keep their own cut beside the tuning's.
    whole: weightBytes(graph) * (firstBlock === defaultCut(structure) ? 1 : 2),
    upper: weightBytes(upperGraph(graph, structure, firstBlock)),
  });
}
