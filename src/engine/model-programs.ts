// The compiled graphs of one backbone, each compiled once and kept. Knows the graph floor and the runtime port; no patches.

import type { Graph } from "../graph/ir.ts";
import { prune } from "../graph/prune.ts";
import type { VitStructure } from "../graph/vit/analyse-vit.ts";
import { baseGraph, upperGraph } from "../graph/vit/cut.ts";
import { type ThetaLayout, trainGraph } from "../graph/vit/train-graph.ts";
import type { FrozenWeights } from "./frozen-weights.ts";
import type { Program, Runtime } from "./runtime.ts";

export type Backbone = Readonly<{ graph: Graph; structure: VitStructure; weights: FrozenWeights }>;

export type TrainShape = Readonly<{ firstBlock: number; tokensPerBlock: number; batch: number; classes: number }>;
export type TrainProgram = Readonly<{ program: Program; layout: ThetaLayout; batch: number }>;

export type ModelPrograms = Readonly<{
  backbone: Backbone;
  /** pixels -> features, and tokens entering block `cut`. */
  base(cut: number): Promise<Program>;
  /** pixels -> tokens entering block `cut`, and nothing computed beyond. */
  lower(cut: number): Promise<Program>;
  /** tokens, prompts -> features. One per first block serves any number of tokens and classes. */
  upper(firstBlock: number): Promise<Program>;
  /** Whether a prompt set that starts at `firstBlock` needs nothing compiled. */
  ready(firstBlock: number): boolean;
  /** The tuning step. Only the latest shape is kept: its theta is an input, so all folds of a tuning share it. */
  train(shape: TrainShape): Promise<TrainProgram>;
  releaseTrain(): Promise<void>;
  /** How many programs were compiled so far. */
  readonly compiled: number;
  release(): Promise<void>;
}>;

/** Calls must come from within the engine's lane: a runtime compiles and runs one thing at a time. */
export function createModelPrograms(backbone: Backbone, runtime: Runtime): ModelPrograms {
  const { graph, structure, weights } = backbone;
  const kept = new Map<string, Promise<Program>>();
  let train: Readonly<{ key: string; value: TrainProgram }> | null = null;
  let compiled = 0;

  const compile = async (made: Graph, name: string, resident: readonly string[] = []): Promise<Program> => {
    compiled++;
    return runtime.compile(made, weights, { name, resident });
  };
  const once = (name: string, make: () => Graph): Promise<Program> => {
    const known = kept.get(name);
    if (known) return known;
    const made = compile(make(), name);
    kept.set(name, made);
    // A failure is not remembered: the next click may find memory again.
    made.catch(() => kept.delete(name));
    return made;
  };
  const releaseTrain = async (): Promise<void> => {
    const old = train;
    train = null;
    await old?.value.program.release();
  };

  return {
    backbone,
    base: (cut) => once(`base@${cut}`, () => baseGraph(graph, structure, cut)),
    lower: (cut) => once(`lower@${cut}`, () => lowerGraph(graph, structure, cut)),
    upper: (firstBlock) => once(`upper@${firstBlock}`, () => upperGraph(graph, structure, firstBlock)),
    ready: (firstBlock) => kept.has(`base@${firstBlock}`) && kept.has(`upper@${firstBlock}`),
    async train(shape) {
      const key = `train@${shape.firstBlock}/${shape.tokensPerBlock}x${shape.batch}x${shape.classes}`;
      if (train?.key === key) return train.value;
      await releaseTrain();
      const made = trainGraph(graph, structure, shape);
      const program = await compile(made.graph, key, ["thetaNext", "mNext", "vNext"]);
      const value: TrainProgram = { program, layout: made.layout, batch: shape.batch };
      train = { key, value };
      return value;
    },
    releaseTrain,
    get compiled() {
      return compiled;
    },
    async release() {
      await releaseTrain();
      for (const program of [...kept.values()]) await (await program.catch(() => null))?.release();
      kept.clear();
    },
  };
}

function lowerGraph(graph: Graph, structure: VitStructure, cut: number): Graph {
  const base = baseGraph(graph, structure, cut);
  return prune({ ...base, outputs: base.outputs.filter((output) => output.name === "tokens") });
}
