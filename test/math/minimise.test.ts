import { expect, test } from "vitest";
import { minimise } from "../../src/math/minimise.ts";

test("finds the minimum of Rosenbrock's valley, (1, 1)", () => {
  const result = minimise(
    (x, g) => {
      const [a = 0, b = 0] = x;
      g[0] = -400 * a * (b - a * a) - 2 * (1 - a);
      g[1] = 200 * (b - a * a);
      return 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    },
    Float64Array.of(-1.2, 1),
    { tolerance: 1e-9, maxIterations: 500 },
  );
  expect(result.converged).toBe(true);
  expect(result.x[0]).toBeCloseTo(1, 8);
  expect(result.x[1]).toBeCloseTo(1, 8);
});

test("solves a badly scaled quadratic exactly", () => {
  const scales = Float64Array.of(1, 1e2, 1e4);
  const result = minimise(
    (x, g) => {
      x.forEach((v, i) => {
        g[i] = scales[i]! * (v - i);
      });
      return x.reduce((a, v, i) => a + 0.5 * scales[i]! * (v - i) ** 2, 0);
    },
    new Float64Array(3),
    { tolerance: 1e-8, maxIterations: 200 },
  );
  expect([...result.x].map((v) => Math.round(v * 1e6) / 1e6)).toEqual([0, 1, 2]);
});

test("says so when the iterations run out", () => {
  const climb = minimise(
    (x, g) => {
      g[0] = -1;
      return -x[0]!;
    },
    new Float64Array(1),
    { tolerance: 1e-9, maxIterations: 3 },
  );
  expect(climb).toMatchObject({ converged: false, iterations: 3 });
});
