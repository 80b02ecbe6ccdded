// What a prompt set is worth on labels that only tested it: counts with an interval, each class's recall, balanced accuracy. Pure.
import { effectiveNumber, wilsonInterval } from "../math/intervals.ts";
import type { Interval } from "./estimate.ts";
import type { TissueClass } from "./label.ts";
import { matchClasses } from "./map-look.ts";

export type Tested = Readonly<{
  truth: string;
  answer: Readonly<{ id: string; name: string }> | null;
  unit: number;
}>;

export type CountedShare = Readonly<{ correct: number; total: number; units: number; bounds: Interval }>;

export type ValidationFigures = Readonly<{
  all: CountedShare;
  /** Mean of the recalls of the classes that were labelled. */
  balanced: number;
  recalls: readonly Readonly<{
    name: string;
    figure: CountedShare /** The set has no such class: it is wrong by necessity. */;
    unknown: boolean;
  }>[];
}>;

/** `classes`: the project's, which the labels name; `setClasses`: the set's. Null without a label. */
export function validationFigures(
  answers: readonly Tested[],
  classes: readonly TissueClass[],
  setClasses: readonly TissueClass[],
): ValidationFigures | null {
  if (answers.length === 0) return null;
  const match = matchClasses(setClasses, classes);
  /** The project's class that an answer means. */
  const meant = (answer: Tested["answer"]): string | null => {
    const at = answer ? setClasses.findIndex(({ id }) => id === answer.id) : -1;
    return classes[match[at] ?? -1]?.id ?? null;
  };
  const right = (one: Tested): boolean => meant(one.answer) === one.truth;
  const labelled = classes.filter(({ id }) => answers.some(({ truth }) => truth === id));
  const recalls = labelled.map((c) => {
    const figure = counted(
      answers.filter(({ truth }) => truth === c.id),
      right,
    );
    return { name: c.name, figure, unknown: !match.includes(classes.indexOf(c)) };
  });
  if (recalls.length === 0) return null;
  return {
    all: counted(answers, right),
    balanced: recalls.reduce((sum, { figure }) => sum + figure.correct / figure.total, 0) / recalls.length,
    recalls,
  };
}

/** Wilson's interval at the effective number of the units. */
function counted(list: readonly Tested[], right: (one: Tested) => boolean): CountedShare {
  const sizes = new Map<number, number>();
  for (const { unit } of list) sizes.set(unit, (sizes.get(unit) ?? 0) + 1);
  const correct = list.filter(right).length;
  const bounds = wilsonInterval(correct / list.length, effectiveNumber([...sizes.values()]));
  return { correct, total: list.length, units: sizes.size, bounds };
}
