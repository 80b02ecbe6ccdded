// Figures of answers that were held out in every draw: mean, interval, paired difference. Knows who was right where; no method.
import type { Interval, Mean } from "../../domain/estimate.ts";
import { effectiveNumber, withoutCertainty } from "../../math/intervals.ts";
import { balancedAccuracy, confusionMatrix } from "../../math/metrics.ts";
import { randomFor } from "../../math/random.ts";
import { fewestUnitsForInterval } from "../estimate/figure.ts";
import { type Crossed, crossedInterval, crossedOf } from "./crossed-bootstrap.ts";

/** The labels that every draw answers. `truth`: class indices; `units`: what is held out and resampled whole. */
export type Asked = Readonly<{ truth: readonly number[]; units: readonly number[]; classes: number }>;

/** `answers[draw][label]`: class answered. */
export type Answers = readonly (readonly number[])[];

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

const accuracies = ({ truth, classes }: Asked, answers: Answers): readonly number[] =>
  answers.map((row) => balancedAccuracy(confusionMatrix(truth, row, classes)));

const crossed = ({ truth, units, classes }: Asked, answers: Answers): Crossed =>
  crossedOf(answers, truth, units, classes);

/*
 * What the intervals cover: which labels are asked and which draws are made. Not which other labels there might have been to learn from:
 * in simulations (40 places, 16 dimensions) those of a point held the truth in 85 to 92 of 100 label sets, those of a gain in 96, since
 * what all draws share cancels there. The verdict stands on gains.
 */

/** null below the number of units at which the estimate, too, gives none: a bootstrap over few promises more than it knows. */
function interval(asked: Asked, of: Answers, against: Answers | null): Interval | null {
  const sizes = new Map<number, number>();
  for (const unit of asked.units) sizes.set(unit, (sizes.get(unit) ?? 0) + 1);
  if (sizes.size < fewestUnitsForInterval) return null;
  const other = against && crossed(asked, against);
  const bounds = crossedInterval(crossed(asked, of), other, { random: randomFor(0, "label study"), resamples: 1000 });
  // Draws over the same labels are kin: they count as one. A gain of nothing may be sure where all is right already.
  return bounds && (against ? bounds : withoutCertainty(bounds, effectiveNumber([...sizes.values()])));
}

export function meanOf(asked: Asked, answers: Answers): Mean {
  return { mean: mean(accuracies(asked, answers)), interval: interval(asked, answers, null) };
}

/** Paired: the same draws, the same labels. */
export function gainOf(asked: Asked, answers: Answers, over: Answers): Mean {
  return {
    mean: mean(accuracies(asked, answers)) - mean(accuracies(asked, over)),
    interval: interval(asked, answers, over),
  };
}
