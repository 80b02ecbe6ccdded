// Labels for tests of the held-out estimate: said in patch widths, so that a test reads as a drawing.
import fc from "fast-check";
import type { ClassId, LabelId, SlideId } from "../../src/base/brand.ts";
import { mpp } from "../../src/base/brand.ts";
import type { Label, TissueClass } from "../../src/domain/label.ts";

export const casesOf = (cases: Readonly<Record<string, string>>): Readonly<Record<SlideId, string>> => cases;

/** Level-0 pixels. */
export const patchWidth = 400;

const names = ["Tumour", "Stroma", "Fat", "Mucus", "Gland"];
export const classNamed = (name: string): ClassId => name as ClassId;
export const classesNamed = (...list: readonly string[]): readonly TissueClass[] =>
  list.map((name, i) => ({ id: classNamed(name), name, color: "#0072b2", key: i + 1 }));
export const allClasses = classesNamed(...names);
export const slideNamed = (name: string): SlideId => name as SlideId;

/** A label at (x, y) patch widths, one group of its own unless given. */
export function labelAt(
  x: number,
  y: number,
  className = "Tumour",
  extra: Partial<Readonly<{ slide: string; group: string; id: string; width: number }>> = {},
): Label {
  const id = extra.id ?? `${extra.slide ?? "s"}:${x}:${y}:${className}`;
  const size = (extra.width ?? 1) * patchWidth;
  return {
    id: id as LabelId,
    slideId: slideNamed(extra.slide ?? "s"),
    classId: classNamed(className),
    region: { x: x * patchWidth, y: y * patchWidth, width: size, height: size },
    slideMpp: mpp(0.5),
    origin: "free",
    group: extra.group ?? id,
  };
}

/** Places of `perPlace` overlapping labels each, ten patch widths apart; classes[i] is the class of place i. */
export function places(classes: readonly string[], perPlace = 3, slide = "s"): readonly Label[] {
  return classes.flatMap((name, i) =>
    Array.from({ length: perPlace }, (_, k) => labelAt(10 * i + 0.25 * k, 0, name, { slide })),
  );
}

/** Label sets as people make them: several slides, clusters, strokes, neighbours, few or many. */
export const anyLabels = (most = 40): fc.Arbitrary<readonly Label[]> =>
  fc
    .array(
      fc.record({
        x: fc.integer({ min: 0, max: 24 }),
        y: fc.integer({ min: 0, max: 24 }),
        name: fc.constantFrom(...names.slice(0, 4)),
        slide: fc.constantFrom("s", "s", "s", "t", "u"),
        group: fc.option(fc.constantFrom("stroke 1", "stroke 2", "box"), { nil: undefined, freq: 4 }),
      }),
      { minLength: 0, maxLength: most },
    )
    .map((list) =>
      list.map(({ x, y, name, slide, group }, i) =>
        labelAt(x / 2, y / 2, name, { slide, id: `label ${i}`, ...(group === undefined ? {} : { group }) }),
      ),
    );
