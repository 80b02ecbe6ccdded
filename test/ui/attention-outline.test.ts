// The squares that hold half of the attention, and the line around them.
import { expect, test } from "vitest";
import { halfOf, outlineOf } from "../../src/ui/attention-outline.ts";

test("the fewest squares that hold half are chosen, and as few as one", () => {
  expect([...halfOf([0.1, 0.6, 0.1, 0.2])]).toEqual([1]);
  expect([...halfOf([0.3, 0.3, 0.2, 0.2])]).toEqual([0, 1]);
  // All alike: half of them.
  expect(halfOf(new Array(196).fill(1 / 196)).size).toBe(98);
});

test("the line follows the outer edges alone", () => {
  // One square in the middle of three by three has four edges; two beside each other have six, and none between them.
  expect(
    outlineOf(new Set([4]), 3)
      .split("M")
      .slice(1)
      .sort(),
  ).toEqual(["1 1h1", "1 1v1", "1 2h1", "2 1v1"]);
  const two = outlineOf(new Set([4, 5]), 3);
  expect(two.split("M").slice(1)).toHaveLength(6);
  expect(two).not.toContain("M2 1v1");
  // At the border of the patch the line is closed, too.
  expect(
    outlineOf(new Set([0, 1, 2, 3]), 2)
      .split("M")
      .slice(1),
  ).toHaveLength(8);
});
