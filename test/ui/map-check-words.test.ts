// What a blind check says in words: every figure with its number and interval, and what it leaves out.
import { expect, test } from "vitest";
import type { CheckAnswer, MapCheck } from "../../src/domain/map-check.ts";
import { checkFigures } from "../../src/domain/map-check-figures.ts";
import { bindingWords, checkWords, choiceKeys, correctedWords } from "../../src/ui/map-check-words.ts";
import { mapCheck } from "../support/sample-project.ts";

// Ten patches of each of two classes of 100 places of 0.01 mm2; of the first, eight right, one wrong, one unsure.
const answers: readonly CheckAnswer[] = [
  ...new Array<CheckAnswer>(8).fill({ kind: "class", choice: 0 }),
  { kind: "class", choice: 1 },
  { kind: "unsure" },
  ...new Array<CheckAnswer>(10).fill({ kind: "class", choice: 1 }),
];
const finished: MapCheck = {
  ...mapCheck(1),
  sizes: [100, 100, 0],
  leftOut: 3,
  draws: answers.map((_, i) => ({ cell: i, region: { x: i, y: 0, width: 1, height: 1 }, stratum: i < 10 ? 0 : 1 })),
  answers,
  finished: true,
};
const figures = checkFigures(finished)!;

test("accuracy has its interval, its counts, and what it would be if what was left out were wrong or right", () => {
  const words = checkWords(finished, figures);
  // (8/9 + 10/10) / 2; 8/10 and 9/10 of the first class.
  expect(words.headline).toMatch(/^Accuracy of this map 94 % \(\d+-\d+\)$/);
  expect(words.counts).toContain("18 of 19 judged patches");
  expect(words.unjudged).toBe(
    "1 patch unsure or skipped is left out: 90 % if all of them were wrong, 95 % if all were right.",
  );
  expect(words.meaning.join(" ")).toContain("20 patches drawn at random among the 200");
  expect(words.meaning.join(" ")).toContain("3 patches labelled or drawn before are in no figure.");
});

test("a corrected area stands beside the mapped one, and a class the map does not know is said to be none of its", () => {
  // 1 mm2 mapped; 8/9 of it is right.
  expect(correctedWords(finished, figures, 0)).toMatch(/^mapped 1 mm², corrected 0\.889 mm² \(0\.\d+-\d\.?\d*\)$/);
  expect(correctedWords(finished, figures, 2)).toMatch(/^not on the map, corrected 0/);
});

test("figures say which map they are of", () => {
  expect(bindingWords("this-map", finished)).toBe("Of the map that is shown: “Set”, called from a score of 0.50.");
  expect(bindingWords("changed", finished)).toContain("For an earlier map");
  expect(bindingWords("another-map", finished)).toContain("For another map than the one shown");
});

test("each class has one key: its own, else the lowest free one", () => {
  expect(choiceKeys([{ key: 2 }, { key: null }, { key: 2 }, { key: 0 }])).toEqual(["2", "1", "3", "0"]);
  expect(choiceKeys(Array.from({ length: 11 }, () => ({ key: null }))).at(-1)).toBeNull();
});
