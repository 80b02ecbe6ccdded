// What a finished check says of the map it was drawn for: accuracy, each class's precision, corrected areas, with intervals of the design.
// Pure. Says nothing of a check that is not finished: figures seen on the way would decide when to stop.
import { type MapAccuracy, mapAccuracy, type Share, type Stratum } from "../math/stratified.ts";
import { checkCounts, type MapCheck } from "./map-check.ts";

/** A share if every patch that was not judged were wrong, and if every one were right. */
export type Extremes = Readonly<{ low: number; high: number }>;

export type CheckFigures = Readonly<{
  judged: number;
  /** Looked at and not judged: unsure or skipped. */
  unjudged: number;
  /** Judged patches of called classes that were called right, and how many those are. */
  right: number;
  called: number;
  /** Of the places the map calls a class; null: of one class no patch was judged. */
  overall: Share | null;
  overallIfUnjudged: Extremes | null;
  /** One for each class of the map; null: never called, or none of them judged. */
  precision: readonly (Share | null)[];
  precisionIfUnjudged: readonly (Extremes | null)[];
  /** One for each choice, in shares of all places drawn from; null with `overall`. */
  area: readonly Share[] | null;
  /** [what the map says, what the person says]; the last row is "uncertain", the last column "none of these". */
  confusion: readonly (readonly number[])[];
}>;

export function checkFigures(check: MapCheck): CheckFigures | null {
  if (!check.finished) return null;
  const { mapped, sizes, choices, draws, answers } = check;
  const columns = choices.length + 1;
  const confusion = sizes.map(() => new Array<number>(columns).fill(0));
  const open = sizes.map(() => 0);
  draws.forEach(({ stratum }, i) => {
    const answer = answers[i];
    const column = answer?.kind === "class" ? answer.choice : answer?.kind === "none-of-these" ? choices.length : null;
    const row = confusion[stratum];
    if (column === null) open[stratum] = (open[stratum] ?? 0) + 1;
    else if (row) row[column] = (row[column] ?? 0) + 1;
  });
  const { judged, unsure, skipped } = checkCounts(check);
  const unjudged = unsure + skipped;
  const called = accuracyOf(check, confusion, mapped);
  const all = accuracyOf(check, confusion, mapped + 1);
  /** Every patch that was not judged counted as wrong ("none of these"), or as right. */
  const assumed = (right: boolean): MapAccuracy | null =>
    accuracyOf(
      check,
      confusion.map((row, h) =>
        row.map((n, k) => n + (k === (right && h < mapped ? h : choices.length) ? (open[h] ?? 0) : 0)),
      ),
      mapped,
    );
  const [worst, best] = unjudged > 0 ? [assumed(false), assumed(true)] : [null, null];
  const extremes = (of: (accuracy: MapAccuracy) => Share | null | undefined): Extremes | null => {
    const [low, high] = [worst && of(worst), best && of(best)];
    return low && high ? { low: low.value, high: high.value } : null;
  };
  const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
  return {
    judged,
    unjudged,
    right: sum(confusion.slice(0, mapped).map((row, h) => row[h] ?? 0)),
    called: sum(confusion.slice(0, mapped).map(sum)),
    overall: called?.overall ?? null,
    overallIfUnjudged: extremes(({ overall }) => overall),
    // A class is judged by its own patches alone, also where another class has none.
    precision: sizes.slice(0, mapped).map((_, h) => precisionOf(check, confusion, h)),
    precisionIfUnjudged: sizes
      .slice(0, mapped)
      .map((_, h) => ((open[h] ?? 0) > 0 ? extremes((a) => a.precision[h]) : null)),
    area: all ? all.area.slice(0, choices.length) : null,
    confusion,
  };
}

/** @param rows how many strata count: the map's classes, or these and what is uncertain */
function accuracyOf(check: MapCheck, confusion: readonly (readonly number[])[], rows: number): MapAccuracy | null {
  const { mapped, sizes, choices } = check;
  // Rows by choice, so that a row's own column is what is right; classes the map does not know are called nowhere, and what is
  // uncertain has no column that is right: it stands last, with "none of these" before it.
  const nothing = new Array<number>(choices.length + 2).fill(0);
  const strata: Stratum[] = [...choices.keys(), choices.length].map((h) =>
    h < mapped ? { size: sizes[h] ?? 0, found: [...(confusion[h] ?? []), 0] } : { size: 0, found: nothing },
  );
  if (rows > mapped) strata.push({ size: sizes[mapped] ?? 0, found: [...(confusion[mapped] ?? []), 0] });
  return mapAccuracy(strata);
}

function precisionOf(check: MapCheck, confusion: readonly (readonly number[])[], h: number): Share | null {
  const found = confusion[h] ?? [];
  const right = found[h] ?? 0;
  const wrong = found.reduce((a, b) => a + b, 0) - right;
  return mapAccuracy([{ size: check.sizes[h] ?? 0, found: [right, wrong] }])?.precision[0] ?? null;
}

/** mm2 of all places drawn from. */
export const drawnMm2 = ({ sizes, cellMm2 }: Pick<MapCheck, "sizes" | "cellMm2">): number =>
  sizes.reduce((a, b) => a + b, 0) * cellMm2;
