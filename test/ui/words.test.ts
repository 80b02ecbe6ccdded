import { describe, expect, test } from "vitest";
import { bytesWords, figureWords, secondsWords } from "../../src/ui/words.ts";

describe("sizes and times in words", () => {
  test("sizes are decimal, as file managers show them", () => {
    expect([999, 61_440, 999_499, 999_500, 11_080_000, 250_000_000].map(bytesWords)).toEqual([
      "999 B",
      "61 KB",
      "999 KB",
      "1.0 MB",
      "11.1 MB",
      "250 MB",
    ]);
  });

  test("figures of self-tests have two or three digits, and no number is said", () => {
    expect([0, 1e-4, 3.24e-7, 0.00123, 17.3451, Number.NaN].map(figureWords)).toEqual([
      "0",
      "1e-4",
      "3.2e-7",
      "0.00123",
      "17.3",
      "no number",
    ]);
  });

  test("times are as coarse as they are uncertain", () => {
    expect([0.2, 12.4, 99, 130, 119.9, 356].map(secondsWords)).toEqual([
      "1 s",
      "12 s",
      "99 s",
      "2 min 10 s",
      "2 min",
      "6 min",
    ]);
    expect(secondsWords(null)).toBeNull();
    expect(secondsWords(Number.NaN)).toBeNull();
  });
});
