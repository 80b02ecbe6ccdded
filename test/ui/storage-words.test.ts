// What the browser keeps, in words, and when it nags.
import { expect, test } from "vitest";
import { keptWords, memoryWords, nagWords } from "../../src/ui/storage-words.ts";

const storage = (persisted: boolean | null) => ({ persisted, usage: 84e6, quota: 12e9 });

test("says how much is kept and whether the browser promised to keep it", () => {
  expect(keptWords(storage(true))).toBe(
    "84.0 MB of 12.0 GB used. The browser promised to keep it until you clear it yourself.",
  );
  expect(keptWords(storage(false))).toContain("may clear it");
  expect(keptWords({ persisted: null, usage: null, quota: null })).toContain("does not say");
});

test("nags only where work would be lost with the browser's storage", () => {
  expect(nagWords(storage(false), false)).toContain("may clear your work");
  expect(nagWords(storage(null), false)).not.toBeNull();
  expect(nagWords(storage(true), false)).toBeNull();
  expect(nagWords(storage(false), true)).toBeNull();
});

test("the memory meter says that it measures, what it found, or that nobody tells", () => {
  expect(memoryWords("measuring")).toContain("being measured");
  expect(memoryWords(412e6)).toBe("Memory of this tab and its workers: 412 MB, without the graphics card's.");
  expect(memoryWords(null)).toContain("does not tell");
});
