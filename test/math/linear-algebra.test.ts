import { expect, test } from "vitest";
import { choleskyOf, normalise, softmaxRows, solveLower, spanOfRows } from "../../src/math/linear-algebra.ts";
import { createRandom, normal } from "../../src/math/random.ts";

test("rows are their coordinates times an orthonormal basis, and a repeated or zero row adds none", () => {
  const random = createRandom(1);
  const width = 7;
  const row = Array.from({ length: width }, () => normal(random));
  const other = Array.from({ length: width }, () => normal(random));
  const table = Float64Array.from([...row, ...other, ...row.map((v) => -2 * v), ...new Array(width).fill(0)]);
  const { coordinates, basis, rank } = spanOfRows(table, width);
  expect(rank).toBe(2);
  for (let i = 0; i < 4; i++) {
    for (let j = 0; j < width; j++) {
      const value = basis.reduce((a, direction, k) => a + coordinates[i * rank + k]! * direction[j]!, 0);
      expect(value).toBeCloseTo(table[i * width + j]!, 12);
    }
  }
  for (const [a, u] of basis.entries()) {
    for (const [b, v] of basis.entries()) {
      expect(u.reduce((sum, x, j) => sum + x * v[j]!, 0)).toBeCloseTo(a === b ? 1 : 0, 12);
    }
  }
});

test("nothing spans nothing", () => expect(spanOfRows(new Float64Array(6), 3).rank).toBe(0));

test("softmax rows sum to one however large the logits, and an impossible column stays impossible", () => {
  const table = Float64Array.of(1000, 1000, Number.NEGATIVE_INFINITY, 0, Math.log(2), Math.log(3));
  softmaxRows(table, 3);
  [0.5, 0.5, 0, 1 / 6, 2 / 6, 3 / 6].forEach((expected, i) => {
    expect(table[i]).toBeCloseTo(expected, 12);
  });
});

test("a vector too short to point anywhere becomes zeros, any other becomes of length one", () => {
  const [none, some] = [Float64Array.of(0, 1e-20), Float64Array.of(3, 4)];
  normalise(none);
  normalise(some);
  expect([...none, ...some]).toEqual([0, 0, 0.6, 0.8]);
});

test("a positive definite matrix is its triangular factor times the factor's transpose, and a factor is undone", () => {
  // The example of Cholesky's decomposition in every textbook: 4 12 -16; 12 37 -43; -16 -43 98.
  const factor = choleskyOf(Float64Array.of(4, 12, -16, 12, 37, -43, -16, -43, 98), 3);
  expect([...factor]).toEqual([2, 0, 0, 6, 1, 0, -8, 5, 3]);
  const x = Float64Array.of(2, 6 + 2, -8 + 10 + 9);
  solveLower(factor, x);
  expect([...x]).toEqual([1, 2, 3]);
});

test("what is not positive definite has no factor", () => {
  expect(() => choleskyOf(Float64Array.of(1, 2, 2, 1), 2)).toThrow("positive definite");
  expect(() => choleskyOf(Float64Array.of(Number.NaN), 1)).toThrow("positive definite");
});
