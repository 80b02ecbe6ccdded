// Figures of labels that only tested a set: counts, recalls, classes the set does not know.
import { expect, test } from "vitest";
import { type Tested, validationFigures } from "../../src/domain/validation.ts";
import { familiarityFlag, tissueFlag, validationWords } from "../../src/ui/trust-words.ts";
import { tissueClass } from "../support/sample-project.ts";

const [a, b, c] = [tissueClass(1), tissueClass(2), tissueClass(3)];
/** The set has its own ids for A and B, by the same names. */
const own = [
  { ...a, id: "own-a" as typeof a.id },
  { ...b, id: "own-b" as typeof b.id },
];
const tested = (truth: string, answer: string | null, unit: number): Tested => ({
  truth,
  answer: answer === null ? null : { id: answer, name: answer },
  unit,
});

test("answers are the set's classes by name; a class it does not have is wrong, and no answer is wrong", () => {
  const answers = [
    tested(a.id, "own-a", 0),
    tested(a.id, "own-a", 1),
    tested(a.id, "own-b", 2),
    tested(a.id, null, 3),
    tested(b.id, "own-b", 4),
    tested(c.id, "own-b", 5),
  ];
  const figures = validationFigures(answers, [a, b, c], own)!;
  expect(figures.all).toMatchObject({ correct: 3, total: 6, units: 6 });
  // Recalls 2/4, 1/1, 0/1.
  expect(figures.balanced).toBeCloseTo(0.5, 12);
  expect(figures.recalls.map(({ unknown }) => unknown)).toEqual([false, false, true]);
  const words = validationWords(figures, "island");
  // Wilson (1927) of 3 of 6: 19 to 81 %.
  expect(words[0]).toBe("Correct: 3 of 6, 50 % (19-81) in 6 places; balanced accuracy 50 %.");
  expect(words[3]).toContain("the set has no such class");
});

test("without a label there is no figure", () => {
  expect(validationFigures([], [a, b], own)).toBeNull();
});

test("flags are silent where nothing is wrong, and say how often they are wrong themselves", () => {
  expect(familiarityFlag({ kind: "known", labels: 12, distance: 1, limit: 1 })).toBeNull();
  expect(familiarityFlag({ kind: "known", labels: 12, distance: 3, limit: 1 })).toMatchObject({
    tone: "warn",
    why: expect.stringContaining("About 1 in 13"),
  });
  expect(familiarityFlag({ kind: "too-few", labels: 4 })?.words).toContain("there are 4");
  expect(tissueFlag(0.6)).toBeNull();
  expect(tissueFlag(0.23)?.words).toBe("Only 23 % of this patch is tissue.");
});
