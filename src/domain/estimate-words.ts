// The held-out estimate in words, exactly as far as the figures carry. Knows no screen and no engine.
import type { ClassId } from "../base/brand.ts";
import { heard } from "../words/heard.ts";
import { many, type Plain, say, type Text } from "../words/say.ts";
import type { Estimate, HeldOutFigure, Interval, UnitKind } from "./estimate.ts";
import type { LabelOrigin, TissueClass } from "./label.ts";

/** Everything there is to say, one sentence each. */
export type EstimateWords = Readonly<{
  /** "Balanced accuracy 87 % (71-95)", without the interval below ten units; or, without a figure, the reason. */
  headline: string;
  /** "16 of 18 held-out patches in 4 places correct: 89 % (56-98)"; null without a figure. */
  counts: string | null;
  /** "Frozen features on the same folds: balanced accuracy 75 %; 14 of 18 correct: 78 % (46-94)"; null without a figure. */
  frozen: string | null;
  /** "Always answering Stroma: balanced accuracy 33 %; 8 of 18 correct: 44 %"; null without a figure. */
  majority: string | null;
  /** What the figure is of and what it is not; null without a figure. */
  meaning: string | null;
  /** "12 placed freely, 6 accepted answers of the app, ..."; null when all were placed freely, or without a figure. */
  origins: string | null;
  /** One per class without a figure beside those with one: "Label Tumour in a second place to get an estimate." */
  withoutFigure: readonly string[];
}>;

/** Whole sentences, for no two languages build them alike. `crowded`: further from the labels there are. */
const second = {
  island: {
    one: "Label {names} in a second place to get an estimate.",
    each: "Label {names} each in a second place to get an estimate.",
    crowded: "Label {names} in a place further from your other labels to get an estimate.",
    crowdedEach: "Label {names} each in a place further from your other labels to get an estimate.",
  },
  slide: {
    one: "Label {names} on a second slide to get an estimate.",
    each: "Label {names} each on a second slide to get an estimate.",
    crowded: "Label {names} on a slide further from your other labels to get an estimate.",
    crowdedEach: "Label {names} each on a slide further from your other labels to get an estimate.",
  },
  case: {
    one: "Label {names} in a second case to get an estimate.",
    each: "Label {names} each in a second case to get an estimate.",
    crowded: "Label {names} in a case further from your other labels to get an estimate.",
    crowdedEach: "Label {names} each in a case further from your other labels to get an estimate.",
  },
} as const satisfies Readonly<Record<UnitKind, Readonly<Record<string, Text>>>>;

const originWords: Readonly<Record<LabelOrigin, Plain>> = {
  free: "placed freely",
  suggested: "placed where the app suggested",
  accepted: "accepted answers of the app",
  imported: "imported",
  checked: "drawn at random to check a map",
  ready: "ready labels that came with the slide",
};

/** "3 places", "1 slide". */
export function countOfUnits(units: number, unit: UnitKind): string {
  switch (unit) {
    case "island":
      return many(units, "1 place", "{n} places");
    case "slide":
      return many(units, "1 slide", "{n} slides");
    case "case":
      return many(units, "1 case", "{n} cases");
  }
}

const units: Readonly<Record<UnitKind, Plain>> = { island: "places", slide: "slides", case: "cases" };

/** "places", "slides". */
export const unitsWords = (unit: UnitKind): string => say(units[unit]);

/**
 * Whole percent. Only all is 100 and only none is 0: 299 of 300 is 99 %. NaN has no words and must not come here.
 */
export function wholePercent(share: number): number {
  if (share <= 0) return 0;
  if (share >= 1) return 100;
  return Math.min(99, Math.max(1, Math.round(share * 100)));
}

/** Ends of an interval are rounded plainly: they are no counts, and 0 and 100 are where they belong. */
const range = ({ low, high }: Interval): string => `(${Math.round(low * 100)}-${Math.round(high * 100)})`;

function names(list: readonly string[]): string {
  return list.length < 2
    ? (list[0] ?? "")
    : say("{list} and {last}", { list: list.slice(0, -1).join(", "), last: list.at(-1) ?? "" });
}

/**
 * What to do to get an estimate for these classes. `crowded`: they are in several places already, but nearer to other labels than
 * the guard allows.
 */
export function secondPlace(classNames: readonly string[], unit: UnitKind, crowded = false): string {
  const key = classNames.length > 1 ? (crowded ? "crowdedEach" : "each") : crowded ? "crowded" : "one";
  return say(second[unit][key], { names: names(classNames) });
}

/** "16 of 18 held-out patches in 4 places correct: 89 % (56-98)". */
export function countsSentence(figure: HeldOutFigure, units: number, unit: UnitKind): string {
  return many(
    figure.total,
    "{correct} of 1 held-out patch in {units} correct: {share}",
    "{correct} of {n} held-out patches in {units} correct: {share}",
    { correct: figure.correct, units: countOfUnits(units, unit), share: share(figure) },
  );
}

const share = (f: HeldOutFigure): string => `${wholePercent(f.correct / f.total)} % ${range(f.wilson)}`;

function balanced(figure: HeldOutFigure): string {
  const interval = figure.interval ? ` ${range(figure.interval)}` : "";
  return `${wholePercent(figure.balancedAccuracy)} %${interval}`;
}

/** What the figure means, for each unit that was held out. */
export function meaningSentence(unit: UnitKind): string {
  return say(
    "Tuning this way on {units} like those you labelled. The saved set was trained on all of them and has not itself been tested.",
    { units: unitsWords(unit) },
  );
}

export function estimateWords(estimate: Estimate, classes: readonly TissueClass[]): EstimateWords {
  const nameOf = (id: ClassId): string => classes.find((c) => c.id === id)?.name ?? say("a removed class");
  if (estimate.kind === "none") {
    return {
      headline: heard(estimate.reason),
      counts: null,
      frozen: null,
      majority: null,
      meaning: null,
      origins: null,
      withoutFigure: [],
    };
  }
  const { tuned, frozen, unit, units } = estimate;
  return {
    headline: say("Balanced accuracy {balanced}", { balanced: balanced(tuned) }),
    counts: countsSentence(tuned, units, unit),
    frozen: say(
      "Frozen features on the same folds: balanced accuracy {balanced}; {correct} of {total} correct: {share}",
      { balanced: balanced(frozen), correct: frozen.correct, total: frozen.total, share: share(frozen) },
    ),
    majority: majoritySentence(estimate, nameOf),
    meaning: meaningSentence(unit),
    origins: originsSentence(estimate.origins),
    withoutFigure: estimate.withoutFigure.map((id) => secondPlace([nameOf(id)], unit)),
  };
}

function majoritySentence(estimate: Extract<Estimate, { kind: "figure" }>, nameOf: (id: ClassId) => string) {
  const [first, ...others] = estimate.recalls;
  if (!first) return null;
  const commonest = others.reduce((a, b) => (b.total > a.total ? b : a), first);
  const { total } = estimate.tuned;
  return say("Always answering {name}: balanced accuracy {balanced} %; {correct} of {total} correct: {share} %", {
    name: nameOf(commonest.classId),
    balanced: wholePercent(estimate.majority),
    correct: commonest.total,
    total,
    share: wholePercent(commonest.total / total),
  });
}

/** Labels the app had a hand in agree with it more readily than fresh ones: said whenever there are any. */
function originsSentence(origins: Readonly<Record<string, number>>): string | null {
  const parts = Object.entries(originWords).flatMap(([origin, words]) => {
    const count = origins[origin] ?? 0;
    return count > 0 ? [{ origin, text: `${count} ${say(words)}` }] : [];
  });
  if (parts.every((p) => p.origin === "free")) return null;
  return say("Of the held-out labels, {names}.", { names: names(parts.map((p) => p.text)) });
}
