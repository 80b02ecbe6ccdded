// How sure scores may be: one temperature, fitted on held-out answers (Guo et al. 2017). Knows scores and truths; no method.
import { assert } from "../../base/fault.ts";
import { softmaxRows } from "../../math/linear-algebra.ts";
import { logLoss } from "../../math/metrics.ts";

/** A score of 0 stays next to impossible instead of infinitely so. */
const leastScore = 1e-12;

/** softmax(log(score) / temperature) of each row: above 1 less sure, below 1 surer; the order of the classes never changes. */
export function withTemperature(scores: Float64Array, classes: number, temperature: number): Float64Array {
  assert(temperature > 0, "a temperature is above 0");
  if (temperature === 1) return scores;
  const logits = scores.map((score) => Math.log(Math.max(score, leastScore)) / temperature);
  softmaxRows(logits, classes);
  return logits;
}

/** What fitting may answer: beyond it the held-out answers are too few to mean it. */
export const temperatureRange = { low: 0.05, high: 20 } as const;

/**
 * The temperature with the least log-loss of held-out scores, each class weighing the same, by golden section over its logarithm: the
 * loss of one parameter is quasi-convex in it. A weak pull towards 1 keeps it from running to an end where a few held-out answers were
 * all right.
 */
export function fitTemperature(truth: ArrayLike<number>, scores: Float64Array, classes: number): number {
  assert(truth.length > 0 && scores.length === truth.length * classes, "a temperature is fitted on held-out answers");
  const damped = (temperature: number): number => {
    const softened = withTemperature(scores, classes, temperature);
    // As one further answer whose loss is (ln T)^2: it fades as answers become more.
    const prior = Math.log(temperature) ** 2 / truth.length;
    return balancedLogLoss(truth, softened, classes) + prior;
  };
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [low, high] = [Math.log(temperatureRange.low), Math.log(temperatureRange.high)];
  let [a, b] = [high - ratio * (high - low), low + ratio * (high - low)];
  let [costA, costB] = [damped(Math.exp(a)), damped(Math.exp(b))];
  while (high - low > 1e-6) {
    if (costA <= costB) {
      [high, b, costB] = [b, a, costA];
      a = high - ratio * (high - low);
      costA = damped(Math.exp(a));
    } else {
      [low, a, costA] = [a, b, costB];
      b = low + ratio * (high - low);
      costB = damped(Math.exp(b));
    }
  }
  return Math.exp((low + high) / 2);
}

/** Mean over the classes that occur of the log-loss of their answers. */
export function balancedLogLoss(truth: ArrayLike<number>, scores: Float64Array, classes: number): number {
  const losses: number[] = [];
  for (let c = 0; c < classes; c++) {
    const rows = Array.from({ length: truth.length }, (_, i) => i).filter((i) => truth[i] === c);
    if (rows.length === 0) continue;
    const own = rows.flatMap((i) => [...scores.subarray(i * classes, (i + 1) * classes)]);
    losses.push(
      logLoss(
        rows.map(() => c),
        own,
        classes,
      ),
    );
  }
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}
