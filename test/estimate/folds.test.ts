import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Label } from "../../src/domain/label.ts";
import type { FoldPlan } from "../../src/engine/estimate/folds.ts";
import { planFolds } from "../../src/engine/estimate/folds.ts";
import { edgeGap, islandsOf } from "../../src/engine/estimate/islands.ts";
import { createRandom, shuffled } from "../../src/math/random.ts";
import { allClasses, anyLabels, casesOf, classesNamed, labelAt, places } from "../support/labels.ts";

const options = { classes: allClasses, cases: {}, seed: 1 };
const plan = (labels: readonly Label[], more: Partial<Parameters<typeof planFolds>[1]> = {}): FoldPlan =>
  planFolds(labels, { ...options, ...more });

type Folds = Extract<FoldPlan, { kind: "folds" }>;
function folds(found: FoldPlan): Folds {
  if (found.kind === "none") throw new Error(`no folds: ${found.reason}`);
  return found;
}
/** A plan by label ids, without the order labels were given in. */
const byId = (found: FoldPlan, labels: readonly Label[]) =>
  found.kind === "none"
    ? found
    : found.folds.map((f) => [f.heldOut, f.training, f.guarded].map((part) => part.map((i) => labels[i]!.id).sort()));

describe("folds", () => {
  test("two classes in two places each give one fold a place, every label held out once", () => {
    const labels = places(["Tumour", "Stroma", "Tumour", "Stroma"]);
    const found = folds(plan(labels));
    expect(found).toMatchObject({ unit: "island", units: 4, withoutFigure: [] });
    expect(found.classIds).toEqual(["Tumour", "Stroma"]);
    expect(found.folds.map((f) => f.heldOut.length)).toEqual([3, 3, 3, 3]);
    expect(found.folds.flatMap((f) => f.heldOut).sort((a, b) => a - b)).toEqual([...labels.keys()]);
  });

  test("there are at most five, with each class spread over them as evenly as its places allow", () => {
    const classes = Array.from({ length: 30 }, (_, i) => ["Tumour", "Stroma", "Fat"][i % 3]!);
    const labels = places(classes, 2);
    const found = folds(plan(labels));
    expect(found.folds).toHaveLength(5);
    for (const fold of found.folds) {
      for (const name of ["Tumour", "Stroma", "Fat"]) {
        expect(fold.heldOut.filter((i) => labels[i]!.classId === name)).toHaveLength(4);
      }
    }
  });

  test("a class in one place only has no figure, is never held out, and still takes part in the training", () => {
    const labels = places(["Tumour", "Stroma", "Tumour", "Stroma", "Fat"]);
    const found = folds(plan(labels));
    expect(found.withoutFigure).toEqual(["Fat"]);
    expect(found.classIds).toEqual(["Tumour", "Stroma"]);
    expect(found.labelled).toEqual(["Tumour", "Stroma", "Fat"]);
    const fat = [12, 13, 14];
    for (const fold of found.folds) {
      expect(fold.heldOut.filter((i) => fat.includes(i))).toEqual([]);
      expect(fold.training.filter((i) => fat.includes(i))).toEqual(fat);
    }
  });

  test("without two classes in two places there is no figure, and it says what to label", () => {
    expect(plan([])).toMatchObject({ kind: "none", reason: "Label a second class to get an estimate." });
    expect(plan(places(["Tumour", "Tumour"]))).toMatchObject({ reason: "Label a second class to get an estimate." });
    expect(plan(places(["Tumour", "Stroma", "Stroma"]))).toEqual({
      kind: "none",
      reason: "Label Tumour in a second place to get an estimate.",
      withoutFigure: ["Tumour"],
    });
    expect(plan(places(["Stroma", "Tumour"]))).toMatchObject({
      reason: "Label Tumour and Stroma each in a second place to get an estimate.",
    });
  });

  test("on several slides whole slides are held out, and a class on one of them alone gets no figure", () => {
    const labels = [
      ...places(["Tumour", "Stroma", "Fat"], 2, "s"),
      ...places(["Tumour", "Stroma", "Fat"], 2, "t"),
      ...places(["Mucus", "Mucus", "Mucus"], 2, "t"),
    ].map((label, i) => ({ ...label, id: `${i}` as Label["id"] }));
    const found = folds(plan(labels));
    expect(found).toMatchObject({ unit: "slide", units: 2, withoutFigure: ["Mucus"] });
    for (const fold of found.folds) {
      const held = new Set(fold.heldOut.map((i) => labels[i]!.slideId));
      expect(held.size).toBe(1);
      expect(fold.training.some((i) => held.has(labels[i]!.slideId))).toBe(false);
    }
    const alone = plan([...places(["Tumour"], 2, "s"), ...places(["Stroma"], 2, "t")]);
    expect(alone).toMatchObject({ reason: "Label Tumour and Stroma each on a second slide to get an estimate." });
  });

  test("slides of one case are held out together where cases are declared", () => {
    const labels = ["s", "t", "u", "v"].flatMap((slide) => places(["Tumour", "Stroma"], 2, slide));
    const found = folds(plan(labels, { cases: casesOf({ s: "A", t: "A", u: "B", v: "B" }) }));
    expect(found).toMatchObject({ unit: "case", units: 2 });
    expect(found.folds).toHaveLength(2);
    for (const fold of found.folds) expect(new Set(fold.heldOut.map((i) => labels[i]!.slideId)).size).toBe(2);
  });

  test("training labels nearer than one patch width to anything held out are left out of that fold", () => {
    // Stroma's first place lies 0.8 patch widths from Tumour's first: a place of its own, but within the guard.
    const labels = [
      labelAt(0, 0, "Tumour"),
      labelAt(20, 0, "Tumour"),
      labelAt(1.8, 0, "Stroma"),
      labelAt(40, 0, "Stroma"),
      labelAt(60, 0, "Stroma"),
      labelAt(80, 0, "Tumour"),
    ];
    const found = folds(plan(labels));
    const holding = found.folds.filter((f) => f.heldOut.includes(0) !== f.heldOut.includes(2));
    for (const fold of holding) expect(fold.guarded).toEqual([fold.heldOut.includes(0) ? 2 : 0]);
    const apart = labels.with(2, labelAt(2, 0, "Stroma"));
    for (const fold of folds(plan(apart)).folds) expect(fold.guarded).toEqual([]);
  });

  test("a class whose places the guard cannot tell apart loses its figure, and the sentence says where to label", () => {
    // Tumour in two places a gap of half a patch from each other: holding out one leaves out the other.
    const labels = [
      labelAt(0, 0, "Tumour"),
      labelAt(1.5, 0, "Tumour"),
      ...places(["Fat", "Fat", "Stroma", "Stroma"]).map((l) => ({ ...l, region: { ...l.region, y: 40000 } })),
    ];
    const found = folds(plan(labels));
    expect(found.withoutFigure).toEqual(["Tumour"]);
    const alone = plan([
      labelAt(0, 0, "Tumour"),
      labelAt(1.5, 0, "Tumour"),
      labelAt(30, 0, "Fat"),
      labelAt(50, 0, "Fat"),
    ]);
    expect(alone).toMatchObject({
      kind: "none",
      reason: "Label Tumour in a place further from your other labels to get an estimate.",
    });
  });

  test("neighbours within the guard are held out together where that keeps labels in the training", () => {
    const labels = Array.from({ length: 5 }, (_, i) => [
      labelAt(20 * i, 0, "Tumour"),
      labelAt(20 * i + 1.5, 0, "Stroma"),
    ]).flat();
    for (const seed of [1, 2, 3, 4, 5]) {
      const found = folds(plan(labels, { seed }));
      expect(found.folds).toHaveLength(5);
      for (const fold of found.folds) expect(fold.guarded).toEqual([]);
    }
  });

  test("nested folds lie wholly inside the training part and split no island of the whole", () => {
    const labels = places(Array.from({ length: 12 }, (_, i) => ["Tumour", "Stroma"][i % 2]!));
    for (const outer of folds(plan(labels)).folds) {
      const inner = folds(plan(labels, { within: outer.training }));
      const inside = new Set(outer.training);
      for (const fold of inner.folds) {
        for (const i of [...fold.heldOut, ...fold.training, ...fold.guarded]) expect(inside.has(i)).toBe(true);
        expect(fold.heldOut.some((i) => outer.heldOut.includes(i))).toBe(false);
      }
    }
  });

  test("leaving a label out never splits its island inside", () => {
    // A chain of three: without the middle one the ends are two places apart, yet one island.
    const chain = (x: number, name: string) => [
      labelAt(x, 0, name),
      labelAt(x + 0.9, 0, name),
      labelAt(x + 1.8, 0, name),
    ];
    const labels = [...chain(0, "Tumour"), ...chain(30, "Tumour"), ...chain(60, "Stroma"), ...chain(90, "Stroma")];
    const within = [...labels.keys()].filter((i) => i % 3 !== 1);
    expect(folds(plan(labels, { within })).units).toBe(4);
  });

  test("inside a training part of one slide the places of that slide are held out", () => {
    const labels = [
      ...places(["Tumour", "Stroma", "Tumour", "Stroma"], 2, "s"),
      ...places(["Tumour", "Stroma"], 2, "t"),
    ];
    const within = [...labels.keys()].filter((i) => labels[i]!.slideId === "s");
    expect(folds(plan(labels, { within }))).toMatchObject({ unit: "island", units: 4 });
  });

  test("a label of a class the project does not have is a mistake", () => {
    expect(() => plan(places(["Tumour", "Bone"]), { classes: classesNamed("Tumour") })).toThrow(/class of the project/);
  });

  test("thousands of labels are planned, and a tight crowd of them too", () => {
    const many = Array.from({ length: 3000 }, (_, i) =>
      labelAt((i % 60) * 2.5, Math.floor(i / 60) * 2.5, ["Tumour", "Stroma"][(i * 7) % 2]!),
    );
    expect(folds(plan(many)).folds).toHaveLength(5);
    const crowd = Array.from({ length: 2000 }, (_, i) =>
      labelAt((i % 50) * 0.1, Math.floor(i / 50) * 0.1, ["Tumour", "Stroma"][i % 2]!),
    );
    expect(plan(crowd).kind).toBe("none");
  });
});

describe("for any labels", () => {
  /** Every so manieth label is one that is only trained on; of a third of the cases none is. */
  const always = (check: (found: Folds, labels: readonly Label[], trainOnly: ReadonlySet<number>) => void): void => {
    fc.assert(
      fc.property(anyLabels(), fc.integer({ min: 0, max: 1000 }), (labels, seed) => {
        const each = seed % 3 === 0 ? 0 : 2 + (seed % 5);
        const trainOnly = [...labels.keys()].filter((i) => i % each === 1);
        const found = plan(labels, { seed, trainOnly });
        if (found.kind === "folds") check(found, labels, new Set(trainOnly));
      }),
      { seed: 5, numRuns: 150 },
    );
  };

  test("no unit, no island and no stroke is ever split between what is held out and what is trained on", () => {
    always((found, labels) => {
      const islands = islandsOf(labels);
      for (const fold of found.folds) {
        const held = fold.heldOut;
        for (const i of fold.training) {
          for (const j of held) {
            expect(found.unitOf[i]).not.toBe(found.unitOf[j]);
            expect(islands[i]).not.toBe(islands[j]);
            expect(labels[i]!.slideId === labels[j]!.slideId && labels[i]!.group === labels[j]!.group).toBe(false);
          }
        }
      }
    });
  });

  test("the guard holds: nothing trained on is nearer than one patch width to anything held out", () => {
    always((found, labels) => {
      for (const fold of found.folds) {
        for (const i of fold.training)
          for (const j of fold.heldOut) expect(edgeGap(labels[i]!, labels[j]!)).toBeGreaterThanOrEqual(1);
        for (const i of fold.guarded) expect(fold.heldOut.some((j) => edgeGap(labels[i]!, labels[j]!) < 1)).toBe(true);
      }
    });
  });

  test("every label of a class with a figure is held out exactly once, no other ever", () => {
    always((found, labels, trainOnly) => {
      const held = found.folds.flatMap((f) => f.heldOut).sort((a, b) => a - b);
      const asked = [...labels.keys()].filter((i) => found.classIds.includes(labels[i]!.classId) && !trainOnly.has(i));
      expect(held).toEqual(asked);
      expect(found.folds.length).toBeLessThanOrEqual(5);
      expect(found.folds.every((f) => f.heldOut.length > 0)).toBe(true);
    });
  });

  test("every training part holds every class with a figure, and every class with a figure is in two units", () => {
    always((found, labels) => {
      expect(found.classIds.length).toBeGreaterThanOrEqual(2);
      for (const id of found.classIds) {
        const mine = [...labels.keys()].filter((i) => labels[i]!.classId === id);
        expect(new Set(mine.map((i) => found.unitOf[i])).size).toBeGreaterThanOrEqual(2);
        for (const fold of found.folds) expect(fold.training.some((i) => labels[i]!.classId === id)).toBe(true);
      }
    });
  });

  test("each label is in one part of a fold, or stays out because its unit is held out", () => {
    always((found, labels) => {
      for (const fold of found.folds) {
        const parts = [...fold.heldOut, ...fold.training, ...fold.guarded];
        expect(new Set(parts).size).toBe(parts.length);
        const units = new Set(fold.heldOut.map((i) => found.unitOf[i]));
        for (const i of labels.keys()) if (!parts.includes(i)) expect(units.has(found.unitOf[i])).toBe(true);
      }
    });
  });

  test("the order labels are given in changes nothing", () => {
    fc.assert(
      fc.property(anyLabels(), fc.integer({ min: 0, max: 1000 }), (labels, seed) => {
        const mixed = shuffled(createRandom(seed), labels);
        expect(byId(plan(mixed), mixed)).toEqual(byId(plan(labels), labels));
      }),
      { seed: 6, numRuns: 80 },
    );
  });

  test("with folds, the classes with and without a figure are together the classes with labels", () => {
    always((found, labels) => {
      const labelled = allClasses.map((c) => c.id).filter((id) => labels.some((l) => l.classId === id));
      expect(found.labelled).toEqual(labelled);
      expect([...found.classIds, ...found.withoutFigure].sort()).toEqual([...labelled].sort());
    });
  });

  test("without folds the reason names every class that needs another place, and no other", () => {
    fc.assert(
      fc.property(anyLabels(12), (labels) => {
        const found = plan(labels);
        if (found.kind === "folds" || new Set(labels.map((l) => l.classId)).size < 2) return;
        expect(found.withoutFigure.length).toBeGreaterThan(0);
        for (const { id, name } of allClasses)
          expect(found.reason.includes(name)).toBe(found.withoutFigure.includes(id));
      }),
      { seed: 7, numRuns: 100 },
    );
  });
});
