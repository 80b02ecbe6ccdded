// Where a training starts. Task visual prompts and the instance module's own tokens are tokens of labelled patches, each at the block it
// enters (after Self-Prompt Tuning, Wang et al. 2024): attention has seen such tokens, so the first answers are as good as the frozen
// ones. Small noise is not small there: a layer norm makes it as long as any token. Knows the layout of theta; leaves the head to labels.
import { assert, present } from "../base/fault.ts";
import type { Slot, ThetaLayout } from "../graph/vit/train-graph.ts";
import { integer, normal, type Random, randomFor } from "../math/random.ts";

/** Of what has no token to start from. */
const noiseDeviation = 0.02;
/** How many times as fast as the head a prompt moves, for tokens of standard deviation 1 (engine/tuning.md). */
const promptRate = 50;

/** Some tokens of one patch, [blocks, some, width]: those entering each prompted block. */
export type PatchTokens = Readonly<{ values: Float32Array; blocks: number; width: number }>;

type StartLayout = Pick<ThetaLayout, "prompts" | "instance" | "textScale" | "length">;

/** `rateScale` [P]: how fast each number of theta moves, relative to the learning rate. */
export type ThetaStart = Readonly<{ theta: Float32Array; rateScale: Float32Array }>;

/**
 * Every kind from a stream of its own, so that switching one on or off leaves the others where they start. `patches`: of labels a training
 * may see. A token of text starts short, but its norm is trained.
 */
export function startTheta(layout: StartLayout, patches: readonly PatchTokens[], seed: number): ThetaStart {
  const { prompts, instance, textScale, length } = layout;
  const theta = new Float32Array(length);
  const rateScale = new Float32Array(length).fill(1);
  const fill = ({ offset, shape }: Slot, purpose: string, deviation: number): void => {
    const random = randomFor(seed, purpose);
    const end = offset + sizeOf(shape);
    for (let i = offset; i < end; i++) theta[i] = deviation * normal(random);
  };
  const borrow = ({ offset, shape }: Slot, blocks: number, purpose: string): void => {
    const random = randomFor(seed, purpose);
    const each = sizeOf(shape) / blocks;
    for (let block = 0; block < blocks; block++) {
      const [from, to] = [offset + block * each, offset + (block + 1) * each];
      for (let at = from; at < to; at += present(shape.at(-1), "a width")) theta.set(drawn(patches, block, random), at);
      rateScale.fill(promptRate * usualDeviation(theta.subarray(from, to), shape.at(-1) ?? 1), from, to);
    }
  };
  const [blocks = 1, tokens = 0] = prompts.shape;
  if (tokens > 0) borrow(prompts, blocks, "prompts");
  if (instance) {
    const [width = 1, hidden = 1] = instance.downWeight.shape;
    fill(instance.queries, "instance queries", 1);
    fill(instance.downWeight, "instance down", width ** -0.5);
    fill(instance.upWeight, "instance up", noiseDeviation * hidden ** -0.5);
    borrow(instance.upBias, 1, "instance bias");
  }
  if (textScale) theta.fill(noiseDeviation, textScale.offset, textScale.offset + (textScale.shape[0] ?? 0));
  return { theta, rateScale };
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

function drawn(patches: readonly PatchTokens[], block: number, random: Random): Float32Array {
  assert(patches.length > 0, "prompts start from patches");
  const { values, blocks, width } = present(patches[integer(random, patches.length)], "a patch");
  const some = values.length / blocks / width;
  const row = block * some + integer(random, some);
  return values.subarray(row * width, (row + 1) * width);
}

/** Of the numbers of a token, the median over the tokens: some networks have a few tokens many times as long as the others. */
function usualDeviation(values: Float32Array, width: number): number {
  const deviations = Array.from({ length: values.length / width }, (_, i) => {
    const token = values.subarray(i * width, (i + 1) * width);
    const mean = token.reduce((sum, value) => sum + value, 0) / width;
    return Math.sqrt(token.reduce((sum, value) => sum + (value - mean) ** 2, 0) / width);
  }).toSorted((a, b) => a - b);
  return present(deviations[Math.floor(deviations.length / 2)], "a token");
}
