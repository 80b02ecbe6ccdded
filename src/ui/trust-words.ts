// How far an answer goes, in words: unlike the labels, little tissue, a set tested on labels of its own. Pure.
import type { UnitKind } from "../domain/estimate.ts";
import { countOfUnits, wholePercent } from "../domain/estimate-words.ts";
import type { CountedShare, ValidationFigures } from "../domain/validation.ts";
import type { Familiarity } from "../protocol/trust-api.ts";
import { say } from "../words/say.ts";

export type Flag = Readonly<{ tone: "warn" | "mute"; words: string; why: string }>;

export function familiarityFlag(result: Familiarity): Flag | null {
  if (result.kind === "too-few") {
    return {
      tone: "mute",
      words: say("Whether this patch is like your labels is told from 10 of them on; there are {labels}.", {
        labels: result.labels,
      }),
      why: say(
        "From ten labels on, a patch that is further from all of them than any of them is from its nearest is marked.",
      ),
    };
  }
  const { labels, distance, limit } = result;
  if (distance <= limit) return null;
  const often = say("About 1 in {labels} patches drawn as your labels were is marked so too.", { labels: labels + 1 });
  return {
    tone: "warn",
    words: say("Unlike all your labels: the score may mean nothing here."),
    why: say(
      "Its features lie {times} times as far from the nearest of {labels} labels as any label lies from its nearest other. {often}",
      { times: Number((distance / limit).toPrecision(2)), labels, often },
    ),
  };
}

/** Between glass, which gets no answer, and full tissue. */
export function tissueFlag(tissue: number): Flag | null {
  if (tissue >= 0.5) return null;
  return {
    tone: "warn",
    words: say("Only {share} % of this patch is tissue.", { share: wholePercent(tissue) }),
    why: say("The model sees the glass as well; it learned from patches that are mostly tissue."),
  };
}

const shareWords = ({ correct, total, bounds }: CountedShare): string =>
  say("{correct} of {total}, {share} % ({low}-{high})", {
    correct,
    total,
    share: wholePercent(correct / total),
    low: Math.round(bounds.low * 100),
    high: Math.round(bounds.high * 100),
  });

export function validationWords(figures: ValidationFigures, unit: UnitKind): readonly string[] {
  const { all, balanced, recalls } = figures;
  return [
    say("Correct: {share} in {units}; balanced accuracy {balanced} %.", {
      share: shareWords(all),
      units: countOfUnits(all.units, unit),
      balanced: wholePercent(balanced),
    }),
    ...recalls.map(({ name, figure, unknown }) =>
      unknown
        ? say("{name}: {total} labelled; the set has no such class, so all are wrong.", { name, total: figure.total })
        : say("{name}: {share} found.", { name, share: shareWords(figure) }),
    ),
  ];
}
