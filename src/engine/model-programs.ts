// The compiled graphs of one backbone, each compiled once and kept. Knows the graph floor and the runtime port; no patches.
import type { Graph } from "../graph/ir.ts";
import { prune } from "../graph/prune.ts";
import type { VitStructure } from "../graph/vit/analyse-vit.ts";
import type { CarriedShape } from "../graph/vit/carried-tokens.ts";
import { baseGraph, streamsGraph, type UpperShape, upperGraph } from "../graph/vit/cut.ts";
import { pullGraph } from "../graph/vit/pull-graph.ts";
import { attentionGraph, type ReadOutAttention } from "../graph/vit/read-out-attention.ts";
import {
  accumulateGraph,
  type ThetaLayout,
  type TrainedHead,
  trainGraph,
  updateGraph,
} from "../graph/vit/train-graph.ts";
import type { FrozenWeights } from "./frozen-weights.ts";
import type { Program, Runtime } from "./runtime.ts";

export type Backbone = Readonly<{ graph: Graph; structure: VitStructure; weights: FrozenWeights }>;

export type TrainShape = CarriedShape &
  Readonly<{ firstBlock: number; tokensPerBlock: number; batch: number; classes: number; head?: TrainedHead }>;
/** The whole batch in one run. */
export type TrainProgram = Readonly<{ kind: "whole"; program: Program; layout: ThetaLayout; batch: number }>;
/** `part` samples a run add up their gradient, and the step is taken after the last part. */
export type PartsProgram = Readonly<{
  kind: "parts";
  gradient: Program;
  update: Program;
  layout: ThetaLayout;
  batch: number;
  part: number;
}>;

export type ModelPrograms = Readonly<{
  backbone: Backbone;
  /** pixels -> features, and tokens entering block `cut`. */
  base(cut: number): Promise<Program>;
  /** pixels -> tokens entering block `cut`, and nothing computed beyond. */
  lower(cut: number): Promise<Program>;
  /** tokens, prompts -> features. One per first block serves any number of task visual prompts and classes; other kinds have their own. */
  upper(firstBlock: number, shape?: UpperShape): Promise<Program>;
  /** tokens entering `firstBlock` -> tokens entering each block after it. Not kept: whoever asks releases it. */
  streams(firstBlock: number): Promise<Program>;
  /** tokens, prompts -> the read-out token's row of the last attention. Not kept: whoever asks releases it. */
  attention(reading: ReadOutAttention, firstBlock: number, shape: UpperShape): Promise<Program>;
  /** tokens, prompts laid flat, the derivative of a loss with respect to their features -> its gradient. Not kept, as `update`. */
  pull(firstBlock: number, tokensPerBlock: number, batch: number): Promise<Program>;
  /** One step of AdamW on a vector of this length, from its gradient. */
  update(length: number): Promise<Program>;
  /** Whether `base` of this cut needs nothing compiled. */
  hasBase(cut: number): boolean;
  /** Whether a prompt set that starts at `firstBlock` needs nothing compiled. */
  ready(firstBlock: number, shape?: UpperShape): boolean;
  /** The tuning step. Only the latest shape is kept: its theta is an input, so all folds of a tuning share it. */
  train(shape: TrainShape): Promise<TrainProgram>;
  /** The same step for a batch that does not fit at once: 1 <= part < shape.batch. Takes the place of the other. */
  trainInParts(shape: TrainShape, part: number): Promise<PartsProgram>;
  releaseTrain(): Promise<void>;
  /** How many programs were compiled so far. */
  readonly compiled: number;
  release(): Promise<void>;
}>;

/** Calls must come from within the engine's lane: a runtime compiles and runs one thing at a time. */
export function createModelPrograms(backbone: Backbone, runtime: Runtime): ModelPrograms {
  const { graph, structure, weights } = backbone;
  const kept = new Map<string, Promise<Program>>();
  let train: Readonly<{ key: string; value: TrainProgram | PartsProgram; programs: readonly Program[] }> | null = null;
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
    for (const program of old?.programs ?? []) await program.release();
  };
  const keyOf = (shape: TrainShape): string =>
    `${shape.firstBlock}/${shape.tokensPerBlock}x${shape.batch}x${shape.classes}${shape.head === "logistic" ? "l" : ""}${carriedKey(shape)}`;
  const upperKey = (firstBlock: number, shape: UpperShape): string =>
    `upper@${firstBlock}${shape.visual === false ? "/none" : ""}${carriedKey(shape)}`;

  return {
    backbone,
    base: (cut) => once(`base@${cut}`, () => baseGraph(graph, structure, cut)),
    lower: (cut) => once(`lower@${cut}`, () => lowerGraph(graph, structure, cut)),
    upper: (firstBlock, shape = {}) =>
      once(upperKey(firstBlock, shape), () => upperGraph(graph, structure, firstBlock, shape)),
    streams: (firstBlock) => compile(streamsGraph(graph, structure, firstBlock), `streams@${firstBlock}`),
    attention: (reading, firstBlock, shape) =>
      compile(attentionGraph(graph, structure, reading, firstBlock, shape), `attention@${firstBlock}`),
    pull: (firstBlock, tokensPerBlock, batch) =>
      compile(pullGraph(graph, structure, { firstBlock, tokensPerBlock, batch }), `pull@${firstBlock}x${batch}`),
    update: (length) => compile(updateGraph({ length }), `update@${length}`),
    hasBase: (cut) => kept.has(`base@${cut}`),
    ready: (firstBlock, shape = {}) => kept.has(`base@${firstBlock}`) && kept.has(upperKey(firstBlock, shape)),
    async train(shape) {
      const key = `train@${keyOf(shape)}`;
      if (train?.key === key && train.value.kind === "whole") return train.value;
      await releaseTrain();
      const { graph: made, layout } = trainGraph(graph, structure, shape);
      const program = await compile(made, key, ["thetaNext", "mNext", "vNext"]);
      const value: TrainProgram = { kind: "whole", program, layout, batch: shape.batch };
      train = { key, value, programs: [program] };
      return value;
    },
    async trainInParts(shape, part) {
      const key = `part@${keyOf(shape)}/${part}`;
      if (train?.key === key && train.value.kind === "parts") return train.value;
      await releaseTrain();
      const { graph: made, layout } = accumulateGraph(graph, structure, { ...shape, batch: part });
      const update = await compile(updateGraph(layout), `update@${layout.length}`, ["thetaNext", "mNext", "vNext"]);
      try {
        const gradient = await compile(made, key, ["gradSumNext", "lossSumNext"]);
        const value: PartsProgram = { kind: "parts", gradient, update, layout, batch: shape.batch, part };
        train = { key, value, programs: [gradient, update] };
        return value;
      } catch (error) {
        await update.release();
        throw error;
      }
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

/** Empty where nothing is carried. */
function carriedKey({ instance, textTokens = 0 }: CarriedShape): string {
  return `${instance ? `/i${instance.tokens}x${instance.hidden}` : ""}${textTokens > 0 ? `/t${textTokens}` : ""}`;
}

function lowerGraph(graph: Graph, structure: VitStructure, cut: number): Graph {
  const base = baseGraph(graph, structure, cut);
  return prune({ ...base, outputs: base.outputs.filter((output) => output.name === "tokens") });
}
