import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { centreDistance, edgeGap, islandsOf } from "../../src/engine/estimate/islands.ts";
import { unitsOf } from "../../src/engine/estimate/units.ts";
import { anyLabels, labelAt } from "../support/labels.ts";

const islands = (...labels: readonly ReturnType<typeof labelAt>[]): readonly number[] => islandsOf(labels);

describe("islands", () => {
  test("labels whose centres are nearer than one patch width along both axes are one island", () => {
    expect(islands(labelAt(0, 0), labelAt(0.99, 0.99))).toEqual([0, 0]);
    expect(islands(labelAt(0, 0), labelAt(1, 0))).toEqual([0, 1]);
    expect(islands(labelAt(0, 0), labelAt(0.5, 1))).toEqual([0, 1]);
  });

  test("a chain of neighbours is one island", () => {
    expect(islands(labelAt(0, 0), labelAt(1.6, 0), labelAt(0.8, 0), labelAt(9, 9))).toEqual([0, 0, 0, 1]);
  });

  test("labels of one stroke are one island however far apart, on each slide for itself", () => {
    const stroke = { group: "stroke" };
    expect(
      islands(
        labelAt(0, 0, "Fat", stroke),
        labelAt(50, 0, "Fat", stroke),
        labelAt(50, 0, "Fat", { ...stroke, slide: "t" }),
        labelAt(0, 0, "Fat", { slide: "t" }),
      ),
    ).toEqual([0, 0, 1, 2]);
  });

  test("labels at the same coordinates of two slides are two islands", () => {
    expect(islands(labelAt(0, 0), labelAt(0, 0, "Fat", { slide: "t" }))).toEqual([0, 1]);
  });

  test("of patches of two sizes the larger one's width counts", () => {
    const large = labelAt(0, 0, "Fat", { width: 2 });
    expect(islands(large, labelAt(2.4, 0.5))).toEqual([0, 0]);
    expect(islands(large, labelAt(2.6, 0.5))).toEqual([0, 1]);
  });

  test("where um/px differ between x and y, a patch width is measured along each axis", () => {
    const narrow = { ...labelAt(0, 0), region: { x: 0, y: 0, width: 200, height: 400 } };
    const at = (x: number, y: number) => ({
      ...narrow,
      group: `at ${x},${y}`,
      region: { x, y, width: 200, height: 400 },
    });
    expect(islandsOf([narrow, at(0, 399)])).toEqual([0, 0]);
    expect(islandsOf([narrow, at(201, 0)])).toEqual([0, 1]);
  });

  test("distances are in patch widths: touching patches are 1 apart and have no gap", () => {
    expect(centreDistance(labelAt(0, 0), labelAt(1, 0.5))).toBe(1);
    expect(edgeGap(labelAt(0, 0), labelAt(1, 0.5))).toBe(0);
    expect(edgeGap(labelAt(0, 0), labelAt(2, 0))).toBe(1);
    expect(edgeGap(labelAt(0, 0), labelAt(0, 0, "Fat", { slide: "t" }))).toBe(Number.POSITIVE_INFINITY);
  });

  test("the sweep finds the same islands as comparing every pair", () => {
    fc.assert(
      fc.property(anyLabels(), (labels) => {
        const found = islandsOf(labels);
        const slow = labels.map((_, i) => i);
        for (let changed = true; changed; ) {
          changed = false;
          labels.forEach((a, i) => {
            labels.forEach((b, j) => {
              const kin = a.slideId === b.slideId && (a.group === b.group || centreDistance(a, b) < 1);
              if (kin && slow[i]! > slow[j]!) {
                slow[i] = slow[j]!;
                changed = true;
              }
            });
          });
        }
        labels.forEach((_, i) => {
          labels.forEach((_, j) => {
            expect(found[i] === found[j]).toBe(slow[i] === slow[j]);
          });
        });
      }),
      { seed: 3, numRuns: 60 },
    );
  });

  test("ten thousand scattered labels are measured without comparing all pairs", () => {
    const many = Array.from({ length: 10000 }, (_, i) => labelAt((i % 100) * 3, Math.floor(i / 100) * 3));
    expect(new Set(islandsOf(many)).size).toBe(10000);
  });
});

describe("units", () => {
  const labels = [
    labelAt(0, 0),
    labelAt(9, 0),
    labelAt(0, 0, "Fat", { slide: "t" }),
    labelAt(0, 0, "Fat", { slide: "u" }),
  ];
  const units = (cases: Record<string, string>, within = [0, 1, 2, 3]) =>
    unitsOf(labels, islandsOf(labels), cases, within);

  test("are islands on one slide, slides on several, cases where every slide has one", () => {
    expect(units({}, [0, 1])).toEqual({ kind: "island", unitOf: [0, 1, -1, -1] });
    expect(units({})).toEqual({ kind: "slide", unitOf: [0, 0, 1, 2] });
    expect(units({ s: "A", t: "B", u: "A" })).toEqual({ kind: "case", unitOf: [0, 0, 1, 0] });
  });

  test("are slides where there is but one case", () => {
    expect(units({ s: "A", t: "A", u: "A" })).toEqual({ kind: "slide", unitOf: [0, 0, 1, 2] });
  });

  test("keep slides of one declared case together even where another slide's case is not known", () => {
    expect(units({ s: "A", t: "A" })).toEqual({ kind: "slide", unitOf: [0, 0, 0, 1] });
    expect(units({ s: "A", t: "A", u: "  " })).toEqual({ kind: "slide", unitOf: [0, 0, 0, 1] });
  });

  test("do not mistake a slide called like a property of every object for a declared case", () => {
    const odd = [labelAt(0, 0, "Fat", { slide: "constructor" }), labelAt(0, 0, "Fat", { slide: "toString" })];
    expect(unitsOf(odd, [0, 1], {}, [0, 1]).kind).toBe("slide");
  });
});
