// How far an answer goes, in words: unlike the labels, little tissue, a set tested on labels of its own. Pure.

import type { UnitKind } from "../domain/estimate.ts";
import { countOfUnits, wholePercent } from "../domain/estimate-words.ts";
import type { CountedShare, ValidationFigures } from "../domain/validation.ts";
import type { Familiarity } from "../protocol/trust-api.ts";

export type Flag = Readonly<{ tone: "warn" | "mute"; words: string; why: string }>;

export function familiarityFlag(result: Familiarity): Flag | null {
  if (result.kind === "too-few") {
    return {
      tone: "mute",
      words: `${result.labels} of 10 labels: too few to say whether this patch is like them.`,
      why: "From ten labels on, a patch that is further from all of them than any of them is from its nearest is marked.",
    };
  }
  const { labels, distance, limit } = result;
  if (distance <= limit) return null;
  const often = `About 1 in ${labels + 1} patches drawn as your labels were is marked so too.`;
  return {
    tone: "warn",
    words: "Unlike all your labels: the score may mean nothing here.",
    why:
      `Its features lie ${Number((distance / limit).toPrecision(2))} times as far from the nearest of ${labels} labels as any ` +
      `label lies from its nearest other. ${often}`,
  };
}

/** Between glass, which gets no answer, and full tissue. */
export function tissueFlag(tissue: number): Flag | null {
  if (tissue >= 0.5) return null;
  return {
    tone: "warn",
    words: `Only ${wholePercent(tissue)} % of this patch is tissue.`,
    why: "The model sees the glass as well; it learned from patches that are mostly tissue.",
  };
}

const shareWords = ({ correct, total, bounds }: CountedShare): string =>
  `${correct} of ${total}, ${wholePercent(correct / total)} % (${Math.round(bounds.low * 100)}-${Math.round(bounds.high * 100)})`;

export function validationWords(figures: ValidationFigures, unit: UnitKind): readonly string[] {
  const { all, balanced, recalls } = figures;
  return [
    `Correct: ${shareWords(all)} in ${countOfUnits(all.units, unit)}; balanced accuracy ${wholePercent(balanced)} %.`,
    ...recalls.map(({ name, figure, unknown }) =>
      unknown
        ? `${name}: ${figure.total} labelled; the set has no such class, so all are wrong.`
        : `${name}: ${shareWords(figure)} found.`,
    ),
  ];
}
