// Suggested places, labels in bulk and what is said about their spread: every answer marked, journalled and undone as one.
import { describe, expect, test } from "vitest";
import { present } from "../../src/base/fault.ts";
import { undo } from "../../src/state/actions/history.ts";
import { relabelMany, removeMany, reviewed, reviewLabels } from "../../src/state/actions/review.ts";
import {
  acceptAll,
  answerSuggestion,
  closeSuggestions,
  sayUnsure,
  setSuggestionAside,
  suggest,
} from "../../src/state/actions/suggest.ts";
import { labelHints } from "../../src/state/label-hints.ts";
import { openSuggestions, originMix } from "../../src/state/suggested.ts";
import { change, label, mapCheck, tissueClass } from "../support/sample-project.ts";
import { createLabelledWorld } from "../support/state-world.ts";

const labelsOf = (world: Awaited<ReturnType<typeof createLabelledWorld>>) => [
  ...world.state().project.project.labels.values(),
];

describe("suggested places", () => {
  test("are answered one after the other, each marked with how it came to be, and undo brings the place back", async () => {
    const world = await createLabelledWorld(2);
    await world.do(suggest);
    const before = openSuggestions(world.state()).list.length;
    await world.do(answerSuggestion, { classId: null });
    await world.do(answerSuggestion, { classId: world.classId("B") });
    expect(labelsOf(world).map(({ origin }) => origin)).toEqual([
      "free",
      "free",
      "free",
      "free",
      "accepted",
      "suggested",
    ]);
    expect(openSuggestions(world.state()).list).toHaveLength(before - 2);
    expect(originMix(labelsOf(world))).toEqual({ own: 4, fromSuggestions: 2, ready: 0 });
    await world.do(undo);
    await world.do(undo);
    expect(openSuggestions(world.state())).toMatchObject({ chosen: 0, answered: 0 });
  });

  test("skipped and unsure ones get no label and are not suggested again, also after a reload", async () => {
    const world = await createLabelledWorld(2);
    await world.do(suggest);
    const [first, second] = openSuggestions(world.state()).list;
    await world.do(setSuggestionAside, { why: "skipped" });
    await world.do(setSuggestionAside, { why: "unsure" });
    expect(labelsOf(world)).toHaveLength(4);
    await world.do(closeSuggestions);
    const again = await world.reload();
    await again.open("1");
    await again.do(suggest);
    const places = openSuggestions(again.state()).list.map(({ region }) => region.x);
    expect(places).not.toContain(first?.region.x);
    expect(places).not.toContain(second?.region.x);
  });

  test("are never places that test a map, until these are released", async () => {
    const world = await createLabelledWorld(2);
    await world.do(suggest);
    const [first] = openSuggestions(world.state()).list;
    const region = present(first, "a suggestion").region;
    const slide = present(world.state().session.currentSlide, "a slide");
    const check = { ...mapCheck(1), slideId: slide, draws: [{ cell: 0, region, stratum: 0 }], answers: [null] };
    const put = (released: boolean) =>
      world.context.project.dispatch(change("Check", { type: "check/put", check: { ...check, released } }));
    const suggested = async (): Promise<readonly number[]> => {
      await world.do(suggest);
      return openSuggestions(world.state()).list.map((one) => one.region.x);
    };
    put(false);
    expect(await suggested()).not.toContain(region.x);
    put(true);
    expect(await suggested()).toContain(region.x);
  });

  test("are accepted together in one step, and taken back in one", async () => {
    const world = await createLabelledWorld(2);
    await world.do(suggest);
    const count = openSuggestions(world.state()).list.length;
    await world.do(acceptAll);
    expect(labelsOf(world)).toHaveLength(4 + count);
    expect(new Set(labelsOf(world).map(({ group }) => group)).size).toBe(4 + count);
    await world.do(undo);
    expect(labelsOf(world)).toHaveLength(4);
  });

  test("cannot be accepted before anything answers, and the reason is said", async () => {
    const world = await createLabelledWorld(0);
    await world.do(suggest);
    expect(await world.do(answerSuggestion, { classId: null })).toBe(false);
    expect(world.said()).toContain("press the number of a class");
    expect(await world.do(answerSuggestion, { classId: world.classId("A") })).toBe(true);
  });
});

test("unsure of a labelled place takes its label, and one undo gives it back", async () => {
  const world = await createLabelledWorld(2);
  await world.do(sayUnsure, { at: { x: 500, y: 1000 } });
  expect(labelsOf(world)).toHaveLength(3);
  expect(world.state().project.project.asides.size).toBe(1);
  expect(await world.do(sayUnsure, { at: { x: 500, y: 1000 } })).toBe(false);
  await world.do(undo);
  expect(labelsOf(world)).toHaveLength(4);
  expect(world.state().project.project.asides.size).toBe(0);
});

describe("a review", () => {
  test("puts labels first that whoever answers would call otherwise", async () => {
    const world = await createLabelledWorld(2);
    await world.do(reviewLabels);
    const { review } = world.state().session;
    if (review.kind !== "shown") throw new Error("the review is not there");
    const list = reviewed(world.state(), review.review);
    // The fake gives 0.9 to the first class whatever is asked.
    expect(list.slice(0, 2).every(({ label: { classId } }) => classId === world.classId("B"))).toBe(true);
    expect(list.map(({ disagreement }) => Number(disagreement?.toFixed(1)))).toEqual([0.9, 0.9, 0.1, 0.1]);
  });

  test("changes several labels in one step", async () => {
    const world = await createLabelledWorld(2);
    const ids = labelsOf(world).map(({ id }) => id);
    await world.do(relabelMany, { ids, classId: world.classId("A") });
    expect(labelsOf(world).every(({ classId }) => classId === world.classId("A"))).toBe(true);
    await world.do(removeMany, { ids: ids.slice(0, 3) });
    expect(labelsOf(world)).toHaveLength(1);
    await world.do(undo);
    await world.do(undo);
    expect(labelsOf(world).filter(({ classId }) => classId === world.classId("B"))).toHaveLength(2);
    expect(await world.do(removeMany, { ids: [] })).toBe(false);
  });
});

describe("hints on labels", () => {
  const at = (n: number, c: number, x: number) => ({ ...label(n, c), region: { x, y: 0, width: 224, height: 224 } });
  const classes = [tissueClass(1), tissueClass(2)];

  test("say which class lies in one spot only", () => {
    // 300 px at 0.5 um/px are 150 um; 4000 px are 2 mm.
    const near = [0, 100, 200, 300].map((x, i) => at(i, 1, x));
    const far = [0, 1000, 2000, 4000].map((x, i) => at(10 + i, 2, x));
    expect(labelHints(classes, [...near, ...far])).toEqual([
      "All 4 labels of Class 1 lie within 150 µm: label it elsewhere too.",
    ]);
  });

  test("say which class is far behind", () => {
    const many = Array.from({ length: 9 }, (_, i) => at(i, 1, i * 1000));
    expect(labelHints(classes, [...many, ...[0, 1, 2].map((i) => at(20 + i, 2, i * 3000))])).toEqual([
      "Class 1 has 9 labels, Class 2 3: label more Class 2.",
    ]);
    expect(labelHints(classes, many.slice(0, 3))).toEqual([]);
  });
});
