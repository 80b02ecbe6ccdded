// What is timed: the plain forward the app runs, the tuning step for all blocks and for the last 4, and what they are fed with.
// Knows graphs and sizes; knows no runtime and no clock.
import { assert } from "../../base/fault.ts";
import type { Backbone } from "../../engine/model-programs.ts";
import { type Feed, scalar, type TensorValue } from "../../engine/runtime.ts";
import { countFlops } from "../../graph/flops.ts";
import { elementCount, type Graph } from "../../graph/ir.ts";
import type { CarriedShape } from "../../graph/vit/carried-tokens.ts";
import { baseGraph } from "../../graph/vit/cut.ts";
import { type ThetaLayout, trainGraph } from "../../graph/vit/train-graph.ts";
import { normal, randomFor } from "../../math/random.ts";

export const tokensPerBlock = 10;
export const classes = 3;
export const temperature = 10;

export const variants = ["all", "last4"] as const;
export type Variant = (typeof variants)[number];

export const firstBlockOf = (variant: Variant, depth: number): number =>
  variant === "all" ? 0 : Math.max(0, depth - 4);

export type Feeds = Readonly<Record<string, Feed>>;
/** A graph with what it is fed; `flops` counts one run. */
export type Work = Readonly<{ graph: Graph; feeds: Feeds; flops: number }>;
export type StepWork = Work & Readonly<{ layout: ThetaLayout }>;

/** Normal noise, so that no kernel meets the special case of zeros. */
export function noise(dims: readonly number[], purpose: string, deviation = 1): TensorValue {
  const random = randomFor(1, purpose);
  return { dims, data: Float32Array.from({ length: elementCount(dims) }, () => deviation * normal(random)) };
}

const full = (dims: readonly number[], value: number): TensorValue => ({
  dims,
  data: new Float32Array(elementCount(dims)).fill(value),
});

/** The fastest forward without prompts that the app itself runs: pixels -> features, and the tokens that tuning keeps. */
export function forwardWork({ graph, structure }: Backbone, batch: number): Work {
  const made = baseGraph(graph, structure, 0);
  const side = structure.imagePixels;
  const feeds = { pixels: noise([batch, 3, side, side], "pixels") };
  const dims = made.inputs.flatMap(({ shape }) => shape.filter((dim) => typeof dim === "string"));
  return { graph: made, feeds, flops: countFlops(made, Object.fromEntries(dims.map((dim) => [dim, batch]))) };
}

/** Instance and textual prompts as the app proposes them: four tokens of each patch, one of the text. */
export const allKinds: CarriedShape = { instance: { tokens: 4, hidden: 16 }, textTokens: 1 };

/** One whole step: forward, loss, gradient, AdamW. `carried`: kinds of prompts beside the task visual ones. */
export function stepWork(
  { graph, structure }: Backbone,
  variant: Variant,
  batch: number,
  carried: CarriedShape = {},
): StepWork {
  const firstBlock = firstBlockOf(variant, structure.depth);
  const options = { firstBlock, tokensPerBlock, batch, classes, ...carried };
  const { graph: made, layout } = trainGraph(graph, structure, options);
  const { tokens, width, featureWidth } = structure;
  const theta = noise([layout.length], "theta", 0.5);
  const size = [layout.length];
  const feeds: Feeds = {
    tokens: noise([batch, tokens, width], "tokens"),
    targets: oneHot(batch),
    sampleWeight: full([batch], 1),
    centre: noise([featureWidth], "centre", 0.1),
    temperature: scalar(temperature),
    theta,
    m: full(size, 0),
    v: full(size, 0),
    rateScale: full(size, 1),
    learningRate: scalar(2e-3),
    weightDecay: scalar(0.01),
    // The first step: 1 / (1 - 0.9), 1 / (1 - 0.999).
    correction1: scalar(10),
    correction2: scalar(1000),
    ...(carried.textTokens ? { textual: noise([carried.textTokens, width], "textual") } : {}),
  };
  for (const { name } of made.inputs) assert(name in feeds, `the step's input ${name} is fed`);
  return { graph: made, layout, feeds, flops: countFlops(made) };
}

/** Image i is of class i mod classes. */
function oneHot(batch: number): TensorValue {
  const data = new Float32Array(batch * classes);
  for (let i = 0; i < batch; i++) data[i * classes + (i % classes)] = 1;
  return { dims: [batch, classes], data };
}

/** The values of theta that are prompts [blocks, N, D], and the head's rows [classes, F]. */
export function partsOf(theta: TensorValue, { prompts, headWeight }: ThetaLayout) {
  const part = ({ offset, shape }: ThetaLayout["prompts"]): TensorValue => ({
    dims: shape,
    data: theta.data.slice(offset, offset + elementCount(shape)),
  });
  return { prompts: part(prompts), headWeight: part(headWeight) };
}
