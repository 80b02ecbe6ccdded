// Is the gradient of the tuning step the gradient of its loss, here and now? Central differences on this device, and this device against
// the processor. Knows the train graph and the forward graph that answers clicks: the loss of the differences is computed here, in
// float64, from what the latter gives. The gradient is read out of AdamW's first moment, so that what is checked is what tunes.
import { assert, present } from "../../base/fault.ts";
import type { Graph } from "../../graph/ir.ts";
import type { CarriedShape } from "../../graph/vit/carried-tokens.ts";
import type { UpperShape } from "../../graph/vit/cut.ts";
import { accumulateGraph, type Slot, type ThetaLayout, trainGraph, updateGraph } from "../../graph/vit/train-graph.ts";
import { normal, randomFor } from "../../math/random.ts";
import type { GateResult } from "../../protocol/engine-api.ts";
import type { Backbone } from "../model-programs.ts";
import { feedsOf, promptsOfTheta, stack, upperShapeOf } from "../prompted.ts";
import { outputOf, type Program, type RunOutputs, type Runtime, scalar, type TensorValue } from "../runtime.ts";
import { relativeError } from "./forward-gates.ts";

/** Of the differences along all directions together, relative to what the gradient says of them. */
export const differencesLimit = 5e-3;
/** |fast - slow| / |slow|: fp32 in another order is some 1e-4; 1 % in one kernel of the way back is far more. */
export const gradientLimit = 2e-3;
/** What follows from the limit above with room to spare; stated because it is the usual measure. */
export const leastCosine = 0.9999;
const directions = 8;
/** Fewer numbers beside the head (lengths of texts alone) move the loss by less than fp32 tells. */
const fewestApart = 32;
/** Of each number of theta: large enough for fp32 losses to differ, small enough for the third derivative not to. */
const stepLength = 2e-3;
const classes = 2;
const batch = 2;

/** What a tuning step is made of, beside its size. */
export type StepShape = CarriedShape &
  Readonly<{
    firstBlock: number;
    tokensPerBlock: number;
    /** The tuning takes a batch in parts: other graphs than at once. */
    inParts: boolean;
  }>;

export type GradientCase = StepShape &
  Readonly<{
    /** Two examples [T, width], entering `firstBlock`, and their unprompted features [F]. */
    tokens: readonly [Float32Array, Float32Array];
    features: readonly [Float32Array, Float32Array];
  }>;

export type GradientProbe = Readonly<{
  layout: ThetaLayout;
  /** [P], by the train graph. */
  gradient(theta: Float32Array): Promise<Float32Array>;
  /** By the forward graph, of the shape it is asked for. */
  loss(theta: Float32Array, forward: (shape: UpperShape) => Promise<Program>): Promise<number>;
  release(): Promise<void>;
}>;

/** What a tuning step of two examples and two classes is made of: one graph, or one for each part and one for the step. */
export function gradientGraphs(
  { graph, structure }: Backbone,
  { firstBlock, tokensPerBlock, inParts, instance, textTokens }: StepShape,
): Readonly<{ layout: ThetaLayout; graphs: readonly [Graph] | readonly [Graph, Graph] }> {
  const options = { firstBlock, tokensPerBlock, classes, instance, textTokens, head: "logistic" } as const;
  if (!inParts) {
    const { graph: whole, layout } = trainGraph(graph, structure, { ...options, batch });
    return { layout, graphs: [whole] };
  }
  const { graph: part, layout } = accumulateGraph(graph, structure, { ...options, batch: 1 });
  return { layout, graphs: [part, updateGraph(layout)] };
}

/** Calls must come from within the engine's lane. */
export async function openGradientProbe(
  backbone: Backbone,
  given: GradientCase,
  runtime: Runtime,
): Promise<GradientProbe> {
  const { structure, weights } = backbone;
  const { tokens, features } = given;
  const { layout, graphs } = gradientGraphs(backbone, given);
  const { length, headWeight, headBias } = layout;
  const flat = (value: number): TensorValue => ({ dims: [length], data: new Float32Array(length).fill(value) });
  const centre = Float32Array.from(features[0], (value, i) => 0.45 * (value + features[1][i]!));
  const both = stack(tokens, structure.width);
  const texts = layout.textScale && noiseTokens(layout.textScale.shape[0] ?? 0, structure.width);
  const forward = {
    centre: { dims: [centre.length], data: centre },
    ...(texts ? { textual: texts } : {}),
  };
  const optimiser = {
    m: flat(0),
    v: flat(0),
    rateScale: flat(1),
    learningRate: scalar(0),
    weightDecay: scalar(0),
    correction1: scalar(10),
    correction2: scalar(1000),
  };
  const programs: Program[] = [];
  const release = async (): Promise<void> => {
    for (const program of programs) await program.release();
  };
  try {
    for (const graph of graphs) programs.push(await runtime.compile(graph, weights, { name: "gradient check" }));
  } catch (error) {
    await release();
    throw error;
  }
  const [first, update] = programs;
  assert(first, "a program was compiled");
  const atOnce = async (theta: TensorValue): Promise<RunOutputs> =>
    first.run({
      ...forward,
      ...optimiser,
      theta,
      tokens: both,
      targets: { dims: [batch, classes], data: targets },
      sampleWeight: { dims: [batch], data: sampleWeight },
    });
  const partByPart = async (theta: TensorValue, step: Program): Promise<RunOutputs> => {
    let sums = { gradSum: flat(0), lossSum: scalar(0) };
    for (let b = 0; b < batch; b++) {
      const outputs = await first.run({
        ...forward,
        ...sums,
        theta,
        tokens: stack([tokens[b]!], structure.width),
        targets: { dims: [1, classes], data: targets.slice(b * classes, (b + 1) * classes) },
        sampleWeight: { dims: [1], data: sampleWeight.slice(b, b + 1) },
        weightTotal: scalar(sampleWeight.reduce((x, y) => x + y, 0)),
      });
      sums = { gradSum: outputOf(outputs, "gradSumNext"), lossSum: outputOf(outputs, "lossSumNext") };
    }
    return step.run({ ...optimiser, theta, gradSum: sums.gradSum });
  };
  return {
    layout,
    async gradient(theta) {
      const at = { dims: [length], data: theta };
      const outputs = update ? await partByPart(at, update) : await atOnce(at);
      // m' = 0.9 m + 0.1 g with m = 0.
      return outputOf(outputs, "mNext").data.map((value) => value * 10);
    },
    async loss(theta, forwardOf) {
      const own = promptsOfTheta(layout, theta, given.firstBlock, texts);
      const upper = await forwardOf(upperShapeOf(own));
      const outputs = await upper.run({ tokens: both, ...feedsOf(own) });
      const bias = theta.subarray(present(headBias, "a logistic head's bias").offset);
      return crossEntropy(outputOf(outputs, "features").data, centre, theta.subarray(headWeight.offset), bias);
    },
    release,
  };
}

// Neither sure nor alike: a gradient of nothing would prove nothing.
const targets = Float32Array.of(0.8, 0.2, 0.35, 0.65);
const sampleWeight = Float32Array.of(1, 1.5);
/** How long a class's row is: as long as a regression on few labels makes it. */
const rowLength = 4;

/** The loss of graph/vit/train-graph.ts in float64. */
function crossEntropy(features: Float32Array, centre: Float32Array, head: Float32Array, bias: Float32Array): number {
  const width = centre.length;
  const unit = (values: readonly number[]): readonly number[] => {
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 1e-12));
    return values.map((value) => value / length);
  };
  const rows = Array.from({ length: classes }, (_, c) => head.subarray(c * width, (c + 1) * width));
  let sum = 0;
  for (let b = 0; b < batch; b++) {
    const x = unit(Array.from(centre, (value, i) => features[b * width + i]! - value));
    const logits = rows.map((row, c) => row.reduce((total, value, i) => total + value * x[i]!, bias[c]!));
    const largest = Math.max(...logits);
    const norm = largest + Math.log(logits.reduce((total, value) => total + Math.exp(value - largest), 0));
    logits.forEach((value, c) => {
      sum += sampleWeight[b]! * targets[b * classes + c]! * (norm - value);
    });
  }
  return sum / sampleWeight.reduce((a, b) => a + b, 0);
}

/** Stands for frozen tokens of text: the gates know none. */
function noiseTokens(count: number, width: number): TensorValue {
  const random = randomFor(count, "gradient check texts");
  return { dims: [count, width], data: Float32Array.from({ length: count * width }, () => normal(random)) };
}

/** Where the gradient is taken: prompts as a tuning starts them, an instance module that looks at its tokens, a head not at its best. */
export function gradientStart(layout: ThetaLayout, firstBlock: number): Float32Array {
  const { prompts, instance, textScale, headWeight, length } = layout;
  const random = randomFor(firstBlock + 1, "gradient check");
  const theta = Float32Array.from({ length }, () => normal(random));
  for (let i = prompts.offset; i < headWeight.offset; i++) theta[i]! *= 0.05;
  const scale = ({ offset, shape }: Slot, factor: number): void => {
    const end = offset + shape.reduce((a, b) => a * b, 1);
    for (let i = offset; i < end; i++) theta[i]! *= factor;
  };
  if (instance) {
    scale(instance.queries, 20);
    scale(instance.downWeight, 20 * (instance.downWeight.shape[0] ?? 1) ** -0.5);
  }
  if (textScale) scale(textScale, 2);
  scale(headWeight, rowLength * (headWeight.shape[1] ?? 1) ** -0.5);
  return theta;
}

/**
 * Central differences along random directions. Every other one moves all of theta at once, the others all but the head, whose part of the
 * gradient is large and would hide an error in what passes the network. 16 forward passes of two examples.
 */
export async function differencesGate(
  lossAt: (theta: Float32Array) => Promise<number>,
  theta: Float32Array,
  gradient: Float32Array,
  { headWeight }: Pick<ThetaLayout, "headWeight">,
  signal: AbortSignal,
): Promise<GateResult> {
  const random = randomFor(1, "gradient directions");
  const sums = [0, 0].map(() => ({ difference: 0, size: 0 }));
  for (let d = 0; d < directions; d++) {
    signal.throwIfAborted();
    const sum = present(sums[d % 2], "a sum");
    const end = d % 2 === 0 || headWeight.offset < fewestApart ? theta.length : headWeight.offset;
    const along = theta.map((value, i) => (i < end ? normal(random) * Math.max(0.05, Math.abs(value)) : 0));
    const moved = (sign: number): Promise<number> =>
      lossAt(theta.map((value, i) => value + sign * stepLength * along[i]!));
    const measured = ((await moved(1)) - (await moved(-1))) / (2 * stepLength);
    const said = gradient.reduce((sum, value, i) => sum + value * along[i]!, 0);
    sum.difference += (measured - said) ** 2;
    sum.size += said ** 2;
  }
  const found = Math.max(...sums.map(({ difference, size }) => (size === 0 ? 0 : Math.sqrt(difference / size))));
  const error = Number.isFinite(found) ? found : Number.POSITIVE_INFINITY;
  const words = `differences of the loss along ${directions} random directions`;
  const passed = error <= differencesLimit;
  return { name: "finite-differences", error, limit: differencesLimit, passed, words, kept: false };
}

export function gradientGate(fast: Float32Array, slow: Float32Array): GateResult {
  let [product, a, b] = [0, 0, 0];
  for (let i = 0; i < slow.length; i++) {
    product += (fast[i] ?? Number.NaN) * slow[i]!;
    a += fast[i]! ** 2;
    b += slow[i]! ** 2;
  }
  const cosine = product / Math.sqrt(a * b);
  const error = relativeError(fast, slow);
  const words = `the processor's gradient (cosine ${cosine.toFixed(7)})`;
  const passed = cosine > leastCosine && error <= gradientLimit;
  return { name: "gradient-webgpu-against-wasm", error, limit: gradientLimit, passed, words, kept: false };
}
