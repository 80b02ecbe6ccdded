// Reliability and ROC in words, and why there is none yet. Knows no screen.
import type { ClassId } from "../base/brand.ts";
import { type Calibration, fewestForReliability, fewestForRoc, fewestIslands, type Roc } from "./calibration.ts";
import { wholePercent } from "./estimate-words.ts";

/** What a score is, until labels say more, and then still: a share of your labels, not a chance of disease. */
export const scoreWords = "Score, not a probability.";

const places = (n: number): string => `${n} ${n === 1 ? "place" : "places"}`;
const labelsIn = (labels: number, islands: number): string =>
  `${labels} ${labels === 1 ? "label" : "labels"} in ${places(islands)}`;

export function reliabilityWords({ reliability }: Pick<Calibration, "reliability">): string {
  if (reliability.kind === "too-few") {
    const { labels, islands } = reliability;
    return (
      `${scoreWords} What a score is worth is shown from ${fewestForReliability} held-out labels in ${fewestIslands} places on; ` +
      `there are ${labelsIn(labels, islands)}.`
    );
  }
  return `How often the answer was right, by its score: on the diagonal a score is the share that is right. Mean distance ${wholePercent(reliability.expectedError)} points.`;
}

export function rocWords(roc: Roc, nameOf: (id: ClassId) => string): string {
  const name = nameOf(roc.classId);
  if (roc.kind === "curve") {
    const { interval } = roc;
    const bounds = interval
      ? ` (${interval.low.toFixed(2)}-${interval.high.toFixed(2)})`
      : " (no interval below 10 places)";
    return `${name}: area ${roc.area.toFixed(2)}${bounds}, ${roc.labels} labels against ${roc.others}`;
  }
  const { labels, islands, others, otherIslands } = roc;
  const few =
    labels >= fewestForRoc && islands >= fewestIslands
      ? `its others: ${labelsIn(others, otherIslands)}`
      : labelsIn(labels, islands);
  return `${name}: no ROC curve below ${fewestForRoc} held-out labels in ${fewestIslands} places (${few}).`;
}

/** What answers with a score like this one turned out to be worth on held-out labels; null while there are too few. */
export function worthWords({ reliability }: Pick<Calibration, "reliability">, score: number): string | null {
  if (reliability.kind === "too-few") return null;
  const distance = ({ from, to }: Readonly<{ from: number; to: number }>): number =>
    Math.max(from - score, score - to, 0);
  const [nearest] = reliability.bins.toSorted((a, b) => distance(a) - distance(b));
  if (!nearest) return null;
  const { right, labels, wilson } = nearest;
  const range = `${Math.round(100 * wilson.low)}-${Math.round(100 * wilson.high)}`;
  return `Held-out answers with such a score: ${right} of ${labels} right (${range} %).`;
}
