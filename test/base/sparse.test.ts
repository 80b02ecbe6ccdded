// Telling now and then, on a clock of the test's own.
import { expect, test } from "vitest";
import { createSparse } from "../../src/base/sparse.ts";

test("the first call is due, and then the next one after the interval", () => {
  let at = 1000;
  const isDue = createSparse(() => at, 100);
  const due = [0, 50, 99, 100, 150, 199, 350, 351, 450].filter((offset) => {
    at = 1000 + offset;
    return isDue();
  });
  expect(due).toEqual([0, 100, 350, 450]);
});
