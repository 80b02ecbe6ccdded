// What a blind check of a map says, in words, exactly as far as its figures carry. Pure.
import { wholePercent } from "../domain/estimate-words.ts";
import type { TissueClass } from "../domain/label.ts";
import { type CheckAnswer, checkCounts, type MapCheck } from "../domain/map-check.ts";
import { type CheckFigures, drawnMm2, type Extremes } from "../domain/map-check-figures.ts";
import type { Share } from "../math/stratified.ts";
import type { CheckBinding } from "../state/map-checks.ts";
import { fixed, many, numeral, say } from "../words/say.ts";
import { areaWords } from "./map-words.ts";

/** "95 % (82-99)". */
export const shareWords = ({ value, bounds }: Share): string =>
  `${wholePercent(value)} % (${Math.round(bounds.low * 100)}-${Math.round(bounds.high * 100)})`;

const patches = (count: number): string => many(count, "1 patch", "{n} patches");
const numbers = (count: number): string => numeral(count);

export type CheckWords = Readonly<{
  headline: string;
  counts: string;
  /** null where every patch was judged. */
  unjudged: string | null;
  /** What the figures are of, and what they are not. */
  meaning: readonly string[];
}>;

export function checkWords(check: MapCheck, figures: CheckFigures): CheckWords {
  const { overall, right, called, unjudged, overallIfUnjudged } = figures;
  const places = check.sizes.reduce((a, b) => a + b, 0);
  const uncertain = check.sizes[check.mapped] ?? 0;
  return {
    headline: overall
      ? say("Accuracy of this map {share}", { share: shareWords(overall) })
      : say("No accuracy: of one of its classes no patch was judged."),
    counts: say(
      "{right} of {called} judged patches are what the map calls them, weighted by how often it calls each class.",
      { right, called },
    ),
    unjudged: unjudged > 0 ? unjudgedWords(unjudged, overallIfUnjudged) : null,
    meaning: [
      say(
        "{patches} drawn at random among the {places} this map answered, some of each class, and looked at without seeing its answer.",
        { patches: patches(check.draws.length), places: numbers(places) },
      ),
      ...(uncertain > 0
        ? [
            say("{uncertain} places it calls uncertain count in the areas, not in the accuracy.", {
              uncertain: numbers(uncertain),
            }),
          ]
        : []),
      ...(check.leftOut > 0
        ? [say("{patches} labelled or drawn before are in no figure.", { patches: patches(check.leftOut) })]
        : []),
      say("The interval (95 %) is that of the draw: of this slide, by you; it says nothing of other slides."),
    ],
  };
}

function unjudgedWords(count: number, extremes: Extremes | null): string {
  const left = many(count, "1 patch unsure or skipped is left out", "{n} patches unsure or skipped are left out");
  return extremes
    ? say("{left}: {low} % if all of them were wrong, {high} % if all were right.", {
        left,
        low: wholePercent(extremes.low),
        high: wholePercent(extremes.high),
      })
    : `${left}.`;
}

/** "mapped 0.0957 mm², corrected 0.159 mm² (0.118-0.201)"; the correction only where a whole can be said. */
export function correctedWords(check: MapCheck, figures: CheckFigures, choice: number): string {
  const mapped =
    choice < check.mapped
      ? say("mapped {area}", { area: areaWords((check.sizes[choice] ?? 0) * check.cellMm2) })
      : say("not on the map");
  const share = figures.area?.[choice];
  if (!share) return mapped;
  const all = drawnMm2(check);
  const bare = (part: number): string => areaWords(part * all).replace(" mm²", "");
  const { value, bounds } = share;
  return say("{mapped}, corrected {area} ({low}-{high})", {
    mapped,
    area: areaWords(value * all),
    low: bare(bounds.low),
    high: bare(bounds.high),
  });
}

export function bindingWords(binding: CheckBinding, { map }: MapCheck): string {
  const whose = say("“{name}”, called from a score of {threshold}", {
    name: map.name,
    threshold: fixed(map.threshold, 2),
  });
  switch (binding) {
    case "this-map":
      return say("Of the map that is shown: {whose}.", { whose });
    case "another-map":
      return say("For another map than the one shown: {whose}.", { whose });
    case "changed":
      return say("For an earlier map: {whose}. It has changed since.", { whose });
    default:
      return binding satisfies never;
  }
}

/** "12 of 30 looked at, 2 put off". */
export function progressWords(check: MapCheck): string {
  const { judged, unsure, skipped } = checkCounts(check);
  const seen = say("{judged} of {draws} looked at", { judged: judged + unsure, draws: check.draws.length });
  return skipped > 0 ? say("{seen}, {skipped} put off", { seen, skipped }) : seen;
}

export function answerWords({ choices }: MapCheck, answer: CheckAnswer): string {
  switch (answer.kind) {
    case "class":
      return choices[answer.choice]?.name ?? say("a removed class");
    case "none-of-these":
      return say("none of these");
    case "unsure":
      return "unsure";
    case "skipped":
      return say("put off");
    default:
      return answer satisfies never;
  }
}

/** One key each: the class's own where it has one, else the lowest that is free; beyond ten classes there is none. */
export function choiceKeys(choices: readonly Pick<TissueClass, "key">[]): readonly (string | null)[] {
  const taken = new Set<string>();
  const own = choices.map(({ key }) => {
    const wanted = key === null ? null : String(key);
    if (wanted === null || taken.has(wanted)) return null;
    taken.add(wanted);
    return wanted;
  });
  const free = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"].filter((key) => !taken.has(key));
  return own.map((key) => key ?? free.shift() ?? null);
}
