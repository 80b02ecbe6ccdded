// What a tuning starts from: the frozen regression itself, as long as fp32 bears it.
import { expect, test } from "vitest";
import { logisticScores } from "../../src/engine/heads/logistic.ts";
import { bearable, hottestStart } from "../../src/engine/tuning-heads.ts";

const centre = new Float32Array(4);
const bias = Float32Array.of(0.5, -0.5, Number.NEGATIVE_INFINITY);

test("a head whose logits fit is left as it is", () => {
  const head = { weight: Float32Array.from({ length: 12 }, (_, i) => i), bias, centre };
  expect(bearable(head)).toEqual(head);
});

test("a head too sure for fp32 on a GPU starts less sure, with the same answers, and a class without examples stays impossible", () => {
  const head = { weight: Float32Array.from({ length: 12 }, (_, i) => 100 * Math.sin(i)), bias, centre };
  const cooled = bearable(head);
  for (let c = 0; c < 2; c++) {
    const length = Math.hypot(...cooled.weight.subarray(4 * c, 4 * c + 4));
    expect(length + Math.abs(cooled.bias[c]!)).toBeLessThanOrEqual(hottestStart * (1 + 1e-6));
  }
  expect(cooled.bias[2]).toBe(Number.NEGATIVE_INFINITY);
  const asked = Float32Array.of(1, 2, -1, 0.5);
  const answer = (scores: Float64Array): number => scores.indexOf(Math.max(...scores));
  expect(answer(logisticScores(cooled, asked))).toBe(answer(logisticScores(head, asked)));
  // Any number of logits of one sign still has a finite logarithm of their sum in fp32.
  expect(Number.isFinite(Math.fround(256 * Math.exp(80)))).toBe(true);
});
