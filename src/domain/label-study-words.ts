// What a person's labels say about themselves, in words that go as far as the intervals carry. Knows no screen and no engine.
import { say } from "../words/say.ts";
import type { Interval } from "./estimate.ts";
import { countOfUnits, unitsWords, wholePercent } from "./estimate-words.ts";
import {
  type Ablation,
  type AblationRow,
  isNoKind,
  type LabelCurve,
  type LearningCurve,
  type PromptKindsOn,
  verdictOf,
  worthwhileGain,
} from "./label-study.ts";

type Curve = Extract<LabelCurve, { kind: "curve" }>;

/** "+3", "-2", "0" points. */
export function pointsWords(difference: number): string {
  const points = Math.round(100 * difference);
  return points > 0 ? `+${points}` : `${points === 0 ? 0 : points}`;
}

const between = ({ low, high }: Interval): string =>
  say("{from} to {to}", { from: pointsWords(low), to: pointsWords(high) });

/** "72 % (65-79)". */
export function shareWords(mean: number, interval: Interval | null): string {
  const bounds = interval ? ` (${Math.round(100 * interval.low)}-${Math.round(100 * interval.high)})` : "";
  return `${wholePercent(mean)} %${bounds}`;
}

/** The verdict, with the figures it stands on. */
export function verdictWords({ units, unit }: Pick<Curve, "units" | "unit">, curve: LearningCurve): string {
  const { lastGain } = curve;
  if (!lastGain)
    return say("Cannot tell yet: there is one label a class to learn from. Label each class in more places.");
  const { from, to, interval } = lastGain;
  if (!interval) {
    return say(
      "Cannot tell yet: your labels lie in {units}, and below 10 no interval can be given. Label in more of them.",
      { units: countOfUnits(units, unit) },
    );
  }
  const gain = say("from {from} to {to} labels a class balanced accuracy changed by {points} points ({between})", {
    from,
    to,
    points: pointsWords(lastGain.mean),
    between: between(interval),
  });
  switch (verdictOf(curve)) {
    case "more-help":
      return say("More labels would probably help: {gain}.", { gain });
    case "more-help-little":
      return say("More labels would probably not help much: {gain}, surely by less than {points}.", {
        gain,
        points: 100 * worthwhileGain,
      });
    case "cannot-tell":
      return say("Cannot tell yet: {gain}, which may be nothing or much.", { gain });
  }
}

/** How it was found out. */
export function curveMethodWords({ answered, units, unit, frozen, tuned }: Curve): string {
  const draws = tuned
    ? say("{draws} draws (tuned: {tuned})", { draws: frozen.seeds.length, tuned: tuned.seeds.length })
    : say("{draws} draws", { draws: frozen.seeds.length });
  return say(
    "Each time some of {units} are held out, the labels to learn from are drawn from the rest, and all {answered} labels are answered so; {draws}, 95 % intervals over draws and whole {unit}.",
    { units: countOfUnits(units, unit), answered, draws, unit: unitsWords(unit) },
  );
}

/** The rule of the verdict, as it stands in label-study.ts. */
export const verdictRule = (): string =>
  say(
    "Told by the last doubling of the labels, as curves flatten: above 0 by its whole interval, more would probably help; below {points} points by its whole interval, not much; else it cannot be told.",
    { points: 100 * worthwhileGain },
  );

export function kindsWords(kinds: PromptKindsOn): string {
  if (isNoKind(kinds)) return say("Frozen features, no prompts");
  const names = [kinds.visual && say("visual"), kinds.instance && say("instance"), kinds.text && say("textual")].filter(
    (name) => name !== false,
  );
  const words = names.join(" + ");
  return words[0] === undefined ? "" : words[0].toUpperCase() + words.slice(1);
}

/** "+4 (-2 to +9)", or "+4" where there is no interval. A tie in every answer has none either: resampling it gives a width of 0. */
export function differenceWords({ difference }: AblationRow): string {
  if (!difference) return "–";
  const { mean, interval } = difference;
  if (interval && interval.low === 0 && interval.high === 0) return say("0 (no label tells them apart)");
  return interval ? `${pointsWords(mean)} (${between(interval)})` : pointsWords(mean);
}

export const isClear = ({ difference }: AblationRow): boolean =>
  difference?.interval != null && (difference.interval.low > 0 || difference.interval.high < 0);

/** What may be read out of the table. */
export function ablationWords({ rows, units, unit }: Extract<Ablation, { kind: "table" }>): readonly string[] {
  const compared = rows.filter(({ difference }) => difference !== null);
  const clear = compared.filter(isClear);
  const chance =
    compared.length > 1
      ? say(" Of {compared} comparisons one in twenty is clear by chance alone.", { compared: compared.length })
      : "";
  const small = say("Small differences mean nothing: one counts only where its interval leaves out 0.{chance}", {
    chance,
  });
  if (compared.every(({ difference }) => difference?.interval == null)) {
    return [
      say(
        "No interval can be given below 10 places, and your labels lie in {units}: nothing can be told from these differences.",
        { units: countOfUnits(units, unit) },
      ),
    ];
  }
  if (clear.length === 0)
    return [say("None of these prompts differs clearly from frozen features on your labels."), small];
  return [small];
}
