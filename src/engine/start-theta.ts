// Where a training starts: small seeded noise. Knows the layout of theta; knows no labels, and leaves the head to them.
import type { Slot, ThetaLayout } from "../graph/vit/train-graph.ts";
import { normal, randomFor } from "../math/random.ts";

/** Prompts start as small noise: near enough to the unprompted backbone that its class centroids are a good first head. */
const promptDeviation = 0.02;

/**
 * Every kind from a stream of its own, so that switching one on or off leaves the others where they start. Instance tokens start as small
 * as the others, but already look at their image; a token of text starts as long as a task visual prompt.
 */
export function startTheta({ prompts, instance, textScale, length }: ThetaLayout, seed: number): Float32Array {
  const theta = new Float32Array(length);
  const fill = ({ offset, shape }: Slot, purpose: string, deviation: number): void => {
    const random = randomFor(seed, purpose);
    const end = offset + shape.reduce((a, b) => a * b, 1);
    for (let i = offset; i < end; i++) theta[i] = deviation * normal(random);
  };
  fill(prompts, "prompts", promptDeviation);
  if (instance) {
    const [width = 1, hidden = 1] = instance.downWeight.shape;
    fill(instance.queries, "instance queries", 1);
    fill(instance.downWeight, "instance down", width ** -0.5);
    fill(instance.upWeight, "instance up", promptDeviation * hidden ** -0.5);
    fill(instance.upBias, "instance bias", promptDeviation);
  }
  if (textScale) theta.fill(promptDeviation, textScale.offset, textScale.offset + (textScale.shape[0] ?? 0));
  return theta;
}
