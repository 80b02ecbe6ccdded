// Held-out answers by label: a class's recall with an interval that knows which labels are kin.
import { expect, test } from "vitest";
import type { ClassId, LabelId } from "../../src/base/brand.ts";
import { type HeldOutLabel, readHeldOut, recallOf } from "../../src/domain/held-out.ts";
import { rootAt } from "../../src/domain/json-reader.ts";

const [a, b] = ["a" as ClassId, "b" as ClassId];
const answer = (n: number, tuned: ClassId, unit: number, truth = a): HeldOutLabel => ({
  labelId: `l${n}` as LabelId,
  truth,
  tuned,
  frozen: a,
  unit,
});

test("labels in places of their own have Wilson's interval: 11 of 12 is 65 to 99 %", () => {
  const list = Array.from({ length: 12 }, (_, i) => answer(i, i === 0 ? b : a, i));
  const recall = recallOf([...list, answer(20, b, 3, b)], a);
  expect(recall).toMatchObject({ correct: 11, total: 12, units: 12 });
  // scipy.stats.binomtest(11, 12).proportion_ci(method="wilson")
  expect(recall?.bounds.low).toBeCloseTo(0.6461, 3);
  expect(recall?.bounds.high).toBeCloseTo(0.9851, 3);
});

test("labels of one place are worth fewer: 12 in 3 places of 4 are worth 12 / 1.9", () => {
  const list = Array.from({ length: 12 }, (_, i) => answer(i, i === 0 ? b : a, i % 3));
  // Wilson (1927, eq. 4) at n = 12 / (1 + 3 * 0.3), share 11/12.
  expect(recallOf(list, a)?.bounds.low).toBeCloseTo(0.5273, 3);
});

test("a class that was not held out has no recall", () => {
  expect(recallOf([], a)).toBeNull();
});

test("an entry without its class is refused by its path", () => {
  const at = rootAt([{ labelId: "x", truth: "a", frozen: "a", unit: 0 }], "heldOut");
  readHeldOut(at);
  expect(at.problems).toEqual([expect.stringContaining("heldOut[0].tuned")]);
});
