// The regression a tuning starts from and is averaged with, fitted on some of its labels. Knows averaged frozen features, classes and what
// class texts add to the start; no prompts' numbers and no training.
import { Fault } from "../base/fault.ts";
import type { TuningSettings } from "../domain/run.ts";
import { fitCentroids } from "./heads/centroid.ts";
import { fitLogistic, logisticDefaults } from "./heads/logistic.ts";
import { concatenate } from "./prompted.ts";
import { withTexts } from "./text-vectors.ts";
import type { TuneRequest } from "./tune-request.ts";

/** A logistic head in the numbers a file holds. A class without examples has bias -Infinity: it is never answered. */
export type RegressionHead = Readonly<{
  weight: Float32Array;
  bias: Float32Array;
  centre: Float32Array;
  /** [F, F] of a whitened one (heads/whitened.ts). */
  whitening?: Float32Array;
}>;

export type TuningHeads = Readonly<{
  frozen(of: readonly number[]): RegressionHead;
  /** Where a training starts: the frozen one, with what the class texts add. */
  start(of: readonly number[]): RegressionHead;
}>;

/**
 * The loss takes the exponential of logits up to about this in fp32 (which holds e^88), and onnxruntime's WebGPU kernel does not subtract
 * the largest first: beyond it a training would end in infinity on one device and not on another. Training moves a head little from here.
 */
export const hottestStart = 60;

/** The head, or one of the same answers but less sure, where its logits could be larger: features have length 1. */
export function bearable({ weight, bias, centre }: RegressionHead): RegressionHead {
  const width = centre.length;
  const largest = bias.reduce((most, b, c) => {
    const length = Math.hypot(...weight.subarray(c * width, (c + 1) * width));
    return Number.isFinite(b) ? Math.max(most, length + Math.abs(b)) : most;
  }, 0);
  if (largest <= hottestStart) return { weight, bias, centre };
  const cooled = (values: Float32Array): Float32Array => values.map((value) => (value * hottestStart) / largest);
  return { weight: cooled(weight), bias: cooled(bias), centre };
}

/** Throws Fault `too-few-labels` where classes cannot be told apart, now, not after minutes of training. */
export function createTuningHeads(
  features: readonly Float32Array[],
  request: Pick<TuneRequest, "targets" | "classes" | "text">,
  settings: TuningSettings,
  centre: Float32Array | undefined,
): TuningHeads {
  const examplesOf = (of: readonly number[]) => {
    const rows = of.map((i) => features[i] ?? new Float32Array());
    const targets = of.map((i) => request.targets[i] ?? -1);
    return { features: concatenate(rows), width: rows[0]?.length ?? 0, targets, classes: request.classes.length };
  };
  const frozen = (of: readonly number[]): RegressionHead => {
    const head = fitLogistic(examplesOf(of), logisticDefaults, centre);
    return { weight: Float32Array.from(head.weight), bias: Float32Array.from(head.bias), centre: head.centre };
  };
  assertApart(fitCentroids(examplesOf(request.targets.map((_, i) => i)), 1, centre).weight, request);
  return {
    frozen,
    start(of) {
      const head = bearable(frozen(of));
      const { head: texts = null } = request.text ?? {};
      if (!texts || !settings.text?.head) return head;
      return { ...head, weight: withTexts(head, texts, settings.text.head.share, settings.text.projectionSeed) };
    },
  };
}

/** Throws Fault `too-few-labels` where a class has no direction of its own: its labels lie on the very places of the others. */
export function assertApart(weight: Float32Array, { classes }: Pick<TuneRequest, "classes">): void {
  const width = weight.length / classes.length;
  const alike = classes.filter((_, c) => weight.subarray(c * width, (c + 1) * width).every((value) => value === 0));
  if (alike.length === 0) return;
  throw new Fault(
    "too-few-labels",
    `The labels of ${alike.map((c) => c.name).join(" and ")} lie on the same places as those of other classes, so nothing tells them apart. ` +
      "Label other places, or take one of two labels on a place away.",
  );
}
