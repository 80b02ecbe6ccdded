// What is held out as a whole: cases if declared, else slides, else islands. Knows no classes and no folds.
import type { SlideId } from "../../base/brand.ts";
import type { UnitKind } from "../../domain/estimate.ts";
import type { Place } from "./islands.ts";

export type Units = Readonly<{
  kind: UnitKind;
  /** Unit of every label, numbered by first appearance among the labels within; -1 for labels outside. */
  unitOf: readonly number[];
}>;

/**
 * Cases when every slide has one and there is more than one; else slides when there is more than one; else islands. Where only some
 * slides have a case, those of one case stay together as one slide would: declared kin are never split. With every slide of one
 * and the same case, the slides are the units. `within`: the labels (indices) to divide.
 */
export function unitsOf(
  places: readonly Place[],
  islandOf: readonly number[],
  cases: Readonly<Record<SlideId, string>>,
  within: readonly number[],
): Units {
  const caseOf = (slide: SlideId): string | null => {
    const declared = Object.hasOwn(cases, slide) ? cases[slide]?.trim() : undefined;
    return declared || null;
  };
  const slides = new Set(within.map((i) => places[i]!.slideId));
  const declared = new Set([...slides].map(caseOf));
  const allDeclared = !declared.has(null);
  if (allDeclared && declared.size > 1) return numbered("case", (i) => caseOf(places[i]!.slideId) ?? "");
  if (slides.size > 1) {
    return numbered("slide", (i) => {
      const slide = places[i]!.slideId;
      const kin = allDeclared ? null : caseOf(slide);
      return kin === null ? `slide ${slide}` : `case ${kin}`;
    });
  }
  return numbered("island", (i) => islandOf[i]!);

  function numbered(kind: UnitKind, keyOf: (i: number) => string | number): Units {
    const numbers = new Map<string | number, number>();
    const unitOf = new Array<number>(places.length).fill(-1);
    for (const i of within) {
      const key = keyOf(i);
      const number = numbers.get(key) ?? numbers.size;
      numbers.set(key, number);
      unitOf[i] = number;
    }
    return { kind, unitOf };
  }
}
