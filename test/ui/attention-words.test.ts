// Where the model looked, in words: whose attention it is, how it was shared out, what the answer is made of beside it.
import { expect, test } from "vitest";
import type { Attention } from "../../src/protocol/attention-api.ts";
import {
  besideWords,
  captionWords,
  clearness,
  honestWords,
  percentWords,
  pictureWords,
  readerWords,
  sharesOf,
} from "../../src/ui/attention-words.ts";
import { patchAt, placeOf } from "../support/texture-slide.ts";

const attention: Attention = {
  reads: "class",
  side: 2,
  patches: [0.1, 0.2, 0.4, 0.1],
  itself: 0.05,
  others: 0.03,
  prompts: 0.12,
};
const shape = { depth: 12, heads: 3 };

test("whose attention it is depends on what is read out", () => {
  expect(readerWords(attention, shape)).toMatch(
    /of the class token, which is what is read out, in the last of 12 blocks/,
  );
  expect(readerWords({ ...attention, reads: "mean" }, shape)).toMatch(
    /mean of all patch tokens: this is the mean of their/,
  );
  expect(readerWords({ ...attention, reads: "class-and-mean" }, shape)).toMatch(/half of what is read out/);
  expect(honestWords("class")).toMatch(/^Attention is not an explanation of the answer: .* this token mixed in\./);
});

test("all of it is shared out, and what there is none of is not named", () => {
  expect(sharesOf(attention).map(({ share, words }) => `${percentWords(share)} ${words}`)).toEqual([
    "80.0 % picture",
    "5.0 % class token",
    "3.0 % registers",
    "12.0 % prompts",
  ]);
  const mean = sharesOf({ ...attention, reads: "mean", itself: null, prompts: 0 });
  // Which of them is a class token is not known where none is read.
  expect(mean.map(({ words }) => words)).toEqual(["picture", "tokens that are no patch"]);
  expect(percentWords(0.0004)).toBe("<0.1 %");
});

test("the picture is told to those who do not see it", () => {
  expect(pictureWords(attention)).toBe("Attention over the patch, most in row 2, column 1 of 2: 40.0 %");
});

test("a square is seen clearly as the root of its share of the largest", () => {
  expect([0, 0.1, 0.4].map((share) => clearness(share, 0.4))).toEqual([0, 0.5, 1]);
  expect(clearness(0, 0)).toBe(0);
});

test("other views and a frozen part are said, and a set without prompts is no picture under prompts", () => {
  const by = { name: "X", views: 8, frozenShare: 0.5 };
  const shown = { kind: "shown", patch: patchAt(placeOf(0, 1)), by, under: attention, frozen: attention } as const;
  expect(besideWords(shown)).toBe(
    "The answer is the mean over 8 ways to lay the patch; the picture shows it as it lies. 50 % of the answer comes from the features without prompts.",
  );
  expect(besideWords({ ...shown, by: null })).toBe("");
  expect(captionWords(shown)).toEqual({ under: "With its prompts", frozen: "Without prompts" });
  expect(captionWords({ ...shown, under: null }).frozen).toBe("“X” has no prompts");
});
