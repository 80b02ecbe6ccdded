// How much a label weighs in a tuning: inversely to the labels of its class, with mean 1, so that a class of 20 does not drown one of 3.
// Knows counts only.
import { fixed, say } from "../words/say.ts";

/** `counts`: labels of each class that has any. Of one label each. */
export function classWeights(counts: readonly number[]): readonly number[] {
  const all = counts.reduce((a, b) => a + b, 0);
  return counts.map((count) => all / (counts.length * count));
}

/** "Classes weigh alike, whatever their number of labels: a label of Tumour counts 0.6 times, of Fat 3.0 times." */
export function classWeightWords(classes: readonly Readonly<{ name: string; count: number }>[]): string {
  const weights = classWeights(classes.map(({ count }) => count));
  const alike = say("Classes weigh alike, however many labels each has");
  if (weights.every((weight) => Math.abs(weight - 1) < 0.05)) return `${alike}.`;
  const each = classes.map(({ name }, i) => say("of {name} {times} times", { name, times: fixed(weights[i] ?? 1, 1) }));
  return say("{alike}: a label counts inversely to its class, {each}.", { alike, each: each.join(", ") });
}
