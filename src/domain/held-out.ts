// What was answered about each held-out label, so that a count in a table is a way to its patches. Knows no training and no screen.
import type { ClassId, LabelId } from "../base/brand.ts";
import { effectiveNumber, wilsonInterval } from "../math/intervals.ts";
import type { Interval } from "./estimate.ts";
import { type At, field, readList, readNumber, readObject, readString } from "./json-reader.ts";

/** `unit`: labels of one number are kin (a place, a slide, a case) and were held out together. */
export type HeldOutLabel = Readonly<{
  labelId: LabelId;
  /** What the label said then. */
  truth: ClassId;
  tuned: ClassId;
  frozen: ClassId;
  unit: number;
}>;

const id = (at: At): string => readString(at, { max: 100 });

export function readHeldOut(at: At): readonly HeldOutLabel[] {
  return readList(at, { min: 0, max: 1e6 }).map((entry) => {
    readObject(entry);
    return {
      labelId: id(field(entry, "labelId")) as LabelId,
      truth: id(field(entry, "truth")) as ClassId,
      tuned: id(field(entry, "tuned")) as ClassId,
      frozen: id(field(entry, "frozen")) as ClassId,
      unit: readNumber(field(entry, "unit"), { min: 0, max: 1e7, integer: true }),
    };
  });
}

export type RecallFigure = Readonly<{ correct: number; total: number; units: number; bounds: Interval }>;

/** Of the held-out labels of a class the share that was found, with Wilson's interval at their effective number; null of none. */
export function recallOf(heldOut: readonly HeldOutLabel[], classId: ClassId): RecallFigure | null {
  const mine = heldOut.filter(({ truth }) => truth === classId);
  if (mine.length === 0) return null;
  const sizes = new Map<number, number>();
  for (const { unit } of mine) sizes.set(unit, (sizes.get(unit) ?? 0) + 1);
  const correct = mine.filter(({ truth, tuned }) => tuned === truth).length;
  const bounds = wilsonInterval(correct / mine.length, effectiveNumber([...sizes.values()]));
  return { correct, total: mine.length, units: sizes.size, bounds };
}
