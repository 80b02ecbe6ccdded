// Painting and boxing labels: which places a shape means, and that one shape is one step.
import { describe, expect, test } from "vitest";
import { undo } from "../../src/state/actions/history.ts";
import { labelShape, placesWithin } from "../../src/state/actions/label-shape.ts";
import { createLabelledWorld } from "../support/state-world.ts";

const box = (x: number, y: number, width: number, height: number) => [
  [
    { x, y },
    { x: x + width, y },
    { x: x + width, y: y + height },
    { x, y: y + height },
  ],
];
const patch = { width: 224, height: 224 };

describe("the places of a shape", () => {
  test("are those of one lattice, so that shapes side by side never overlap", () => {
    // Centres at 112, 336, 560 ...: a box from 0 to 448 holds two each way.
    expect(placesWithin(box(0, 0, 448, 448), patch)).toEqual([
      { x: 112, y: 112 },
      { x: 336, y: 112 },
      { x: 112, y: 336 },
      { x: 336, y: 336 },
    ]);
    expect(placesWithin(box(448, 0, 224, 224), patch)).toEqual([{ x: 560, y: 112 }]);
  });

  test("of one smaller than a patch are its middle", () => {
    expect(placesWithin(box(10, 10, 20, 40), patch)).toEqual([{ x: 20, y: 30 }]);
    expect(placesWithin([], patch)).toEqual([]);
  });
});

test("a box labels all in it as one group, one step, and leaves labels that are there alone", async () => {
  const world = await createLabelledWorld(1);
  const before = world.state().project.project.labels.size;
  // Around the label at 500, 1000 lie lattice places that touch it.
  await world.do(labelShape, { rings: box(0, 672, 1120, 672), classId: world.classId("B") });
  const made = [...world.state().project.project.labels.values()].slice(before);
  expect(made.length).toBeGreaterThan(3);
  expect(new Set(made.map(({ group }) => group)).size).toBe(1);
  expect(world.said()).toContain("beside labels that are there");
  await world.do(undo);
  expect(world.state().project.project.labels.size).toBe(before);
});

test("without a class nothing is labelled, and the way on is said", async () => {
  const world = await createLabelledWorld(1);
  expect(await world.do(labelShape, { rings: box(0, 0, 500, 500), classId: null })).toBe(false);
  expect(world.said()).toContain("Choose a class first");
});
