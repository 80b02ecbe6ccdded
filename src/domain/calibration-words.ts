// Reliability and ROC in words, and why there is none yet. Knows no screen.
import type { ClassId } from "../base/brand.ts";
import { fixed, many, say } from "../words/say.ts";
import { type Calibration, fewestForReliability, fewestForRoc, fewestIslands, type Roc } from "./calibration.ts";
import { wholePercent } from "./estimate-words.ts";

/** What a score is, until labels say more, and then still: a share of your labels, not a chance of disease. */
export const scoreWords = (): string => say("Score, not a probability.");

const places = (n: number): string => many(n, "1 place", "{n} places");
const labelsIn = (labels: number, islands: number): string =>
  many(labels, "1 label in {places}", "{n} labels in {places}", { places: places(islands) });

export function reliabilityWords({ reliability }: Pick<Calibration, "reliability">): string {
  if (reliability.kind === "too-few") {
    const { labels, islands } = reliability;
    return `${scoreWords()} ${say("What a score is worth is shown from {fewest} held-out labels in {fewestPlaces} places on; there are {are}.", { fewest: fewestForReliability, fewestPlaces: fewestIslands, are: labelsIn(labels, islands) })}`;
  }
  return say(
    "How often the answer was right, by its score: on the diagonal a score is the share that is right. Mean distance {distance} points.",
    { distance: wholePercent(reliability.expectedError) },
  );
}

export function rocWords(roc: Roc, nameOf: (id: ClassId) => string): string {
  const name = nameOf(roc.classId);
  if (roc.kind === "curve") {
    const { interval } = roc;
    const bounds = interval
      ? ` (${fixed(interval.low, 2)}-${fixed(interval.high, 2)})`
      : say(" (no interval below 10 places)");
    return say("{name}: area {area}{bounds}, {labels} labels against {others}", {
      name,
      area: fixed(roc.area, 2),
      bounds,
      labels: roc.labels,
      others: roc.others,
    });
  }
  const { labels, islands, others, otherIslands } = roc;
  const few =
    labels >= fewestForRoc && islands >= fewestIslands
      ? say("its others: {are}", { are: labelsIn(others, otherIslands) })
      : labelsIn(labels, islands);
  return say("{name}: no ROC curve below {fewest} held-out labels in {fewestPlaces} places ({few}).", {
    name,
    fewest: fewestForRoc,
    fewestPlaces: fewestIslands,
    few,
  });
}

/** A line for every curve; what is missing for want of labels is said once for all that want them. */
export function rocLines(rocs: readonly Roc[], nameOf: (id: ClassId) => string): readonly string[] {
  const [made, missing] = [rocs.filter(({ kind }) => kind === "curve"), rocs.filter(({ kind }) => kind !== "curve")];
  const lines = made.map((roc) => rocWords(roc, nameOf));
  if (missing.length < 2) return [...lines, ...missing.map((roc) => rocWords(roc, nameOf))];
  const names = missing.map(({ classId }) => nameOf(classId)).join(", ");
  const [fewest, fewestPlaces] = [fewestForRoc, fewestIslands];
  const needs = say(
    "No ROC curve yet of {names}: that takes {fewest} held-out labels of a class, and of all others, in {fewestPlaces} places each.",
    { names, fewest, fewestPlaces },
  );
  return [...lines, needs];
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
  return say("Held-out answers with such a score: {right} of {labels} right ({range} %).", { right, labels, range });
}
