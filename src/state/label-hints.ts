// What would make the labels better, in words: classes far from balance, classes whose labels all lie in one spot. Pure.
import { centre } from "../domain/geometry.ts";
import type { Label, TissueClass } from "../domain/label.ts";
import { isOther } from "../domain/other-class.ts";
import { fixed, many, say } from "../words/say.ts";
import type { AppState } from "./action.ts";
import { examples } from "./selectors.ts";

/** Times more labels than the smallest class has. */
const unbalanced = 3;
/** Labels of one class on one slide that all lie within this say little of the rest of it. */
const narrowUm = 400;
const fewest = 4;

const lengthWords = (um: number): string =>
  um >= 1000 ? `${fixed(um / 1000, 1)} mm` : `${Math.ceil(um / 50) * 50} µm`;

/** At most one sentence a matter, the most useful first. */
export function labelHints(classes: readonly TissueClass[], labels: Iterable<Label>): readonly string[] {
  const byClass = new Map(classes.map((c) => [c.id, [] as Label[]]));
  for (const label of labels) byClass.get(label.classId)?.push(label);
  const labelled = classes.flatMap((c) => {
    const own = byClass.get(c.id) ?? [];
    return own.length > 0 ? [{ name: c.name, other: isOther(c), own }] : [];
  });
  const hints: string[] = [];
  for (const { name, own } of labelled) {
    const spread = spreadUm(own);
    if (own.length >= fewest && spread !== null && spread < narrowUm) {
      hints.push(
        say("All {own} labels of {name} lie within {length}: label it elsewhere too.", {
          own: own.length,
          name,
          length: lengthWords(spread),
        }),
      );
    }
  }
  const asked = labelled.filter(({ other }) => !other);
  const sorted = asked.toSorted((a, b) => a.own.length - b.own.length);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (least && most && most.own.length >= fewest && most.own.length >= unbalanced * least.own.length) {
    hints.push(
      say("{most} has {mostLabels} labels, {least} {leastLabels}: label more {least}.", {
        most: most.name,
        mostLabels: most.own.length,
        least: least.name,
        leastLabels: least.own.length,
      }),
    );
  }
  return hints;
}

/** Labels a tuning would learn from lie on drawings and on tissue alike: a sentence on how many and the way on; null: they do not. */
export function drawnAmong(state: AppState): string | null {
  const list = examples(state);
  const { openSlides } = state.session;
  const drawn = list.filter(({ patch }) => openSlides.get(patch.slideId)?.info.origin === "generated").length;
  if (drawn === 0 || drawn === list.length) return null;
  return many(
    drawn,
    "1 of {count} labels is on a slide that is drawn by a program: tuning would mix it with tissue. Close that slide first.",
    "{n} of {count} labels are on a slide that is drawn by a program: tuning would mix them with tissue. Close that slide first.",
    { count: list.length },
  );
}

/** Diagonal of what the labels span, um; null where they lie on several slides, which is spread enough. */
export function spreadUm(labels: readonly Label[]): number | null {
  const slides = new Set(labels.map(({ slideId }) => slideId));
  if (slides.size !== 1) return null;
  const places = labels.map(({ region, slideMpp }) => {
    const { x, y } = centre(region);
    return { x: x * slideMpp, y: y * slideMpp };
  });
  const range = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);
  return Math.hypot(range(places.map(({ x }) => x)), range(places.map(({ y }) => y)));
}
