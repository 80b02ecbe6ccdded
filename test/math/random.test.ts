import { expect, test } from "vitest";
import type { Random } from "../../src/math/random.ts";
import {
  choice,
  createRandom,
  integer,
  nextUint32,
  normal,
  randomFor,
  shuffled,
  uniform,
} from "../../src/math/random.ts";

const draws = (random: Random, n: number): number[] => Array.from({ length: n }, () => nextUint32(random));

test("xoshiro128** gives the numbers of its authors' C program from state {1, 2, 3, 4}", () => {
  // rand_xoshiro's reference test, made with xoshiro128starstar.c version 1.1
  const expected = [
    11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
  ];
  expect(draws({ words: Uint32Array.of(1, 2, 3, 4) }, 10)).toEqual(expected);
});

test("a seed is spread by splitmix64", () => {
  // splitmix64.c, seed 1234567: 6457827717110365317, 3203168211198807973
  const words = [6457827717110365317n, 3203168211198807973n].flatMap((v) => [
    Number(v & 0xffffffffn),
    Number(v >> 32n),
  ]);
  expect([...createRandom(1234567).words]).toEqual(words);
});

test("the same seed draws the same, another seed or purpose draws something else", () => {
  expect(draws(createRandom(7), 5)).toEqual(draws(createRandom(7), 5));
  expect(draws(createRandom(7), 5)).not.toEqual(draws(createRandom(8), 5));
  expect(draws(randomFor(7, "folds"), 5)).toEqual(draws(randomFor(7, "folds"), 5));
  expect(draws(randomFor(7, "folds"), 5)).not.toEqual(draws(randomFor(7, "shuffle"), 5));
  expect(draws(randomFor(7, "folds"), 5)).not.toEqual(draws(randomFor(8, "folds"), 5));
});

test("a cloned state draws on from where it was cloned", () => {
  const random = createRandom(3);
  draws(random, 10);
  const clone = structuredClone(random);
  expect(draws(clone, 5)).toEqual(draws(random, 5));
});

test("a seed that is no whole number from 0 to 2^53-1 is a mistake", () => {
  for (const seed of [-1, 0.5, Number.NaN, 2 ** 53]) expect(() => createRandom(seed)).toThrow(/seed/);
});

test("uniform fills [0, 1) with mean 1/2 and variance 1/12, normal has mean 0 and variance 1", () => {
  const random = createRandom(11);
  const n = 20000;
  const moments = (values: readonly number[]): [number, number] => {
    const mean = values.reduce((a, b) => a + b, 0) / n;
    return [mean, values.reduce((a, b) => a + (b - mean) ** 2, 0) / n];
  };
  const uniforms = Array.from({ length: n }, () => uniform(random));
  expect(uniforms.every((u) => u >= 0 && u < 1)).toBe(true);
  // Five standard errors: sqrt(1/12/n) = 0.002, of the variance 1/sqrt(180 n) = 0.0005.
  expect(Math.abs(moments(uniforms)[0] - 0.5)).toBeLessThan(0.0102);
  expect(Math.abs(moments(uniforms)[1] - 1 / 12)).toBeLessThan(0.0027);
  const [mean, variance] = moments(Array.from({ length: n }, () => normal(random)));
  expect(Math.abs(mean)).toBeLessThan(0.036);
  expect(Math.abs(variance - 1)).toBeLessThan(0.051);
});

test("integer is even over its range", () => {
  const random = createRandom(5);
  const counts = [0, 0, 0, 0, 0, 0];
  for (let i = 0; i < 6000; i++) counts[integer(random, 6)]! += 1;
  // chi-squared with 5 degrees of freedom: 20.5 is its 99.9 % point.
  expect(counts.reduce((a, c) => a + (c - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5);
});

test("shuffling keeps every item, leaves the given list alone and reaches every order evenly", () => {
  const random = createRandom(9);
  const items = ["a", "b", "c"];
  const seen = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = shuffled(random, items).join("");
    seen.set(order, (seen.get(order) ?? 0) + 1);
  }
  expect(items).toEqual(["a", "b", "c"]);
  expect([...seen.keys()].sort()).toEqual(["abc", "acb", "bac", "bca", "cab", "cba"]);
  expect([...seen.values()].reduce((a, c) => a + (c - 1000) ** 2 / 1000, 0)).toBeLessThan(20.5);
  expect(items).toContain(choice(random, items));
});
